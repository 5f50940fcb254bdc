"""What a person does in the dendrogram, with the mouse and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook
from patience import box_of, next_frame, until
from playwright.sync_api import Locator, expect

CELL = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=6)
display(explorer)
explorer.wait();
"""
BRANCH = re.compile(r"(\d+) images, joined at distance ([\d.]+), (cluster \d+|\d+ clusters, \d+ to \d+)")


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder)))
    opened.await_state("done")
    return opened


@pytest.fixture
def tree(explorer: Notebook) -> Locator:
    pane = explorer.widget.get_by_test_id("imgclust-tree")
    expect(pane.get_by_role("slider")).to_be_visible()
    return pane


def focused_branch(tree: Locator) -> tuple[int, float]:
    """Size and distance of the branch that the keyboard is on, as assistive technology is told."""
    snapshot = tree.get_by_role("tree").aria_snapshot()
    branch = BRANCH.search(snapshot)
    assert branch, snapshot
    return int(branch[1]), float(branch[2])


def hover_a_branch(explorer: Notebook, tree: Locator, n: int) -> tuple[float, float]:
    """Move the mouse until it is on a branch of several images but not all, and return where that is."""
    box = box_of(tree.get_by_role("tree"))
    tooltip = explorer.page.locator(".imgclust-tooltip")
    x = box["x"] + 0.3 * box["width"]
    for y in range(int(box["y"]) + 40, int(box["y"] + box["height"]) - 20, 4):
        explorer.page.mouse.move(x, y)
        next_frame(explorer.page)
        size = (
            re.match(r"(\d+) images", tooltip.locator(".imgclust-tooltip-title").text_content() or "")
            if tooltip.is_visible()
            else None
        )
        if size and 9 < int(size[1]) < n:
            return x, y
    raise AssertionError("there is no branch at 0.3 of the width")


def test_into_a_branch_and_back_by_the_breadcrumbs(explorer: Notebook, tree: Locator) -> None:
    n = explorer.value("len(explorer.data)")
    x, y = hover_a_branch(explorer, tree, n)
    tooltip = explorer.page.locator(".imgclust-tooltip")
    expect(tooltip).to_contain_text("joined at distance")
    expect(tooltip.locator("canvas")).to_have_count(9)
    size = re.match(r"\d+ images", tooltip.inner_text().strip())
    assert size
    explorer.page.mouse.dblclick(x, y)
    trail = tree.get_by_role("navigation", name="Branches")
    expect(trail.locator("[aria-current]")).to_have_text(size[0])
    trail.get_by_role("button", name="Back to the whole tree").click()
    expect(trail).to_contain_text("Dendrogram")
    expect(tree.get_by_role("treeitem")).to_have_accessible_name(re.compile(f"^{n} images"))


def test_the_tree_by_keyboard(explorer: Notebook, tree: Locator) -> None:
    press = explorer.page.keyboard.press
    tree.get_by_role("tree").focus()
    press("Home")
    whole, farthest = focused_branch(tree)
    assert whole == explorer.value("len(explorer.data)")
    assert farthest == pytest.approx(explorer.value("float(explorer.linkage_matrix[-1, 2])"), rel=0.01)
    press("ArrowRight")
    upper, distance = focused_branch(tree)
    assert upper < whole
    assert distance <= farthest
    press("ArrowDown")
    assert focused_branch(tree)[0] == whole - upper
    press("Enter")
    expect(explorer.widget).to_have_attribute("data-selected", str(whole - upper))
    explorer.eventually("len(explorer.selection)", whole - upper)
    press("Alt+Enter")
    trail = tree.get_by_role("navigation", name="Branches")
    expect(trail.locator("[aria-current]")).to_have_text(f"{whole - upper} images")
    press("ArrowLeft")
    assert focused_branch(tree)[0] == whole - upper
    press("Backspace")
    expect(trail).to_contain_text("Dendrogram")
    press("ArrowLeft")
    assert focused_branch(tree)[0] == whole
    press("Escape")
    expect(explorer.widget).to_have_attribute("data-selected", "0")


def test_the_scale_of_distances_is_remembered(explorer: Notebook, tree: Locator) -> None:
    scale = tree.get_by_role("button", name="Square roots of the distances")
    expect(scale).to_have_attribute("aria-pressed", "false")
    line = tree.locator(".imgclust-cut-line")
    before = box_of(line)["x"]
    tree.get_by_role("tree").focus()
    explorer.page.keyboard.press("s")
    expect(scale).to_have_attribute("aria-pressed", "true")
    until(explorer.page, lambda: box_of(line)["x"] < before, "the cut line has moved to the left")
    explorer.eventually("'scale' in explorer.widget.ui.get('tree', {})", True)
    explorer.reload()
    explorer.await_state("done")
    expect(scale).to_have_attribute("aria-pressed", "true")
    scale.click()
    expect(scale).to_have_attribute("aria-pressed", "false")
