"""Going on when the disk fails."""

from __future__ import annotations

import sqlite3
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from imgclust_jupyter.store.database import Database

__all__ = ["SturdyDatabase"]

T = TypeVar("T")

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# What is wrong with the disk or with another process, as opposed to with this program.
_UNUSABLE = {
    sqlite3.SQLITE_AUTH, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY,
}  # fmt: skip


class SturdyDatabase:
    """A database that is replaced when it fails: a damaged file by a new one, any other by one in memory.

    Parameters
    ----------
    file : Path
        Made when needed, with its folder.
    """

    def __init__(self, file: Path) -> None:
        self._database = Database(file)
        self._replacing = threading.Lock()

    @property
    def file(self) -> Path | None:
        """The file, or None when the database lives in memory."""
        return self._database.file

    def run(self, work: Callable[[Database], T]) -> T:
        """Return what a function does with the database; it is called again with each replacement.

        Parameters
        ----------
        work : callable
            Must not have done anything yet that it may not do twice when the database fails.

        Raises
        ------
        sqlite3.DatabaseError
            For mistakes of `work`, and when even memory fails.
        """
        while True:
            database = self._database
            try:
                return work(database)
            except (sqlite3.DatabaseError, OSError) as error:
                self._replace(database, error)

    def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self._database.close()

    def _replace(self, failed: Database, error: sqlite3.DatabaseError | OSError) -> None:
        with self._replacing:
            if self._database is not failed:
                return  # another thread has met the same failure first
            if failed.file is None:
                raise error
            # The low byte is the kind of the error, the rest its variety.
            kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if kind in _CORRUPT:
                self._database = _begin_anew(failed, failed.file, error)
            elif kind in _UNUSABLE or isinstance(error, OSError):
                self._database = Database(None)
                failed.close()
                _warn(
                    f"the cache {failed.file} cannot be used ({error}); results are kept in memory only. Set the "
                    "environment variable IMGCLUST_CACHE to a folder that can be written to"
                )
            else:
                raise error


def _begin_anew(failed: Database, file: Path, error: Exception) -> Database:
    try:
        aside = failed.set_aside()
    except OSError as cannot_rename:
        _warn(f"the cache {file} is damaged ({error}) and cannot be renamed ({cannot_rename}); please delete it")
        return Database(None)
    if aside is not None:
        _warn(f"the cache {file} is damaged ({error}); it is now {aside.name}, and images will be embedded again")
    return Database(file)


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=2)
