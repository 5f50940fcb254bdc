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

    def set_aside(self) -> Path:
        """Rename the database, so that the next connection begins a new one.

        Returns
        -------
        Path
            The new name. Nothing is renamed where another process has been faster.
        """
        if self.file is None:
            raise ValueError("a database in memory has no name")
        self.close()
        aside = self.file.with_name(f"{self.file.name}.corrupt-{time.strftime('%Y%m%d-%H%M%S')}")
        with contextlib.suppress(FileNotFoundError):
            if self._identity in (None, self._read_identity()):
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
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._choose_journal(connection)
            connection.executescript(SCHEMA)
            if self.file is not None:
                self._identity = self._read_identity()
        except BaseException:
            connection.close()
            raise
        return connection

    def _choose_journal(self, connection: sqlite3.Connection) -> None:
        if self.file is None or on_network(self.file):
            return
        # Where a write-ahead log cannot be had, the rollback journal stays in use.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    def _read_identity(self) -> tuple[int, int]:
        assert self.file is not None
        status = self.file.stat()
        return status.st_dev, status.st_ino
