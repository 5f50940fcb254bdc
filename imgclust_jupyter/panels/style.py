"""What the charts look like, and how they are released."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import ipywidgets

__all__ = [
    "LINES",
    "REST",
    "SELECTED",
    "TEXT",
    "axis_style",
    "bar_style",
    "close_with_parts",
    "figure_style",
    "heading",
    "label_style",
]

# The theme's own, or legible on white and on black alike, since the figures are transparent.
TEXT = "var(--jp-ui-font-color2, #808890)"
SELECTED = "#3D85E8"
REST = "#80889070"
LINES = "var(--jp-border-color2, #80889040)"


# What bqplot and ipywidgets leave to the page.
_CARD = f"""<style>
.imgclust-panel {{ border: 1px solid {LINES}; border-radius: 4px; padding: 6px 10px 4px; box-sizing: border-box; }}
.imgclust-panel-head {{ line-height: 18px; color: var(--jp-ui-font-color1, inherit); overflow-wrap: anywhere; }}
.imgclust-panel-head span {{ color: {TEXT}; font-variant-numeric: tabular-nums; }}
.imgclust-panel .jupyter-button {{
  background: none; color: {TEXT}; font-size: 12px; padding: 0 6px; line-height: 20px; height: 20px; border-radius: 3px;
}}
.imgclust-panel .jupyter-button:hover {{ color: var(--jp-ui-font-color1, inherit); box-shadow: none; }}
.imgclust-panel .bqplot > svg .zeroLine, .imgclust-panel-bars .bqplot > svg .axis line {{
  stroke: none !important;
}}
.imgclust-panel-bars .bqplot > svg .bargroup, .imgclust-panel-cut .bqplot > svg .bargroup {{ cursor: pointer; }}
.imgclust-panel-cut .bqplot > svg .object_grp .dot {{ cursor: ew-resize; }}
</style>"""


def heading(title: str, text: str) -> str:
    """Return the HTML of a chart's title and of what is said below it."""
    return (
        f'{_CARD}<div role="status" class="imgclust-panel-head"><b>{html.escape(title)}</b><br>'
        f"<span>{html.escape(text)}</span></div>"
    )


def axis_style() -> dict[str, Any]:
    """Return the options of a bqplot axis that give it the explorer's looks."""
    return {
        "color": LINES,
        "label_color": TEXT,
        "grid_color": LINES,
        "tick_style": {"fill": TEXT, "font-size": "11px", "font-family": "var(--jp-ui-font-family, sans-serif)"},
    }


def bar_style() -> dict[str, Any]:
    """Return the options of bqplot bars whose first row is filled, and whose second is faint."""
    return {
        "type": "stacked",
        "colors": [SELECTED],
        "color_mode": "group",
        "opacities": [1.0, 0.3],
        "opacity_mode": "element",
        "stroke": "transparent",
        # The filling says what is chosen; bqplot would fade the others once more.
        "selected_style": {},
        "unselected_style": {},
    }


def label_style() -> dict[str, Any]:
    """Return the options of a bqplot label that stands on its point."""
    return {
        "colors": [TEXT],
        "default_size": 11,
        "font_weight": "normal",
        "align": "middle",
        "y_offset": -6,
        "apply_clip": False,
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
