"""A collection of images and its table."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.items import Item, digest, printable
from imgclust_jupyter.collection.metadata import Joined, align, join
from imgclust_jupyter.collection.sources import Gathered, gather
from imgclust_jupyter.collection.values import json_value
from imgclust_jupyter.imaging import UnreadableImage, reason_for
from imgclust_jupyter.store import Store

__all__ = ["Collection"]

_HASHED_AT_ONCE = 256


class Collection:
    """Which images there are, what is known of each, and which cannot be read.

    Made by `from_source`. Ids, shapes and errors may be asked for and reported from any thread.

    Attributes
    ----------
    items : tuple of Item
        An item's id is its place here.
    name : str
        Name of the folder, or another short title.
    matched_on : str or None
        Which column of the metadata was joined with what of the images, in words.
    unmatched : DataFrame
        Rows of the metadata without an image.
    notices : list of str
        What a person should know about the metadata, in words.

    Examples
    --------
    >>> pixels = [np.zeros((4, 6), dtype=np.uint8), np.ones((5, 5, 3))]
    >>> collection = Collection.from_source(pixels)
    >>> [item.name for item in collection.items]
    ['array 0', 'array 1']
    """

    def __init__(self, gathered: Gathered, metadata: pd.DataFrame | None) -> None:
        self.items = tuple(gathered.items)
        self.name = gathered.name
        self.matched_on: str | None = None
        self.unmatched = pd.DataFrame()
        self.notices: list[str] = []
        self._rows = pd.DataFrame(index=pd.RangeIndex(len(self.items)))
        self._index: pd.Index | None = None
        if gathered.rows is not None:
            self._rows, self._index = align(gathered.rows, np.arange(len(self.items)), gathered.path_column)
        if metadata is not None and not isinstance(metadata, pd.DataFrame):
            raise TypeError(f"the metadata must be a DataFrame, not a {type(metadata).__name__}")
        if metadata is not None:
            self._join(join(self.items, self.name, metadata))
        self._lock = threading.Lock()
        self._shapes = np.zeros((len(self.items), 2), dtype=np.int64)
        self._hashes: list[str | None] = [None] * len(self.items)
        self._errors: dict[int, tuple[str, str, str]] = {}
        self._folder_errors = [
            (path, "scan", reason_for(error), type(error).__name__) for path, error in gathered.failures
        ]

    @classmethod
    def from_source(cls, source: Any, metadata: pd.DataFrame | None = None, recursive: bool = True) -> Collection:
        """Find the images of a source.

        Parameters
        ----------
        source : str, Path, list or DataFrame
            A folder; a glob pattern (``**`` for any number of subfolders); a list of paths, arrays or PIL images; or a
            DataFrame with the images' paths in a column called path, file, filename, image or similar (`PATH_COLUMNS`),
            whose other columns are metadata. In a folder, and with a pattern, hidden files and those without a suffix
            of a picture are left out, and the order is the natural one (2 before 10); a list keeps its own order.
        metadata : DataFrame, optional
            More about the images, joined to them as `imgclust_jupyter.collection.metadata.join` says.
        recursive : bool, default=True
            Whether to look into subfolders of a folder.

        Returns
        -------
        Collection

        Raises
        ------
        FileNotFoundError
            When the folder is not there, or none of the files of a list.
        ValueError
            When there is no image, or the metadata is about none of them.
        TypeError
            When the source, or an element of the list, is none of the above.
        """
        return cls(gather(source, recursive), metadata)

    def content_hash(self, item: Item, store: Store) -> str:
        """Return the digest of an image's content, reading it when the store does not know the file as it is.

        Parameters
        ----------
        item : Item
        store : Store

        Returns
        -------
        str
            Equal for images of equal content.

        Raises
        ------
        UnreadableImage
            When the file cannot be read.
        """
        (known,) = self.known_hashes(store, [item.id])
        if known is not None:
            return known
        hashed, size, mtime_ns = digest(item)
        if isinstance(item.source, Path):
            store.remember_files([(str(item.source), size, mtime_ns, hashed)])
        self._hashes[item.id] = hashed
        return hashed

    def content_hashes(self, store: Store, ids: Sequence[int] | None = None) -> list[str | None]:
        """Return the digests of the images' contents, reading those that the store does not know.

        Parameters
        ----------
        store : Store
        ids : sequence of int, optional
            Item ids. Default: all.

        Returns
        -------
        list of str or None
            In the order of `ids`; None for an image that cannot be read, which has become a row of `errors`.
        """
        wanted = range(len(self.items)) if ids is None else ids
        hashes = dict(zip(wanted, self.known_hashes(store, wanted), strict=True))
        unknown = [i for i, known in hashes.items() if known is None]
        for start in range(0, len(unknown), _HASHED_AT_ONCE):
            files = []
            for i in unknown[start : start + _HASHED_AT_ONCE]:
                item = self.items[i]
                try:
                    hashed, size, mtime_ns = digest(item)
                except UnreadableImage as error:
                    self.report_unreadable(i, "read", error)
                    continue
                hashes[i] = self._hashes[i] = hashed
                if isinstance(item.source, Path):
                    files.append((str(item.source), size, mtime_ns, hashed))
            store.remember_files(files)
        return [hashes[i] for i in wanted]

    def known_hashes(self, store: Store, ids: Sequence[int] | None = None) -> list[str | None]:
        """Return the digests that are known without reading an image.

        Parameters
        ----------
        store : Store
        ids : sequence of int, optional
            Item ids. Default: all.

        Returns
        -------
        list of str or None
            In the order of `ids`.
        """
        wanted = range(len(self.items)) if ids is None else ids
        asked = [i for i in wanted if self._hashes[i] is None and isinstance(self.items[i].source, Path)]
        if asked:
            files = [(str(item.source), item.size, item.mtime_ns) for item in (self.items[i] for i in asked)]
            for i, known in zip(asked, store.hashes_of(files), strict=True):
                self._hashes[i] = known
        return [self._hashes[i] for i in wanted]

    def remember_hashes(self, store: Store, hashes: Mapping[int, str]) -> None:
        """Take note of digests of contents that were found elsewhere, of the files as they were when listed.

        Parameters
        ----------
        store : Store
        hashes : mapping of int to str
            By item id.
        """
        found = [(self.items[i], content) for i, content in hashes.items()]
        store.remember_files(
            [(str(i.source), i.size, i.mtime_ns, content) for i, content in found if isinstance(i.source, Path)]
        )
        for i, content in hashes.items():
            self._hashes[i] = content

    def report_unreadable(self, item_id: int, stage: str, error: Exception) -> None:
        """Say that an image cannot be read; it is then no longer among the `readable`.

        Parameters
        ----------
        item_id : int
        stage : str
            What was being done, such as "embed".
        error : Exception
            What was raised; its cause is what `errors` names, where it has one.
        """
        cause = error.__cause__ if isinstance(error, UnreadableImage) and error.__cause__ else error
        with self._lock:
            self._errors[item_id] = (stage, reason_for(error), type(cause).__name__)

    def set_shape(self, item_id: int, width: int, height: int) -> None:
        """Say how large an image is, in pixels, as it is shown."""
        self._shapes[item_id] = width, height

    @property
    def errors(self) -> pd.DataFrame:
        """What cannot be read: relative path, stage, reason in plain words, name of the exception."""
        with self._lock:
            rows = [(self.items[i].relative, *self._errors[i]) for i in sorted(self._errors)]
        return pd.DataFrame(rows + self._folder_errors, columns=["path", "stage", "reason", "exception"])

    @property
    def readable(self) -> npt.NDArray[np.int64]:
        """Ids of the items without an error, ascending, shape (n,)."""
        with self._lock:
            return np.array([item.id for item in self.items if item.id not in self._errors], dtype=np.int64)

    def table(self, ids: npt.ArrayLike | None = None) -> pd.DataFrame:
        """Return the table of some images.

        Parameters
        ----------
        ids : array-like of int, shape (n,), optional
            Item ids. Default: the `readable` ones.

        Returns
        -------
        DataFrame, n rows
            name, path (absolute), size in bytes, width and height in pixels (missing where not known yet), and the
            metadata. Its index is the user's where each image has one row; otherwise the user's index is one of the
            columns, and the item ids are the index.
        """
        chosen = self.readable if ids is None else np.asarray(ids, dtype=np.int64)
        items = [self.items[i] for i in chosen]
        shapes = self._shapes[chosen]
        sizes = shapes if shapes.all() else np.where(shapes > 0, shapes, np.nan)
        own = {
            "name": [item.name for item in items],
            "path": [str(item.source) if isinstance(item.source, Path) else item.relative for item in items],
            "size": np.array([item.size for item in items], dtype=np.int64),
            "width": sizes[:, 0],
            "height": sizes[:, 1],
        }
        index = pd.Index(chosen) if self._index is None else self._index.take(chosen)
        rows = self._rows.take(chosen).set_axis(index)
        return pd.concat([pd.DataFrame(own, index=index), rows], axis=1)

    def text(self, ids: Sequence[int]) -> list[dict[str, str | int | float | None]]:
        """Return rows for the browser.

        Parameters
        ----------
        ids : sequence of int
            Item ids, of unreadable images too.

        Returns
        -------
        list of dict
            name, path (relative), size, width, height (None where not known) and the metadata, as text, numbers or
            None.
        """
        table = self.table(ids)
        table["path"] = [self.items[i].relative for i in ids]
        columns = {printable(str(name)): table[name].tolist() for name in table.columns}

        def shown(row: int, value: Any) -> str | int | float | None:
            item = self.items[ids[row]]
            # A column of the user's may name the files, too.
            return item.relative if str(value) == str(item.source) else json_value(value)

        return [{name: shown(row, values[row]) for name, values in columns.items()} for row in range(len(table))]

    def _join(self, joined: Joined) -> None:
        self.matched_on = joined.matched_on
        self.unmatched = joined.unmatched
        self._index = joined.index if self._index is None else self._index
        rows = joined.rows.rename(columns={name: f"{name}_metadata" for name in self._rows.columns})
        self._rows = pd.concat([self._rows, rows], axis=1)
        for count, one, many in (
            (
                len(self.items) - joined.matched,
                "image has no row in the metadata",
                "images have no row in the metadata",
            ),
            (len(joined.unmatched), "row of the metadata has no image", "rows of the metadata have no image"),
            (
                joined.repeated,
                "row of the metadata was left out, since an earlier one is about the same image",
                "rows of the metadata were left out, since earlier ones are about the same images",
            ),
        ):
            if count:
                self.notices.append(f"{count:,} {one if count == 1 else many}")
