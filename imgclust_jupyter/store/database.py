"""Connections to one SQLite database, in a file or in memory."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from imgclust_jupyter.store.mounts import on_network
from imgclust_jupyter.store.schema import Schema

__all__ = ["Database"]

_BUSY_SECONDS = 30.0
_JOURNAL_BYTES = 50_000_000  # that stay on the disk between transactions


class Database:
    """A pool of connections, so that no two threads ever share one at the same time.

    Parameters
    ----------
    file : Path or None
        None is a database in memory, which has a single connection that threads take in turns.
    schema : Schema
        Its tables are made when there are none.
    read_only : bool, default=False
        Never write, not even what SQLite needs to coordinate its readers.
    """

    def __init__(self, file: Path | None, schema: Schema, read_only: bool = False) -> None:
        self.file = file
        self._schema = schema
        self._read_only = read_only
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._generation = 0
        self._identity: tuple[int, int] | None = None
        self._turn = threading.Lock() if file is None else contextlib.nullcontext()

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in autocommit mode to the calling thread.

        Raises
        ------
        OSError, sqlite3.DatabaseError
            When the database cannot be opened.
        """
        with self._turn:
            connection, generation = self._take()
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.rollback()
                self._give_back(connection, generation)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for writing; committed at the end, rolled back after an exception."""
        with self.connection() as connection:
            # Immediate: a transaction that starts as a reader cannot wait for its turn to write.
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close all connections, those in use as soon as they are given back; a later use opens new ones."""
        with self._lock:
            self._close_idle()

    def set_aside(self) -> Path | None:
        """Rename the database's file, so that the next connection begins a new one.

        Returns
        -------
        Path or None
            The new name; None where another process has been faster.

        Raises
        ------
        OSError
            When it cannot be renamed.
        """
        from filelock import FileLock

        assert self.file is not None
        self.close()
        # Else a second process could rename the first one's new database.
        with FileLock(f"{self.file}.lock", timeout=_BUSY_SECONDS):
            if self._identity not in (None, _identity(self.file)):
                return None
            aside = self.file.with_name(f"{self.file.name}.corrupt-{time.strftime('%Y%m%d-%H%M%S')}")
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.file}{suffix}").replace(f"{aside}{suffix}")
            return aside

    def _take(self) -> tuple[sqlite3.Connection, int]:
        with self._lock:
            if self._idle and self.file is not None and _identity(self.file) != self._identity:
                self._close_idle()  # somebody has deleted the file, or set it aside
            return self._idle.pop() if self._idle else self._open(), self._generation

    def _give_back(self, connection: sqlite3.Connection, generation: int) -> None:
        with self._lock:
            # How a file may be read without writing depends on whether somebody else is writing just then.
            if generation == self._generation and not self._read_only:
                self._idle.append(connection)
            else:
                connection.close()

    def _close_idle(self) -> None:
        self._generation += 1
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        if self.file is None:
            connection = _connect(":memory:")
        elif self._read_only:
            return _open_to_read(self.file, self._schema)
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(str(self.file))
        try:
            if self.file is not None:
                self._identity = _identity(self.file)
            connection.execute("PRAGMA foreign_keys = ON")
            # Some builds of SQLite overwrite all that is deleted, which takes as much of the disk once more.
            connection.execute("PRAGMA secure_delete = OFF")
            connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL_BYTES}")
            # Both count in a new database only. Vectors and thumbnails of a few kilobytes leave up to half of smaller
            # pages empty.
            connection.execute("PRAGMA page_size = 32768")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            if self.file is not None:
                _choose_journal(connection, self.file, self._schema)
            if not _has_tables(connection, self._schema):
                make = f"{self._schema.tables} PRAGMA user_version = {self._schema.version}"
                connection.executescript(f"BEGIN IMMEDIATE; {make}; COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(name: str) -> sqlite3.Connection:
    uri = name.startswith("file:")
    return sqlite3.connect(name, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)


def _open_to_read(file: Path, schema: Schema) -> sqlite3.Connection:
    ways = ["mode=ro"]
    wal = Path(f"{file}-wal")
    if not os.access(file.parent, os.W_OK) and not on_network(file) and not (wal.exists() and wal.stat().st_size):
        # A write-ahead log cannot be begun here, not even by readers; where there is none, nobody is writing.
        ways.append("mode=ro&immutable=1")
    for way in ways:
        connection = _connect(f"{file.absolute().as_uri()}?{way}")
        try:
            if not _has_tables(connection, schema):
                raise OSError(f"{file} is empty")
        except BaseException as error:
            connection.close()
            if way == ways[-1] or not isinstance(error, sqlite3.OperationalError):
                raise
        else:
            break
    return connection


def _has_tables(connection: sqlite3.Connection, schema: Schema) -> bool:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, schema.version):
        raise OSError(
            f"its tables are of version {version}, those of this imgclust_jupyter of version {schema.version}"
        )
    return bool(version)


def _choose_journal(connection: sqlite3.Connection, file: Path, schema: Schema) -> None:
    # What cannot be had, perhaps since another process is using the database, stays as it is.
    with contextlib.suppress(sqlite3.OperationalError):
        if on_network(file):
            connection.execute("PRAGMA journal_mode = DELETE")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {schema.synchronous}")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
