"""What the charts of one column have in common."""

from __future__ import annotations

import threading
from abc import abstractmethod
from typing import Any, Literal

import bqplot
import ipywidgets
import numpy as np
import numpy.typing as npt

from imgclust_jupyter.panels.crossfilter import Crossfilter, Look, Mask
from imgclust_jupyter.panels.style import close_with_parts, heading
from imgclust_jupyter.workspace.filters import Filter
from imgclust_jupyter.workspace.passing import Rows

__all__ = ["Brush", "ColumnPanel"]

Brush = Literal["filter", "select"]


class ColumnPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The distribution of one column among what the filters on all other columns let through.

    Parameters
    ----------
    crossfilter : Crossfilter
    column : str
    brush : {"filter", "select"}
        What becomes of a choice.

    Attributes
    ----------
    column : str
    brush : str
    bars : bqplot.Bars
        ``y`` has in its first row how many of each bar are chosen, in the second how many are not.
    """

    CHOICE: str
    """The trait that holds the choice, or None."""

    children: tuple[ipywidgets.Widget, ...]
    bars: bqplot.Bars

    def __init__(self, crossfilter: Crossfilter, column: str, brush: Brush) -> None:
        self.column = column
        self.brush = brush
        self._crossfilter = crossfilter
        self._source = crossfilter.source
        self._drawing = threading.RLock()  # callbacks come on several threads
        self._rows: Rows | None = None
        self._places = np.zeros(0, dtype=np.intp)
        self._in_effect: Any = None
        self._gesture = ""
        self._status = ipywidgets.HTML(layout={"flex": "1 1 0", "min_width": "0", "margin": "0"})
        self._clear = ipywidgets.Button(
            description="clear",
            tooltip=f"All values of {column}",
            layout={"width": "auto", "flex": "0 0 auto", "margin": "0"},
        )
        self._clear.on_click(lambda _: setattr(self, self.CHOICE, None))
        head = ipywidgets.HBox([self._status, self._clear], layout={"min_height": "40px"})
        super().__init__([head, self._figure()], layout={"width": "100%", "min_width": "0"})
        self.add_class("imgclust-panel")
        self._leave = crossfilter.join(self._show)
        self.observe(self._apply, self.CHOICE)

    def close(self) -> None:
        """Stop following the table, and release the figure; the filter stays."""
        if self.comm is None:  # closed before
            return
        self._leave()
        close_with_parts(self.children)
        self.layout.close()
        super().close()

    @abstractmethod
    def _figure(self) -> bqplot.Figure:
        """Make the figure, and `bars`."""

    @abstractmethod
    def _take_up(self, rows: Rows) -> npt.NDArray[np.intp]:
        """Fit the bars to a table that has the column, and return the place of each row's bar, -1 for none."""

    @abstractmethod
    def _mask(self, choice: Any, rows: Rows) -> Mask:
        """Return which rows are of a choice."""

    @abstractmethod
    def _filter(self, choice: Any, rows: Rows) -> Filter | str | None:
        """Return a choice as a filter, or as a query where the views know no filter for it."""

    @abstractmethod
    def _choice_of(self, filters: list[tuple[Filter, Mask]]) -> Any:
        """Return the choice that the filters on the column make."""

    @abstractmethod
    def _words(self, choice: Any) -> str:
        """Say what is chosen."""

    @abstractmethod
    def _mark(self, choice: Any) -> None:
        """Mark what is chosen."""

    @abstractmethod
    def _fill(self, chosen: npt.NDArray[np.intp], shown: npt.NDArray[np.intp]) -> None:
        """Draw how many of each bar are chosen, and how many are shown."""

    def _notes(self) -> list[str]:
        """Say what the bars leave out."""
        return []

    def _choose(self, choice: Any, gesture: str = "") -> None:
        self._gesture = gesture
        setattr(self, self.CHOICE, choice)
        self._gesture = ""

    def _apply(self, change: Any) -> None:
        choice = change.new
        if choice == self._in_effect:
            return
        with self._drawing:
            self._in_effect = choice
            self._mark(choice)  # also where the same images had been selected before, and nothing will change
        rows = self._crossfilter.look.rows
        if self.brush == "filter":
            chosen = None if choice is None else self._filter(choice, rows)
            self._source.filter_by(self.column, chosen, self._gesture)
        elif choice is None:
            self._source.select_items(rows.ids[:0], ("none", ""))
        else:
            # Items, as other images may have come since these rows were looked at.
            origin = ("panel", f"{self.column}: {self._words(choice)}")
            self._source.select_items(rows.ids[self._mask(choice, rows)], origin, self._gesture)

    def _show(self, look: Look) -> None:
        with self._drawing:
            if look.rows is not self._rows:
                self._rows = look.rows
                known = self.column in look.rows.table.columns
                self._places = self._take_up(look.rows) if known else np.full(len(look.rows), -1)
            choice = self._seen(look)
            shown = look.passing(but=self.column if self.brush == "filter" else None)
            own = [mask for _, mask in look.of(self.column)] if self.brush == "filter" else [look.selected]
            chosen = np.logical_and.reduce([shown, *own])
            self._fill(self._counted(chosen), self._counted(shown))
            self._mark(choice)
            self._tell(choice, int(chosen.sum()), int(shown.sum()), len(look.rows))
            self._in_effect = choice
        setattr(self, self.CHOICE, choice)

    def _seen(self, look: Look) -> Any:
        if self.brush == "filter":
            return self._choice_of(look.of(self.column))
        choice = getattr(self, self.CHOICE)
        stands = choice is not None and np.array_equal(self._mask(choice, look.rows), look.selected)
        return choice if stands else None

    def _counted(self, mask: Mask) -> npt.NDArray[np.intp]:
        places = self._places[mask]
        return np.bincount(places[places >= 0], minlength=len(self.bars.x))

    def _tell(self, choice: Any, chosen: int, shown: int, total: int) -> None:
        parts = [] if choice is None else [self._words(choice)]
        if self.brush == "select":
            parts.append(f"{chosen:,} of {shown:,} selected")
        else:
            parts.append(f"{chosen:,} of {total:,}" if chosen < total else f"{total:,}")
        self._status.value = heading(self.column, " · ".join(parts + self._notes()))
        self._clear.layout.visibility = "hidden" if choice is None else "visible"
