"""The dataset as the browser gets it: a JSON header and six arrays (twin: ``js/src/wire.ts``).

All arrays are little-endian, and n values long unless said otherwise. What the browser can work out is not sent: with
the usual columns, 100,000 images take less than 5 MB.

ids
    The item ids of the rows, which ascend, as the bits of a selection (see `pack`).
coordinates
    float32, x and y of each row in turn (2n); empty without a map.
leaf_order
    uint32, the rows in leaf order; empty without a tree.
merges
    uint32 boundary, the leaf position where the right child begins, then float32 height: n - 1 values each. The merges
    ascend in height, so that what a boundary joins is known by then.
medoids
    uint32, the row that stands for each merge (n - 1); empty without a tree.
columns
    One array after the other as the header lists them: float32 with NaN for missing, float64 for
    dates, which are seconds since 1970 (see `seconds_of`), or int16 codes with -1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.collection import TEXT, date_unit, printable, seconds_of
from imgclust_jupyter.workspace.selection import pack

__all__ = ["DatasetMessage", "encode_columns", "encode_dataset"]

MAX_CATEGORIES = 1000
"""A text column with more values than this is no category: no palette, filter or group could show it."""


@dataclass(frozen=True)
class DatasetMessage:
    """The traits of the dataset model; the fields are named as they are.

    Examples
    --------
    >>> table = pd.DataFrame({"width": [640, 800]})
    >>> message = encode_dataset({"version": 1}, np.array([0, 2]), table, None, None)
    >>> message.ids.hex(), message.header["n"]
    ('05', 2)
    """

    header: dict[str, Any]
    ids: bytes
    coordinates: bytes
    leaf_order: bytes
    merges: bytes
    medoids: bytes
    columns: bytes


def encode_dataset(
    header: dict[str, Any],
    ids: npt.NDArray[np.int64],
    table: pd.DataFrame,
    tree: Tree | None,
    coordinates: npt.NDArray[np.float32] | None,
    medoids: npt.NDArray[np.int32] | None = None,
) -> DatasetMessage:
    """Encode everything the views draw.

    Parameters
    ----------
    header : dict
        What the browser shows in words, and ``colors``, the palette index that is shown for each index of
        `Tree.colors` (those beyond its end stay); ``n`` and ``columns`` are added.
    ids : ndarray of int64, shape (n,)
        Ascending.
    table : DataFrame, n rows
        The columns to colour, group and filter by.
    tree : Tree or None
    coordinates : ndarray of float32, shape (n, 2), or None
    medoids : ndarray of int32, shape (n - 1,), or None

    Returns
    -------
    DatasetMessage
    """
    columns, values = encode_columns(table)
    return DatasetMessage(
        header={**header, "n": len(ids), "columns": columns},
        ids=pack(ids, int(ids[-1]) + 1) if len(ids) else b"",
        coordinates=b"" if coordinates is None else _bytes(coordinates, "<f4"),
        leaf_order=b"" if tree is None else _bytes(tree.leaf_order, "<u4"),
        merges=b"" if tree is None else _bytes(tree.left_start + tree.split, "<u4") + _bytes(tree.height, "<f4"),
        medoids=b"" if medoids is None else _bytes(medoids, "<u4"),
        columns=values,
    )


def encode_columns(table: pd.DataFrame) -> tuple[list[dict[str, Any]], bytes]:
    """Encode the columns that can be coloured, grouped or filtered by.

    Numbers become float32, those that are not finite missing; dates become seconds in float64, as float32 would take
    the last minute of a day for the next one; text, truth values and categories become codes. A text column with a
    different value for each image, or with more than `MAX_CATEGORIES`, is left out.

    Parameters
    ----------
    table : DataFrame, n rows

    Returns
    -------
    list of dict
        ``name``, ``kind`` and, for categories, ``categories``; for dates, which are of kind "number", ``date``: up to
        which unit they are written.
    bytes
        Four bytes a number, eight a date and two a category.

    Examples
    --------
    >>> encode_columns(pd.DataFrame({"breed": ["pug", None, "pug"]}))[0]
    [{'name': 'breed', 'kind': 'category', 'categories': ['pug']}]
    """
    headers: list[dict[str, Any]] = []
    arrays: list[bytes] = []
    for name, column in table.items():
        if pd.api.types.is_datetime64_any_dtype(column):
            headers.append({"name": printable(str(name)), "kind": "number", "date": date_unit(column)})
            arrays.append(_bytes(seconds_of(column), "<f8"))
        elif pd.api.types.is_any_real_numeric_dtype(column):
            headers.append({"name": printable(str(name)), "kind": "number"})
            arrays.append(_bytes(_finite(column.to_numpy(dtype=np.float64, na_value=np.nan)), "<f4"))
        else:
            codes, categories = pd.factorize(column.astype(TEXT), sort=True)
            if len(categories) > MAX_CATEGORIES or len(categories) == len(table) > 1:
                continue
            shown = [printable(str(category)) for category in categories]
            headers.append({"name": printable(str(name)), "kind": "category", "categories": shown})
            arrays.append(_bytes(codes, "<i2"))
    return headers, b"".join(arrays)


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # What is infinite, or would be as float32, has no place on a scale.
    return np.where(np.abs(values) <= np.finfo(np.float32).max, values, np.nan)


def _bytes(values: npt.ArrayLike, dtype: str) -> bytes:
    return np.ascontiguousarray(values, dtype=dtype).tobytes()
