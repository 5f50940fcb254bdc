"""Two explorers of the same images, compared."""

from __future__ import annotations

import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from imgclust_jupyter.insight.comparison import Agreement
from imgclust_jupyter.widget.linking import Link, Pair
from imgclust_jupyter.widget.tanglegram import TanglegramWidget, words_for

if TYPE_CHECKING:
    from imgclust_jupyter.explorer import ClusterExplorer

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
    return Comparison(Pair(a._session, b._session, (a, b)))


class Comparison:
    """How far two explorers agree, at their cuts as they are now; made by `compare`.

    Displayed, it links the explorers: a click on a ribbon or a cluster selects its images in both, and what is selected
    in one is selected in the other.
    """

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._link: Link | None = None
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
            self._link = Link(self._pair)
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
