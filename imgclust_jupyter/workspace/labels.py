"""Labels: what a person calls the images, in one column or several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.workspace.naming import stepped_aside

__all__ = ["LabelColumn", "LabelTable", "label_text", "with_labels", "words_for"]

Ids = npt.NDArray[np.int64]

_LONGEST = 200
_MOST_VALUES = 2**15 - 1
_MOST_COLUMNS = 50


@dataclass(frozen=True, eq=False)
class LabelColumn:
    """One label for each item, or none.

    Attributes
    ----------
    categories : tuple of str
        The values, in the order of their first use.
    codes : ndarray of int16, read-only
        By item id the place of its value in `categories`, -1 for none; items beyond the end have none.
    """

    categories: tuple[str, ...] = ()
    codes: npt.NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, dtype=np.int16))

    def codes_of(self, ids: npt.ArrayLike) -> npt.NDArray[np.int16]:
        """Return the codes of some items, of any ids."""
        ids = np.asarray(ids, dtype=np.int64)
        codes = np.full(len(ids), -1, dtype=np.int16)
        inside = ids < len(self.codes)
        codes[inside] = self.codes[ids[inside]]
        return codes

    def values_of(self, ids: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """Return the labels of some items, None for none."""
        return np.array([*self.categories, None], dtype=object)[self.codes_of(ids)]

    def recoded(self, number: Mapping[str, int]) -> npt.NDArray[np.int16]:
        """Return codes that other numbers of the values give; values without a number become none."""
        return np.array([*(number.get(value, -1) for value in self.categories), -1], dtype=np.int16)[self.codes]


@dataclass(frozen=True, eq=False)
class LabelTable:
    """All labels; never changed, but replaced by what its methods return.

    A table is equal to itself only; a method that changes nothing returns the table itself.

    Attributes
    ----------
    columns : mapping of str to LabelColumn
        In the order of their first use.
    refused : mapping of (str, str) to frozenset of int
        Items for which a person has refused a value of a column.

    Examples
    --------
    >>> table = LabelTable().assign("label", "cow", [0, 2]).assign("label", "horse", [1])
    >>> table.counts("label")
    {'cow': 2, 'horse': 1}
    >>> table.rename("label", "horse", "cow").counts("label")
    {'cow': 3}
    """

    columns: Mapping[str, LabelColumn] = field(default_factory=dict)
    refused: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)

    def column(self, name: str) -> LabelColumn:
        """Return a column; an empty one where there is none of this name."""
        return self.columns.get(name, LabelColumn())

    def assign(self, name: str, value: str | None, ids: npt.ArrayLike, keep: bool = False) -> LabelTable:
        """Give items a label.

        Parameters
        ----------
        name : str
            The column; made when needed.
        value : str or None
            None takes the label away.
        ids : array-like of int
            Item ids.
        keep : bool
            Leave items that have another label as they are.

        Returns
        -------
        LabelTable

        Raises
        ------
        ValueError
            When there would be too many values or columns.
        """
        ids = np.asarray(ids, dtype=np.int64)
        column = self.column(name)
        had = column.codes_of(ids)
        if keep and value is not None:
            ids, had = ids[had < 0], had[had < 0]
        categories = column.categories
        if value is not None and value not in categories:
            categories = (*categories, value)
        code = -1 if value is None else categories.index(value)
        if (had == code).all():
            return self
        if len(categories) > _MOST_VALUES:
            raise ValueError(f"a column of labels has at most {_MOST_VALUES:,} values; {name!r} would have more")
        codes = np.full(max(len(column.codes), int(ids.max()) + 1), -1, dtype=np.int16)
        codes[: len(column.codes)] = column.codes
        codes[ids] = code
        return self._with(name, categories, codes)

    def rename(self, name: str, value: str, to: str) -> LabelTable:
        """Give a value another name, or, where the other one is a value too, its items and its refusals to that.

        Raises
        ------
        KeyError
            When the column has no such value.
        """
        column = self.column(name)
        if value not in column.categories:
            known = ", ".join(map(repr, column.categories)) or "none"
            raise KeyError(f"no label {value!r} in the column {name!r}; its labels are {known}")
        if value == to:
            return self
        refused = list(self.refused.get((name, value), ()))
        if refused:
            return self.allow(name, value, refused).refuse(name, to, refused).rename(name, value, to)
        if to not in column.categories:
            categories = tuple(to if each == value else each for each in column.categories)
            return self._with(name, categories, column.codes)
        categories = tuple(each for each in column.categories if each != value)
        number = {each: i for i, each in enumerate(categories)}
        number[value] = number[to]
        return self._with(name, categories, column.recoded(number))

    def refuse(self, name: str, value: str, ids: npt.ArrayLike) -> LabelTable:
        """Note that a value is not right for some items."""
        before = self.refused.get((name, value), frozenset())
        after = before.union(np.asarray(ids, dtype=np.int64).tolist())
        return self if after == before else replace(self, refused={**self.refused, (name, value): after})

    def allow(self, name: str, value: str, ids: npt.ArrayLike) -> LabelTable:
        """Take refusals back."""
        before = self.refused.get((name, value), frozenset())
        after = before.difference(np.asarray(ids, dtype=np.int64).tolist())
        return self if after == before else replace(self, refused={**self.refused, (name, value): after})

    def counts(self, name: str) -> dict[str, int]:
        """Return how many items have each value of a column, in the order of first use."""
        column = self.column(name)
        counted = np.bincount(column.codes[column.codes >= 0], minlength=len(column.categories))
        return dict(zip(column.categories, counted.tolist(), strict=True))

    def differences(self, after: LabelTable) -> Iterator[tuple[str, str, str | None, Ids]]:
        """Say how another table differs, so that the same can be done again.

        Yields
        ------
        action : {"label", "remove", "refuse", "allow"}
            Names of methods of a table, but for "label" and "remove", which `assign` does.
        column : str
        value : str or None
            None for "remove".
        ids : ndarray of int64
        """
        for name in {**self.columns, **after.columns}:
            old, new = self.column(name), after.column(name)
            if old is new:
                continue
            ids = np.arange(max(len(old.codes), len(new.codes)))
            number = {value: i for i, value in enumerate(new.categories)}
            common = np.array([*(number.get(value, len(number)) for value in old.categories), -1])
            codes = new.codes_of(ids)
            changed = codes != common[old.codes_of(ids)]
            for code in np.unique(codes[changed]).tolist():
                value = new.categories[code] if code >= 0 else None
                yield "remove" if value is None else "label", name, value, ids[changed & (codes == code)]
        for name, value in {**self.refused, **after.refused}:
            had, has = (each.refused.get((name, value), frozenset()) for each in (self, after))
            for action, items in (("refuse", has - had), ("allow", had - has)):
                if items:
                    yield action, name, value, np.array(sorted(items), dtype=np.int64)

    def changed_as(self, before: LabelTable, after: LabelTable) -> LabelTable:
        """Do what has changed one table to another, where this one is still as the first.

        Examples
        --------
        >>> before = LabelTable()
        >>> after = before.assign("label", "cow", [0, 1])
        >>> after.assign("label", "horse", [1]).changed_as(after, before).column("label").values_of([0, 1]).tolist()
        [None, 'horse']
        """
        table = self
        for action, name, value, ids in before.differences(after):
            if value is not None and action in ("refuse", "allow"):
                table = getattr(table, action)(name, value, ids)
            else:
                still = self.column(name).values_of(ids) == before.column(name).values_of(ids)
                table = table.assign(name, value, ids[still])
        return table

    def _with(self, name: str, categories: tuple[str, ...], codes: npt.NDArray[np.int16]) -> LabelTable:
        if name not in self.columns and len(self.columns) == _MOST_COLUMNS:
            raise ValueError(f"there can be {_MOST_COLUMNS} columns of labels; {name!r} would be one more")
        codes.flags.writeable = False
        return replace(self, columns={**self.columns, name: LabelColumn(categories, codes)})


def label_text(text: object, what: str = "label") -> str:
    r"""Return a label, or the name of a column, as it is kept.

    Parameters
    ----------
    text : object
    what : str
        What it is to be called when it will not do.

    Returns
    -------
    str
        In Unicode's composed form, without blanks at the ends, each run of blanks and control characters inside one
        blank.

    Raises
    ------
    ValueError
        When it is no text, or has nothing to show, or more than 200 characters.

    Examples
    --------
    >>> label_text(" cow\n(brown) ")
    'cow (brown)'
    """
    if not isinstance(text, str):
        raise ValueError(f"a {what} must be text, not {text!r}")
    valid = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    kept = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", unicodedata.normalize("NFC", valid)).split())
    if not kept:
        raise ValueError(f"a {what} must have at least one character, unlike {text!r}")
    if len(kept) > _LONGEST:
        raise ValueError(f"a {what} may have {_LONGEST} characters, not {len(kept)}: {kept[:40]}…")
    return kept


def with_labels(table: pd.DataFrame, labels: LabelTable, ids: npt.ArrayLike) -> pd.DataFrame:
    """Return a table with the labels as its last columns.

    Parameters
    ----------
    table : DataFrame, n rows
        Columns with the name of a column of labels get the suffix ``_metadata``.
    labels : LabelTable
    ids : array-like of int, shape (n,)
        The rows' item ids.

    Returns
    -------
    DataFrame, n rows
    """
    if not labels.columns:
        return table
    return stepped_aside(table, labels.columns).assign(
        **{name: column.values_of(ids) for name, column in labels.columns.items()}
    )


def words_for(before: LabelTable, after: LabelTable) -> str:
    """Say what was done.

    Examples
    --------
    >>> words_for(LabelTable(), LabelTable().assign("label", "cow", [0, 2]))
    'label “cow” on 2 images'
    """
    done = list(before.differences(after))
    # What is refused goes with a label that gets another name.
    done = [each for each in done if each[0] in ("label", "remove")] or done
    n = len({int(i) for *_, ids in done for i in ids})
    images = f"{n:,} image{'s' * (n != 1)}"
    if len({(action, value) for action, _, value, _ in done}) != 1:
        return f"labels of {images}"
    action, name, value, _ = done[0]
    named = "label" if name == "label" else f"label “{name}”"
    return {
        "label": f"{named} “{value}” on {images}",
        "remove": f"{named} taken off {images}",
        "refuse": f"“{value}” refused for {images}",
        "allow": f"“{value}” possible again for {images}",
    }[action]
