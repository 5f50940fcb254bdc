"""What all charts look at: the rows, and which of them each filter lets through; worked out once for all of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.workspace.filters import Filter, is_about
from imgclust_jupyter.workspace.passing import Rows

__all__ = ["Crossfilter", "Look", "Source"]

_log = logging.getLogger(__name__)

Mask = npt.NDArray[np.bool_]
Stop = Callable[[], None]


class Source(Protocol):
    """A table whose rows can be selected and filtered; the callbacks may come on any thread."""

    def rows(self) -> Rows:
        """Return the table and its items."""

    @property
    def selected_items(self) -> bytes:
        """The selection as bits of item ids."""

    @property
    def filters(self) -> list[Filter]:
        """What narrows the views."""

    def colors_at(self, n_clusters: int) -> list[str]:
        """Return the colour of each cluster where there are so many, from cluster 1."""

    def columns(self, *kinds: str) -> list[str]:
        """Return the columns that the views can filter by: those of a kind "number", "category"."""

    def select_items(self, ids: npt.NDArray[np.integer], origin: tuple[str, str], gesture: str = ...) -> None:
        """Select items, saying where that comes from as (kind, text)."""

    def filter_by(self, column: str, chosen: Filter | str | None, gesture: str = ...) -> None:
        """Put another filter, or a query, on a column."""

    def on_new(self, names: tuple[str, ...], callback: Callable[[], object]) -> Stop:
        """Call back after changes of some of what is remembered ("selection", "filters", …); the result ends that."""

    def on_data(self, callback: Callable[[], object]) -> Stop:
        """Call back whenever the table changes; the result ends that."""


@dataclass(frozen=True, eq=False)
class Look:
    """What is to be seen at one moment.

    Attributes
    ----------
    rows : Rows
        The same object as long as the table is the same.
    filters : list of Filter
    masks : list of ndarray of bool, shape (n,)
        Which rows each filter lets through.
    selected : ndarray of bool, shape (n,)
    """

    rows: Rows
    filters: list[Filter]
    masks: list[Mask]
    selected: Mask

    def of(self, column: str) -> list[tuple[Filter, Mask]]:
        """Return the filters on a column, and which rows each lets through."""
        return [each for each in self._filters() if is_about(each[0], column)]

    def passing(self, but: str | None = None) -> Mask:
        """Return which rows all filters let through, but for those on one column, shape (n,)."""
        masks = [mask for each, mask in self._filters() if but is None or not is_about(each, but)]
        return np.asarray(np.logical_and.reduce([np.ones(len(self.rows), dtype=bool), *masks]))

    def _filters(self) -> list[tuple[Filter, Mask]]:
        return list(zip(self.filters, self.masks, strict=True))


class Crossfilter:
    """Looks at a source for several charts, as long as there are any.

    Parameters
    ----------
    source : Source
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._charts: list[Callable[[Look], None]] = []
        self._subscriptions: list[Stop] = []
        # Guards the two below only: nothing is asked of the source under it, whose own lock may be held by whoever
        # calls us.
        self._lock = threading.Lock()
        self._due: set[str] = set()
        self._looking = False
        self._look: Look | None = None

    def join(self, chart: Callable[[Look], None]) -> Stop:
        """Call a chart with what is to be seen, now and after each change; the result ends that."""
        if not self._charts:
            self._subscriptions = [
                self.source.on_data(partial(self._update, "rows")),
                self.source.on_new(("cut", "labels"), partial(self._update, "rows")),
                self.source.on_new(("selection", "selection_origin", "filters"), partial(self._update, "view")),
            ]
            self._look = None
        self._charts.append(chart)

        def leave() -> None:
            self._charts.remove(chart)
            while not self._charts and self._subscriptions:
                self._subscriptions.pop()()

        try:
            chart(self.look)
        except BaseException:
            leave()
            raise
        return leave

    @property
    def look(self) -> Look:
        """What was to be seen last."""
        if self._look is None:
            self._look = self._looked(None)
        return self._look

    def _update(self, what: str) -> None:
        # One thread looks at a time, and what changes meanwhile it will see too: whatever drags cannot make a queue.
        with self._lock:
            self._due.add(what)
            if self._looking:
                return
            self._looking = True
        try:
            while due := self._taken():
                self._look = self._looked(None if "rows" in due else self._look)
                for chart in list(self._charts):
                    try:
                        chart(self._look)
                    except Exception:  # noqa: BLE001  neither the other charts nor the work are to suffer from it
                        _log.exception("a chart could not be drawn")
        except BaseException:
            with self._lock:
                self._looking = False
            raise

    def _taken(self) -> set[str]:
        with self._lock:
            due, self._due = self._due, set()
            self._looking = bool(due)
        return due

    def _looked(self, before: Look | None) -> Look:
        rows = self.source.rows() if before is None else before.rows
        filters = self.source.filters
        known = list(zip(before.filters, before.masks, strict=True)) if before else []
        masks = [next((mask for old, mask in known if old == each), None) for each in filters]
        return Look(
            rows,
            filters,
            [rows.passing(each) if mask is None else mask for each, mask in zip(filters, masks, strict=True)],
            rows.holding(self.source.selected_items),
        )
