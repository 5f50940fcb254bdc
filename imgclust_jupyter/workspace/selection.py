"""Selections: a bitset over item ids, and the ways to name the rows that are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["pack", "resolve", "unpack"]


def pack(ids: npt.ArrayLike, id_count: int) -> bytes:
    """Return a bitset with the bits of some item ids set.

    Parameters
    ----------
    ids : array-like of int, shape (k,)
        Item ids, each in ``0 … id_count - 1``.
    id_count : int
        How many ids have been given out.

    Returns
    -------
    bytes
        ``ceil(id_count / 8)`` bytes; bit ``i`` is ``1 << (i & 7)`` of byte ``i >> 3``.

    Examples
    --------
    >>> pack([0, 9], 10).hex()
    '0102'
    """
    bits = np.zeros(id_count, dtype=bool)
    bits[np.asarray(ids, dtype=np.int64)] = True
    return np.packbits(bits, bitorder="little").tobytes()


def unpack(bitset: bytes, id_count: int) -> npt.NDArray[np.int64]:
    """Return the item ids of a bitset in ascending order.

    Parameters
    ----------
    bitset : bytes
        As `pack` makes it; missing bytes count as zero, bits beyond `id_count` are left out.
    id_count : int
        How many ids have been given out.

    Returns
    -------
    ndarray of int64, shape (k,)

    Examples
    --------
    >>> unpack(bytes.fromhex("0102"), 10).tolist()
    [0, 9]
    """
    bits = np.unpackbits(np.frombuffer(bitset, dtype=np.uint8), bitorder="little")[:id_count]
    return np.flatnonzero(bits).astype(np.int64)


Wanted: TypeAlias = str | pd.Index | pd.Series | npt.NDArray[Any] | list[Any] | Callable[[pd.DataFrame], Any] | None


def resolve(wanted: Wanted, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows of a table are meant.

    Parameters
    ----------
    wanted : str, boolean mask, index labels, callable or None
        A string is a query as for `pandas.DataFrame.query`; a boolean Series, array or list as long as the table is
        a mask (a Series is aligned on its index); anything else is a list of index labels; a callable gets the table
        and returns one of these; None is no row.
    table : DataFrame, n rows
        The table to choose from.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    KeyError
        For index labels which the table does not have.
    ValueError
        For a mask of another length, or a query that pandas cannot evaluate.

    Examples
    --------
    >>> table = pd.DataFrame({"breed": ["pug", "boxer"]}, index=["a", "b"])
    >>> resolve("breed == 'pug'", table).tolist()
    [True, False]
    >>> resolve(["b"], table).tolist()
    [False, True]
    """
    if wanted is None:
        return np.zeros(len(table), dtype=bool)
    if callable(wanted):
        return resolve(wanted(table), table)
    if isinstance(wanted, str):
        return _query(wanted, table)
    if isinstance(wanted, pd.Series) and pd.api.types.is_bool_dtype(wanted):
        return _aligned(wanted, table.index)
    labels = pd.Index(wanted)
    if pd.api.types.is_bool_dtype(labels):
        if len(labels) != len(table):
            raise ValueError(f"the mask has {len(labels)} values, but there are {len(table)} images")
        return _without_missing(pd.Series(labels))
    missing = labels[~labels.isin(table.index)]
    if len(missing):
        raise KeyError(f"not in the index of explorer.data: {', '.join(map(repr, missing[:5]))}")
    return np.asarray(table.index.isin(labels), dtype=bool)


def _query(query: str, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    try:
        mask = table.eval(query)
    except (SyntaxError, NameError, KeyError, TypeError, AttributeError, NotImplementedError) as error:
        columns = ", ".join(map(str, table.columns))
        raise ValueError(f"cannot evaluate the query {query!r}: {error}. The columns are: {columns}") from error
    if not isinstance(mask, pd.Series) or not pd.api.types.is_bool_dtype(mask):
        raise ValueError(f'the query {query!r} does not say yes or no for each image; try for instance "width > 500"')
    return _without_missing(mask)


def _aligned(mask: pd.Series, index: pd.Index) -> npt.NDArray[np.bool_]:
    if mask.index.equals(index):
        return _without_missing(mask)
    if not mask.index.isin(index).any():
        raise ValueError("the mask's index has no label in common with the index of explorer.data")
    if not mask.index.is_unique:
        raise ValueError("the mask's index has labels more than once and is not that of explorer.data")
    return _without_missing(mask.astype("boolean").reindex(index))


def _without_missing(mask: pd.Series) -> npt.NDArray[np.bool_]:
    # Where nothing is known, the answer is no.
    return np.asarray(mask.astype("boolean").fillna(False), dtype=bool)
