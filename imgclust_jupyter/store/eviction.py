"""Making room in a database of images."""

from __future__ import annotations

import sqlite3

from imgclust_jupyter.store.database import Database

__all__ = ["delete_all", "evict", "used_bytes"]

_AT_ONCE = 64
_PAGES_AT_ONCE = 300
_KEPT = 0.95  # of the bound, so that not every batch that is stored has to make room for itself


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return how many bytes of the database's pages are in use."""
    pages, free, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * page_size)


def evict(database: Database, max_bytes: int) -> None:
    """Forget the images that were not used for the longest time, when the database is larger than it may be.

    Parameters
    ----------
    database : Database
    max_bytes : int
        Beyond it, images go until a twentieth of it is free.
    """
    with database.connection() as connection:
        if used_bytes(connection) <= max_bytes:
            return
    # In small steps, so that other kernels get their turn, and that what is newest stays in a small database, too.
    some = f"SELECT min({_AT_ONCE}, 1 + count(*) / 20) FROM images"
    oldest = f"SELECT id FROM images ORDER BY used, id LIMIT ({some})"
    evicted = 1
    while evicted:
        with database.transaction() as connection:
            excess = used_bytes(connection) > _KEPT * max_bytes
            evicted = connection.execute(f"DELETE FROM images WHERE id IN ({oldest})").rowcount if excess else 0
    with database.transaction() as connection:
        connection.execute("DELETE FROM files WHERE hash NOT IN (SELECT hash FROM images)")
    _give_back_space(database)


def delete_all(database: Database) -> None:
    """Empty the tables."""
    with database.connection() as connection:
        # Without looking for what refers to each row, SQLite empties a table at once.
        connection.execute("PRAGMA foreign_keys = OFF")
        try:
            connection.execute("BEGIN IMMEDIATE")
            for table in ("thumbnails", "embeddings", "images", "files"):
                connection.execute(f"DELETE FROM {table}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA foreign_keys = ON")
    _give_back_space(database)


def _give_back_space(database: Database) -> None:
    with database.connection() as connection:
        free = _free_pages(connection)
        while free:
            # As a script, since `execute` stops after the first page; in steps, so that the log stays small.
            connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
            # Passive: as far as is possible without waiting for other users of the file.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            before, free = free, _free_pages(connection)
            if free >= before:  # others free them faster
                return


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])
