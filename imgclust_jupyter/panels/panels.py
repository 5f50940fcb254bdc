"""The charts that an explorer offers, and what they need of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from imgclust_jupyter.panels.histogram import Histogram

__all__ = ["Panels", "Source"]


class Source(Protocol):
    """A table whose rows can be selected; the callbacks may come on any thread."""

    @property
    def data_so_far(self) -> pd.DataFrame:
        """The table."""

    @property
    def selected(self) -> npt.NDArray[np.bool_]:
        """Which of its rows are selected, shape (n,)."""

    def select(self, wanted: Any, origin: tuple[str, str] = ...) -> None:
        """Select the rows of a mask, saying where that comes from as (kind, text)."""

    def on_selection(self, callback: Callable[[pd.DataFrame], object]) -> Callable[[], None]:
        """Call back with the selected rows whenever they change; the result ends that."""

    def on_data(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back whenever the table changes; the result ends that."""


class Panels:
    """Charts linked with an explorer's views, each to be shown in a cell of its own or put into other widgets.

    Parameters
    ----------
    source : Source
        The table; the charts follow it until they are closed.

    Examples
    --------
    >>> explorer.panels.histogram("width")  # doctest: +SKIP
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: list[Histogram] = []

    def histogram(self, column: str, bins: int = 30) -> Histogram:
        """Draw how the values of a column are distributed, and select by them.

        Dragging over a range of numbers or dates selects the images in it; clicking a category selects its images,
        with Ctrl or ⌘ also further ones. The share of each bar that is selected, here or anywhere, is filled darker.

        Parameters
        ----------
        column : str
            A column of the table.
        bins : int
            How many intervals numbers are counted in; integers from a narrower range are counted one by one. Of
            categories the 40 most frequent are shown.

        Returns
        -------
        Histogram
            A widget; its `close` releases it.

        Raises
        ------
        KeyError
            When the table has no such column (yet).
        ValueError
            For less than one bin.
        """
        if bins < 1:
            raise ValueError(f"a histogram has at least one bin, not {bins}")
        columns = self._source.data_so_far.columns
        if column not in columns:
            raise KeyError(f"there is no column {column!r}; there are {', '.join(map(str, columns))}")
        # bqplot takes its time to import, and is needed by nobody else.
        from imgclust_jupyter.panels.histogram import Histogram

        histogram = Histogram(self._source, column, bins)
        self._open.append(histogram)
        return histogram

    def close(self) -> None:
        """Close every chart that was made here."""
        while self._open:
            self._open.pop().close()
