"""The charts that an explorer offers."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

import pandas as pd

from imgclust_jupyter.panels.crossfilter import Crossfilter, Source
from imgclust_jupyter.panels.cuttable import Cuttable
from imgclust_jupyter.workspace.passing import is_number

if TYPE_CHECKING:
    import ipywidgets

    from imgclust_jupyter.panels.bars import Bars
    from imgclust_jupyter.panels.board import Board
    from imgclust_jupyter.panels.column_panel import Brush
    from imgclust_jupyter.panels.histogram import Histogram
    from imgclust_jupyter.panels.merge_heights import MergeHeights
    from imgclust_jupyter.panels.silhouettes import Silhouettes

__all__ = ["Panels"]

Chart = TypeVar("Chart", bound="ipywidgets.Widget")

_FEW = 12  # bars of one chart among several


class Linked(Source, Cuttable, Protocol):
    """All that charts ask of an explorer."""


class Panels:
    """Charts linked with an explorer's views, each to be shown in a cell of its own or put into other widgets.

    Charts of columns are a crossfilter: what is chosen in one becomes a filter of all views, with its chip above them,
    and every other chart counts what it lets through. A chart's own bars stay whole, and are faint where they are
    filtered out. A filter that is made, changed or taken away in the views or by undo moves the brush as well.

    Parameters
    ----------
    source : Linked
        The explorer; the charts follow it until they are closed, at the latest with it.

    Examples
    --------
    >>> explorer.panels.show("breed", "width", "outlier")  # doctest: +SKIP
    >>> width = explorer.panels.histogram("width")  # doctest: +SKIP
    >>> width.selected_range = 500, 650  # as if it was brushed  # doctest: +SKIP
    """

    def __init__(self, source: Linked) -> None:
        self._source = source
        self._crossfilter = Crossfilter(source)
        self._open: weakref.WeakSet[ipywidgets.Widget] = weakref.WeakSet()  # what is closed is nobody's any more

    def histogram(self, column: str, bins: int = 30, brush: Brush = "filter") -> Histogram | Bars:
        """Draw how the numbers or dates of a column are distributed, and filter by dragging over a range.

        Parameters
        ----------
        column : str
            A column of `data`; one of categories is drawn by `bars`.
        bins : int
            How many intervals numbers are counted in; integers from a narrower range are counted one by one.
        brush : {"filter", "select"}
            Whether what is in the range is all that the views show, or what is selected in them. What is selected,
            here or anywhere, is then filled darker.

        Returns
        -------
        Histogram
            A widget with the trait ``selected_range``; its `close` releases it.

        Raises
        ------
        KeyError
            When the table has no such column (yet).
        ValueError
            For less than one bin, or another word for `brush`.

        Examples
        --------
        >>> explorer.panels.histogram("width", bins=50)  # doctest: +SKIP
        """
        if bins < 1:
            raise ValueError(f"a histogram has at least one bin, not {bins}")
        self._check(column, brush)
        if not is_number(self._crossfilter.source.rows().table[column]):
            return self.bars(column, brush=brush)
        # bqplot takes its time to import, and is needed by nobody else.
        from imgclust_jupyter.panels.histogram import Histogram

        return self._opened(Histogram(self._crossfilter, column, brush, bins))

    def bars(self, column: str, most: int = 40, brush: Brush = "filter") -> Bars:
        """Draw how many images have each value of a column, and filter by clicking bars.

        Parameters
        ----------
        column : str
            A column of `data`: categories, truth values, labels, "cluster", integers. The bars follow labels as they
            are given, and clusters as the tree is cut, in their colours.
        most : int
            Only so many values, the most frequent, have a bar.
        brush : {"filter", "select"}
            As for `histogram`.

        Returns
        -------
        Bars
            A widget with the trait ``categories``; its `close` releases it.

        Raises
        ------
        KeyError
            When the table has no such column (yet).
        ValueError
            For less than one bar, a column of dates, or another word for `brush`.

        Examples
        --------
        >>> breeds = explorer.panels.bars("breed")  # doctest: +SKIP
        >>> breeds.categories = ["pug", "boxer"]  # as if they were clicked  # doctest: +SKIP
        """
        if most < 1:
            raise ValueError(f"there is at least one bar, not {most}")
        self._check(column, brush)
        if pd.api.types.is_datetime64_any_dtype(self._crossfilter.source.rows().table[column]):
            raise ValueError(f"{column!r} has dates, which histogram({column!r}) draws")
        from imgclust_jupyter.panels.bars import Bars

        return self._opened(Bars(self._crossfilter, column, brush, most))

    def show(self, *columns: str, brush: Brush = "filter") -> Board:
        """Put the charts of some columns side by side, as many in a row as there is room for.

        Parameters
        ----------
        columns : str
            Columns of `data`: histograms of numbers and dates, bars of the others.
        brush : {"filter", "select"}
            As for `histogram`.

        Returns
        -------
        Board
            A widget; its `close` releases it with the charts.

        Raises
        ------
        KeyError
            When the table has no such column (yet).
        ValueError
            For no column, or another word for `brush`.

        Examples
        --------
        >>> explorer.panels.show("breed", "width", "cluster")  # doctest: +SKIP
        """
        if not columns:
            raise ValueError('say which columns, for instance show("width", "cluster")')
        for column in columns:
            self._check(column, brush)
        from imgclust_jupyter.panels.board import Board

        return self._opened(Board([self._chart(column, brush) for column in columns]))

    def merge_heights(self, most: int | None = 50) -> MergeHeights:
        """Draw how high the last merges of the tree are, with a line to drag that cuts it.

        At each number of clusters, the height of the merge that makes one less of them: where the curve drops from one
        number to the next, clusters are far apart that would be joined next. A click cuts there. The line follows cuts
        that are made elsewhere.

        Parameters
        ----------
        most : int or None
            Up to how many clusters; None for all, on a logarithmic axis.

        Returns
        -------
        MergeHeights
            A widget with the trait ``n_clusters``; its `close` releases it.

        Raises
        ------
        ValueError
            For less than two clusters.

        Examples
        --------
        >>> explorer.panels.merge_heights(most=None)  # doctest: +SKIP
        """
        if most is not None and most < 2:
            raise ValueError(f"merges are drawn up to at least two clusters, not {most}")
        from imgclust_jupyter.panels.merge_heights import MergeHeights

        return self._opened(MergeHeights(self._source, most))

    def silhouettes(self, numbers: Iterable[int] | None = None) -> Silhouettes:
        """Draw how well apart the clusters are, and how large, by their number; a click cuts there.

        Above, the mean silhouette: the higher, the nearer images are to their own cluster than to the next. Below, the
        share of each cluster in its colour, in the order of the leaves.

        Parameters
        ----------
        numbers : iterable of int, optional
            Of clusters, from 1; default 2 to 30. Those that are more than there are images are left out.

        Returns
        -------
        Silhouettes
            A widget with the trait ``n_clusters``, and the ``table`` of `ClusterExplorer.silhouettes`; its `close`
            releases it.

        Raises
        ------
        ValueError
            For a number less than one.

        Examples
        --------
        >>> explorer.panels.silhouettes(range(2, 60))  # doctest: +SKIP
        """
        from imgclust_jupyter.panels.silhouettes import Silhouettes

        return self._opened(Silhouettes(self._source, numbers))

    def close(self) -> None:
        """Close every chart that was made here."""
        while self._open:
            self._open.pop().close()

    def _chart(self, column: str, brush: Brush) -> Histogram | Bars:
        table = self._crossfilter.source.rows().table
        if column != "cluster" and is_number(table[column]):
            return self.histogram(column, brush=brush)
        return self.bars(column, most=_FEW, brush=brush)

    def _check(self, column: str, brush: str) -> None:
        columns = self._crossfilter.source.rows().table.columns
        if column not in columns:
            raise KeyError(f"there is no column {column!r}; there are {', '.join(map(str, columns))}")
        if brush not in ("filter", "select"):
            raise ValueError(f'what is brushed can "filter" or "select", not {brush!r}')

    def _opened(self, chart: Chart) -> Chart:
        self._open.add(chart)
        return chart
