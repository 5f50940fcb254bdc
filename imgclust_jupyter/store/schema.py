"""The tables of the databases: what can be computed again, and what a person has done."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CACHE", "DECODE_VERSION", "FILE_NAME", "LABELS", "Schema"]

DECODE_VERSION = 2
"""To be raised with every change of `imgclust_jupyter.imaging` that changes pixels or thumbnails.

What was computed from differently decoded pictures is then no longer found. It is defined here, below `imaging`, since
it is a part of the store's keys.
"""

FILE_NAME = "imgclust.sqlite"


@dataclass(frozen=True)
class Schema:
    """The tables of a database, and what there is to say of it.

    Attributes
    ----------
    tables : str
        SQL that makes them.
    version : int
        Kernels with different versions of the package may use the same folder: when the tables change, so must the
        version and with it the file's name. A file with tables of another version is left alone.
    synchronous : str
        SQLite's setting where it writes ahead: "NORMAL" may lose the last transactions when the power fails.
    title, content, loss, variable : str
        For warnings: what it is called, what it holds, what a damaged one means, which variable puts it elsewhere.
    """

    tables: str
    version: int
    synchronous: str
    title: str
    content: str
    loss: str
    variable: str


CACHE = Schema(
    version=1,
    synchronous="NORMAL",
    title="the cache",
    content="results",
    loss="images will be embedded again",
    variable="IMGCLUST_CACHE",
    tables="""
CREATE TABLE IF NOT EXISTS files (
    state TEXT PRIMARY KEY,  -- digest of path, size and time of modification
    hash TEXT NOT NULL       -- digest of the content
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS images (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL,
    decode_version INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    used INTEGER NOT NULL,   -- Unix time in seconds, about
    UNIQUE (hash, decode_version)
);
CREATE INDEX IF NOT EXISTS images_by_use ON images (used);
CREATE TABLE IF NOT EXISTS embeddings (
    image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    vector BLOB NOT NULL,    -- float32, little-endian
    UNIQUE (image, network)
);
CREATE TABLE IF NOT EXISTS thumbnails (
    image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    size INTEGER NOT NULL,
    file BLOB NOT NULL,
    UNIQUE (image, size)
);
""",
)

LABELS = Schema(
    version=1,
    synchronous="FULL",
    title="the database of labels",
    content="labels",
    loss="labels that were given before are in that file only",
    variable="IMGCLUST_DATA",
    tables="""
CREATE TABLE IF NOT EXISTS images (
    id INTEGER PRIMARY KEY,    -- from a random one on, so that no two kernels give the same
    collection TEXT NOT NULL,
    path TEXT NOT NULL,        -- in the collection, where the image was seen last
    digest TEXT NOT NULL       -- of its content, as it was seen last
);
CREATE INDEX IF NOT EXISTS images_by_collection ON images (collection);
CREATE TABLE IF NOT EXISTS actions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    time REAL NOT NULL,        -- seconds since 1970
    name TEXT NOT NULL,        -- of the column
    value TEXT,
    action TEXT NOT NULL,
    by TEXT NOT NULL,
    images BLOB NOT NULL       -- their ids, int64, little-endian
);
CREATE INDEX IF NOT EXISTS actions_by_collection ON actions (collection);
""",
)
