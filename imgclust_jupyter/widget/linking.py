"""What keeps two explorers that are compared and the drawing of it together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.insight.comparison import Agreement
from imgclust_jupyter.pipeline.common import Common, in_common
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.widget.tanglegram import TanglegramWidget, drawing_of, shares_of
from imgclust_jupyter.workspace.selection import unpack

__all__ = ["Link", "Pair"]


class Pair:
    """Two explorers, and what was found out about them last.

    Parameters
    ----------
    a, b : Session
    owners : tuple
        The user's objects; the work of the sessions goes on only while somebody has them.

    Raises
    ------
    ValueError
        When they have no image in common.
    """

    def __init__(self, a: Session, b: Session, owners: tuple[object, object]) -> None:
        self._owners = owners
        self.sessions = a, b
        self._lock = threading.RLock()
        self._common: Common | None = None
        self._agreement: tuple[Common, tuple[int, int], Agreement] | None = None
        self.common()

    @property
    def n_clusters(self) -> tuple[int, int]:
        """Where the trees are cut now."""
        a, b = (session.widget.cut["n_clusters"] for session in self.sessions)
        return a, b

    def common(self) -> Common:
        """Return what the explorers have in common now; while a tree is made, or if that is nothing, what they had."""
        with self._lock:
            a, b = (session.pipeline.results for session in self.sessions)
            known = self._common
            trees = None if known is None else tuple(results.tree for results in known.results)
            if known is not None and (a.tree is None or b.tree is None or (a.tree, b.tree) == trees):
                return known
            try:
                self._common = in_common(a, b)
            except ValueError:
                if known is None:
                    raise
                return known
            return self._common

    def agreement(self) -> Agreement:
        """Return how far the explorers agree at their cuts."""
        with self._lock:
            common, n_clusters = self.common(), self.n_clusters
            if self._agreement is None or self._agreement[:2] != (common, n_clusters):
                self._agreement = common, n_clusters, common.agreement(n_clusters)
            return self._agreement[2]

    def selected(self, side: int) -> npt.NDArray[np.bool_]:
        """Return which of the images in common are selected in one of the explorers."""
        common = self.common()
        collection = common.results[side].collection
        assert collection is not None
        return np.isin(common.ids(side), unpack(self.sessions[side].widget.selection, len(collection.items)))

    def select(self, side: int, mask: npt.NDArray[np.bool_], origin: tuple[str, str]) -> None:
        """Select images in one of the explorers, unless they are selected and nothing else in common is."""
        if np.array_equal(self.selected(side), mask):
            return
        self.sessions[side].select_items(self.common().ids(side)[mask], origin)


class Link:
    """A drawing that may be on a page, and what keeps it and the explorers together.

    It is apart from `Comparison` so that it can outlive it on a page. Nothing of the explorers is asked for under its
    lock, for theirs may be held by whoever calls.

    Parameters
    ----------
    pair : Pair
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._drawing = threading.RLock()
        self._version = 0
        self._drawn: Agreement | None = None
        self._owned, self._views, self._shown = True, 0, False
        self.widget = TanglegramWidget(self._receive)
        self._subscriptions: list[Callable[[], None]] = []
        for side, session in enumerate(pair.sessions):
            widget = session.widget
            widget.observe(self._follow, "cut")
            widget.observe(self._follow_end, "comm")
            self._subscriptions += [
                widget.on_new(["selection"], partial(self._share, side)),
                session.on_data(self._draw),
                partial(widget.unobserve, self._follow, "cut"),
                partial(widget.unobserve, self._follow_end, "comm"),
            ]
        self._draw()

    @property
    def closed(self) -> bool:
        """Whether the drawing has been taken off its pages for good."""
        return self.widget.comm is None

    def handed_out(self) -> None:
        """Note that the widget may appear on a page."""
        self._shown = True

    def disown(self) -> None:
        """Note that the user's object is gone."""
        self._owned = False
        self._settle()

    def close(self) -> None:
        """Take the drawing off its pages, and leave the explorers to themselves."""
        subscriptions, self._subscriptions = self._subscriptions, []
        for unsubscribe in subscriptions:
            unsubscribe()
        if not self.closed:
            self.widget.layout.close()
            self.widget.close()

    def _settle(self) -> None:
        if not (self._owned or self._shown or self._views):
            self.close()

    def _follow(self, _: Any) -> None:
        self._draw()

    def _follow_end(self, _: Any) -> None:
        self.close()

    def _draw(self) -> None:
        common, agreement, n_clusters = self._pair.common(), self._pair.agreement(), self._pair.n_clusters
        headers = tuple(session.dataset.header for session in self._pair.sessions)
        with self._drawing:
            if agreement is not self._drawn:
                self._version += 1
                self._drawn = agreement
                drawing = drawing_of(common, agreement, n_clusters, (headers[0], headers[1]))
                with self.widget.hold_sync():
                    self.widget.drawing = {"version": self._version, **drawing}
                    self._mark()

    def _mark(self) -> None:
        selected = self._pair.selected(0) | self._pair.selected(1)
        with self._drawing:
            if self._drawn is not None and len(selected) == len(self._drawn.images):
                self.widget.shares = shares_of(self.widget.drawing, self._drawn, selected)

    def _share(self, side: int) -> None:
        origin = self._pair.sessions[side].widget.selection_origin
        mask = self._pair.selected(side)
        self._pair.select(1 - side, mask, (str(origin["kind"]), str(origin["text"])))
        self._mark()

    def _receive(self, content: dict[str, Any]) -> None:
        if isinstance(views := content.get("views"), int):
            self._views, self._shown = views, False
            self._settle()
        elif content.get("version") == self._version:  # else it is about clusters that are no more
            self._select(content)

    def _select(self, content: dict[str, Any]) -> None:
        agreement = self._pair.agreement()
        images, numbers = agreement.images, (content.get("a"), content.get("b"))
        if content.get("moved"):
            mask, text = agreement.is_moved, "moved"
        elif numbers == (None, None):
            mask, text = np.zeros(len(images), dtype=bool), ""
        else:
            named = {name: number for name, number in zip(("cluster_a", "cluster_b"), numbers, strict=True) if number}
            mask = np.logical_and.reduce([images[name].to_numpy() == number for name, number in named.items()])
            text = " and ".join(f"{number} of {name[-1]}" for name, number in named.items())
        before = self._pair.selected(0) | self._pair.selected(1)
        mode = content.get("mode")
        mask = before | mask if mode == "add" else before ^ mask if mode == "toggle" else mask
        for side in (0, 1):
            self._pair.select(side, mask, ("query", f"compared: {text}"))
