"""One image of a collection, and the digest of its content."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.imaging import (
    DEFAULT_LIMITS,
    Frame,
    Limits,
    Openable,
    UnreadableImage,
    check_size,
    open_source,
    reason_for,
)

__all__ = ["Item", "Stored", "digest", "frame_digest", "natural_key", "printable"]

_DIGEST_BYTES = 16
_READ_AT_ONCE = 1 << 18


@dataclass(frozen=True, eq=False)
class Item:
    """One image of a collection.

    Attributes
    ----------
    id : int
        Its place in the collection, never given to another image.
    name : str
        File name, or "array 0", "image 0" for pixels in memory. Valid Unicode even where the file's name is not.
    relative : str
        Path from the collection's root with forward slashes; for pixels in memory the same as `name`.
    source : Path, Openable, ndarray or PIL.Image.Image
        What `imgclust_jupyter.imaging.decode` takes; a path is absolute.
    size : int
        Bytes; 0 for a file that is not there.
    mtime_ns : int
        Time of modification in nanoseconds since 1970; 0 where there is none.
    given : str
        The URL by which the user named it in a list or a table; may have secrets.
    frame : int
        Which picture of its file, from 0.
    """

    id: int
    name: str
    relative: str
    source: Path | Openable | npt.NDArray[Any] | Image.Image
    size: int
    mtime_ns: int
    given: str = field(default="", repr=False)
    frame: int = 0

    @property
    def file(self) -> Path | Openable | None:
        """What is read for it; None for pixels in memory."""
        source = self.source.source if isinstance(self.source, Frame) else self.source
        # Not the other way round: asking whether something is a protocol takes 35 µs, for each image of each column.
        return None if isinstance(source, bytes | np.ndarray | Image.Image) else source

    @property
    def in_memory(self) -> bool:
        """Whether it is nowhere else: pixels, or the content of a file without the file."""
        file = self.file
        return file is None or isinstance(file, FileContent)

    @property
    def location(self) -> str:
        """Where the image is, for the user's own table: an absolute path, a path into an archive, or a URL."""
        file = self.file
        if isinstance(file, Path):
            return str(file)
        return file.location if file is not None and isinstance(file, Stored) else self.relative

    @property
    def state(self) -> tuple[str, int, int] | None:
        """By what the store knows the content of the file; None where nothing is known, so that it must be read."""
        file = self.file
        if isinstance(file, Path):
            return str(file), self.size, self.mtime_ns
        return file.state if file is not None and isinstance(file, Stored) else None

    def is_called(self, text: str) -> bool:
        """Return whether a text says where the image is, which is nothing for the browser."""
        return text in (self.location, self.given)


@runtime_checkable
class Stored(Openable, Protocol):
    """An `Openable` that says where it is, and when its content is still the same."""

    @property
    def location(self) -> str:
        """Where it is, without secrets."""
        ...

    @property
    def state(self) -> tuple[str, int, int] | None:
        """As `Item.state`."""
        ...


def digest(item: Item, limits: Limits = DEFAULT_LIMITS) -> tuple[str, tuple[str, int, int] | None]:
    """Read an image as it is now and return the digest of its content.

    Parameters
    ----------
    item : Item
    limits : Limits
        Only the bound on the size of a file counts here.

    Returns
    -------
    digest : str
        BLAKE2b of 16 bytes in hexadecimal: of a file's bytes, or of the kind, shape and values of pixels in memory.
        `frame_digest` makes of it that of a frame.
    state : (str, int, int) or None
        What the digest belongs to, as in `Item.state`.

    Raises
    ------
    UnreadableImage
        When the file cannot be read.
    """
    if item.file is not None:
        state = item.state
        of_file = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        try:
            with open_source(item.file) as file:
                check_size(file, limits)
                if isinstance(item.file, Path):
                    status = os.fstat(file.fileno())
                    state = str(item.file), status.st_size, status.st_mtime_ns
                while piece := file.read(_READ_AT_ONCE):
                    of_file.update(piece)
        except OSError as error:
            raise UnreadableImage(reason_for(error)) from error
        return of_file.hexdigest(), state
    assert isinstance(item.source, np.ndarray | Image.Image)
    pixels, kind = (item.source, "array") if isinstance(item.source, np.ndarray) else _pixels(item.source)
    hashed = hashlib.blake2b(f"{kind} {pixels.dtype.str} {pixels.shape} ".encode(), digest_size=_DIGEST_BYTES)
    hashed.update(np.ascontiguousarray(pixels).data)
    return hashed.hexdigest(), None


def frame_digest(of_file: str, frame: int) -> str:
    """Return the digest of a frame; of the first it is the file's, which is what is decoded of a file as such.

    Examples
    --------
    >>> frame_digest("c0ffee", 0), frame_digest("c0ffee", 2)
    ('c0ffee', 'c0ffee:2')
    """
    return f"{of_file}:{frame}" if frame else of_file


def natural_key(relative: str) -> tuple[Any, ...]:
    """Return a sort key under which ``a2.jpg`` comes before ``a10.jpg``, and a folder's files stay together.

    Examples
    --------
    >>> sorted(["a10.jpg", "b/1.jpg", "a2.jpg", "A3.jpg"], key=natural_key)
    ['a2.jpg', 'A3.jpg', 'a10.jpg', 'b/1.jpg']
    """
    folders = []
    for part in relative.split("/"):
        # The pieces are text and number in turn, so that like is always compared with like.
        pieces = re.split(r"([0-9]+)", part.casefold())
        folders.append(tuple(int(piece) if i % 2 else piece for i, piece in enumerate(pieces)))
    return tuple(folders), relative


def printable(name: str) -> str:
    r"""Return a file's name as valid Unicode; what is none becomes the replacement character.

    Examples
    --------
    >>> printable(b"caf\xe9.jpg".decode("utf-8", "surrogateescape"))
    'caf�.jpg'
    """
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", name)


def _pixels(image: Image.Image) -> tuple[npt.NDArray[Any], str]:
    try:
        pixels = np.asarray(image)
    except (
        Exception
    ) as error:  # a file that the user has opened and that turns out to be damaged raises nearly anything
        raise UnreadableImage(reason_for(error)) from error
    return pixels, f"image {image.mode} {image.getpalette()} {image.info.get('transparency')}"
