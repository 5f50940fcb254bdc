"""The store of what has been computed from images."""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.store.database import Database
from imgclust_jupyter.store.eviction import delete_all, evict, used_bytes
from imgclust_jupyter.store.recovery import SturdyDatabase
from imgclust_jupyter.store.schema import CACHE, DECODE_VERSION, FILE_NAME
from imgclust_jupyter.store.settings import default_bytes, default_directory

__all__ = ["Record", "Store", "open_store"]

_HOUR = 3600
_MEMORY_BYTES = 1_000_000_000  # of a store that has to live in memory


@dataclass(frozen=True, eq=False)
class Record:
    """What is kept of one image.

    Attributes
    ----------
    hash : str
        Digest of the image's content.
    width, height : int
        Size in pixels as it is shown, upright.
    embedding : ndarray of float32, shape (d,), or None
    thumbnails : mapping of int to bytes
        Image files by longest side in pixels.
    """

    hash: str
    width: int
    height: int
    embedding: npt.NDArray[np.float32] | None
    thumbnails: Mapping[int, bytes]


class Store:
    """Content hashes, embeddings, thumbnails and sizes of images, for ever or until the space is needed.

    All methods can be called from any thread, and several processes can use the same folder. A lookup is one query for
    any number of images. Trouble with the disk never stops the work: a damaged database is renamed and a new one begun;
    where nothing can be written, what is new is kept in memory, and what the file has is still read. Both are said in a
    warning.

    Parameters
    ----------
    directory : Path, optional
        Folder of the database, made when needed. Default: the environment variable ``IMGCLUST_CACHE``, else the user's
        cache folder.
    max_bytes : int, optional
        Beyond this size the images that were not used for the longest time are forgotten. Default: the environment
        variable ``IMGCLUST_CACHE_BYTES``, else 10 GB.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> vector = np.ones(4, dtype=np.float32)
    >>> store.put([Record("0a1b", 640, 480, vector, {})], "pixels")
    >>> store.embeddings(["0a1b", "unknown"], "pixels")
    {'0a1b': array([1., 1., 1., 1.], dtype=float32)}
    """

    def __init__(self, directory: Path | None = None, max_bytes: int | None = None) -> None:
        self.directory = default_directory() if directory is None else Path(directory)
        self.max_bytes = default_bytes() if max_bytes is None else max_bytes
        self._database = SturdyDatabase(self.directory / FILE_NAME, CACHE)

    @property
    def file(self) -> Path | None:
        """The database's file, or None when the store lives in memory alone."""
        return self._database.file

    def hashes_of(self, files: Sequence[tuple[str, int, int]]) -> list[str | None]:
        """Return the content hashes of files that were remembered and have not changed since.

        Parameters
        ----------
        files : sequence of (str, int, int)
            Absolute path, size in bytes, time of modification in nanoseconds.

        Returns
        -------
        list of str or None
            In the order of `files`; None for a file that is not known as it is now.
        """
        states = [_state(*file) for file in files]
        query = "SELECT state, hash FROM json_each(?) AS wanted CROSS JOIN files ON state = wanted.value"
        known = dict(self._read(query, json.dumps(states)))
        return [known.get(state) for state in states]

    def remember_files(self, files: Iterable[tuple[str, int, int, str]]) -> None:
        """Remember content hashes of files.

        Parameters
        ----------
        files : iterable of (str, int, int, str)
            Absolute path, size in bytes, time of modification in nanoseconds, content hash.
        """
        rows = [(_state(path, size, mtime_ns), digest) for path, size, mtime_ns, digest in files]
        self._write([("INSERT OR REPLACE INTO files VALUES (?, ?)", rows)])

    def hashes_with(self, network_id: str) -> list[str]:
        """Return the content hashes of all images that have an embedding by a network."""
        query = (
            "SELECT hash FROM embeddings CROSS JOIN images ON images.id = image AND decode_version = ? "
            "WHERE network = ?"
        )
        return [digest for (digest,) in self._read(query, DECODE_VERSION, network_id)]

    def embeddings(self, hashes: Sequence[str], network_id: str) -> dict[str, npt.NDArray[np.float32]]:
        """Return the embeddings that are there.

        Parameters
        ----------
        hashes : sequence of str
            Content hashes; may repeat.
        network_id : str

        Returns
        -------
        dict of str to ndarray of float32, shape (d,)
            By content hash; read-only arrays. Images without an embedding by this network are left out.
        """
        found = self._look_up("vector", "embeddings", "network", hashes, network_id)
        return {digest: np.frombuffer(vector, dtype="<f4") for digest, vector in found.items()}

    def thumbnails(self, hashes: Sequence[str], size: int) -> dict[str, bytes]:
        """Return the thumbnails that are there.

        Parameters
        ----------
        hashes : sequence of str
            Content hashes; may repeat.
        size : int
            Longest side in pixels.

        Returns
        -------
        dict of str to bytes
            Image files by content hash.
        """
        return self._look_up("file", "thumbnails", "size", hashes, size)

    def shapes(self, hashes: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return the sizes of images that are there.

        Parameters
        ----------
        hashes : sequence of str
            Content hashes; may repeat.

        Returns
        -------
        dict of str to (int, int)
            Width and height as shown, in pixels, by content hash.
        """
        query = (
            "SELECT hash, width, height FROM json_each(?) AS wanted "
            "CROSS JOIN images ON hash = wanted.value AND decode_version = ?"
        )
        found = self._read(query, json.dumps(list(hashes)), DECODE_VERSION)
        return {digest: (width, height) for digest, width, height in found}

    def put(self, records: Sequence[Record], network_id: str | None) -> None:
        """Keep what has been computed of some images, all in one transaction.

        Parameters
        ----------
        records : sequence of Record
            Replace what was there; what a record does not have (no embedding, another size of thumbnail) stays.
        network_id : str or None
            Which network made the embeddings; None when there are none.

        Raises
        ------
        ValueError
            For an embedding without a network.
        """
        embedded = [record for record in records if record.embedding is not None]
        if embedded and network_id is None:
            raise ValueError("an embedding cannot be kept without the id of the network that made it")
        now = int(time.time())
        images = [(record.hash, DECODE_VERSION, record.width, record.height, now) for record in records]
        vectors = [
            (network_id, np.asarray(record.embedding, dtype="<f4").tobytes(), record.hash, DECODE_VERSION)
            for record in embedded
        ]
        tiles = [
            (size, file, record.hash, DECODE_VERSION) for record in records for size, file in record.thumbnails.items()
        ]
        of_image = "SELECT id, ?, ? FROM images WHERE hash = ? AND decode_version = ?"
        self._write(
            [
                (
                    "INSERT INTO images (hash, decode_version, width, height, used) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET width = excluded.width, height = excluded.height, used = excluded.used",
                    images,
                ),
                (f"INSERT OR REPLACE INTO embeddings (image, network, vector) {of_image}", vectors),
                (f"INSERT OR REPLACE INTO thumbnails (image, size, file) {of_image}", tiles),
            ]
        )
        self._database.write(self._evict)

    def info(self) -> dict[str, Any]:
        """Return what is in the store; see `cache.info`."""

        def count(database: Database) -> tuple[int, int, int, dict[str, int]]:
            with database.connection() as connection:
                networks = connection.execute("SELECT network, count(*) FROM embeddings GROUP BY network").fetchall()
                (images,) = connection.execute("SELECT count(*) FROM images").fetchone()
                (tiles,) = connection.execute("SELECT count(*) FROM thumbnails").fetchone()
                return used_bytes(connection), images, tiles, dict(networks)

        n_bytes, images, tiles, networks = zip(*self._database.read(count), strict=True)
        return {
            "path": None if self.file is None else str(self.file),
            "bytes": sum(n_bytes),
            "images": sum(images),
            "embeddings": dict(sum(map(Counter, networks), Counter())),
            "thumbnails": sum(tiles),
        }

    def clear(self) -> None:
        """Forget everything, and delete damaged databases that were set aside."""
        self._database.begin_again()
        self._database.write(delete_all)
        for file in self.directory.glob(f"{FILE_NAME}.corrupt-*"):
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        self._database.close()

    def _look_up(self, value: str, table: str, key: str, hashes: Sequence[str], wanted: Any) -> dict[str, Any]:
        # The order of the join is fixed (CROSS): the planner does not know how long the list is.
        query = (
            f"SELECT hash, {value}, used FROM json_each(?) AS wanted "
            "CROSS JOIN images ON hash = wanted.value AND decode_version = ? "
            f"CROSS JOIN {table} ON {table}.image = images.id AND {key} = ?"
        )
        rows = self._read(query, json.dumps(list(hashes)), DECODE_VERSION, wanted)
        now = int(time.time())
        # To the hour is exact enough to say what was not used for the longest time, and spares most lookups a write.
        stale = [(now, digest, DECODE_VERSION) for digest, _, used in rows if used < now - _HOUR]
        if stale:
            self._write([("UPDATE images SET used = ? WHERE hash = ? AND decode_version = ?", stale)])
        return {digest: found for digest, found, _ in rows}

    def _read(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        def fetch(database: Database) -> list[tuple[Any, ...]]:
            with database.connection() as connection:
                return connection.execute(query, parameters).fetchall()

        return [row for rows in self._database.read(fetch) for row in rows]

    def _write(self, statements: Sequence[tuple[str, Sequence[tuple[Any, ...]]]]) -> None:
        def execute(database: Database) -> None:
            with database.transaction() as connection:
                for statement, rows in statements:
                    connection.executemany(statement, rows)

        self._database.write(execute)

    def _evict(self, database: Database) -> None:
        evict(database, self.max_bytes if database.file is not None else min(self.max_bytes, _MEMORY_BYTES))


def open_store() -> Store:
    """Return the process's store in the folder that ``IMGCLUST_CACHE`` names now, or in the user's cache folder."""
    return _store_in(default_directory(), default_bytes())


@functools.cache
def _store_in(directory: Path, max_bytes: int) -> Store:
    return Store(directory, max_bytes)


def _state(path: str, size: int, mtime_ns: int) -> str:
    # A digest, since names that are not valid Unicode cannot be written into the database, and nobody else needs to
    # know the names.
    state = f"{path}\0{size}\0{mtime_ns}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(state, digest_size=16).hexdigest()
