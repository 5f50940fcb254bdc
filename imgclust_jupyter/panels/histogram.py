"""A histogram whose brush selects."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import bqplot
import ipywidgets
import numpy as np
import numpy.typing as npt
import pandas as pd
from bqplot.interacts import BrushIntervalSelector

from imgclust_jupyter.panels.bins import Categories, Intervals, bins_of, round_numbers
from imgclust_jupyter.panels.panels import Source
from imgclust_jupyter.panels.style import REST, SELECTED, TEXT, axis_style, close_with_parts, figure_style

__all__ = ["Histogram"]

_LONGEST = 28  # characters of a category's name


class Histogram(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The distribution of one column, with the selected share of each bar filled.

    Made by `Panels.histogram`.

    Attributes
    ----------
    bars : bqplot.Bars
        ``y`` has two rows: how many of each bar are selected, and how many are not.
    brush : BrushIntervalSelector or None
        For numbers and dates.
    """

    children: tuple[ipywidgets.Widget, ...]
    bars: bqplot.Bars
    brush: BrushIntervalSelector | None

    def __init__(self, source: Source, column: str, bins: int = 30) -> None:
        self._source = source
        self._name = column
        self._bin_count = bins
        # Guards the drawing, as callbacks come on several threads; nothing is asked of the source under it, whose own
        # lock may be held by whoever calls us.
        self._drawing = threading.RLock()
        self._subscriptions: list[Callable[[], None]] = []
        super().__init__()
        self._chosen: pd.Index | None = None
        self._values = source.data_so_far[column]
        self._build(self._values, self._selected_values())
        self._subscriptions = [source.on_selection(self._show_selection), source.on_data(self._follow_data)]

    def close(self) -> None:
        """Stop following the table, and release the figure."""
        if self.comm is None:  # closed before
            return
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = []
        close_with_parts(self.children)
        self.layout.close()
        super().close()

    def _selected_values(self) -> pd.Series:
        selected = self._source.selected
        # Between the two readings another stage may have ended; we are about to hear of it.
        return self._values[selected] if len(selected) == len(self._values) else self._values[:0]

    def _follow_data(self) -> None:
        data = self._source.data_so_far
        if self._name not in data.columns or data[self._name].equals(self._values):
            return
        self._values = data[self._name]
        self._build(self._values, self._selected_values())

    def _show_selection(self, selected: pd.DataFrame) -> None:
        self._follow_data()  # the clusters of another cut, for one, come without new data
        with self._drawing:
            self._fill(selected[self._name])
            if self._chosen is not None and not selected.index.equals(self._chosen):
                self._chosen = None
                self._clear_choice()

    def _build(self, values: pd.Series, selected: pd.Series) -> None:
        with self._drawing:
            replaced = self.children
            self._chosen = None
            self._bins = bins_of(values, self._bin_count)
            self._totals = self._bins.counts(values)
            self._status = ipywidgets.Label(style={"text_color": TEXT})
            figure = self._intervals(self._bins) if isinstance(self._bins, Intervals) else self._categories(self._bins)
            self._fill(selected)
            self.children = (self._status, figure)
            close_with_parts(replaced)

    def _intervals(self, bins: Intervals) -> bqplot.Figure:
        low, high = float(bins.edges[0]), float(bins.edges[-1])
        x = bqplot.LinearScale(min=low, max=high, allow_padding=False)
        y, y_axis = self._count_axis()
        y_axis.orientation = "vertical"
        self.bars = bqplot.Bars(x=bins.centers, scales={"x": x, "y": y}, **_bar_style())
        self.brush = BrushIntervalSelector(scale=x, color=SELECTED)
        self.brush.observe(self._brushed, ["selected", "brushing"])
        x_axis = bqplot.Axis(
            scale=x, tick_values=round_numbers(low, high, 8), tick_format="~g", grid_lines="none", **axis_style()
        )
        return _figure(self.bars, [x_axis, y_axis], 200, 48, self.brush)

    def _categories(self, bins: Categories) -> bqplot.Figure:
        # Bars lie, so that names of any length can be read; the first is at the top.
        x = bqplot.OrdinalScale(domain=bins.names, reverse=True)
        y, y_axis = self._count_axis()
        self.brush = None
        self.bars = bqplot.Bars(
            x=bins.names,
            scales={"x": x, "y": y},
            orientation="horizontal",
            interactions={"click": "select"},
            **_bar_style(),
        )
        self.bars.observe(self._clicked, "selected")
        labels = {name: name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…" for name in bins.names}
        x_axis = bqplot.Axis(scale=x, tick_labels=labels, grid_lines="none", **axis_style())
        x_axis.orientation = "vertical"
        longest = max(map(len, labels.values()), default=0)
        return _figure(self.bars, [x_axis, y_axis], 40 + 22 * max(1, len(labels)), 24 + 7 * longest, None)

    def _count_axis(self) -> tuple[bqplot.LinearScale, bqplot.Axis]:
        most = float(max(self._totals, default=0)) or 1.0
        scale = bqplot.LinearScale(min=0, max=1.03 * most, allow_padding=False)
        ticks = np.unique(round_numbers(0, most, 4).round())
        return scale, bqplot.Axis(scale=scale, tick_values=ticks, tick_format="~s", **axis_style())

    def _fill(self, selected: pd.Series) -> None:
        counts = self._bins.counts(selected)
        self.bars.y = np.array([counts, self._totals - counts])
        self._status.value = self._summary(selected)

    def _summary(self, selected: pd.Series) -> str:
        parts = [self._name, f"{len(selected):,} of {len(self._values):,} selected"]
        if missing := int(self._values.isna().sum()):
            parts.append(f"{missing:,} without a value")
        if isinstance(self._bins, Categories) and self._bins.left_out:
            parts.append(f"{self._bins.left_out:,} rarer categories not shown")
        return " · ".join(parts)

    def _clear_choice(self) -> None:
        if self.brush is not None:
            self.brush.selected = None
        self.bars.selected = None

    def _brushed(self, _: dict[str, Any]) -> None:
        brush, bins = self.brush, self._bins
        if brush is None or not isinstance(bins, Intervals) or brush.brushing:
            return
        if brush.selected is None or len(brush.selected) != 2:
            self._choose(None, "")
            return
        low, high = map(float, brush.selected)
        self._choose(bins.between(self._values, low, high), f"{self._name} {low:.6g} to {high:.6g}")

    def _clicked(self, _: dict[str, Any]) -> None:
        bins, positions = self._bins, self.bars.selected
        if not isinstance(bins, Categories):
            return
        if positions is None or not len(positions):
            self._choose(None, "")
            return
        names = ", ".join(bins.names[i] for i in positions)
        self._choose(bins.among(self._values, positions), f"{self._name}: {names}")

    def _choose(self, mask: npt.NDArray[np.bool_] | None, text: str) -> None:
        if mask is None:
            # Cleared by a person, or by us because something else is selected, which is then left alone.
            if self._chosen is not None:
                self._chosen = None
                self._source.select(None)
            return
        chosen = self._values.index[mask]
        if self._chosen is None or not chosen.equals(self._chosen):
            self._chosen = chosen
            self._source.select(mask, origin=("panel", text))


def _bar_style() -> dict[str, Any]:
    return {
        "type": "stacked",
        "colors": [SELECTED, REST],
        "padding": 0.08,
        "stroke": "transparent",
        # The filling says what is selected; bqplot would fade the others once more.
        "selected_style": {},
        "unselected_style": {},
    }


def _figure(bars: bqplot.Bars, axes: list[bqplot.Axis], height: int, left: int, brush: Any) -> bqplot.Figure:
    return bqplot.Figure(marks=[bars], axes=axes, interaction=brush, **figure_style(height, left))
