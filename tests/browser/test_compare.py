"""Story 9: two explorers of one collection, compared by two trees that face each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from accessibility import violations
from notebook_page import Notebook
from playwright.sync_api import expect

CELLS = (
    """
from imgclust_jupyter import ClusterExplorer, compare
squeezenet = ClusterExplorer({folder!r}, model="squeezenet", layout="pca", n_clusters=6)
pixels = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=4)
squeezenet.wait()
pixels.wait()
comparison = compare(squeezenet, pixels)
comparison
""",
    "pixels.view('gallery')",
)
SELECTED = "[sorted(each.selection['name']) for each in (squeezenet, pixels)]"
SHARED = """(lambda a, b: sorted(set(a[a.cluster == {0}].name) & set(b[b.cluster == {1}].name)))(
    squeezenet.data, pixels.data)"""


def test_two_networks_are_compared(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    opened = notebook(*(cell.format(folder=str(sample_folder)) for cell in CELLS))
    page, gallery = opened.page, opened.widget
    comparison = page.get_by_test_id("imgclust-comparison")
    expect(comparison).to_contain_text(f"{opened.value('comparison.rand_index'):.2f} (adjusted Rand index)")
    expect(comparison).to_contain_text(f"{opened.value('len(comparison.moved)')} of 48 images moved")
    expect(comparison.get_by_role("button", name=re.compile("^Cluster .* left"))).to_have_count(6)

    # A ribbon selects its images in both, and their displays follow.
    a, b = opened.value("[int(number) for number in comparison.table.stack().idxmax()]")
    images = opened.value(SHARED.format(a, b))
    ribbons = comparison.get_by_role("group", name="Images that two clusters share").get_by_role("button")
    ribbons.and_(page.get_by_role("button", name=re.compile(rf"^{a}\b.* left, {b}\b.* right"))).click()
    opened.eventually(SELECTED, [images, images])
    expect(gallery).to_have_attribute("data-selected", str(len(images)))
    expect(comparison).to_have_attribute("data-selected", str(len(images)))
    expect(ribbons.and_(comparison.locator("[aria-pressed=true]"))).to_have_count(1)

    # By keyboard: from the ribbon to its cluster on the right.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    opened.eventually(SELECTED, [opened.value(f"sorted(pixels.data.name[pixels.data.cluster == {b}])")] * 2)
    assert violations(comparison) == []
    opened.screenshot("story-9-comparison")

    # What is selected in an explorer is marked, and the figures follow a cut.
    gallery.locator(".imgclust-tile").first.click()
    expect(comparison).to_have_attribute("data-selected", "1")
    before = opened.value("comparison.rand_index")
    opened.run_code("pixels.cut(9)")
    expect(comparison.get_by_role("button", name=re.compile("^Cluster .* right"))).to_have_count(9)
    after = opened.value("comparison.rand_index")
    assert after != before
    expect(comparison).to_contain_text(f"{after:.2f} (adjusted Rand index)")
    comparison.get_by_role("button", name="Select the images that moved").click()
    opened.eventually("sorted(squeezenet.selection.name) == sorted(comparison.moved.name)", True)
    opened.run_code("comparison.close()")
    expect(comparison).to_have_count(0)
