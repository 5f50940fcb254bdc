"""Counting the values of a column in intervals, or by category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Categories", "Intervals", "bins_of", "numbers", "round_numbers"]

MOST_CATEGORIES = 40
"""More bars than this could not be told apart."""


@dataclass(frozen=True, eq=False)
class Intervals:
    """Adjoining intervals of numbers, or of dates as years with a fraction.

    Attributes
    ----------
    edges : ndarray of float64, shape (m + 1,)
    """

    edges: npt.NDArray[np.float64]

    @property
    def centers(self) -> npt.NDArray[np.float64]:
        """The middle of each interval, shape (m,)."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    def counts(self, column: pd.Series) -> npt.NDArray[np.int64]:
        """Count the values in each interval, shape (m,)."""
        values = numbers(column)
        return np.histogram(values[np.isfinite(values)], self.edges)[0].astype(np.int64)

    def between(self, column: pd.Series, low: float, high: float) -> npt.NDArray[np.bool_]:
        """Return which rows lie in a range, both ends included, shape (n,)."""
        values = numbers(column)
        return np.asarray((values >= low) & (values <= high))


@dataclass(frozen=True, eq=False)
class Categories:
    """The values of a column with few different ones.

    Attributes
    ----------
    names : list of str
    left_out : int
        How many more there are.
    """

    names: list[str]
    left_out: int

    def counts(self, column: pd.Series) -> npt.NDArray[np.int64]:
        """Count the rows of each category, shape (m,)."""
        counts = column.astype("string").value_counts().reindex(self.names, fill_value=0)
        return np.asarray(counts, dtype=np.int64)

    def among(self, column: pd.Series, positions: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Return which rows have one of the categories at these positions, shape (n,)."""
        return np.asarray(column.astype("string").isin([self.names[i] for i in positions]), dtype=bool)


def bins_of(column: pd.Series, bins: int) -> Intervals | Categories:
    """Choose how to count a column.

    Parameters
    ----------
    column : Series
    bins : int
        How many intervals for numbers and dates, unless there are fewer different integers.

    Returns
    -------
    Intervals or Categories
        Categories in their own order if they have one, else the most frequent first.

    Examples
    --------
    >>> bins_of(pd.Series([1, 3, 3]), 30).edges.tolist()
    [0.5, 1.5, 2.5, 3.5]
    >>> bins_of(pd.Series(["pug", "boxer", "pug"]), 30).names
    ['pug', 'boxer']
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return Intervals(_edges(numbers(column), bins))
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = numbers(column)
        values = values[np.isfinite(values)]
        if pd.api.types.is_integer_dtype(column) and values.size and _finest(values) < 1 and np.ptp(values) < bins:
            return Intervals(np.arange(values.min() - 0.5, values.max() + 1))
        return Intervals(_edges(values, bins))
    counts = column.astype("string").value_counts()
    shown = counts.sort_index().sort_values(ascending=False, kind="stable").index[:MOST_CATEGORIES]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        shown = [name for name in column.dtype.categories.astype(str) if name in set(shown)]
    return Categories([str(name) for name in shown], len(counts) - len(shown))


def numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """Return the values as float64, dates as years with a fraction, NaN where there is none; shape (n,)."""
    if pd.api.types.is_datetime64_any_dtype(column):
        date = column.dt
        days = date.day_of_year - 1 + (column - date.normalize()) / pd.Timedelta(days=1)
        return np.asarray(date.year + days / (365 + date.is_leap_year), dtype=np.float64)
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def round_numbers(low: float, high: float, most: int) -> npt.NDArray[np.float64]:
    """Return numbers to write on an axis: multiples of 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    low, high : float
        The range, with ``low < high``.
    most : int
        How many there may be about.

    Returns
    -------
    ndarray of float64

    Examples
    --------
    >>> round_numbers(0, 37, 4).tolist()
    [0.0, 10.0, 20.0, 30.0]
    """
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return np.asarray(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step)


def _edges(values: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    values = values[np.isfinite(values)]
    if values.size and np.ptp(values) <= bins * _finest(values):
        half = max(0.5, bins * _finest(values))
        return np.linspace(values.min() - half, values.max() + half, bins + 1)
    return np.histogram_bin_edges(values, bins).astype(np.float64)


def _finest(values: npt.NDArray[np.float64]) -> float:
    # The smallest step that floats of this size can make.
    return float(np.spacing(np.abs(values).max()))
