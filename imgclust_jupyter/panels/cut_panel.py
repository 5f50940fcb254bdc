"""What the charts of a tree have in common: they show where it is cut, and cut it."""

from __future__ import annotations

import threading
from abc import abstractmethod
from typing import Any

import bqplot
import ipywidgets
import traitlets as t

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.panels.cuttable import Cuttable
from imgclust_jupyter.panels.style import axis_style, close_with_parts, heading
from imgclust_jupyter.pipeline import Results

__all__ = ["CutPanel", "clusters", "vertical_axis"]


class CutPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A chart of a tree over the number of clusters that it is cut into.

    Parameters
    ----------
    source : Cuttable

    Attributes
    ----------
    n_clusters : int
        Where the tree is cut; set it to cut elsewhere, observe it to hear of cuts.
    """

    TITLE: str

    children: tuple[ipywidgets.Widget, ...]
    n_clusters = t.Int(1, min=1)

    def __init__(self, source: Cuttable, **traits: Any) -> None:
        self._source = source
        self._drawing = threading.RLock()  # callbacks come on several threads
        self._tree: Tree | None = None
        self._in_effect = 0
        self._status = ipywidgets.HTML(layout={"flex": "1 1 0", "min_width": "0", "margin": "0"})
        super().__init__(layout={"width": "100%", "min_width": "0"}, **traits)
        self.add_class("imgclust-panel")
        self.add_class("imgclust-panel-cut")
        self._show()
        self.observe(self._apply, "n_clusters")
        self._subscriptions = [source.on_new(("cut",), self._show), source.on_data(self._show)]

    def close(self) -> None:
        """Stop following the tree, and release the figure."""
        if self.comm is None:  # closed before
            return
        for unsubscribe in self._subscriptions:
            unsubscribe()
        close_with_parts(self.children)
        self.layout.close()
        super().close()

    @abstractmethod
    def _build(self, results: Results, tree: Tree) -> list[ipywidgets.Widget]:
        """Make what is below the title."""

    @abstractmethod
    def _mark(self, tree: Tree, n_clusters: int) -> str:
        """Mark the cut, and return what is said about it."""

    @t.validate("n_clusters")  # type: ignore[untyped-decorator]
    def _clamp(self, proposal: dict[str, Any]) -> int:
        return int(proposal["value"] if self._tree is None else min(proposal["value"], self._tree.n))

    def _apply(self, change: Any) -> None:
        if change.new != self._in_effect:
            self._source.cut_into(change.new)

    def _show(self) -> None:
        with self._drawing:
            if self.comm is None:
                return
            results, tree = self._source.results, self._source.results.tree
            if tree is None:
                self._tell("the tree is still to come")
                self.children = (self._status,)
                return
            if tree is not self._tree:
                self._tree = tree
                replaced = self.children[1:]
                self.children = (self._status, *self._build(results, tree))
                close_with_parts(replaced)
            self._in_effect = min(self._source.n_clusters, tree.n)
            self._tell(self._mark(tree, self._in_effect))
            self.n_clusters = self._in_effect

    def _tell(self, text: str) -> None:
        self._status.value = heading(self.TITLE, text)


def clusters(number: int) -> str:
    """Return a number of clusters in words.

    Examples
    --------
    >>> clusters(1), clusters(1200)
    ('1 cluster', '1,200 clusters')
    """
    return f"{number:,} cluster" if number == 1 else f"{number:,} clusters"


def vertical_axis(scale: bqplot.Scale, **options: Any) -> bqplot.Axis:
    """Return an axis at the left."""
    axis = bqplot.Axis(scale=scale, **options, **axis_style())
    axis.orientation = "vertical"  # which its constructor takes with a warning
    return axis
