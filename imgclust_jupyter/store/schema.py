"""The tables of the store."""

from __future__ import annotations

__all__ = ["DECODE_VERSION", "FILE_NAME", "SCHEMA", "SCHEMA_VERSION"]

DECODE_VERSION = 2
"""To be raised with every change of `imgclust_jupyter.imaging` that changes pixels or thumbnails.

What was computed from differently decoded pictures is then no longer found. It is defined here, below `imaging`, since
it is a part of the store's keys.
"""

# Kernels with different versions of the package may use the same folder: when the tables change, so must the version
# and with it the name. A file that has this name all the same and tables of another version is left alone.
SCHEMA_VERSION = 1
FILE_NAME = "imgclust.sqlite"

SCHEMA = """
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
"""
