"""Finding images by words in their names and columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection import TEXT

__all__ = ["find"]


def find(words: str, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which rows of a table have every word in one of their columns.

    Parameters
    ----------
    words : str
        Separated by blanks; upper and lower case are the same. A word may be part of a text; numbers are found by
        their whole value.
    table : DataFrame, n rows

    Returns
    -------
    ndarray of bool, shape (n,)
        No row without a word.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["Rex.jpg", "Pug.jpg"], "width": [640, 800]})
    >>> find("pug 800", table).tolist()
    [False, True]
    """
    wanted = words.casefold().split()
    if not wanted:
        return np.zeros(len(table), dtype=bool)
    found = np.zeros((len(wanted), len(table)), dtype=bool)
    for position in range(table.shape[1]):
        column = table.iloc[:, position]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            values = column.to_numpy(dtype=float, na_value=np.nan)
            hits = [values == number for number in map(_number, wanted)]
        else:
            # Each text once: a column of categories has few.
            codes, texts = pd.factorize(column.astype(TEXT))
            folded = [str(text).casefold() for text in texts]
            # A missing value has the code -1, and so the last answer, which is no.
            hits = [np.array([*(word in text for text in folded), False])[codes] for word in wanted]
        found |= np.array(hits)
    return np.asarray(found.all(axis=0), dtype=bool)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan
