"""Filters, history, panes and views in other cells, as a person uses them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility import violations
from gestures import drag_aside
from notebook_page import Notebook
from patience import box_of, until
from playwright.sync_api import Locator, expect

CELL = """
import pandas as pd
from imgclust_jupyter import ClusterExplorer
metadata = pd.read_csv({folder!r} + "/metadata.csv")
explorer = ClusterExplorer({folder!r}, metadata=metadata, model="pixels", layout="pca", n_clusters=6)
display(explorer)
explorer.wait();
"""


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder)), "view = explorer.view('map')\nview")
    opened.await_state("done")
    return opened


def state(widget: Locator, **expected: int) -> None:
    for name, value in expected.items():
        expect(widget).to_have_attribute(f"data-{name}", str(value))


def test_filters_by_legend_and_search_are_chips_that_can_be_cleared(explorer: Notebook) -> None:
    widget = explorer.widget.first
    explorer.run_code("explorer.color_by('subject')\nexplorer.select('width > 0')")
    state(widget, selected=48, shown=48)
    first = widget.locator(".imgclust-map-legend-entry").first
    first.click()
    state(widget, selected=48, shown=4)
    expect(widget.get_by_test_id("imgclust-status")).to_contain_text("4 of 48 shown")
    explorer.eventually("[f['kind'] for f in explorer.widget.filters]", ["category"])
    # Select all takes what is shown, and what is not shown stays out of it.
    widget.get_by_role("grid").focus()
    explorer.page.keyboard.press("Control+a")
    state(widget, selected=4)
    find = widget.get_by_role("searchbox", name="Find in names and columns")
    explorer.eventually("len(explorer.selection)", 4)
    name = explorer.value("explorer.selection.name.iloc[0]")
    find.fill(name.upper())
    find.press("Shift+Enter")
    state(widget, shown=1)
    assert violations(widget) == []
    widget.get_by_role("button", name="Filter by a column").click()
    expect(widget.get_by_role("dialog", name="Filter")).to_be_visible()
    assert violations(widget) == []
    explorer.page.keyboard.press("Escape")
    widget.get_by_role("button", name="Clear all filters").click()
    state(widget, shown=48, selected=4)
    explorer.eventually("explorer.widget.filters", [])
    explorer.run_code("explorer.filter('width < 0')")
    state(widget, shown=0)
    explorer.run_code("explorer.filter(None)")
    state(widget, shown=48)


def test_keys_undo_and_redo_what_was_selected_cut_and_filtered(explorer: Notebook) -> None:
    widget, page = explorer.widget.first, explorer.page
    undo, redo = (widget.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    find = widget.get_by_role("searchbox", name="Find in names and columns")
    find.fill(explorer.value("explorer.data.name.iloc[0]"))
    with explorer.heard():
        find.press("Enter")
        state(widget, selected=1)
    handle = widget.get_by_role("slider", name="Number of clusters")
    drag_aside(handle, -100)
    expect(widget).not_to_have_attribute("data-clusters", "6")
    dragged = int(widget.get_attribute("data-clusters") or 0)
    explorer.eventually("explorer.widget.cut['n_clusters']", dragged)
    find.fill(explorer.value("explorer.data.name.iloc[1]"))
    with explorer.heard():
        find.press("Shift+Enter")
        state(widget, selected=1, clusters=dragged, shown=1)
    handle.focus()
    for expected in (
        {"shown": 48, "clusters": dragged},
        {"shown": 48, "clusters": 6, "selected": 1},
        {"clusters": 6, "selected": 0},
    ):
        page.keyboard.press("Control+z")
        state(widget, **expected)
    expect(undo).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    state(widget, selected=1, clusters=6)
    page.keyboard.press("Control+Shift+z")
    state(widget, clusters=dragged, shown=48)
    explorer.eventually("int(explorer.data.cluster.max())", dragged)
    redo.click()
    state(widget, shown=1)
    expect(redo).to_be_disabled()
    explorer.run_code("explorer.undo()\nexplorer.undo()")
    state(widget, shown=48, clusters=6)
    assert violations(widget) == []


def test_a_view_in_another_cell_is_linked_and_goes_without_a_trace(explorer: Notebook) -> None:
    explorer.await_state("done", displays=2)
    whole, view = explorer.widget.first, explorer.widget.nth(1)
    expect(view.get_by_test_id("imgclust-map")).to_be_visible()
    expect(view.get_by_test_id("imgclust-toolbar")).to_have_count(0)
    explorer.run_code("explorer.select(explorer.data.index[:7])")
    state(view, selected=7)
    stage = view.locator(".imgclust-map-stage")
    stage.scroll_into_view_if_needed()
    stage.focus()
    explorer.page.keyboard.press("Escape")
    state(whole, selected=0)
    state(view, selected=0)
    explorer.page.keyboard.press("Control+z")
    state(whole, selected=7)
    assert violations(view) == []
    explorer.eventually("explorer._session._views", 2)
    explorer.run_code("view.close()")
    expect(explorer.widget).to_have_count(1)
    explorer.eventually("explorer._session._views", 1)
    explorer.run_code("explorer.select(None)")
    state(whole, selected=0)


def test_full_screen_and_back(explorer: Notebook) -> None:
    widget = explorer.widget.first
    widget.get_by_role("button", name="Full screen").click()
    explorer.page.wait_for_function("document.fullscreenElement?.dataset.testid === 'imgclust'")
    frame = widget.locator(".imgclust-frame")
    until(
        explorer.page,
        lambda: box_of(frame)["height"] == explorer.page.evaluate("innerHeight"),
        "the explorer is as high as the screen",
    )
    assert violations(widget) == []
    widget.get_by_role("button", name="Leave the full screen").click()
    explorer.page.wait_for_function("document.fullscreenElement === null")


def test_panes_filters_and_history_are_there_again_after_a_reload(explorer: Notebook) -> None:
    widget = explorer.widget.first
    border = widget.get_by_role("separator", name="Border before the map")
    border.focus()
    before = border.get_attribute("aria-valuenow")
    for _ in range(4):
        explorer.page.keyboard.press("ArrowLeft")
    expect(border).not_to_have_attribute("aria-valuenow", before or "")
    moved = border.get_attribute("aria-valuenow") or ""
    widget.get_by_role("button", name="Dendrogram").click()
    explorer.run_code("explorer.filter('index == index[0]')")
    state(widget, shown=1)
    explorer.eventually("explorer.widget.ui.get('collapsed')", ["tree"])
    explorer.reload()
    widget = explorer.widget.first
    explorer.await_state("done")
    expect(widget.get_by_test_id("imgclust-tree")).to_be_hidden()
    border = widget.get_by_role("separator", name="Border before the map")
    expect(border).to_have_attribute("aria-valuenow", moved)
    state(widget, shown=1)
    widget.get_by_role("button", name="Undo: filter").click()
    state(widget, shown=48)
    border.dblclick()
    expect(border).to_have_attribute("aria-valuenow", before or "")
