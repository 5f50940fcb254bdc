"""Story 1 without a mouse, and what a person hears who does not see the tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from notebook_page import Notebook
from playwright.sync_api import Locator, expect

SHOW = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", n_clusters=12)
explorer
"""


def tab_to(opened: Notebook, target: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus, as somebody does who cannot click on it."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        opened.page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {target}")


def heard(tree: Locator) -> tuple[int, float | None]:
    """Return how many images the focused branch has, and at which distance it is joined, as a screen reader says it."""
    snapshot = tree.aria_snapshot()
    size = re.search(r'treeitem "([\d,]+) images?', snapshot)
    assert size, snapshot
    distance = re.search(r"joined at distance ([\d.]+)", snapshot)
    return int(size[1].replace(",", "")), float(distance[1]) if distance else None


def test_domestic_animals_by_keyboard(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    opened = notebook(SHOW.format(folder=str(sample_folder)), "explorer.selection")
    opened.await_state("done")
    opened.run_code("import numpy as np; Z = explorer.linkage_matrix")
    keys = opened.page.keyboard
    tree = opened.widget.get_by_role("tree")
    n = opened.value("len(explorer.data)")

    tab_to(opened, tree)
    keys.press("ArrowRight")
    size, distance = heard(tree)
    assert size == n
    assert distance is not None
    assert abs(distance - opened.value("Z[-1, 2]")) < 0.01 * distance

    # Down into the tree, and from branch to branch, until one is of the size that a person looks for.
    keys.press("ArrowRight")
    while heard(tree)[0] > n // 3:
        keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    size, distance = heard(tree)
    sizes = opened.value(f"Z[np.isclose(Z[:, 2], {distance or 0}, rtol=0.01), 3].tolist()")
    assert size > 1
    assert size in sizes
    keys.press("Enter")
    expect(opened.widget).to_have_attribute("data-selected", str(size))
    opened.eventually("len(explorer.selection)", size)
    expect(tree.get_by_role("treeitem")).to_have_attribute("aria-selected", "true")

    # Its pictures, one of them large, the next, and back.
    grid = opened.widget.get_by_test_id("imgclust-gallery").get_by_role("grid")
    tab_to(opened, grid)
    keys.press("ArrowRight")
    keys.press("Space")
    large = opened.widget.get_by_role("dialog")
    expect(large).to_be_visible()
    shown = "|".join(re.escape(name) for name in opened.value("explorer.data.name.tolist()"))
    expect(large).to_contain_text(re.compile(shown))
    keys.press("Escape")
    expect(large).to_be_hidden()

    # The number of clusters, and back; the tree again, and nothing selected.
    tab_to(opened, opened.widget.get_by_role("slider", name="Number of clusters").first, "Shift+Tab")
    keys.press("ArrowUp")
    opened.eventually("int(explorer.data.cluster.max())", 13)
    keys.press("Control+z")
    opened.eventually("int(explorer.data.cluster.max())", 12)
    tab_to(opened, tree, "Shift+Tab")
    keys.press("Escape")
    opened.eventually("len(explorer.selection)", 0)
