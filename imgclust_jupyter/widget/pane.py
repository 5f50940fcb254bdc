"""One of an explorer's views in a cell of its own."""

from __future__ import annotations

import anywidget
import traitlets as t

from imgclust_jupyter.widget.models import ExplorerWidget

__all__ = ["PANES", "PaneWidget"]

PANES = ("tree", "gallery", "map")

# All views of a page are drawn by the explorer's own model, with its state, its pictures and its one WebGL context.
_ESM = """
export default {
  async render({ model, el, signal, host }) {
    el.dataset.imgclustPane = model.get("pane");
    try {
      const explorer = await host.getWidget(model.get("explorer"));
      await explorer.render({ el, signal });
    } catch {
      el.textContent = "The explorer of this view is closed. Run its cell again, and then this one.";
    }
  },
};
"""


class PaneWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget has no types
    """The dendrogram, the gallery or the map of an explorer, linked with all its other displays.

    Parameters
    ----------
    explorer : ExplorerWidget
    pane : {"tree", "gallery", "map"}

    Raises
    ------
    ValueError
        For any other name.
    """

    _esm = _ESM

    explorer = anywidget.WidgetTrait().tag(sync=True)
    pane = t.Unicode().tag(sync=True)

    def __init__(self, explorer: ExplorerWidget, pane: str) -> None:
        if pane not in PANES:
            raise ValueError(f"there is no view {pane!r}; there are {', '.join(PANES)}")
        super().__init__(explorer=explorer, pane=pane)
