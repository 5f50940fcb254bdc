"""A histogram of numbers or dates whose brush filters or selects."""

from __future__ import annotations

from typing import Any

import bqplot
import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets as t
from bqplot.interacts import BrushIntervalSelector

from imgclust_jupyter.collection import date_unit
from imgclust_jupyter.panels.bins import Intervals, intervals_of, round_dates, round_numbers
from imgclust_jupyter.panels.column_panel import Brush, ColumnPanel
from imgclust_jupyter.panels.crossfilter import Crossfilter, Mask
from imgclust_jupyter.panels.style import SELECTED, axis_style, bar_style, figure_style
from imgclust_jupyter.workspace.filters import Filter
from imgclust_jupyter.workspace.passing import Rows

__all__ = ["Histogram"]

_DAY = 86_400.0


class Histogram(ColumnPanel):
    """The distribution of a column of numbers or dates; dragging over it chooses a range.

    Made by `Panels.histogram`.

    Attributes
    ----------
    selected_range : tuple or None
        The range that is chosen, both ends included, as numbers or as `pandas.Timestamp`; an end that is None is open.
        It can be observed and set: ``histogram.selected_range = 500, 650``, and None for no range.
    brush_selector : BrushIntervalSelector
        What is dragged.
    """

    CHOICE = "selected_range"

    selected_range = t.Any(None, allow_none=True)
    brush_selector: BrushIntervalSelector

    def __init__(self, crossfilter: Crossfilter, column: str, brush: Brush, bins: int) -> None:
        self._bin_count = bins
        self._bins = Intervals(np.array([0.0, 1.0]))
        self._column = pd.Series(dtype=float)
        self._marked: list[float] = []
        self._drags = 0
        self._dragging = False
        super().__init__(crossfilter, column, brush)

    def _figure(self) -> bqplot.Figure:
        self._x = bqplot.LinearScale(min=0, max=1, allow_padding=False)
        self._y = bqplot.LinearScale(min=0, max=1, allow_padding=False)
        self._y_axis = bqplot.Axis(scale=self._y, side="left", tick_format="~s", **axis_style())
        self._x_axis = bqplot.Axis(scale=self._x, grid_lines="none", tick_format="~g", **axis_style())
        self.bars = bqplot.Bars(x=[0.5], y=[[0], [0]], scales={"x": self._x, "y": self._y}, **bar_style())
        self.brush_selector = BrushIntervalSelector(scale=self._x, color=SELECTED)
        self.brush_selector.observe(self._brushed, ["selected", "brushing"])
        return bqplot.Figure(
            marks=[self.bars],
            axes=[self._x_axis, self._y_axis],
            interaction=self.brush_selector,
            **figure_style(height=160, left=36),
        )

    def _take_up(self, rows: Rows) -> npt.NDArray[np.intp]:
        column = rows.table[self.column]
        if not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(column):
            return np.full(len(rows), -1)  # other metadata may have come
        values, self._column = rows.numbers(self.column), column
        bins = intervals_of(values, self._bin_count, self._is_whole, least=_DAY if self._is_date else 1.0)
        if not np.array_equal(bins.edges, self._bins.edges):
            self._bins = bins
            low, high = float(bins.edges[0]), float(bins.edges[-1])
            with self._x.hold_sync(), self._x_axis.hold_sync(), self.bars.hold_sync():
                self._x.min, self._x.max = low, high
                dates = round_dates(low, high, 5) if self._is_date else {}
                self._x_axis.tick_labels = dates
                self._x_axis.tick_values = np.array(list(dates)) if dates else round_numbers(low, high, 6)
                self.bars.x, self.bars.y = bins.centers, np.zeros((2, len(bins.centers)), dtype=int)
            self._marked = []
            self.brush_selector.selected = None  # `_mark` puts it where it is to be
        return bins.places(values)

    @property
    def _is_date(self) -> bool:
        return bool(pd.api.types.is_datetime64_any_dtype(self._column))

    @property
    def _is_whole(self) -> bool:
        return bool(pd.api.types.is_integer_dtype(self._column))

    @t.validate("selected_range")  # type: ignore[untyped-decorator]
    def _mend_range(self, proposal: Any) -> tuple[Any, Any] | None:
        if proposal["value"] is None:
            return None
        try:
            low, high = proposal["value"]
            low, high = (None if end is None else self._end(end) for end in (low, high))
        except (TypeError, ValueError) as error:
            kind = "dates" if self._is_date else "numbers"
            raise t.TraitError(f"a range of {self.column!r} is two {kind}, not {proposal['value']!r}") from error
        if low is None and high is None:
            return None
        return (high, low) if low is not None and high is not None and low > high else (low, high)

    def _end(self, end: Any) -> Any:
        if pd.isna(end):
            raise ValueError("an open end is None")
        if not self._is_date:
            return float(end)
        stamp = pd.Timestamp(end)
        return stamp if stamp.tzinfo else self._in_zone(stamp)

    def _seconds(self, end: Any) -> float | None:
        if end is None:
            return None
        if not isinstance(end, pd.Timestamp):
            return float(end)
        shown = end.tz_convert(self._zone) if end.tzinfo else end
        return float(shown.tz_localize(None).timestamp())

    def _date(self, seconds: float | None) -> pd.Timestamp | None:
        return None if seconds is None else self._in_zone(pd.Timestamp(round(1000 * seconds), unit="ms"))

    @property
    def _zone(self) -> Any:
        return getattr(self._column.dtype, "tz", None)

    def _in_zone(self, stamp: pd.Timestamp) -> pd.Timestamp:
        # In spring there are hours that no clock shows, in autumn some that it shows twice.
        return stamp.tz_localize(self._zone, ambiguous=True, nonexistent="shift_forward")

    def _mask(self, choice: Any, rows: Rows) -> Mask:
        return rows.passing(self._range(choice))

    def _filter(self, choice: Any, rows: Rows) -> Filter | str | None:
        if self.column in self._source.columns("number"):
            return self._range(choice)
        ends = zip(("ge", "le"), map(self._seconds, choice), strict=True)
        tests = [f"`{self.column}`.{test}({end})" for test, end in ends if end is not None]
        return " & ".join(tests)

    def _range(self, choice: Any) -> Filter:
        low, high = map(self._seconds, choice)
        return {"kind": "range", "column": self.column, "low": low, "high": high}

    def _choice_of(self, filters: list[tuple[Filter, Mask]]) -> Any:
        for each, mask in filters:
            if each["kind"] == "range":
                ends = each["low"], each["high"]
            else:
                assert self._rows is not None
                values = self._rows.numbers(self.column)[mask]
                if not np.isfinite(values).any():
                    continue
                ends = float(np.nanmin(values)), float(np.nanmax(values))
            return tuple(map(self._date, ends)) if self._is_date else ends
        return None

    def _words(self, choice: Any) -> str:
        low, high = ("" if end is None else self._written(end) for end in choice)
        return f"{low} \N{EN DASH} {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"

    def _written(self, end: Any) -> str:
        span = self._bins.edges[-1] - self._bins.edges[0]
        if not self._is_date:
            # A thousandth of the axis is less than a pixel.
            digits = 0 if self._is_whole else max(0, 2 - int(np.floor(np.log10(span))))
            return f"{end:,.{digits}f}" if abs(end) < 1e15 else f"{end:.6g}"
        return f"{end:%Y-%m-%d}" if date_unit(self._column) == "day" else f"{end:%Y-%m-%d %H:%M}"

    def _notes(self) -> list[str]:
        missing = int((self._places < 0).sum())
        return [f"{missing:,} without a value"] if missing else []

    def _fill(self, chosen: npt.NDArray[np.intp], shown: npt.NDArray[np.intp]) -> None:
        most = float(max(1, shown.max(initial=0)))
        self._y.max = 1.04 * most
        self._y_axis.tick_values = np.unique(round_numbers(0, most, 3).round())
        self.bars.y = np.array([chosen, shown - chosen])

    def _mark(self, choice: Any) -> None:
        if choice == self._brushed_range():
            return
        if choice is None:
            self._marked = []
        else:
            half = 0.5 if self._bins.whole else 0.0
            least, most = self._bins.edges[[0, -1]]
            low, high = map(self._seconds, choice)
            ends = [least if low is None else low - half, most if high is None else high + half]
            self._marked = np.clip(ends, least, most).tolist()
        self.brush_selector.selected = np.array(self._marked) if self._marked else None

    def _selected(self) -> list[float]:
        selected = self.brush_selector.selected
        if selected is None or len(selected) != 2 or not np.isfinite(selected).all():
            return []
        return [float(end) for end in selected]

    def _brushed_range(self) -> Any:
        selected = self._selected()
        if not selected:
            return None
        low, high = selected
        if self._is_date:
            return self._date(low), self._date(high)
        if self._is_whole and np.ceil(low) <= np.floor(high):
            return float(np.ceil(low)), float(np.floor(high))
        return low, high

    def _brushed(self, _: Any) -> None:
        is_dragged = self._dragging or self.brush_selector.brushing
        if self.brush_selector.brushing and not self._dragging:
            self._drags += 1
        self._dragging = self.brush_selector.brushing
        selected = self._selected()
        if selected != self._marked:  # else we have put the brush there ourselves
            self._marked = selected
            self._choose(self._brushed_range(), f"{self.model_id} {self._drags}" if is_dragged else "")
