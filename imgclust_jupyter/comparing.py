"""Two explorers of the same images, compared."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.insight.comparison import Agreement
from imgclust_jupyter.pipeline.common import Common, in_common
from imgclust_jupyter.widget.tanglegram import TanglegramWidget, drawing_of, shares_of, words_for
from imgclust_jupyter.workspace.selection import unpack

if TYPE_CHECKING:
    from imgclust_jupyter.explorer import ClusterExplorer
    from imgclust_jupyter.widget.session import Session

__all__ = ["Comparison", "compare"]


def compare(a: ClusterExplorer, b: ClusterExplorer) -> Comparison:
    """Compare two explorers of the same images: two networks, two linkages, columns against images.

    Images are the same by their content, else by their path in the collection; those that only one has are left out.
    Waits for both trees.

    Parameters
    ----------
    a, b : ClusterExplorer

    Returns
    -------
    Comparison
        Shown in a cell, it is the two trees facing each other, with a ribbon for each two clusters that share images.

    Raises
    ------
    ValueError
        When both are the same explorer, and when they have no image in common.

    Examples
    --------
    >>> from imgclust_jupyter import ClusterExplorer, compare
    >>> a = ClusterExplorer("photos/", model="squeezenet")  # doctest: +SKIP
    >>> b = ClusterExplorer("photos/", model="pixels")  # doctest: +SKIP
    >>> comparison = compare(a, b)  # doctest: +SKIP
    >>> comparison.rand_index  # doctest: +SKIP
    0.62
    """
    if a is b:
        raise ValueError("both are the same explorer; make a second one, with another model or linkage for instance")
    for explorer in (a, b):
        explorer.wait("tree")
    return Comparison(_Pair(a, b))


class Comparison:
    """How far two explorers agree, at their cuts as they are now; made by `compare`.

    Displayed, it links the explorers: a click on a ribbon or a cluster selects its images in both, and what is selected
    in one is selected in the other.
    """

    def __init__(self, pair: _Pair) -> None:
        self._pair = pair
        pair.common()
        self._link: _Link | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None

    @property
    def rand_index(self) -> float:
        """The adjusted Rand index of the two cuts: 1 for the same clusters, about 0 for what chance would give."""
        return self._pair.agreement().rand_index

    @property
    def mutual_information(self) -> float:
        """The adjusted mutual information of the two cuts: 1 for the same, about 0 for what chance would give."""
        return self._pair.agreement().mutual_information

    @property
    def moved(self) -> pd.DataFrame:
        """The images that are not in the counterpart of their cluster: ``name``, ``cluster_a`` and ``cluster_b``.

        Counterparts are one-to-one, so chosen that as many images as possible stay. The index is that of the first
        explorer's `data`.
        """
        return self._pair.agreement().moved

    @property
    def table(self) -> pd.DataFrame:
        """How many images each two clusters have in common: those of a down, those of b across."""
        return self._pair.agreement().table.copy()

    @property
    def cophenetic(self) -> float:
        """How well the heights at which images come together in the trees go with each other.

        Pearson's correlation of the cophenetic distances in a sample of at most 1,000 images; no matter where the trees
        are cut.
        """
        return self._pair.common().cophenetic

    @property
    def entanglement(self) -> float:
        """How far apart the same leaves stand as the trees are drawn: from 0 (all level) to 1 (reversed)."""
        return self._pair.common().entanglement

    @property
    def left_out(self) -> pd.DataFrame:
        """The images that only one explorer has: ``name``, ``path``, and ``only_in`` ("a" or "b")."""
        return self._pair.common().left_out.copy()

    def at(self, n_clusters: int, other: int | None = None) -> Agreement:
        """Compare at another cut than the explorers have now.

        Parameters
        ----------
        n_clusters : int
            Into how many clusters both trees are cut; those without an image in common do not appear.
        other : int, optional
            The number for the second tree, where that differs.

        Returns
        -------
        Agreement
            With ``rand_index``, ``mutual_information``, ``moved`` and ``table``.

        Raises
        ------
        ValueError
            When a number is less than one.
        """
        counts = n_clusters, n_clusters if other is None else other
        if min(counts) < 1:
            raise ValueError(f"a tree is cut into at least one cluster, not {min(counts)}")
        return self._pair.common().agreement(counts)

    @property
    def widget(self) -> TanglegramWidget:
        """The drawing, to put into other widgets.

        Raises
        ------
        ValueError
            When one of the explorers is closed.
        """
        if self._link is None or self._link.closed:
            if any(session.closed for session in self._pair.sessions):
                raise ValueError("one of the explorers is closed, so that there is nothing to be linked with")
            self._link = _Link(self._pair)
            self._finalizer = weakref.finalize(self, self._link.disown)
            self._finalizer.atexit = False
        self._link.handed_out()
        return self._link.widget

    def close(self) -> None:
        """Take the drawing off the page, and leave the explorers to themselves; the figures can still be read."""
        if self._finalizer is not None:
            self._finalizer.detach()
        if self._link is not None:
            self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Comparison: {words_for(self._pair.agreement())}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        if any(session.closed for session in self._pair.sessions):
            return {"text/plain": repr(self)}, {}
        data, metadata = self.widget._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self)}, metadata

    def _display_(self) -> TanglegramWidget:
        return self.widget  # marimo's protocol


class _Pair:
    """The two explorers, and what was found out about them last."""

    def __init__(self, a: ClusterExplorer, b: ClusterExplorer) -> None:
        self._explorers = a, b  # whose work goes on only while somebody has them
        self.sessions: tuple[Session, Session] = a._session, b._session
        self._lock = threading.RLock()
        self._common: Common | None = None
        self._agreement: tuple[Common, tuple[int, int], Agreement] | None = None

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
        session, ids = self.sessions[side], self.common().ids(side)[mask]
        rows = session.pipeline.results.ids
        assert rows is not None
        session.select(np.isin(rows, ids), origin)


class _Link:
    """A drawing that may be on a page, and what keeps it and the explorers together.

    It is apart from `Comparison` so that it can outlive it on a page. Nothing of the explorers is asked for under its
    lock, for theirs may be held by whoever calls.
    """

    def __init__(self, pair: _Pair) -> None:
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
                widget.on_selection(partial(self._share, side)),
                session.on_data(self._draw),
                partial(widget.unobserve, self._follow, "cut"),
                partial(widget.unobserve, self._follow_end, "comm"),
            ]
        self._draw()

    @property
    def closed(self) -> bool:
        return self.widget.comm is None

    def handed_out(self) -> None:
        """Note that the widget may appear on a page."""
        self._shown = True

    def disown(self) -> None:
        """Note that the user's object is gone."""
        self._owned = False
        self._settle()

    def close(self) -> None:
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
