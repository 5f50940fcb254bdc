"""What a part of a table has more of than the whole."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection import TEXT

__all__ = ["COMPOSITION_COLUMNS", "composition"]

COMPOSITION_COLUMNS = ("column", "value", "selected", "total", "share_of_selection", "share_of_all", "lift")

_QUARTILES = {"25 %": 0.25, "50 %": 0.5, "75 %": 0.75}
_MISSING = "missing"
_UNLIKE = ("name", "path", "x", "y")  # of each image another, or nothing that a person would ask for


def composition(
    table: pd.DataFrame, selected: npt.NDArray[np.bool_], columns: str | Sequence[str] | None = None, k: int = 10
) -> pd.DataFrame:
    """Compare some rows of a table with all, column by column.

    Parameters
    ----------
    table : DataFrame, n rows
    selected : ndarray of bool, shape (n,)
    columns : str or sequence of str, optional
        Default: all but name, path, x, y, and texts with another value in each row.
    k : int, default=10
        At most so many categories of a column, those most frequent in the selection, and the most telling first of
        equally frequent ones; missing values do not count.

    Returns
    -------
    DataFrame
        One row for each value of a column of categories (texts, truth values and ``cluster``): how many of the selected
        rows and of all have it (``selected``, ``total``), these as shares of the selection and of all, 0 … 1, and
        ``lift``, the one share divided by the other: 2 for what is twice as frequent in the selection. Shares of the
        selection and lifts are NaN when nothing is selected. For a column of
        numbers or dates, rows "mean", "25 %", "50 %" and "75 %" with these of the selection and of all, where shares
        and lift mean nothing and are NaN. Where values are missing, a last row "missing" counts them.

    Raises
    ------
    KeyError
        For columns that the table does not have.
    ValueError
        For a k below 1, or a mask of another length.

    Examples
    --------
    >>> table = pd.DataFrame({"breed": ["pug", "pug", "husky", "husky"]})
    >>> composition(table, np.array([True, True, True, False]))[["value", "selected", "total", "lift"]].values.tolist()
    [['pug', 2, 2, 1.3333333333333333], ['husky', 1, 2, 0.6666666666666666]]
    """
    if k < 1:
        raise ValueError(f"at least one value of a column can be counted, not {k}")
    if len(selected) != len(table):
        raise ValueError(f"the mask has {len(selected)} values, but there are {len(table)} rows")
    rows: list[tuple[Any, ...]] = []
    for name in _chosen(table, columns):
        values = table[name]
        rows += (
            _of_numbers(name, values, selected) if _is_number(name, values) else _of_values(name, values, selected, k)
        )
    # As objects, since with pyarrow installed pandas would refuse text that is no Unicode.
    counted = pd.DataFrame(rows, columns=list(COMPOSITION_COLUMNS), dtype=object).astype(
        {"share_of_selection": float, "share_of_all": float, "lift": float}
    )
    counts = ["selected", "total"]
    counted[counts] = counted[counts].infer_objects()
    return counted


def _chosen(table: pd.DataFrame, columns: str | Sequence[str] | None) -> list[Hashable]:
    if columns is None:
        return [name for name in table.columns if name not in _UNLIKE and not _says_another_of_each(name, table[name])]
    wanted: list[Hashable] = [columns] if isinstance(columns, str) else list(columns)
    unknown = [name for name in wanted if name not in table.columns]
    if unknown:
        there = ", ".join(map(str, table.columns))
        raise KeyError(f"there is no column {', '.join(map(repr, unknown))}; there are {there}")
    return wanted


def _is_number(name: Hashable, values: pd.Series) -> bool:
    if name == "cluster":
        return False
    return bool(pd.api.types.is_any_real_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values))


def _says_another_of_each(name: Hashable, values: pd.Series) -> bool:
    return not _is_number(name, values) and len(values) > 1 and values.astype(TEXT).is_unique


def _of_numbers(name: Hashable, values: pd.Series, selected: npt.NDArray[np.bool_]) -> list[tuple[Any, ...]]:
    nothing = (np.nan, np.nan, np.nan)
    part = values[selected]
    rows: list[tuple[Any, ...]] = [(name, "mean", part.mean(), values.mean(), *nothing)]
    rows += [(name, text, part.quantile(at), values.quantile(at), *nothing) for text, at in _QUARTILES.items()]
    return rows + _of_missing(name, values, selected)


def _of_values(name: Hashable, values: pd.Series, selected: npt.NDArray[np.bool_], k: int) -> list[tuple[Any, ...]]:
    # Lists and the like cannot be counted as they are.
    present = values.dropna()
    known = present if name == "cluster" or pd.api.types.is_bool_dtype(present) else present.astype(TEXT)
    total = known.value_counts()
    part = known[selected[values.notna().to_numpy()]].value_counts().reindex(total.index, fill_value=0)
    order = pd.DataFrame({"selected": part, "total": total}).sort_values(
        ["selected", "total"], ascending=[False, True], kind="stable"
    )
    order = order[order["selected"] > 0] if selected.any() else order
    counted = [
        (name, value, *_counts(int(in_part), int(in_all), selected))
        for value, in_part, in_all in order.head(k).itertuples()
    ]
    return counted + _of_missing(name, values, selected)


def _of_missing(name: Hashable, values: pd.Series, selected: npt.NDArray[np.bool_]) -> list[tuple[Any, ...]]:
    missing = values.isna().to_numpy()
    if not missing.any():
        return []
    return [(name, _MISSING, *_counts(int((missing & selected).sum()), int(missing.sum()), selected))]


def _counts(in_part: int, in_all: int, selected: npt.NDArray[np.bool_]) -> tuple[int, int, float, float, float]:
    n_selected = int(selected.sum())
    of_selection, of_all = in_part / n_selected if n_selected else np.nan, in_all / len(selected)
    return in_part, in_all, of_selection, of_all, of_selection / of_all
