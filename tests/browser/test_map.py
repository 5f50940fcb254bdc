"""What a person does on the map: outlines of two kinds, the legend, a picture to keep; and a lost graphics context."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from gestures import drag
from notebook_page import Notebook
from patience import box_of
from PIL import Image
from playwright.sync_api import Locator, expect

CELL = """
import pandas as pd
from imgclust_jupyter import ClusterExplorer
table = pd.read_csv({folder!r} + "/metadata.csv")
explorer = ClusterExplorer({folder!r}, metadata=table, model="pixels", layout="pca", n_clusters=5)
display(explorer)
explorer.wait();
"""

# The context that all maps of the page share is kept at the document; see js/src/views/map-renderer.ts.
SHARED = "document[Object.getOwnPropertySymbols(document).find(s => String(s).includes('imgclust_jupyter.points'))]"
LOSE = f"() => {SHARED}.gl.getExtension('WEBGL_lose_context').loseContext()"
HAS_CONTEXT = f"() => Boolean({SHARED}) && !{SHARED}.gl.isContextLost()"
# How many pixels of the layer of points are not transparent, when that does not change any more.
INKED = """async canvas => {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  let [inked, same] = [0, 0];
  while (same < 5) {
    await frame();
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let now = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) now++;
    same = now > 0 && now === inked ? same + 1 : 0;
    inked = now;
  }
  return inked;
}"""


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder)))
    opened.await_state("done")
    return opened


@pytest.fixture
def map_pane(explorer: Notebook) -> Locator:
    pane = explorer.widget.get_by_test_id("imgclust-map")
    pane.scroll_into_view_if_needed()
    return pane


def test_rectangles_add_and_take_away_and_the_selection_is_shown(explorer: Notebook, map_pane: Locator) -> None:
    stage = map_pane.locator(".imgclust-map-stage")
    map_pane.get_by_role("button", name="Rectangle").click()
    drag(stage, (0.05, 0.12), (0.5, 0.99))
    explorer.eventually("0 < len(explorer.selection) < len(explorer.data)", True)
    left = explorer.value("len(explorer.selection)")
    map_pane.get_by_role("button", name="Add it").click()
    drag(stage, (0.45, 0.01), (0.9, 0.99))
    explorer.eventually(f"len(explorer.selection) > {left}", True)
    map_pane.get_by_role("button", name="Take it").click()
    drag(stage, (0.05, 0.12), (0.99, 0.99))
    map_pane.get_by_role("button", name="Select what").click()
    drag(stage, (0.05, 0.12), (0.5, 0.99))
    explorer.eventually("len(explorer.selection)", left)
    stage.press("f")
    stage.press("0")
    stage.press("Escape")
    expect(map_pane.get_by_role("button", name="Rectangle")).to_have_attribute("aria-pressed", "false")
    stage.press("Escape")
    expect(explorer.widget).to_have_attribute("data-selected", "0")


def test_the_legend_filters_and_the_map_is_saved_with_it(explorer: Notebook, map_pane: Locator, tmp_path: Path) -> None:
    explorer.run_code("explorer.color_by('subject')")
    entry = map_pane.locator(".imgclust-map-legend").get_by_role("button", name="cat")
    entry.click()
    expect(entry).to_have_attribute("aria-pressed", "true")
    map_pane.locator(".imgclust-map-stage").press("Enter")
    explorer.eventually("explorer.selection.subject.unique().tolist()", ["cat"])
    stage = box_of(map_pane.locator(".imgclust-map-stage"))
    with explorer.page.expect_download() as saved:
        map_pane.get_by_role("button", name="Save the map").click()
    saved.value.save_as(tmp_path / "map.png")
    picture = Image.open(tmp_path / "map.png")
    assert picture.width == pytest.approx(2 * stage["width"], abs=4)
    assert picture.height > 2 * stage["height"]


def test_a_lost_context_comes_back(explorer: Notebook, map_pane: Locator) -> None:
    map_pane.get_by_role("button", name="Dots").click()
    dots = map_pane.locator(".imgclust-map-stage > canvas").first
    before = dots.evaluate(INKED)
    explorer.page.evaluate(LOSE)
    explorer.page.wait_for_function(HAS_CONTEXT)
    expect(map_pane.locator(".imgclust-map-stage > canvas")).to_have_count(2)
    assert dots.evaluate(INKED) == before
    expect(map_pane.locator(".imgclust-map-note")).to_be_hidden()
