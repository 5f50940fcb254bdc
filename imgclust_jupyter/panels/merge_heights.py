"""The heights of the last merges, and a line to drag that cuts the tree between them."""

from __future__ import annotations

import uuid
from typing import Any

import bqplot
import ipywidgets
import numpy as np
import numpy.typing as npt
import traitlets as t

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.panels.bins import round_numbers
from imgclust_jupyter.panels.cut_panel import CutPanel, clusters, vertical_axis
from imgclust_jupyter.panels.cuttable import Cuttable
from imgclust_jupyter.panels.style import SELECTED, TEXT, axis_style, figure_style, label_style
from imgclust_jupyter.pipeline import Results

__all__ = ["MergeHeights"]

_POINTS = 400
_DOTS = 60  # more would run into each other
_STRIPS = 240


class MergeHeights(CutPanel):
    """The height of the merge that ends each number of clusters: where it drops most, clusters are left apart.

    Made by `Panels.merge_heights`.

    Attributes
    ----------
    n_clusters : int
        Where the tree is cut; set it to cut elsewhere, observe it to hear of cuts.
    most : int or None
        Up to how many clusters it is drawn; None for all, on a logarithmic axis.
    curve : bqplot.Lines
        ``x`` is the number of clusters (its logarithm to the base of 10 where all are drawn), ``y`` the height of the
        merge that makes one less of them.
    handle : bqplot.Scatter
        What is dragged.
    """

    TITLE = "Merge heights"

    most = t.Int(50, min=2, allow_none=True)
    curve: bqplot.Lines
    handle: bqplot.Scatter

    def __init__(self, source: Cuttable, most: int | None) -> None:
        self._logarithmic = False
        self._last = 1
        self._gesture = ""
        self._dragging = self._dragged_now = False
        self._put: float | None = None
        super().__init__(source, most=most)
        self.observe(self._rebuild, "most")

    def _build(self, results: Results, tree: Tree) -> list[ipywidgets.Widget]:
        self._logarithmic = self.most is None
        self._last = tree.n if self.most is None else min(self.most, tree.n)
        numbers = np.arange(2, self._last + 1)
        if self._logarithmic and len(numbers) > _POINTS:
            # Heights fall, so that between two points of the curve there is none outside their range.
            numbers = np.unique(np.geomspace(2, self._last, _POINTS).round().astype(np.int64))
        heights = tree.linkage_matrix[tree.n - numbers, 2]
        low, high = self._ends()
        top = 1.06 * float(heights.max(initial=0)) or 1.0
        scales = {
            "x": bqplot.LinearScale(min=low, max=high, allow_padding=False),
            "y": bqplot.LinearScale(min=0, max=top, allow_padding=False),
        }
        self.curve = bqplot.Lines(
            x=self._position(numbers),
            y=heights,
            scales=scales,
            colors=[SELECTED],
            stroke_width=1.5,
            marker="circle" if len(numbers) < _DOTS else None,
            marker_size=22,
        )
        self._rule = _vertical(scales, top, stroke_width=1.5)
        self.handle = self._handle(scales, low, top)
        suggested = self._suggested(scales, top, results.auto)
        style = figure_style(200, 48)
        # The handle is under the hand: it must not come after it.
        style |= {"animation_duration": 0, "padding_x": 0}
        style["fig_margin"] = {**style["fig_margin"], "top": 20}
        return [
            bqplot.Figure(
                marks=[self.curve, self._rule, *suggested, self._strips(scales, low, high, top), self.handle],
                axes=[
                    self._number_axis(scales["x"]),
                    vertical_axis(scales["y"], tick_values=round_numbers(0, top, 4), tick_format="~g"),
                ],
                **style,
            )
        ]

    def _suggested(self, scales: dict[str, bqplot.Scale], top: float, auto: int) -> list[bqplot.Mark]:
        if not 1 < auto <= self._last:
            return []
        line = _vertical(scales, top, stroke_width=1.0, line_style="dashed")
        line.x = self._position(np.array([auto, auto]))
        return [line, bqplot.Label(x=line.x[:1], y=[top], text=["auto"], scales=scales, **label_style())]

    def _strips(self, scales: dict[str, bqplot.Scale], low: float, high: float, top: float) -> bqplot.Bars:
        # A curve is no target: what is clicked are strips that nobody sees.
        edges = np.linspace(low, high, _STRIPS + 1)
        strips = bqplot.Bars(
            x=(edges[1:] + edges[:-1]) / 2,
            y=np.full(_STRIPS, top),
            scales=scales,
            opacities=[0.0] * _STRIPS,
            padding=0,
            stroke="transparent",
        )
        strips.on_element_click(self._clicked)
        return strips

    def _handle(self, scales: dict[str, bqplot.Scale], low: float, top: float) -> bqplot.Scatter:
        handle = bqplot.Scatter(
            x=[low],
            y=[top],
            scales=scales,
            colors=[SELECTED],
            default_size=130,
            enable_move=True,
            restrict_x=True,
            update_on_move=True,
            apply_clip=False,
        )
        handle.observe(self._moved, "x")
        handle.on_drag_start(self._drag_started)
        handle.on_drag_end(self._drag_ended)
        return handle

    def _mark(self, tree: Tree, n_clusters: int) -> str:
        at = float(self._position(np.array(min(n_clusters, self._last))))
        self._rule.x = np.array([at, at])
        if not self._dragged_now:
            self._put = at
            self.handle.x = np.array([at])
        heights = tree.linkage_matrix[:, 2]
        said = [clusters(n_clusters)]
        if n_clusters > self._last:
            said[0] += f", more than the {self._last:,} drawn"
        kept = tree.n - n_clusters
        if kept:
            said.append(f"joined up to {heights[kept - 1]:.4g}")
        if n_clusters > 1:
            said.append(f"next merge at {heights[kept]:.4g}")
        return " · ".join(said)

    def _rebuild(self, _: Any) -> None:
        with self._drawing:
            self._tree = None
        self._show()

    def _position(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        return np.asarray(np.log10(numbers) if self._logarithmic else numbers, dtype=np.float64)

    def _number(self, position: float) -> int:
        number = 10**position if self._logarithmic else position
        return min(max(round(number), 1), self._last)

    def _ends(self) -> tuple[float, float]:
        low, high = self._position(np.array([1, max(self._last, 2)])).tolist()
        margin = 0.015 * (high - low)
        return low - margin, high + margin

    def _moved(self, change: Any) -> None:
        position = float(change.new[0])
        if position == self._put:
            return  # we have put it there
        # While the mouse is down the handle is where it is, in between two numbers.
        self._dragged_now = self._dragging
        try:
            self._cut_at(position)
        finally:
            self._dragged_now = False

    def _drag_started(self, *_: Any) -> None:
        self._dragging, self._gesture = True, f"panel {uuid.uuid4()}"
        self._put = None

    def _drag_ended(self, _: Any, content: dict[str, Any]) -> None:
        self._dragging = False
        self._cut_at(float(content["point"]["x"]))

    def _clicked(self, _: Any, content: dict[str, Any]) -> None:
        self._gesture = ""
        self._cut_at(float(content["data"]["x"]))

    def _cut_at(self, position: float) -> None:
        number = self._number(position)
        if number != self.n_clusters:
            self._source.cut_into(number, self._gesture)
        elif not self._dragged_now:
            self._show()  # the handle stands between two numbers

    def _number_axis(self, scale: bqplot.Scale) -> bqplot.Axis:
        if self._logarithmic:
            numbers = 10 ** np.arange(int(np.log10(self._last)) + 1)
        else:
            numbers = np.unique([1, *round_numbers(1, max(self._last, 2), 10).round().astype(int)])
            numbers = numbers[(numbers >= 1) & (numbers <= self._last)]
        at = self._position(numbers)
        labels = {position: f"{number:,}" for position, number in zip(at.tolist(), numbers.tolist(), strict=True)}
        return bqplot.Axis(scale=scale, tick_values=at, tick_labels=labels, grid_lines="none", **axis_style())


def _vertical(scales: dict[str, bqplot.Scale], top: float, **style: Any) -> bqplot.Lines:
    return bqplot.Lines(x=[0, 0], y=[0, top], scales=scales, colors=[TEXT], apply_clip=False, **style)
