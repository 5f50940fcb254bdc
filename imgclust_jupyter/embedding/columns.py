"""From the columns of a table to numbers that have distances, alone or together with those of the images."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from imgclust_jupyter.collection import TEXT, seconds_of

__all__ = ["ColumnEncoder"]

_FAR = 3.0  # quartile ranges from the median, beyond which a number counts as that far
_MOST_CATEGORIES = 100


class ColumnEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turn columns of a table into numbers, so that each column counts about as much in squared Euclidean distances.

    In the manner of Gower's coefficient, but in coordinates, which clustering at scale needs. Numbers (and dates) are
    taken from the median in units of the range between the quartiles, at most three of them, so that no single value
    decides. Of categories (text, truth values) two images are at a squared distance of 1 where they differ and 0 where
    they do not. A missing number counts as the median; a missing category is at a squared distance of 1/2 from all.

    Parameters
    ----------
    columns : sequence of hashable, optional
        Default: all of the table.

    Attributes
    ----------
    n_features_out_ : int
        Length of a row of numbers.

    References
    ----------
    Gower: A general coefficient of similarity and some of its properties. Biometrics 27, 1971.

    Examples
    --------
    >>> table = pd.DataFrame({"weight": [1.0, 2.0, 3.0, None], "breed": ["pug", "pug", "boxer", None]})
    >>> ColumnEncoder().fit_transform(table).astype(float).round(2).tolist()
    [[-1.0, 0.0, 0.71], [0.0, 0.0, 0.71], [1.0, 0.71, 0.0], [0.0, 0.0, 0.0]]
    """

    def __init__(self, columns: Sequence[Hashable] | None = None) -> None:
        self.columns = columns

    def fit(self, table: pd.DataFrame, y: None = None) -> Self:
        """Learn medians, quartiles and categories.

        Parameters
        ----------
        table : DataFrame, n rows
        y : None
            Not used.

        Returns
        -------
        ColumnEncoder
            Itself.

        Raises
        ------
        KeyError
            When the table has no such column.
        ValueError
            When a column says nothing, as all its values are the same or missing, or when it is text with a different
            value for nearly each image, which is no category.
        """
        names = list(table.columns if self.columns is None else self.columns)
        missing = [name for name in names if name not in table.columns]
        if missing:
            known = ", ".join(map(str, table.columns))
            raise KeyError(f"there is no column {missing[0]!r}; there are {known}")
        self.known_: dict[Hashable, tuple[float, float] | list[str]] = {}
        for name in names:
            if table[name].dtype == object and table[name].map(_is_several).any():
                raise ValueError(
                    f"the column {name!r} has several values in a row; numbers of your own are given as an array, such "
                    f"as features=np.stack(df[{name!r}])"
                )
            numbers = _numbers(table[name])
            self.known_[name] = _categories(name, table[name]) if numbers is None else _spread(name, numbers)
        return self._learnt()

    @classmethod
    def of_known(cls, known: dict[Hashable, tuple[float, float] | list[str]]) -> Self:
        """Make one that has learnt already: of each column median and spread, or the categories."""
        encoder = cls(list(known))
        encoder.known_ = known
        return encoder._learnt()

    def _learnt(self) -> Self:
        self.n_features_out_ = sum(len(known) if isinstance(known, list) else 1 for known in self.known_.values())
        return self

    def transform(self, table: pd.DataFrame) -> NDArray[np.float32]:
        """Encode rows, also of another table: a category that was not there counts as missing.

        Parameters
        ----------
        table : DataFrame, n rows

        Returns
        -------
        ndarray of float32, shape (n, n_features_out_)
        """
        parts: list[NDArray[Any]] = []
        for name, known in self.known_.items():
            column = table[name] if name in table else pd.Series(np.nan, index=table.index)
            if isinstance(known, list):
                # A missing value is of no category, and so in the middle of all.
                codes = pd.Index(known, dtype=TEXT).get_indexer(pd.Index(column.astype(TEXT)))
                parts.append((codes[:, None] == np.arange(len(known))) / np.sqrt(2))
            else:
                median, spread = known
                numbers = pd.to_numeric(column, errors="coerce") if (found := _numbers(column)) is None else found
                scaled = (np.asarray(numbers, dtype=np.float64) - median) / spread
                parts.append(np.clip(np.nan_to_num(scaled, nan=0.0), -_FAR, _FAR)[:, None])
        return np.hstack(parts).astype(np.float32)

    def get_feature_names_out(self, input_features: None = None) -> NDArray[np.object_]:
        """Return "weight" for a number, and "breed=pug" for each category."""
        names = [
            [f"{name}={category}" for category in known] if isinstance(known, list) else [str(name)]
            for name, known in self.known_.items()
        ]
        return np.array([name for each in names for name in each], dtype=object)


def _is_several(value: object) -> bool:
    return isinstance(value, list | tuple | dict | set | np.ndarray)


def _numbers(column: pd.Series) -> NDArray[np.float64] | None:
    """Return a column as numbers, those that are not finite missing; None for categories."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return seconds_of(column)
    if not pd.api.types.is_any_real_numeric_dtype(column):
        return None
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _spread(name: Hashable, numbers: NDArray[np.float64]) -> tuple[float, float]:
    present = numbers[~np.isnan(numbers)]
    if not len(present) or present.min() == present.max():
        raise ValueError(f"the column {name!r} says nothing: its values are all the same, or missing")
    low, median, high = np.percentile(present, [25, 50, 75])
    # Where half of the values are the same, the quartiles may be, too: then it is what is usual for normal ones.
    return float(median), float(high - low) or 1.349 * float(present.std())


def _categories(name: Hashable, column: pd.Series) -> list[str]:
    present = column.astype(TEXT).dropna()
    found = sorted(present.unique().tolist())
    if len(found) < 2:
        raise ValueError(f"the column {name!r} says nothing: its values are all the same, or missing")
    if len(found) > _MOST_CATEGORIES or (len(found) > 10 and len(found) > len(present) / 2):
        raise ValueError(
            f"the column {name!r} has {len(found):,} different texts, which makes it a name, not a category; leave it "
            "out, or make fewer of them"
        )
    return found
