"""Joining the user's table to the images."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.items import Item

__all__ = ["BY_POSITION", "OWN_COLUMNS", "Joined", "align", "join"]

OWN_COLUMNS = ("name", "path", "size", "width", "height")
"""Columns that every collection has."""

RESERVED_COLUMNS = (*OWN_COLUMNS, "cluster", "x", "y")
"""The same, and those that a table gets later; a column of the user's with such a name gets ``_metadata`` appended."""

BY_POSITION = "row = position"
"""What `Joined.matched_on` says of pixels in memory, which have no names."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Joined:
    """A table with one row per item.

    Attributes
    ----------
    rows : DataFrame, n_items rows
        The user's columns by item id; missing values where an image has no row.
    index : Index or None
        The user's labels by item, when each image has a row of its own; otherwise they are columns of `rows`.
    matched_on : str
        Which column is equal to what of the images, in words.
    matched : int
        Number of images with a row.
    unmatched : DataFrame
        Rows without an image.
    repeated : int
        Number of rows left out because an earlier one is about the same image.
    """

    rows: pd.DataFrame
    index: pd.Index | None
    matched_on: str
    matched: int
    unmatched: pd.DataFrame
    repeated: int


def join(items: Sequence[Item], root: str, metadata: pd.DataFrame, file_of: Rows | None = None) -> Joined:
    """Find the row of each image, by the column that names the most images.

    Tried are all columns of text and the index, each against the images' relative path, the same with the name of the
    collection's folder in front, the absolute path, the URL, the file name and the file name without its
    suffix; the last two only for images whose name no other image has. Of several rows about one image the first
    counts. Pixels in memory have no names: as many rows as there are images belong to them in order.

    Parameters
    ----------
    items : sequence of Item
    root : str
        Name of the collection's folder.
    metadata : DataFrame
    file_of : ndarray of int64, shape (n,), optional
        Which of the items each row of the result is about. Default: one row for each item.

    Returns
    -------
    Joined

    Raises
    ------
    ValueError
        When the metadata has rows, but none of them is about one of the images, or has two columns of the same name.
    """
    _check_columns(metadata)
    if len(metadata) == len(items) and all(item.file is None for item in items):
        match = _Match("row", "position", np.arange(len(items)), np.ones(len(metadata), dtype=bool), 0)
    else:
        match = max(_matches(items, root, metadata), key=lambda match: match.count)
    if len(metadata) and not match.count:
        raise ValueError(
            f"no row of the metadata is about one of the images: neither one of its columns "
            f"({', '.join(map(str, metadata.columns))}) nor its index has a file name such as {items[0].relative!r}"
        )
    rows, index = align(metadata, match.row_of if file_of is None else match.row_of[file_of], match.column)
    unmatched = metadata[~match.about_images]
    return Joined(rows, index, f"{match.column} = {match.part}", match.count, unmatched, match.repeated)


def align(metadata: pd.DataFrame, row_of: Rows, key_column: object = None) -> tuple[pd.DataFrame, pd.Index | None]:
    """Put the rows of a table into the order of the items.

    Parameters
    ----------
    metadata : DataFrame
    row_of : ndarray of int64, shape (n_items,)
        Which row belongs to each item; -1 for none.
    key_column : hashable, optional
        The column that names the images. It is left out when it has the name of an own column.

    Returns
    -------
    rows : DataFrame, n_items rows
    index : Index or None
        As in `Joined`.
    """
    # A row for several images, as of a file's frames, would give them one label.
    one_each = bool((row_of >= 0).all()) and len(np.unique(row_of)) == len(row_of)
    index = metadata.index.take(row_of) if one_each else None
    if key_column in OWN_COLUMNS and key_column in metadata.columns:
        metadata = metadata.drop(columns=key_column)
    if index is None:
        taken = set(metadata.columns)
        labels = metadata.index.to_frame(index=False)
        labels.columns = [f"{name}_index" if name in taken else name for name in _index_names(metadata.index)]
        metadata = pd.concat([labels, metadata.reset_index(drop=True)], axis=1)
    # Row -1 is in no table, so that reindexing fills it with missing values.
    rows = metadata.reset_index(drop=True).reindex(row_of).reset_index(drop=True)
    rows.columns = [f"{name}_metadata" if name in RESERVED_COLUMNS else str(name) for name in rows.columns]
    _check_columns(rows)
    return rows, index


def _check_columns(metadata: pd.DataFrame) -> None:
    if not metadata.columns.is_unique:
        repeated = metadata.columns[metadata.columns.duplicated()][0]
        raise ValueError(f"the metadata has more than one column {repeated!r}; give each a name of its own")


@dataclass(frozen=True)
class _Match:
    """What comes of comparing one column with one part of the images' paths."""

    column: object
    part: str
    row_of: Rows
    about_images: npt.NDArray[np.bool_]
    repeated: int

    @property
    def count(self) -> int:
        return int((self.row_of >= 0).sum())


def _matches(items: Sequence[Item], root: str, metadata: pd.DataFrame) -> Iterator[_Match]:
    columns = [(label, _text_values(metadata[label])) for label in metadata.columns]
    columns.append(("index", _text_values(metadata.index)))
    for part, keys in _keys(items, root).items():
        for label, values in columns:
            first = {value: row for row, value in reversed(list(enumerate(values))) if value is not None}
            row_of = np.array([-1 if key is None else first.get(key, -1) for key in keys], dtype=np.int64)
            named = {key for key in keys if key in first}
            about_images = np.array([value in named for value in values], dtype=bool)
            yield _Match(label, part, row_of, about_images, int(about_images.sum()) - len(named))


def _index_names(index: pd.Index) -> list[object]:
    defaults = ["index"] if index.nlevels == 1 else [f"level_{i}" for i in range(index.nlevels)]
    return [default if name is None else name for name, default in zip(index.names, defaults, strict=True)]


def _keys(items: Sequence[Item], root: str) -> dict[str, list[str | None]]:
    """Return what a row may call the images, by the words for it."""

    def of(part: Callable[[Item], str | None], unique: bool = False) -> list[str | None]:
        keys = [None if (text := part(item)) is None else _normal(text) for item in items]
        counts = Counter(keys)
        return [None if unique and counts[key] > 1 else key for key in keys]

    return {
        "relative path": of(lambda item: item.relative),
        "relative path with the folder's name": of(lambda item: f"{root}/{item.relative}"),
        "absolute path": of(lambda item: item.location),
        "URL": of(lambda item: item.given or None),
        "file name": of(lambda item: item.name, unique=True),
        "file name without suffix": of(lambda item: PurePosixPath(item.name).stem, unique=True),
    }


def _text_values(values: Iterable[object]) -> list[str | None]:
    return [_normal(str(value)) if isinstance(value, str | os.PathLike) else None for value in values]


def _normal(path: str) -> str:
    # macOS hands out names with accents as characters of their own, Windows tables have backslashes.
    return unicodedata.normalize("NFC", path.replace("\\", "/")).removeprefix("./")
