"""The quickstart notebook, as a newcomer runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
from notebook_page import Notebook
from playwright.sync_api import expect

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"


def test_a_click_in_the_tree_selects_rows(notebook: Callable[..., Notebook]) -> None:
    document = nbformat.read(QUICKSTART, as_version=4)
    page = notebook(*(cell.source for cell in document.cells if cell.cell_type == "code"))
    page.await_state("done")
    expect(page.widget).to_have_attribute("data-n", "192")
    expect(page.widget).to_have_attribute("data-clusters", "12")
    page.run_code("explorer.select(None)")
    expect(page.widget).to_have_attribute("data-selected", "0")

    # Each row of the tree ends in a picture of its branch.
    tree = page.widget.get_by_test_id("imgclust-tree").locator("canvas")
    box = tree.bounding_box()
    assert box is not None
    tree.click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.2})
    expect(page.widget).not_to_have_attribute("data-selected", "0")
    count = int(page.widget.get_attribute("data-selected") or 0)
    page.eventually("len(explorer.selection)", count)
    assert page.value("set(explorer.selection.columns) >= {'file', 'subject', 'cluster', 'x', 'y'}") is True
