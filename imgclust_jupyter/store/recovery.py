"""Going on when the disk fails."""

from __future__ import annotations

import sqlite3
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from imgclust_jupyter.store.database import Database
from imgclust_jupyter.store.schema import Schema

__all__ = ["SturdyDatabase"]

T = TypeVar("T")

_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# What is wrong with the disk or with another process, as opposed to with this program.
_UNUSABLE = {
    sqlite3.SQLITE_AUTH, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY,
}  # fmt: skip


class SturdyDatabase:
    """A database in a file, which gives way to others when it fails.

    A damaged file is replaced by a new one. Where nothing can be written, a database in memory takes what is new, and
    the file is read as long as it can be.

    Parameters
    ----------
    file : Path
        Made when needed, with its folder.
    schema : Schema
    """

    def __init__(self, file: Path, schema: Schema) -> None:
        self._path = file
        self._schema = schema
        # The last one is written to.
        self._layers: tuple[Database, ...] = (Database(file, schema),)
        self._replacing = threading.Lock()

    @property
    def file(self) -> Path | None:
        """The file, or None when nothing is read from it."""
        return self._layers[0].file

    def read(self, work: Callable[[Database], T]) -> list[T]:
        """Return what a function reads from each of the databases; what comes last is newest.

        Parameters
        ----------
        work : callable
            Called again with a replacement when a database fails.

        Raises
        ------
        sqlite3.DatabaseError
            For mistakes of `work`, and when even memory fails.
        """
        while True:
            results = []
            for database in self._layers:
                try:
                    results.append(work(database))
                except (sqlite3.DatabaseError, OSError) as error:
                    self._replace(database, error)
                    break
            else:
                return results

    def write(self, work: Callable[[Database], T]) -> T:
        """Return what a function does with the database that can be written to.

        Parameters
        ----------
        work : callable
            Called again with a replacement when the database fails; must not have done anything by then that it may not
            do twice.

        Raises
        ------
        sqlite3.DatabaseError
            For mistakes of `work`, and when even memory fails.
        """
        while True:
            database = self._layers[-1]
            try:
                return work(database)
            except (sqlite3.DatabaseError, OSError) as error:
                self._replace(database, error)

    def begin_again(self) -> None:
        """Forget what is in memory, and try the file again."""
        with self._replacing:
            if len(self._layers) > 1 or self.file is None:
                self.close()
                self._layers = (Database(self._path, self._schema),)

    def close(self) -> None:
        """Close all connections; a later use opens new ones. What is in memory is lost."""
        for database in self._layers:
            database.close()

    def _replace(self, failed: Database, error: sqlite3.DatabaseError | OSError) -> None:
        with self._replacing:
            if failed not in self._layers:
                return  # another thread has met the same failure first
            # The low byte is the kind of the error, the rest its variety.
            kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if failed.file is None or not (kind in _CORRUPT | _UNUSABLE or isinstance(error, OSError)):
                raise error
            if len(self._layers) > 1:
                self._layers = self._layers[1:]
                _warn(f"{self._schema.title} {self._path} cannot be read any more ({error})")
            elif kind in _CORRUPT:
                self._layers = (_begin_anew(failed, self._path, self._schema, error),)
            else:
                failed.close()
                self._layers = _without_writing(self._path, self._schema, error)


def _without_writing(file: Path, schema: Schema, error: Exception) -> tuple[Database, ...]:
    memory = f"kept in memory only: set the environment variable {schema.variable} to a folder that can be written to"
    try:
        readable = Database(file, schema, read_only=True)
        with readable.connection():
            pass
    except (sqlite3.DatabaseError, OSError):
        _warn(f"{schema.title} {file} cannot be used ({error}); {schema.content} are {memory}")
        return (Database(None, schema),)
    _warn(f"nothing can be written to {schema.title} {file} ({error}); new {schema.content} are {memory}")
    return readable, Database(None, schema)


def _begin_anew(failed: Database, file: Path, schema: Schema, error: Exception) -> Database:
    try:
        aside = failed.set_aside()
    except OSError as why:
        _warn(f"{schema.title} {file} is damaged ({error}) and cannot be renamed ({why}); please move it away")
        return Database(None, schema)
    if aside is not None:
        _warn(f"{schema.title} {file} is damaged ({error}); it is now {aside.name}, and {schema.loss}")
    return Database(file, schema)


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=2)
