"""Opening files that may be anything."""

from __future__ import annotations

import stat
from io import BufferedReader
from pathlib import Path

from imgclust_jupyter.imaging.errors import UnreadableImage

__all__ = ["open_regular"]


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
