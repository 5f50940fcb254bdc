"""Stories 2, 4, 5 and 6 one after the other on labelled photographs, as somebody works through a collection."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook
from playwright.sync_api import expect

CELL = """
import os
os.environ["IMGCLUST_DATA"] = {labels!r}
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", layout="pca", n_clusters=20, watch=True)
explorer
"""

PLACES = "explorer.data.set_index('name')[['x', 'y']].round(5).T.to_dict('list')"
MAJORITY = "explorer.selection.name.str.split('_').str[0].mode()[0]"


@pytest.mark.data
def test_working_through_a_collection(notebook: Callable[..., Notebook], test_data: Path, tmp_path: Path) -> None:
    folder, later = tmp_path / "photos", []
    folder.mkdir()
    for kind in ("panda", "starfish", "leopard", "flamingo", "beaver", "dragonfly"):
        files = sorted((test_data / "animals" / kind).glob("*.jpg"))
        for number, file in enumerate(files):
            if number == 0 and kind in ("panda", "starfish"):
                later.append((file, f"{kind}_{number}.jpg"))
            else:
                shutil.copy(file, folder / f"{kind}_{number}.jpg")
    n = len(list(folder.iterdir()))
    opened = notebook(CELL.format(folder=str(folder), labels=str(tmp_path / "labels")))
    opened.await_state("done")
    widget, keys = opened.widget, opened.page.keyboard

    # Story 5: the clusters that are suggested get their labels; nine of ten images are what most of them are.
    widget.get_by_role("grid").focus()
    for _ in range(4):
        with opened.heard():
            keys.press("n")
            field = widget.get_by_role("combobox", name="label of what is selected")
            expect(field).to_be_focused()
        kind = opened.value(MAJORITY)
        field.fill(kind)
        keys.press("Enter")
        expect(widget.get_by_role("button", name="Next")).to_be_focused()
    opened.eventually("len(explorer.label_log)", 4)
    assert opened.value("int(explorer.data.label.notna().sum())") > 12
    right = "(explorer.data.label == explorer.data.name.str.split('_').str[0])[explorer.data.label.notna()].mean()"
    assert opened.value(right) > 0.9
    labels = opened.value("explorer.data.set_index('name').label.dropna().to_dict()")

    # Story 2: a panda that comes later stands with the pandas, and nothing else moves.
    places = opened.value(PLACES)
    panda, starfish = later
    other = shutil.copy(panda[0], tmp_path / panda[1])
    opened.run_code(f"explorer.add({str(other)!r})")
    expect(widget).to_have_attribute("data-n", str(n + 1))
    after = opened.value(PLACES)
    assert {name: at for name, at in after.items() if name != panda[1]} == places
    near = opened.value(f"explorer.similar({panda[1]!r}, 6).name.str.split('_').str[0].tolist()")
    assert near.count("panda") >= 5

    # Story 6: a starfish that comes into the folder comes into the views, and the labels stay.
    shutil.copy(starfish[0], folder / starfish[1])
    expect(widget).to_have_attribute("data-n", str(n + 2))
    near = opened.value(f"explorer.similar({starfish[1]!r}, 6).name.str.split('_').str[0].tolist()")
    assert near.count("starfish") >= 5
    assert opened.value("explorer.data.set_index('name').label.dropna().to_dict()") == labels

    # Story 4: what stands apart most is taken out in one gesture, and put back by another.
    more = widget.get_by_role("button", name="More", exact=True)
    more.click()
    widget.get_by_role("menuitem", name="stands apart most").click()
    opened.eventually("explorer.selection.outlier.min()", 1)
    out = opened.value("len(explorer.selection)")
    keys.press("Delete")
    expect(widget).to_have_attribute("data-n", str(n + 2 - out))
    opened.eventually("[explorer.tree.n, len(explorer.excluded)]", [n + 2 - out, out])
    more.focus()
    keys.press("Control+z")
    expect(widget).to_have_attribute("data-n", str(n + 2))
    assert opened.value("explorer.data.set_index('name').label.dropna().to_dict()") == labels
    opened.screenshot("photographs")
