"""What is wrong with a folder is found and taken out, and what a region has in common is told; stories 3 and 4."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from accessibility import violations
from gestures import LASSO, drag
from notebook_page import Notebook
from PIL import Image
from playwright.sync_api import Locator, expect

CELL = """
import pandas as pd
from imgclust_jupyter import ClusterExplorer
metadata = pd.read_csv({folder!r} + "/metadata.csv")
options = dict(model="pixels", metric="euclidean", layout="pca", n_clusters=6)
explorer = ClusterExplorer({folder!r}, metadata=metadata, **options)
explorer
"""

STATE = "[len(explorer.data), explorer.tree.n, len(explorer.excluded)]"
PLACES = "explorer.data.set_index('name')[['x', 'y']].round(5).T.to_dict('list')"


def count(widget: Locator, **expected: int) -> None:
    for name, value in expected.items():
        expect(widget).to_have_attribute(f"data-{name}", str(value))


def test_what_is_wrong_is_taken_out_and_a_region_is_told(
    notebook: Callable[..., Notebook], sample_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(sample_folder, tmp_path / "photos")
    shutil.copy(folder / "cat_00.jpg", folder / "copy of a cat.jpg")
    Image.new("RGB", (200, 160), "white").save(folder / "blank.png")
    (folder / "broken.jpg").write_bytes((folder / "cat_00.jpg").read_bytes()[:300])
    opened = notebook(CELL.format(folder=str(folder)))
    opened.await_state("done")
    widget, page = opened.widget, opened.page
    status = widget.get_by_test_id("imgclust-status")
    count(widget, n=50)
    expect(status).to_contain_text("1 file could not be read")
    places = opened.value(PLACES)

    # Story 4: what stands apart most, and the copies, each by one entry of the menu.
    more = widget.get_by_role("button", name="More", exact=True)
    more.click()
    assert violations(opened.widget) == []
    widget.get_by_role("menuitem", name="stands apart most").click()
    count(widget, selected=1)
    opened.eventually("explorer.selection.name.tolist()", ["blank.png"])
    page.keyboard.press("Delete")
    count(widget, n=49, selected=0)
    more.click()
    widget.get_by_role("menuitem", name="Select all copies but the first").click()
    expect(widget).not_to_have_attribute("data-selected", "0")
    opened.eventually("'copy of a cat.jpg' in explorer.selection.name.tolist()", True)
    copies = opened.value("explorer.selection.name.tolist()")
    status.get_by_role("button", name="Take out what is selected").click()
    rest = 49 - len(copies)
    count(widget, n=rest)
    opened.eventually(STATE, [rest, rest, 50 - rest])
    assert opened.value(PLACES) == {name: at for name, at in places.items() if name not in {"blank.png", *copies}}

    # Undo brings the copies back; the dialog the other one.
    more.focus()
    page.keyboard.press("Control+z")
    count(widget, n=49, selected=len(copies))
    status.get_by_role("button", name="1 taken out").click()
    dialog = widget.get_by_role("dialog", name="1 taken out")
    expect(dialog).to_contain_text("blank.png")
    expect(dialog).to_contain_text("broken.jpg")
    assert violations(opened.widget) == []
    dialog.get_by_role("button", name="Put blank.png back").click()
    expect(dialog).to_have_count(0)
    count(widget, n=50)
    assert opened.value(PLACES) == places
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".csv") == sorted([*places, "broken.jpg"])

    # Story 3: a region of the map, its composition, and one group of it.
    widget.get_by_role("grid").focus()
    page.keyboard.press("Escape")
    count(widget, selected=0)
    drag(widget.get_by_test_id("imgclust-map").locator(".imgclust-map-stage"), *LASSO, key="Shift")
    expect(widget).not_to_have_attribute("data-selected", "0")
    selected = int(widget.get_attribute("data-selected") or 0)
    assert 1 < selected < 50
    opened.eventually("len(explorer.selection)", selected)
    page.keyboard.press("w")
    table = widget.get_by_role("dialog", name="What is in the selection")
    table.get_by_role("combobox").select_option("subject")
    expect(table).to_contain_text(f"{selected} images selected of 50")
    told = opened.value(
        "explorer.describe_selection('subject')[['value', 'selected', 'total']].astype(str).values.tolist()"
    )
    value, of_selection, of_all = told[0]
    first = table.locator("tbody tr").filter(has=page.get_by_role("button", name=value, exact=True))
    expect(first.locator("td").nth(1)).to_have_text(of_selection)
    expect(first.locator("td").nth(2)).to_have_text(of_all)
    opened.screenshot("story-3-composition")
    assert violations(opened.widget) == []
    first.get_by_role("button").click()
    count(widget, selected=int(of_selection))
    opened.eventually("explorer.selection.subject.unique().tolist()", [value])
