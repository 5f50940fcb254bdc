"""What a person does in one view is seen in the others and in the kernel, and the other way round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gestures import LASSO, drag, drag_aside
from notebook_page import Notebook
from playwright.sync_api import expect

CELL = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=12)
display(explorer)
explorer.wait();
"""


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder)), "print(len(explorer.selection))")
    opened.await_state("done")
    return opened


def selected(notebook: Notebook) -> int:
    return int(notebook.widget.first.get_attribute("data-selected") or 0)


def test_a_lasso_on_the_map_selects_what_it_encloses(explorer: Notebook) -> None:
    stage = explorer.widget.get_by_test_id("imgclust-map").locator(".imgclust-map-stage")
    drag(stage, *LASSO, key="Shift")
    expect(explorer.widget).not_to_have_attribute("data-selected", "0")
    count = selected(explorer)
    explorer.eventually("len(explorer.selection)", count)
    assert 0 < count < explorer.value("len(explorer.data)")
    # What is left of the lasso's right edge on the screen is left of the rest on the map.
    assert explorer.value(
        "bool(explorer.selection.x.max() <= explorer.data.drop(explorer.selection.index).x.min() + 1e-3)"
    )
    expect(explorer.widget.get_by_test_id("imgclust-status")).to_contain_text(f"{count} selected")


def test_the_cut_line_follows_the_pointer_and_the_kernel_hears_of_it(explorer: Notebook) -> None:
    tree = explorer.widget.get_by_test_id("imgclust-tree")
    handle = tree.get_by_role("slider", name="Number of clusters")
    expect(handle).to_have_attribute("aria-valuenow", "12")
    drag_aside(handle, -60)
    expect(handle).not_to_have_attribute("aria-valuenow", "12")
    count = int(handle.get_attribute("aria-valuenow") or 0)
    assert 1 <= count < 12
    expect(explorer.widget).to_have_attribute("data-clusters", str(count))
    explorer.eventually("int(explorer.data.cluster.max())", count)
    handle.focus()
    explorer.page.keyboard.press("ArrowRight")
    explorer.eventually("int(explorer.data.cluster.max())", count + 1)


def test_a_selection_from_python_is_seen_and_escape_clears_it(explorer: Notebook) -> None:
    explorer.run_code("explorer.select(\"name.str.startswith('cat')\")")
    expect(explorer.widget).to_have_attribute("data-selected", "4")
    gallery = explorer.widget.get_by_test_id("imgclust-gallery")
    expect(gallery.locator(".imgclust-tile[aria-selected=true]")).to_have_count(4)
    captions = gallery.locator(".imgclust-tile[aria-selected=true] .imgclust-tile-caption")
    for name in explorer.value("explorer.selection.name.tolist()"):
        expect(captions.filter(has_text=name)).to_have_count(1)
    explorer.run_cell(1)
    expect(explorer.output(1)).to_have_text("4")
    gallery.get_by_role("grid").focus()
    explorer.page.keyboard.press("Escape")
    expect(explorer.widget).to_have_attribute("data-selected", "0")
    explorer.eventually("len(explorer.selection)", 0)


def test_clicks_with_shift_and_ctrl_add_and_toggle(explorer: Notebook) -> None:
    tiles = explorer.widget.get_by_test_id("imgclust-gallery").locator(".imgclust-tile")
    tiles.nth(0).click()
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    tiles.nth(2).click(modifiers=["ControlOrMeta"])
    expect(explorer.widget).to_have_attribute("data-selected", "2")
    tiles.nth(2).click(modifiers=["ControlOrMeta"])
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    explorer.eventually("len(explorer.selection)", 1)


def test_two_displays_of_one_explorer_stay_linked(explorer: Notebook) -> None:
    explorer.set_source(1, "explorer")
    explorer.run_cell(1)
    explorer.await_state("done", displays=2)
    explorer.widget.nth(1).get_by_test_id("imgclust-gallery").locator(".imgclust-tile").nth(0).click()
    for i in range(2):
        expect(explorer.widget.nth(i)).to_have_attribute("data-selected", "1")
    explorer.eventually("len(explorer.selection)", 1)


def test_after_a_reload_everything_is_there_again(explorer: Notebook) -> None:
    explorer.run_code("explorer.select(\"name.str.startswith('cat')\"); explorer.cut(7)")
    expect(explorer.widget).to_have_attribute("data-selected", "4")
    explorer.reload()
    explorer.await_state("done")
    expect(explorer.widget).to_have_attribute("data-selected", "4")
    expect(explorer.widget).to_have_attribute("data-clusters", "7")
    expect(explorer.widget.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    explorer.widget.get_by_test_id("imgclust-gallery").locator(".imgclust-tile").nth(0).click()
    explorer.eventually("len(explorer.selection)", 1)


def test_a_brush_on_a_histogram_selects(explorer: Notebook) -> None:
    explorer.set_source(1, 'chart = explorer.panels.histogram("width", brush="select")\nchart')
    explorer.run_cell(1)
    drag(explorer.page.locator(".bqplot .overlay").first, (0.3, 0.5), (0.6, 0.5))
    # While it is dragged, the selection follows.
    explorer.eventually("chart.selected_range is not None and not chart.brush_selector.brushing", True)
    within = "int(explorer.data.width.between(*chart.selected_range).sum())"
    explorer.eventually("len(explorer.selection)", explorer.value(within))
    expect(explorer.widget).to_have_attribute("data-selected", str(explorer.value(within)))
    assert explorer.value(
        "explorer.selection.width.between(*chart.selected_range).all() and len(explorer.selection) > 0"
    )
