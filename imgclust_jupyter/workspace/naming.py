"""Columns of the user's that are called as others are to be."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

__all__ = ["stepped_aside"]


def stepped_aside(table: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Return a table in which no column has one of some names.

    Parameters
    ----------
    table : DataFrame
    names : collection of str
        A column with one of them gets ``_metadata`` appended, once more where that is the name of another one.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> table = pd.DataFrame(columns=["label", "label_metadata", "width"])
    >>> stepped_aside(table, ["label"]).columns.tolist()
    ['label_metadata_metadata', 'label_metadata', 'width']
    """
    taken = {*table.columns, *names}
    others = {}
    for name in (name for name in table.columns if name in names):
        other = f"{name}_metadata"
        while other in taken:
            other += "_metadata"
        taken.add(other)
        others[name] = other
    return table.rename(columns=others)
