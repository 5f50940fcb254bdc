"""Several charts side by side."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets

__all__ = ["Board"]


class Board(ipywidgets.GridBox):  # type: ignore[misc]  # ipywidgets has no types
    """Charts in rows, as many in each as there is room for.

    Made by `Panels.show`.

    Parameters
    ----------
    charts : sequence of Widget

    Attributes
    ----------
    children : tuple of Widget
        The charts.
    """

    children: tuple[ipywidgets.Widget, ...]

    def __init__(self, charts: Sequence[ipywidgets.Widget]) -> None:
        layout = {
            "width": "100%",
            "grid_template_columns": "repeat(auto-fit, minmax(260px, 1fr))",
            "grid_gap": "8px",
            "align_items": "flex-start",
        }
        super().__init__(charts, layout=layout)

    def close(self) -> None:
        """Close the charts too."""
        if self.comm is None:  # closed before
            return
        for chart in self.children:
            chart.close()
        self.layout.close()
        super().close()
