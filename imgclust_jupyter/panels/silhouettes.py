"""How well apart the clusters are, and how large, by their number."""

from __future__ import annotations

import logging
import operator
import threading
from collections.abc import Iterable
from typing import Any, Self

import bqplot
import ipywidgets
import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.clustering.distances import Vectors
from imgclust_jupyter.insight.cut_table import cut_table, usual_numbers
from imgclust_jupyter.panels.bins import round_numbers
from imgclust_jupyter.panels.cut_panel import CutPanel, clusters, vertical_axis
from imgclust_jupyter.panels.cuttable import Cuttable
from imgclust_jupyter.panels.style import REST, SELECTED, axis_style, figure_style, label_style
from imgclust_jupyter.pipeline import Results

__all__ = ["Silhouettes"]

_log = logging.getLogger(__name__)

_COLORED = 60
_LEFT = 48


class Silhouettes(CutPanel):
    """The mean silhouette of the clusters, and the share of images that each has, by the number of clusters.

    Made by `Panels.silhouettes`. The silhouettes come when they have been computed, which the kernel does meanwhile.

    Attributes
    ----------
    n_clusters : int
        Where the tree is cut; set it to cut elsewhere, observe it to hear of cuts.
    table : DataFrame or None
        What is drawn, as from `ClusterExplorer.silhouettes`; None while it is being computed.
    bars : bqplot.Bars
        The silhouettes; ``x`` is the number of clusters, as text.
    shares : bqplot.Bars
        The shares; ``y`` has a row for each colour of a cluster, from the last in the order of the leaves to the first,
        after one for all that come later than the first 60.
    """

    TITLE = "Silhouettes and sizes"

    bars: bqplot.Bars
    shares: bqplot.Bars

    def __init__(self, source: Cuttable, numbers: Iterable[int] | None) -> None:
        self._wanted = None if numbers is None else sorted({operator.index(number) for number in numbers})
        if self._wanted is not None and min(self._wanted, default=1) < 1:
            raise ValueError(f"there is no cut into {self._wanted[0]} clusters")
        self._numbers: list[int] = []
        self._computing: threading.Thread | None = None
        self._note = ""
        self.table: pd.DataFrame | None = None
        super().__init__(source)

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the silhouettes are there.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Returns
        -------
        Silhouettes
            Itself.

        Raises
        ------
        TimeoutError
            When they are not there in time.
        """
        if self._computing is not None:
            self._computing.join(timeout)
            if self._computing.is_alive():
                raise TimeoutError(f"the silhouettes were not there after {timeout:g} seconds")
        return self

    def _build(self, results: Results, tree: Tree) -> list[ipywidgets.Widget]:
        self.table, self._computing, self._note = None, None, ""
        self._numbers = [number for number in self._wanted or usual_numbers(tree.n) if number <= tree.n]
        if not self._numbers:
            return []
        upper, lower = self._silhouettes_figure(results.auto), self._shares_figure(tree)
        if results.vectors is None:
            self._note = "the numbers that silhouettes are made of are no longer there"
        else:
            self._note = "computing silhouettes …"
            self._computing = threading.Thread(target=self._compute, args=(tree, results.vectors), daemon=True)
            self._computing.start()
        return [upper, lower]

    def _mark(self, tree: Tree, n_clusters: int) -> str:
        place = self._numbers.index(n_clusters) if n_clusters in self._numbers else None
        if self._numbers:
            self.bars.selected = self.shares.selected = None if place is None else np.array([place])
        sizes = np.diff(np.append(tree.cluster_starts(n_clusters), tree.n))
        said = [clusters(n_clusters)]
        if self.table is None:
            said += [self._note] if self._note else []
        elif place is not None and np.isfinite(self.table["silhouette"].iloc[place]):
            row = self.table.iloc[place]
            sampled = f" ± {row['error']:.2g}, by a sample" if row["error"] else ""
            said.append(f"silhouette {row['silhouette']:.2f}{sampled}")
        if n_clusters > 1:
            said.append(f"largest {sizes.max():,} ({sizes.max() / tree.n:.0%})")
            said.append(f"median {np.median(sizes):,g}")
            singles = np.count_nonzero(sizes == 1)
            said.append(f"{singles:,} of a single image" if singles else f"smallest {sizes.min():,}")
        return " · ".join(said)

    def _compute(self, tree: Tree, vectors: Vectors) -> None:
        table, note = None, ""
        try:
            table = cut_table(tree, vectors, self._source.metric, self._numbers)
        except Exception as error:  # noqa: BLE001  shown where the silhouettes would be
            _log.exception("no silhouettes")
            note = f"no silhouettes: {error}"
        with self._drawing:
            if tree is not self._tree or self.comm is None:
                return  # another tree has come, or nobody looks any more
            self.table, self._note = table, note
            if table is not None:
                heights = table["silhouette"].fillna(0).to_numpy()
                low, high = 1.06 * min(0.0, heights.min()), 1.06 * max(0.05, heights.max())
                self._scale.min, self._scale.max = low, high
                self._ticks.tick_values = round_numbers(low, high, 4)
                self._strips.base, self._strips.y = low, np.full(len(heights), high)
                self._auto.y = np.array([high])
                self.bars.y = heights
        self._show()

    def _silhouettes_figure(self, auto: int) -> bqplot.Figure:
        names = [str(number) for number in self._numbers]
        self._scale = bqplot.LinearScale(min=0, max=1, allow_padding=False)
        scales = {"x": bqplot.OrdinalScale(domain=names), "y": self._scale}
        self.bars = bqplot.Bars(
            x=names,
            y=np.zeros(len(names)),
            scales=scales,
            colors=[REST],
            selected_style={"fill": SELECTED},
            **_BARS,
        )
        known = [str(auto)] if auto in self._numbers else []
        self._auto = bqplot.Label(x=known, y=[1.0] * len(known), text=["auto"], scales=scales, **label_style())
        # Short bars could not be hit.
        self._strips = bqplot.Bars(x=names, y=np.ones(len(names)), scales=scales, opacities=[0.0] * len(names), **_BARS)
        self._strips.on_element_click(self._clicked)
        self._ticks = vertical_axis(self._scale, tick_values=[0], tick_format="~g")
        style = figure_style(120, _LEFT)
        style["fig_margin"] = {**style["fig_margin"], "top": 18, "bottom": 4}
        return bqplot.Figure(marks=[self.bars, self._auto, self._strips], axes=[self._ticks], **style)

    def _shares_figure(self, tree: Tree) -> bqplot.Figure:
        names = [str(number) for number in self._numbers]
        shares, colors = self._shares(tree)
        x, y = bqplot.OrdinalScale(domain=names), bqplot.LinearScale(min=0, max=1, allow_padding=False)
        self.shares = bqplot.Bars(
            x=names,
            y=shares,
            scales={"x": x, "y": y},
            type="stacked",
            colors=colors,
            color_mode="element",
            unselected_style={"opacity": "0.45"},
            **_BARS,
        )
        self.shares.on_element_click(self._clicked)
        every = -(-len(names) // 16)  # as many as there is room for in a narrow cell
        labels = {name: name if i % every == 0 else "" for i, name in enumerate(names)}
        numbers = bqplot.Axis(scale=x, tick_labels=labels, grid_lines="none", **axis_style())
        percent = vertical_axis(y, tick_values=[0, 0.5, 1], tick_format=".0%")
        return bqplot.Figure(marks=[self.shares], axes=[numbers, percent], **figure_style(150, _LEFT))

    def _shares(self, tree: Tree) -> tuple[npt.NDArray[np.float64], list[str]]:
        # A cluster that splits keeps its colour in its larger part, so that each colour is one row, and in the order
        # of the leaves at the largest number the rows are in that order at every smaller one.
        finest = self._numbers[-1]
        order = tree.colors(finest)
        named = order[order < _COLORED]
        row_of = np.zeros(finest, dtype=np.int64)  # the first row is that of the rest
        row_of[named] = np.arange(len(named), 0, -1)
        shares = np.zeros((len(named) + 1, len(self._numbers)))
        for place, number in enumerate(self._numbers):
            sizes = np.diff(np.append(tree.cluster_starts(number), tree.n))
            np.add.at(shares[:, place], row_of[tree.colors(number)], sizes / tree.n)
        colors = np.array(self._source.colors_at(finest))[order < _COLORED]
        return shares, [REST, *colors[::-1].tolist()]

    def _clicked(self, _: Any, content: dict[str, Any]) -> None:
        self._source.cut_into(self._numbers[int(content["data"]["index"])])


_BARS: dict[str, Any] = {"padding": 0.12, "stroke": "transparent"}
