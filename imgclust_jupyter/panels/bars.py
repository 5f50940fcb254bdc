"""Bars of the values of a column, of which those that are clicked filter or select."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bqplot
import numpy as np
import numpy.typing as npt
import traitlets as t

from imgclust_jupyter.panels.bins import Categories, categories_of
from imgclust_jupyter.panels.column_panel import Brush, ColumnPanel
from imgclust_jupyter.panels.crossfilter import Crossfilter, Mask
from imgclust_jupyter.panels.style import SELECTED, axis_style, bar_style, figure_style
from imgclust_jupyter.workspace.filters import Filter, items_filter
from imgclust_jupyter.workspace.passing import Rows
from imgclust_jupyter.workspace.selection import pack

__all__ = ["Bars"]

_LONGEST = 18  # characters of a name beside its bar
_ROW = 20  # px


class Bars(ColumnPanel):
    """How many images have each value of a column; clicking chooses values, with Ctrl or ⌘ also further ones.

    Made by `Panels.bars`.

    Attributes
    ----------
    categories : tuple of str or None, or None
        The values that are chosen, by what they are called; among them None stands for no value. It can be observed
        and set: ``bars.categories = ["pug", "boxer"]``, and None for no choice.
    names : list of str or None
        What the bars stand for, from above; the last may be None for no value.
    """

    CHOICE = "categories"

    categories = t.Any(None, allow_none=True)

    def __init__(self, crossfilter: Crossfilter, column: str, brush: Brush, most: int) -> None:
        self._most = most
        self._bins = Categories([])
        self._marked: list[int] = []
        super().__init__(crossfilter, column, brush)
        self.add_class("imgclust-panel-bars")

    @property
    def names(self) -> list[str | None]:
        """What the bars stand for, from above."""
        return list(self._bins.names)

    def _figure(self) -> bqplot.Figure:
        # Bars lie, so that names of any length can be read.
        self._x = bqplot.OrdinalScale(domain=[])
        self._y = bqplot.LinearScale(min=0, max=1, allow_padding=False)
        style = {**axis_style(), "color": "transparent", "grid_lines": "none"}
        self._names, self._counts = (bqplot.Axis(scale=self._x, side=side, **style) for side in ("left", "right"))
        self.bars = bqplot.Bars(
            x=[],
            y=np.zeros((3, 0)),
            scales={"x": self._x, "y": self._y},
            orientation="horizontal",
            padding=0.2,
            interactions={"click": "select", "hover": "tooltip"},
            tooltip=bqplot.Tooltip(fields=["x"], labels=[self.column], show_labels=False),
            tooltip_style={"opacity": 1, "color": "var(--jp-ui-font-color1, #1f2328)"},
            **bar_style(),
        )
        # The third row of it, what is left up to the end, can be clicked too, so that short bars can be hit.
        self.bars.opacities = [1.0, 0.3, 0.0]
        self.bars.observe(self._clicked, "selected")
        self._plot = bqplot.Figure(marks=[self.bars], axes=[self._names, self._counts], **figure_style(40, 24))
        return self._plot

    def _take_up(self, rows: Rows) -> npt.NDArray[np.intp]:
        bins, places = categories_of(rows.table[self.column], *rows.categories(self.column), self._most)
        if bins.names != self._bins.names:
            labels = [_called(name) for name in bins.names]
            shown = {label: _shortened(label) for label in labels}
            self._marked = []
            with self._x.hold_sync(), self.bars.hold_sync():
                self._x.domain = labels[::-1]  # from below
                self.bars.selected = None
                self.bars.x, self.bars.y = np.array(labels, dtype=object), np.zeros((3, len(labels)), dtype=int)
            self._names.tick_labels = shown
            margin = 16 + 6 * max(map(len, shown.values()), default=0)
            self._plot.fig_margin = {**self._plot.fig_margin, "left": margin, "right": 52, "bottom": 8}
            self._plot.layout.height = f"{16 + _ROW * max(1, len(labels))}px"
        self._bins = bins
        self.bars.colors = self._colors(bins)
        return places

    def _colors(self, bins: Categories) -> list[str]:
        if self.column != "cluster":
            return [SELECTED]
        clusters = [int(name) for name in bins.names if name is not None]
        # As many as are in the table: the tree may have been cut again meanwhile.
        colors = dict(enumerate(self._source.colors_at(len(clusters) + bins.left_out), start=1))
        return [colors.get(cluster, SELECTED) for cluster in clusters] or [SELECTED]

    @t.validate("categories")  # type: ignore[untyped-decorator]
    def _mend_categories(self, proposal: Any) -> tuple[str | None, ...] | None:
        value = proposal["value"]
        if value is None:
            return None
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise t.TraitError(f"the categories of {self.column!r} are a list, not {value!r}")
        return tuple(dict.fromkeys(None if name is None else str(name) for name in value)) or None

    def _mask(self, choice: Any, rows: Rows) -> Mask:
        codes, values = rows.categories(self.column)
        return np.array([*(name in choice for name in values), None in choice])[codes]

    def _filter(self, choice: Any, rows: Rows) -> Filter | str | None:
        if self.column == "cluster":
            ids = rows.ids[self._mask(choice, rows)]
            return items_filter("cluster", self._words(choice), pack(ids, int(rows.ids.max(initial=-1)) + 1))
        if self.column in self._source.columns("category"):
            return {"kind": "category", "column": self.column, "values": list(choice)}
        _, values = rows.categories(self.column)
        known = [values[name] for name in choice if name in values]
        if all(isinstance(value, str | int | float) for value in known):
            tests = [f"`{self.column}`.isin({known!r})"]
        else:  # a query knows no others by their values
            names = [name for name in choice if name is not None]
            tests = [f"`{self.column}`.astype('str').isin({names!r})"]
        tests += [f"`{self.column}`.isna()"] * (None in choice)
        return " | ".join(tests)

    def _choice_of(self, filters: list[tuple[Filter, Mask]]) -> Any:
        for each, mask in filters:
            if each["kind"] == "category":
                return tuple(each["values"])
            # Certain images: the bars that are among them as a whole.
            had, all_ = self._counted(mask), self._counted(np.ones(len(mask), dtype=bool))
            names = [name for name, some, most in zip(self._bins.names, had, all_, strict=True) if 0 < most == some]
            return tuple(names) or None
        return None

    def _words(self, choice: Any) -> str:
        return ", ".join(map(_called, choice))

    def _notes(self) -> list[str]:
        return [f"{self._bins.left_out:,} rarer not shown"] if self._bins.left_out else []

    def _fill(self, chosen: npt.NDArray[np.intp], shown: npt.NDArray[np.intp]) -> None:
        most = max(1, shown.max(initial=0))
        self._y.max = float(most)
        self.bars.y = np.array([chosen, shown - chosen, most - shown])
        counts = zip(self._bins.names, shown.tolist(), strict=True)
        self._counts.tick_labels = {_called(name): f"{count:,}" for name, count in counts}

    def _mark(self, choice: Any) -> None:
        wanted = [i for i, name in enumerate(self._bins.names) if choice is not None and name in choice]
        if wanted != sorted(self._clicked_bars()):
            self._marked = wanted
            self.bars.selected = np.array(wanted) if wanted else None

    def _clicked_bars(self) -> list[int]:
        selected = self.bars.selected
        return [] if selected is None else [int(i) for i in selected]

    def _clicked(self, _: Any) -> None:
        places = self._clicked_bars()
        if places != self._marked:  # else we have marked them ourselves
            self._marked = places
            self._choose(tuple(self._bins.names[i] for i in places if i < len(self._bins.names)) or None)


def _called(name: str | None) -> str:
    return "no value" if name is None else name


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
