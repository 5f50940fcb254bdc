"""Filters made of words: what they let through, asked again when there are other images or other metadata."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence

from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.workspace.filters import Filter, items_filter
from imgclust_jupyter.workspace.labels import LabelTable, with_labels
from imgclust_jupyter.workspace.search import find
from imgclust_jupyter.workspace.selection import pack

__all__ = ["renewed", "search_filter"]

_log = logging.getLogger(__name__)

_UNSPOKEN = ("outlier", "outlier_local", "predicted_share")


def search_filter(text: str, results: Results, labels: LabelTable) -> tuple[Filter, int]:
    """Return the filter for what is found by a search, and how many images that is."""
    assert results.collection is not None
    assert results.ids is not None
    # Ranks and shares are nobody's words, and neither are the folders above the collection.
    table = results.described().drop(columns=list(_UNSPOKEN), errors="ignore")
    table = with_labels(table.assign(path=results.relative_paths), labels, results.ids)
    found = results.ids[find(text, table)]
    return items_filter("search", text, pack(found, len(results.collection.items))), len(found)


def renewed(
    filters: Sequence[Filter],
    queries: Collection[str],
    results: Results,
    bits: Callable[[str], bytes],
    labels: LabelTable,
) -> list[Filter]:
    """Return filters with those anew that words have made.

    Parameters
    ----------
    filters : sequence of Filter
    queries : collection of str
        The queries that Python has asked; others are left alone, since a query that comes from a page could be any
        code.
    results : Results
    bits : callable
        Makes a bitset of the images that a query means, of the same results.
    labels : LabelTable

    Returns
    -------
    list of Filter
    """
    answer = list(filters)
    for place, each in enumerate(filters):
        source, text = each.get("source"), each.get("text", "")
        try:
            if source == "search":
                answer[place], _ = search_filter(text, results, labels)
            elif source == "query" and text in queries:
                answer[place] = items_filter(source, text, bits(text))
        except Exception:  # noqa: BLE001  a query may fail in any way, by a column that has gone for instance
            _log.warning("the filter %r was left as it was, since it has no meaning any more", text)
    return answer
