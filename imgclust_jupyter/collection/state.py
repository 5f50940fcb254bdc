"""All that a collection knows, as plain data: what is saved of it, and what it is made of when that is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.collection.details import Details
from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits, UnreadableImage

__all__ = ["CollectionState", "SavedImage"]


@dataclass(frozen=True)
class SavedImage(FileContent):
    """An image of a saved session that was not found; its content is its thumbnail, or nothing.

    Attributes
    ----------
    digest : str
        Of the content that it had; empty where that was never read.
    was_file : bool
        Whether it can be looked for; what was in memory only cannot.

    Examples
    --------
    >>> SavedImage("cow.jpg", b"tile", "0a1b").known_as == "0a1b"
    False
    """

    digest: str = ""
    was_file: bool = True

    @property
    def known_as(self) -> str | None:
        """What the collection takes for the digest: never that of the image for its thumbnail, which may be any."""
        if not self.content:
            return self.digest or None
        return f"{self.digest}~{hashlib.blake2b(self.content, digest_size=16).hexdigest()}"

    def open(self) -> BinaryIO:
        """Return the thumbnail."""
        if not self.content:
            raise UnreadableImage("it was not found when the session was loaded, which has no thumbnail of it")
        return super().open()


@dataclass(frozen=True, eq=False)
class CollectionState:
    """A collection, as plain data.

    Attributes
    ----------
    items, name, limits, ordered, frames
        As in `Collection`.
    details : Details
    removed : frozenset of int
        Ids of the items that are no longer there.
    shapes : ndarray of int64, shape (n_items, 2)
        Width and height; 0 where they are not known.
    hashes : tuple of str or None
        Digests of the contents, as far as they are known.
    errors : mapping of int to (str, str, str)
        Stage, reason and exception of the items that cannot be read.
    folder_errors : tuple of (str, str, str, str)
        The same of folders, with their paths.
    notices : tuple of str
        What a person should know about the source.
    """

    items: tuple[Item, ...]
    name: str
    details: Details
    removed: frozenset[int]
    shapes: npt.NDArray[np.int64]
    hashes: tuple[str | None, ...]
    errors: Mapping[int, tuple[str, str, str]]
    folder_errors: tuple[tuple[str, str, str, str], ...] = ()
    notices: tuple[str, ...] = ()
    frames: str = "first"
    limits: Limits = field(default=DEFAULT_LIMITS)
    ordered: bool = False
