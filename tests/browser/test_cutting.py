"""Charts of the tree cut it, and follow where it is cut elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from gestures import drag_aside
from notebook_page import Notebook
from patience import box_of
from playwright.sync_api import expect

CELLS = (
    """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=8)
heights, silhouettes = explorer.wait().panels.merge_heights(), explorer.panels.silhouettes([4, 8, 16])
explorer
""",
    "heights",
    "silhouettes",
)

EIGHT = re.compile(r"(?<!\d)8 clusters")


def test_a_dragged_cut_is_seen_everywhere_and_taken_back_in_one_step(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    opened = notebook(*(cell.format(folder=str(sample_folder)) for cell in CELLS))
    opened.await_state("done")
    explorer, page = opened.widget, opened.page
    heights, silhouettes = (page.locator(".imgclust-panel").nth(i) for i in range(2))
    handle = heights.locator(".object_grp:has(.dot)")
    expect(heights).to_contain_text(EIGHT)
    silhouettes.scroll_into_view_if_needed()

    drag_aside(handle, 150)
    opened.eventually("heights.n_clusters > 8 and heights.handle.x.tolist() == [heights.n_clusters]", True)
    count = opened.value("heights.n_clusters")
    expect(explorer).to_have_attribute("data-clusters", str(count))
    expect(silhouettes).to_contain_text(f"{count} clusters")
    opened.run_code("explorer.undo()")
    expect(explorer).to_have_attribute("data-clusters", "8")
    expect(heights).to_contain_text(EIGHT)

    bars = silhouettes.locator(".bqplot").nth(1).locator(".bargroup")
    expect(bars).to_have_count(3)
    box = box_of(bars.nth(2))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(explorer).to_have_attribute("data-clusters", "16")

    number = explorer.get_by_role("spinbutton", name="Number of clusters")
    number.fill("4")
    number.press("Enter")
    for panel in (heights, silhouettes):
        expect(panel).to_contain_text(re.compile(r"(?<!\d)4 clusters"))
    opened.eventually("heights.handle.x", [4])
    expect(silhouettes).to_contain_text("silhouette 0.")
