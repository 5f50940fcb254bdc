"""Which rows of a table filters let through (twin: ``visibleRows`` in ``js/src/filters.ts``)."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection import TEXT, printable, seconds_of
from imgclust_jupyter.workspace.filters import Filter

__all__ = ["Rows", "is_number", "numbers"]

Mask = npt.NDArray[np.bool_]


class Rows:
    """The rows of a table, their items, and the values of its columns as filters go by them.

    Parameters
    ----------
    table : DataFrame, n rows
    ids : ndarray of int64, shape (n,)
        Their item ids.

    Attributes
    ----------
    numbers : callable
        From the name of a column to its `numbers`.
    categories : callable
        From the name of a column to the code of each row, -1 for no value, and to a dict in the order of the codes:
        the values by what they are called.

    Examples
    --------
    >>> rows = Rows(pd.DataFrame({"breed": ["pug", None, "boxer"]}), np.arange(3))
    >>> rows.passing({"kind": "category", "column": "breed", "values": ["pug", None]}).tolist()
    [True, True, False]
    >>> rows.categories("breed")
    (array([ 0, -1,  1]), {'pug': 'pug', 'boxer': 'boxer'})
    """

    def __init__(self, table: pd.DataFrame, ids: npt.NDArray[np.int64]) -> None:
        self.table = table
        self.ids = ids
        # They are asked for often while something is dragged, and take longer than all the rest.
        self.numbers = cache(self._numbers)
        self.categories = cache(self._categories)

    def __len__(self) -> int:
        return len(self.ids)

    def holding(self, bits: bytes) -> Mask:
        """Return which rows have their bit set in a bitset of items, shape (n,)."""
        flags = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little").astype(bool)
        inside = self.ids < len(flags)
        held = np.zeros(len(self.ids), dtype=bool)
        held[inside] = flags[self.ids[inside]]
        return held

    def passing(self, filter_: Filter) -> Mask:
        """Return which rows one filter lets through, shape (n,): all, where its column is not there or of another kind.

        Numbers are rounded to 32 bits before they are compared, as the views have them; dates are not.
        """
        if filter_["kind"] == "items":
            return self.holding(base64.b64decode(filter_["items"]))
        name = filter_["column"]
        if name not in self.table.columns or (filter_["kind"] == "range") != is_number(self.table[name]):
            return np.ones(len(self), dtype=bool)
        if filter_["kind"] == "range":
            low, high = filter_["low"], filter_["high"]
            ends = [-np.inf if low is None else low, np.inf if high is None else high]
            precision = np.float64 if _is_date(self.table[name]) else np.float32
            with np.errstate(over="ignore"):
                least, most = np.array(ends).astype(precision)
                values = self.numbers(name).astype(precision)
            return np.asarray((values >= least) & (values <= most))
        codes, names = self.categories(name)
        wanted = set(filter_["values"])
        # The last is for the code -1, no value.
        return np.array([*(each in wanted for each in names), None in wanted])[codes]

    def _numbers(self, name: str) -> npt.NDArray[np.float64]:
        return numbers(self.table[name])

    def _categories(self, name: str) -> tuple[npt.NDArray[np.intp], dict[str, Any]]:
        column = self.table[name]
        try:
            codes, values = pd.factorize(column)
        except TypeError:  # lists and the like, which are the same when they look the same
            codes, _ = pd.factorize(column.astype(TEXT))
            values = column[(codes >= 0) & ~pd.Series(codes).duplicated().to_numpy()]
        found: dict[str, Any] = {}
        for value in pd.Index(values).tolist():
            found.setdefault(printable(str(value)), value)
        place = {name: i for i, name in enumerate(found)}
        # Different values may look the same in words.
        merged = np.array([*(place[printable(str(value))] for value in values), -1])
        return merged[codes], found


def numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Return the values of a column of numbers, or of dates as `seconds_of` has them; NaN for what is none or infinite.

    Examples
    --------
    >>> numbers(pd.Series(pd.to_datetime(["1970-01-02", None]))).tolist()
    [86400.0, nan]
    """
    if _is_date(column):
        return seconds_of(column)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def is_number(column: pd.Series) -> bool:
    """Say whether a column has numbers or dates, by range; others are filtered by category."""
    return _is_date(column) or bool(pd.api.types.is_any_real_numeric_dtype(column))


def _is_date(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))
