"""Connections to one SQLite database, in a file or in memory."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from imgclust_jupyter.store.mounts import on_network
from imgclust_jupyter.store.schema import SCHEMA

__all__ = ["Database"]

_BUSY_SECONDS = 30.0


class Database:
    """A pool of connections, so that no two threads ever share one at the same time.

    Parameters
    ----------
    file : Path or None
        None is a database in memory, which has a single connection that threads take in turns.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
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
            with self._lock:
                generation = self._generation
                connection = self._idle.pop() if self._idle else self._open()
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.rollback()
                with self._lock:
                    if generation == self._generation:
                        self._idle.append(connection)
                    else:
                        connection.close()

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
            self._generation += 1
            while self._idle:
                self._idle.pop().close()

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
        assert self.file is not None
        self.close()
        if self._identity not in (None, _identity(self.file)):
            return None
        aside = self.file.with_name(f"{self.file.name}.corrupt-{time.strftime('%Y%m%d-%H%M%S')}")
        for suffix in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{self.file}{suffix}").replace(f"{aside}{suffix}")
        return aside

    def _open(self) -> sqlite3.Connection:
        if self.file is None:
            connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            # Vectors and thumbnails of a few kilobytes leave up to half of smaller pages empty.
            connection.execute("PRAGMA page_size = 32768")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            if self.file is not None:
                self._identity = _identity(self.file)
                _choose_journal(connection, self.file)
            connection.executescript(SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection


def _choose_journal(connection: sqlite3.Connection, file: Path) -> None:
    # What cannot be had, perhaps since another process is using the database, stays as it is.
    with contextlib.suppress(sqlite3.OperationalError):
        if on_network(file):
            connection.execute("PRAGMA journal_mode = DELETE")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
