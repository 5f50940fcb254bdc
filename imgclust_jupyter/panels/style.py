"""What the charts look like, and how they are released."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ipywidgets

__all__ = ["LINES", "REST", "SELECTED", "TEXT", "axis_style", "close_with_parts", "figure_style"]

# Legible on white and on black alike, since the figures are transparent and the notebook's theme shows through.
TEXT = "#808890"
SELECTED = "#4477AA"
REST = "#80889070"
LINES = "#80889040"


def axis_style() -> dict[str, Any]:
    """Return the options of a bqplot axis that give it the explorer's looks."""
    return {
        "color": LINES,
        "label_color": TEXT,
        "grid_color": LINES,
        "tick_style": {"fill": TEXT, "font-size": "11px"},
    }


def figure_style(height: int, left: int) -> dict[str, Any]:
    """Return the options of a bqplot figure as wide as its cell; `height` and `left`, the margin there, in px."""
    return {
        "fig_margin": {"top": 8, "bottom": 24, "left": left, "right": 16},
        "padding_y": 0,
        "background_style": {"fill": "transparent"},
        "layout": {"width": "100%", "height": f"{height}px"},
        "display_toolbar": False,
        "animation_duration": 150,
    }


def close_with_parts(widgets: Iterable[ipywidgets.Widget]) -> None:
    """Close widgets with all that they refer to: marks, scales, layouts, which would stay in kernel and browser."""
    found: dict[str, ipywidgets.Widget] = {}
    todo: list[Any] = list(widgets)
    while todo:
        value = todo.pop()
        if isinstance(value, ipywidgets.Widget):
            if value.model_id in found:
                continue
            found[value.model_id] = value
            todo += [getattr(value, name) for name in value.keys]
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value
    for widget in found.values():
        widget.close()
