"""Filters: what narrows all views, one chip each (twin: ``js/src/filters.ts``).

A filter is a dict as JSON has it, of one of three kinds; an image is visible when every filter lets it through:

``{"kind": "category", "column": str, "values": [str | None, …]}``
    Images with one of these categories; None stands for no value.
``{"kind": "range", "column": str, "low": number | None, "high": number | None}``
    Images with a number in the range, ends included; None is open.
``{"kind": "items", "source": "query" | "search" | "cluster" | "selection", "text": str, "items": base64}``
    Certain images: bits of item ids as `workspace.selection.pack` makes them, and what they are in words.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

__all__ = ["Filter", "is_about", "items_filter", "mend", "replaced", "with_renamed"]

Filter = dict[str, Any]

_SOURCES = ("query", "search", "cluster", "selection")
_MOST = 50
_LONGEST = 1000


def items_filter(source: str, text: str, bits: bytes) -> Filter:
    """Return a filter for certain images.

    Parameters
    ----------
    source : {"query", "search", "cluster", "selection"}
    text : str
        What the chip says.
    bits : bytes
        As `workspace.selection.pack` makes them.

    Returns
    -------
    Filter

    Examples
    --------
    >>> items_filter("query", "width > 500", bytes([5]))["items"]
    'BQ=='
    """
    return {"kind": "items", "source": source, "text": text[:_LONGEST], "items": base64.b64encode(bits).decode()}


def mend(value: object) -> list[Filter]:
    """Return what is usable of a list of filters; never raises.

    Parameters
    ----------
    value : object
        What a page, or a person, has sent.

    Returns
    -------
    list of Filter
        At most 50, without fields that mean nothing.

    Examples
    --------
    >>> mend([{"kind": "range", "column": "width", "low": 9, "high": 3}, "nonsense"])
    [{'kind': 'range', 'column': 'width', 'low': 3.0, 'high': 9.0}]
    """
    if not isinstance(value, list | tuple):
        return []
    mended = (_mend(each) for each in value if isinstance(each, dict))
    return [each for each in mended if each is not None][:_MOST]


def is_about(filter_: Filter, column: str) -> bool:
    """Say whether a filter is the one on a column, "cluster" among them."""
    if filter_["kind"] != "items":
        return bool(filter_["column"] == column)
    if filter_["source"] == "query":
        return bool(filter_["text"].startswith(f"`{column}`."))
    return bool(filter_["source"] == column == "cluster")


def replaced(filters: list[Filter], column: str, filter_: Filter | None) -> list[Filter]:
    """Return filters with another one on a column, in the place of the one that there was; None takes it away.

    Examples
    --------
    >>> legs, width = {"kind": "range", "column": "legs"}, {"kind": "range", "column": "width"}
    >>> replaced([legs, width], "legs", None)
    [{'kind': 'range', 'column': 'width'}]
    """
    places = [i for i, each in enumerate(filters) if is_about(each, column)]
    rest = [each for each in filters if not is_about(each, column)]
    if filter_ is not None:
        rest.insert(places[0] if places else len(rest), filter_)
    return rest


def with_renamed(filters: list[Filter], column: str, value: str, to: str) -> list[Filter]:
    """Return filters that let through a category under its new name.

    Examples
    --------
    >>> with_renamed([{"kind": "category", "column": "label", "values": ["cow", None]}], "label", "cow", "ox")
    [{'kind': 'category', 'column': 'label', 'values': ['ox', None]}]
    """
    return [
        {**each, "values": list(dict.fromkeys(to if name == value else name for name in each["values"]))}
        if each["kind"] == "category" and each["column"] == column
        else each
        for each in filters
    ]


def _mend(value: Filter) -> Filter | None:
    kind, column = value.get("kind"), value.get("column")
    if kind == "items":
        return _mend_items(value)
    if not isinstance(column, str):
        return None
    if kind == "category":
        values = value.get("values")
        if not isinstance(values, list | tuple):
            return None
        # In their order, each once.
        names = list(dict.fromkeys(name for name in values if name is None or isinstance(name, str)))
        return {"kind": kind, "column": column, "values": names[:_LONGEST]} if names else None
    if kind == "range":
        ends = [_number(value.get(end)) for end in ("low", "high")]
        known = sorted(end for end in ends if end is not None)
        if not known:
            return None
        low, high = known if len(known) == 2 else ends
        return {"kind": kind, "column": column, "low": low, "high": high}
    return None


def _mend_items(value: Filter) -> Filter | None:
    source, text, items = (value.get(name) for name in ("source", "text", "items"))
    if source not in _SOURCES or not isinstance(text, str) or not isinstance(items, str):
        return None
    try:
        bits = base64.b64decode(items, validate=True)
    except (binascii.Error, ValueError):
        return None
    return items_filter(str(source), text, bits)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
