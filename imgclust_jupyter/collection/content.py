"""Files of which there is the content only: what somebody has dropped onto a page."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import BinaryIO

from imgclust_jupyter.imaging import UnreadableImage

__all__ = ["FileContent"]


@dataclass(frozen=True)
class FileContent:
    """The content of a file that is on no disk of this machine, under the name that it had; an `Openable`.

    Attributes
    ----------
    name : str
        Says nothing about what is in it.
    content : bytes

    Examples
    --------
    >>> FileContent("cow.jpg", b"content").open().read()
    b'content'
    """

    name: str
    content: bytes = field(repr=False)

    def open(self) -> BinaryIO:
        """Return the content."""
        if not self.content:
            raise UnreadableImage("the file is empty")
        return io.BytesIO(self.content)

    def describe(self) -> str:
        """Return the name."""
        return self.name
