"""The bars of a column: intervals of its numbers and dates, or its categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Categories", "Intervals", "categories_of", "intervals_of", "round_dates", "round_numbers"]

Places = npt.NDArray[np.intp]

_DATE_STEPS = (
    ("min", 60, "%H:%M"),
    ("h", 3_600, "%H:%M"),
    ("6h", 21_600, "%d %b %H:%M"),
    ("D", 86_400, "%d %b"),
    ("7D", 604_800, "%d %b"),
    ("MS", 2_629_746, "%b %Y"),
    ("3MS", 7_889_238, "%b %Y"),
    ("YS", 31_556_952, "%Y"),
    ("2YS", 63_113_904, "%Y"),
    ("5YS", 157_784_760, "%Y"),
    ("20YS", 631_139_040, "%Y"),
)


@dataclass(frozen=True, eq=False)
class Intervals:
    """Adjoining intervals of numbers.

    Attributes
    ----------
    edges : ndarray of float64, shape (m + 1,)
    whole : bool
        Whether each is of one integer.
    """

    edges: npt.NDArray[np.float64]
    whole: bool = False

    @property
    def centers(self) -> npt.NDArray[np.float64]:
        """The middle of each interval, shape (m,)."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    def places(self, values: npt.NDArray[np.float64]) -> Places:
        """Return in which interval each number is, -1 for none; the last one has both its ends, as numpy has it."""
        places = np.searchsorted(self.edges, values, side="right") - 1
        places[values == self.edges[-1]] -= 1
        places[~((values >= self.edges[0]) & (values <= self.edges[-1]))] = -1
        return places


@dataclass(frozen=True, eq=False)
class Categories:
    """The values of a column with few different ones.

    Attributes
    ----------
    names : list of str or None
        None stands for no value, and comes last.
    left_out : int
        How many more there are.
    """

    names: list[str | None]
    left_out: int = 0


def intervals_of(values: npt.NDArray[np.float64], bins: int, integers: bool = False, least: float = 1.0) -> Intervals:
    """Choose the intervals to count numbers in.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN for none.
    bins : int
        How many, unless there are fewer different integers.
    integers : bool
        Whether they are; from a narrower range than `bins` each has an interval of its own.

    least : float
        How much all of them span at least, where the numbers are all the same.

    Returns
    -------
    Intervals

    Examples
    --------
    >>> intervals_of(np.array([1.0, 3, 3]), 30, integers=True).edges.tolist()
    [0.5, 1.5, 2.5, 3.5]
    """
    values = values[~np.isnan(values)]
    if integers and values.size and _finest(values) < 1 and np.ptp(values) < bins:
        return Intervals(np.arange(values.min() - 0.5, values.max() + 1), whole=True)
    if values.size and np.ptp(values) <= bins * _finest(values):
        half = max(least / 2, bins * _finest(values))
        return Intervals(np.linspace(values.min() - half, values.max() + half, bins + 1))
    return Intervals(np.histogram_bin_edges(values, bins).astype(np.float64))


def categories_of(column: pd.Series, codes: Places, values: Mapping[str, Any], most: int) -> tuple[Categories, Places]:
    """Choose the bars of a column of categories, and say which is that of each row.

    Parameters
    ----------
    column : Series, n rows
    codes : ndarray of int, shape (n,)
        -1 for no value.
    values : mapping of str to object
        What the codes stand for, in their order, by what it is called.
    most : int
        Only so many categories, the most frequent, have a bar.

    Returns
    -------
    categories : Categories
        In their own order, or by size, if they have one; else the most frequent first. What has no value comes last.
    places : ndarray of int, shape (n,)
        -1 for what has no bar.

    Examples
    --------
    >>> column, codes = pd.Series(["boxer", "pug", "pug", None]), np.array([0, 1, 1, -1])
    >>> categories, places = categories_of(column, codes, {"boxer": "boxer", "pug": "pug"}, most=40)
    >>> categories.names, places.tolist()
    (['pug', 'boxer', None], [1, 0, 0, 2])
    """
    names = list(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    shown = sorted(range(len(names)), key=lambda i: (-counts[i], names[i]))[:most]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        order = {str(value): i for i, value in enumerate(column.dtype.categories)}
        shown.sort(key=lambda i: order[str(values[names[i]])])
    elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column):
        shown.sort(key=lambda i: values[names[i]])
    missing = bool((codes < 0).any())
    place = np.full(len(names) + 1, -1)
    place[shown] = np.arange(len(shown))
    place[-1] = len(shown) if missing else -1
    bars: list[str | None] = [names[i] for i in shown]
    return Categories(bars + [None] * missing, len(names) - len(shown)), place[codes]


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


def round_dates(low: float, high: float, most: int) -> dict[int, str]:
    """Return dates to write on an axis, in words by their seconds since 1970.

    Parameters
    ----------
    low, high : float
        The range, in seconds.
    most : int
        How many there may be about.

    Returns
    -------
    dict of int to str

    Examples
    --------
    >>> round_dates(0, 100 * 86_400, 4)
    {0: 'Jan 1970', 2678400: 'Feb 1970', 5097600: 'Mar 1970', 7776000: 'Apr 1970'}
    """
    frequency, _, form = next(
        (step for step in _DATE_STEPS if (high - low) / step[1] <= most),
        _DATE_STEPS[-1],
    )
    start, end = (pd.Timestamp(seconds, unit="s") for seconds in (low, high))
    start = start.ceil(frequency if frequency[-1] != "S" else "D")
    dates = pd.date_range(start, end, freq=frequency)
    return {int(date.timestamp()): date.strftime(form) for date in dates}


def _finest(values: npt.NDArray[np.float64]) -> float:
    # The smallest step that floats of this size can make.
    return float(np.spacing(np.abs(values).max()))
