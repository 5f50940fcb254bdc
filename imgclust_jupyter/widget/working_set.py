"""The working set as the widget's trait says it, and as the pipeline makes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.pipeline import LayOutAnew, Pipeline, WorkingSet
from imgclust_jupyter.widget.models import ExplorerWidget
from imgclust_jupyter.widget.rpc import Answer
from imgclust_jupyter.workspace.selection import pack, unpack

__all__ = ["WorkingSetKeeper"]


class WorkingSetKeeper:
    """Asks the pipeline for another working set whenever the widget's ``excluded`` changes, by whomever.

    Parameters
    ----------
    widget : ExplorerWidget
    pipeline : Pipeline

    Attributes
    ----------
    asked : WorkingSet
        What the pipeline was asked for last.
    """

    def __init__(self, widget: ExplorerWidget, pipeline: Pipeline) -> None:
        self._widget = widget
        self._pipeline = pipeline
        self.asked = _done(frozenset())
        widget.observe(self._follow, "excluded")

    def change(self, ids: npt.ArrayLike, out: bool) -> WorkingSet:
        """Take images out, or put them back; return what the pipeline was asked for."""
        ids, results = np.asarray(ids, dtype=np.int64), self._pipeline.results
        assert results.collection is not None
        n_items = len(results.collection.items)
        with self._widget.lock:
            before, selected = (unpack(bits, n_items) for bits in (self._widget.excluded, self._widget.selection))
            after = np.union1d(before, ids) if out else np.setdiff1d(before, ids)
            still = np.setdiff1d(selected, after)
            traits = {"excluded": pack(after, n_items)}
            if len(still) < len(selected):
                traits["selection"] = pack(still, n_items)
            self._widget.change("", **traits)
            return self.asked

    def mend(self) -> None:
        """Say again what is taken out, when another working set was asked for that cannot be."""
        with self._widget.lock:
            if self.asked.error is None:
                return
            self.asked = _done(self._pipeline.results.excluded)
            ids = sorted(self.asked.excluded)
            self._widget.begin(excluded=pack(ids, ids[-1] + 1 if ids else 0))

    def lay_out_anew(self) -> LayOutAnew:
        """Have the map and all that it rests on computed anew; return what the pipeline was asked for."""
        request = LayOutAnew()
        self._pipeline.request(request)
        return request

    def answer_excluded(self, _: dict[str, Any]) -> Answer:
        """Return the ids of the images that are taken out, as uint32."""
        return {}, [self._pipeline.results.ids_taken_out.astype("<u4").tobytes()]

    def answer_lay_out_anew(self, _: dict[str, Any]) -> Answer:
        """Begin it; the progress says how it goes."""
        self.lay_out_anew()
        return {}, []

    def _follow(self, change: Any) -> None:
        bits: bytes = change.new
        wanted = frozenset(unpack(bits, 8 * len(bits)).tolist())
        if wanted != self.asked.excluded:
            self.asked = WorkingSet(wanted)
            self._pipeline.request(self.asked)


def _done(excluded: frozenset[int]) -> WorkingSet:
    request = WorkingSet(excluded)
    request.done = True
    return request
