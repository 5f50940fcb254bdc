"""Files that are written for the user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["check_target", "written_whole"]


def check_target(path: Path, example: str) -> None:
    """Refuse a path to which no file can be written.

    Parameters
    ----------
    path : Path
    example : str
        What a file could be called.

    Raises
    ------
    IsADirectoryError, FileNotFoundError
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; give the name of a file in it, such as {path / example}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} to")


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place when all is written; until then what was there before is.

    Parameters
    ----------
    path : Path

    Yields
    ------
    binary file object

    Raises
    ------
    OSError
        When it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with written_whole(path) as file:
    ...     _ = file.write(b"all")
    >>> path.read_bytes(), len(list(path.parent.iterdir()))
    (b'all', 1)
    """
    # Beside it, since only within one folder a file takes the place of another in a single moment.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
