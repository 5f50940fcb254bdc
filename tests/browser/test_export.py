"""An exported file, opened as a person opens it: from the disk, without a kernel and without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from accessibility import violations
from notebook_page import complaints
from patience import WAIT_MS, box_of, next_frame, until
from playwright.sync_api import Browser, Locator, Page, expect

from imgclust_jupyter import ClusterExplorer


@pytest.fixture(scope="module")
def exported(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    metadata = pd.read_csv(sample_folder / "metadata.csv")
    with ClusterExplorer(sample_folder, metadata=metadata, model="pixels", layout="pca", n_clusters=6) as explorer:
        return explorer.to_html(tmp_path_factory.mktemp("export") / "samples & others.html", 40)


@pytest.fixture
def page(browser: Browser, exported: Path) -> Iterator[Page]:
    """The file in a browser without a network; it must have no complaint when the test is over."""
    # The scripts of a test are not the page's: its own policy would refuse them, as it is meant to.
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    heard = complaints(opened)
    opened.goto(exported.as_uri())
    yield opened
    context.close()
    outside = [line for line in heard if "request to the outside: file:" not in line]
    assert not outside, "\n".join(outside)
    assert len(heard) - len(outside) == 1  # the file itself


def state(widget: Locator, **expected: int) -> None:
    for name, value in expected.items():
        expect(widget).to_have_attribute(f"data-{name}", str(value))


def test_the_views_are_linked_and_alive(page: Page, exported: Path) -> None:
    widget = page.get_by_test_id("imgclust")
    gallery = widget.get_by_test_id("imgclust-gallery")
    state(widget, n=48, selected=0, clusters=6, shown=48)
    expect(widget).to_have_attribute("data-state", "done")
    expect(page).to_have_title("samples")
    expect(widget).to_contain_text("This file has the pictures of 40 of 48 images")
    expect(gallery.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    assert violations(page.locator("html")) == []

    points = widget.get_by_test_id("imgclust-map").locator(".imgclust-map-stage")
    before = points.screenshot()
    undo = widget.get_by_role("button", name="Undo")
    branch = click_a_branch(page, widget)
    state(widget, selected=branch)
    expect(undo).to_have_accessible_name(f"Undo: branch of {branch} images")
    expect(gallery).to_contain_text(f"{branch} of 48")
    until(page, lambda: points.screenshot() != before, "the map shows what is selected")

    widget.get_by_role("button", name="One cluster more").click()
    state(widget, clusters=7, selected=branch)
    expect(undo).to_have_accessible_name("Undo: 7 clusters")

    find = widget.get_by_role("searchbox", name="Find in names and columns")
    caption = gallery.locator(".imgclust-tile-caption").first
    expect(caption).to_have_text(re.compile(r"\.jpg$"))
    name = caption.inner_text()
    find.fill(name.upper())
    find.press("Shift+Enter")
    state(widget, shown=1, clusters=7)
    expect(undo).to_have_accessible_name("Undo: filter")

    for expected in ({"shown": 48, "clusters": 7}, {"clusters": 6, "selected": branch}, {"selected": 0}):
        undo.click()
        state(widget, **expected)
    expect(undo).to_be_disabled()
    widget.get_by_role("button", name="Redo").click()
    state(widget, selected=branch)


def click_a_branch(page: Page, widget: Locator) -> int:
    """Click the first branch of some but not all images along a line through the tree; return how many it has."""
    tree = widget.get_by_test_id("imgclust-tree").get_by_role("tree")
    box = box_of(tree)
    for step in range(2, 40):
        x, y = box["x"] + 0.3 * box["width"], box["y"] + step / 40 * box["height"]
        page.mouse.move(x, y)
        next_frame(page)
        said = re.search(r"(\d+) images", widget.locator(".imgclust-tooltip").inner_text() or "")
        if said and 1 < int(said[1]) < 48:
            page.mouse.click(x, y)
            return int(said[1])
    raise AssertionError("there is no branch at 0.3 of the width")
