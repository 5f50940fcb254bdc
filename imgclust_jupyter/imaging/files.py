"""Opening what holds the bytes of a picture, wherever they are."""

from __future__ import annotations

import io
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from imgclust_jupyter.imaging.errors import UnreadableImage

__all__ = ["Frame", "Openable", "open_regular", "open_source", "suffix_of"]


@runtime_checkable
class Openable(Protocol):
    """A picture's file that is no file of this machine: a member of an archive, or behind a URL.

    Who implements it is a frozen dataclass that can be hashed, compared and pickled, so that it can name the picture in
    tables and be sent to other processes.
    """

    def open(self) -> BinaryIO:
        """Return the whole content as a binary file that can seek; to be closed by the caller.

        Raises
        ------
        UnreadableImage
            When it cannot be had, in words that give no secret away.
        """
        ...

    def describe(self) -> str:
        """Return what to call it in messages: never with a password, a token or a folder of this machine."""
        ...


@dataclass(frozen=True)
class Frame:
    """One frame of an animation, or one page of a file of several; an `Openable` of the whole file.

    Attributes
    ----------
    source : Path, bytes or Openable
        The file.
    number : int
        Which of its pictures, from 0.
    """

    source: Path | bytes | Openable
    number: int

    def open(self) -> BinaryIO:
        """Open the file."""
        return open_source(self.source)

    def describe(self) -> str:
        """Return what to call the file in messages."""
        if isinstance(self.source, bytes):
            return ""
        return self.source.name if isinstance(self.source, Path) else self.source.describe()


def open_source(source: Path | bytes | Openable) -> BinaryIO:
    """Open the file of a picture, of whatever kind it is; the one way in which the package does.

    Parameters
    ----------
    source : Path, bytes or Openable

    Returns
    -------
    binary file object
        Can seek; to be closed by the caller.

    Raises
    ------
    UnreadableImage
        When there is nothing to read in it.
    OSError
        As `open` raises it.

    Examples
    --------
    >>> with open_source(b"content") as file:
    ...     file.read(4)
    b'cont'
    """
    if isinstance(source, Path):
        return open_regular(source)
    return io.BytesIO(source) if isinstance(source, bytes) else source.open()


def suffix_of(source: Path | bytes | Openable) -> str:
    """Return the suffix of a picture's file, with its full stop; empty where there is none.

    Examples
    --------
    >>> suffix_of(Path("photos/a.JPG")), suffix_of(b"content")
    ('.JPG', '')
    """
    if isinstance(source, bytes):
        return ""
    return source.suffix if isinstance(source, Path) else Path(source.describe()).suffix


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, and nothing that is no file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    binary file object
        To be closed by the caller.

    Raises
    ------
    UnreadableImage
        For a pipe, a device, a socket or a folder, and for an empty file.
    OSError
        As `open` raises it.
    """
    # Opening a pipe that nobody writes to would block for ever, so the kind of the file is asked for before.
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableImage("it is a folder, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableImage("it is a pipe, a device or a socket, not a file")
    if status.st_size == 0:
        raise UnreadableImage("the file is empty")
    return path.open("rb")
