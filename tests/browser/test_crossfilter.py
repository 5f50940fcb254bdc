"""Charts in JupyterLab: a brush in one is a filter of all views, and taking the filter away there clears the brush."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gestures import drag
from notebook_page import Notebook
from playwright.sync_api import expect

CELL = """
import pandas as pd
from imgclust_jupyter import ClusterExplorer
metadata = pd.read_csv("{folder}/metadata.csv")
explorer = ClusterExplorer("{folder}", metadata=metadata, model="pixels", layout="pca").wait()
explorer
"""
BOARD = """
board = explorer.panels.show("brightness", "scale", "subject")
brightness, scale, subject = board.children
board
"""


def test_brushes_narrow_the_views_and_each_other(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    explorer = notebook(CELL.format(folder=sample_folder), BOARD)
    explorer.await_state("done")
    brushes = explorer.page.locator(".imgclust-panel .overlay")
    chips = explorer.widget.get_by_role("group", name="Filters").locator(".imgclust-chip")

    def brush(name: str, place: int) -> None:
        drag(brushes.nth(place), (0.3, 0.5), (0.7, 0.5))
        explorer.eventually(f"{name}.selected_range is not None and not {name}.brush_selector.brushing", True)

    def shown(*names: str) -> int:
        tests = [f"explorer.data[{name!r}].between(*{name}.selected_range)" for name in names]
        return int(explorer.value(f"int(({' & '.join(tests)}).sum())"))

    brush("brightness", 0)
    few = shown("brightness")
    assert 0 < few < 48
    expect(explorer.widget).to_have_attribute("data-shown", str(few))
    expect(chips).to_have_count(1)
    expect(chips).to_contain_text("brightness")
    explorer.eventually("[int(each.bars.y[:2].sum()) for each in board.children]", [48, few, few])

    brush("scale", 1)
    fewer = shown("brightness", "scale")
    assert 0 < fewer < few
    expect(explorer.widget).to_have_attribute("data-shown", str(fewer))
    expect(chips).to_have_count(2)
    explorer.eventually("int(brightness.bars.y.sum())", shown("scale"))
    expect(explorer.page.locator(".imgclust-panel").nth(2).get_by_role("status")).to_contain_text(f"{fewer} of 48")

    explorer.widget.get_by_role("button", name="Remove the filter scale").click()
    explorer.eventually("scale.selected_range", None)
    expect(explorer.widget).to_have_attribute("data-shown", str(few))

    # A row is clicked at its end, where a short bar does not reach.
    explorer.page.locator(".imgclust-panel-bars .bargroup .bar").nth(2).dispatch_event("click")
    explorer.eventually("subject.categories", explorer.value("subject.names[:1]"))
    expect(chips).to_have_count(2)

    explorer.page.get_by_role("button", name="clear", exact=True).first.click()
    expect(chips).to_have_count(1)
    explorer.eventually("brightness.selected_range", None)
    explorer.run_code("explorer.undo(); explorer.undo()")
    explorer.eventually("[brightness.selected_range is not None, subject.categories]", [True, None])
    expect(explorer.widget).to_have_attribute("data-shown", str(few))

    explorer.widget.get_by_role("button", name="Clear all filters").click()
    expect(explorer.widget).to_have_attribute("data-shown", "48")
    explorer.eventually("brightness.selected_range", None)
    explorer.run_code("explorer.close()")
    expect(explorer.page.locator(".imgclust-panel")).to_have_count(0)
