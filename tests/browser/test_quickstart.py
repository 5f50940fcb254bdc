"""The quickstart notebook, as a newcomer runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
from notebook_page import Notebook
from patience import box_of
from playwright.sync_api import expect

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"


def test_a_click_in_the_tree_selects_rows(notebook: Callable[..., Notebook]) -> None:
    document = nbformat.read(QUICKSTART, as_version=4)
    cells = [cell.source for cell in document.cells if cell.cell_type == "code"]
    page = notebook(*cells)
    page.await_state("done")
    expect(page.widget).to_have_attribute("data-n", "192")
    expect(page.widget).to_have_attribute("data-clusters", "12")
    page.run_code("explorer.select(None)")
    expect(page.widget).to_have_attribute("data-selected", "0")

    # Beside the leaves stand the clusters' names.
    tree = page.widget.get_by_test_id("imgclust-tree").locator("canvas")
    box = box_of(tree)
    tree.click(position={"x": 0.8 * box["width"], "y": 0.45 * box["height"]})
    page.eventually("len(explorer.selection) > 0", True)
    selected = page.value("explorer.selection['file']")
    expect(page.widget).to_have_attribute("data-selected", str(len(selected)))
    assert len({file.split("_")[0] for file in selected}) == 1
    next_cell = cells.index("explorer.selection")
    page.run_cell(next_cell)
    for file in selected:
        expect(page.output(next_cell)).to_contain_text(file)
