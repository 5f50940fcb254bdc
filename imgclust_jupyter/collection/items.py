"""One image of a collection, and the digest of its content."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.imaging import Openable, UnreadableImage, open_source, reason_for

__all__ = ["Item", "digest", "natural_key", "printable"]

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
        Time of modification in nanoseconds since 1970; 0 for pixels in memory.
    """

    id: int
    name: str
    relative: str
    source: Path | Openable | npt.NDArray[Any] | Image.Image
    size: int
    mtime_ns: int


def digest(item: Item) -> tuple[str, int, int]:
    """Read an image as it is now and return the digest of its content.

    Parameters
    ----------
    item : Item

    Returns
    -------
    digest : str
        BLAKE2b of 16 bytes in hexadecimal: of a file's bytes, or of the kind, shape and values of pixels in memory.
    size, mtime_ns : int
        What the digest belongs to, as in `Item`.

    Raises
    ------
    UnreadableImage
        When the file cannot be read.
    """
    if isinstance(item.source, Path | Openable):
        size, mtime_ns = item.size, item.mtime_ns
        of_file = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        try:
            with open_source(item.source) as file:
                if isinstance(item.source, Path):
                    status = os.fstat(file.fileno())
                    size, mtime_ns = status.st_size, status.st_mtime_ns
                while piece := file.read(_READ_AT_ONCE):
                    of_file.update(piece)
        except OSError as error:
            raise UnreadableImage(reason_for(error)) from error
        return of_file.hexdigest(), size, mtime_ns
    pixels, kind = (item.source, "array") if isinstance(item.source, np.ndarray) else _pixels(item.source)
    hashed = hashlib.blake2b(f"{kind} {pixels.dtype.str} {pixels.shape} ".encode(), digest_size=_DIGEST_BYTES)
    hashed.update(np.ascontiguousarray(pixels).data)
    return hashed.hexdigest(), item.size, item.mtime_ns


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
