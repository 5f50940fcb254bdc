"""Values of a table, as JSON can say them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.items import printable

__all__ = ["TEXT", "date_unit", "json_value", "seconds_of", "text_column"]

# With pyarrow installed, pandas keeps text elsewhere by default, where nothing but Unicode can be.
TEXT = pd.StringDtype("python")

# The browser's numbers are floats of 53 bits.
_LARGEST = 2**53

_DAY = 86_400


def json_value(value: Any) -> str | int | float | None:
    """Return a value as text, a number or None.

    Parameters
    ----------
    value : object

    Returns
    -------
    str, int, float or None
        None for what is missing or not finite; numbers as they are, unless the browser would round them; text for
        everything else, in valid Unicode.

    Examples
    --------
    >>> [json_value(value) for value in (np.int8(3), float("nan"), True, pd.Timestamp("2024-05-01"))]
    [3, None, 'True', '2024-05-01 00:00:00']
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= _LARGEST else str(value)
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return printable(str(value))


def seconds_of(dates: pd.Series) -> npt.NDArray[np.float64]:
    """Return dates, of any century, in seconds since 1970, as the clocks of their own time zone show it; NaN for none.

    A day begins at a multiple of 86,400 in every zone.

    Examples
    --------
    >>> seconds_of(pd.Series(pd.to_datetime(["1970-01-02", None]).tz_localize("Asia/Tokyo"))).tolist()
    [86400.0, nan]
    """
    shown = dates.dt.tz_localize(None)
    epoch = pd.Timestamp(0).as_unit(shown.dt.unit)
    return np.asarray((shown - epoch).dt.total_seconds(), dtype=np.float64)


def date_unit(dates: pd.Series) -> Literal["day", "minute"]:
    """Say up to which unit dates are written: the time of day tells those of a few days apart, where they have one.

    Examples
    --------
    >>> [date_unit(pd.Series(pd.date_range("2024-03-30", periods=40, freq=step))) for step in ("h", "D")]
    ['minute', 'day']
    """
    seconds = seconds_of(dates.dropna())
    is_short = seconds.size > 0 and np.ptp(seconds) < 3 * _DAY
    return "minute" if is_short and (seconds % _DAY).any() else "day"


def text_column(texts: Sequence[str], index: pd.Index | None = None) -> pd.Series:
    r"""Return texts as pandas keeps them, as plain objects where one is no Unicode.

    Examples
    --------
    >>> text_column(["cat.jpg", "caf\udce9.jpg"]).dtype
    dtype('O')
    """
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return pd.Series(texts, index, dtype=object)
    return pd.Series(texts, index, dtype="str")
