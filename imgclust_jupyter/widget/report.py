"""What has changed, for the browser: in its header the counts and what is to be looked at, on demand row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.collection.revision import ALREADY_THERE, Change
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.widget.rpc import Answer

__all__ = ["MAX_ROWS", "Reports", "rows"]

MAX_ROWS = 2000
"""In one report; the rest is in `ClusterExplorer.changes`."""


class Reports:
    """Numbers the changes that are told, so that a page knows which it has seen."""

    def __init__(self) -> None:
        self._number = 0
        self._last: tuple[Change, ...] | None = None

    def header(self, results: Results, n_clusters: int) -> dict[str, Any] | None:
        """Return what the dataset's header says; None where nothing has changed yet.

        Parameters
        ----------
        results : Results
        n_clusters : int
            Where the tree is cut.

        Returns
        -------
        dict
            ``number``, which counts up; ``text``; item ids of the images that somebody has added just now: ``new``, and
            ``there``, which had been before; and ``changed``, ids of those whose picture is another, or gone.
        """
        changes = results.changes
        if changes is None or results.ids is None:
            return None
        if changes.made is not self._last:
            self._last, self._number = changes.made, self._number + 1
        return {
            "number": self._number,
            "text": changes.words(results.ids, results.tree, n_clusters),
            "new": [i for i in changes.new if i in results.by_hand],
            "there": [change.id for change in changes.made if change.what == ALREADY_THERE],
            "changed": [change.id for change in changes.made if change.what in ("changed", "unreadable")],
        }


def rows(results: Results, n_clusters: int) -> Answer:
    """Return a row for each change: the image's id (None when it is not shown any more), name, what, from and to.

    What cannot be read has as ``to`` its reason. Paths are relative.
    """
    collection, ids = results.collection, results.ids
    if results.changes is None or collection is None or ids is None:
        return {"rows": [], "more": 0}, []
    told = results.changes.rows(ids, results.tree, n_clusters)
    reasons = dict(collection.errors[["path", "reason"]].itertuples(index=False, name=None))
    shown = set(ids.tolist())
    answer = []
    for item_id, what, before, after in told[:MAX_ROWS]:
        item = collection.items[item_id]
        answer.append(
            {
                "id": int(item_id) if item_id in shown else None,
                "name": item.name,
                "what": what,
                "from": _plain(before),
                "to": reasons.get(item.relative, "") if what == "unreadable" else _plain(after),
            }
        )
    return {"rows": answer, "more": max(0, len(told) - MAX_ROWS)}, []


def _plain(value: str | npt.NDArray[Any] | np.integer) -> str:
    return f"cluster {value}" if isinstance(value, np.integer) else str(value)
