"""Images that come while the explorer is on the page."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from accessibility import violations
from notebook_page import Notebook
from playwright.sync_api import expect

SHOW = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", n_clusters=12{more})
explorer
"""

PLACES = "__import__('hashlib').sha1(explorer.widget.dataset.coordinates[:8 * 47]).hexdigest()"

DRAG = """(element, [type, files]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, content] of files) {
    dataTransfer.items.add(new File([Uint8Array.from(atob(content), character => character.charCodeAt(0))], name));
  }
  element.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
}"""


def drag(opened: Notebook, kind: str, files: Mapping[str, bytes]) -> None:
    """Drag files over the explorer, or drop them there."""
    encoded = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
    opened.widget.get_by_test_id("imgclust-map").evaluate(DRAG, [kind, encoded])


def test_the_odd_cow(notebook: Callable[..., Notebook], sample_folder: Path, tmp_path: Path) -> None:
    """Story 2: one more image appears in all views, marked as new; nothing else on the map moves."""
    folder = shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))
    odd = tmp_path / "cat_02.jpg"
    (folder / odd.name).rename(odd)
    opened = notebook(SHOW.format(folder=str(folder), more=""), "1")
    opened.await_state("done")
    expect(opened.widget).to_contain_text("47 images")
    places = opened.value(PLACES)

    opened.set_source(1, f"new = explorer.add({str(odd)!r})\nlen(new)")
    opened.run_cell(1)
    expect(opened.output(1)).to_have_text("1")
    opened.await_state("done")
    expect(opened.widget).to_contain_text("48 images")
    expect(opened.widget).to_contain_text("1 new")
    assert opened.value(PLACES) == places
    assert opened.value("len(explorer.widget.dataset.coordinates)") == 8 * 48
    cats = opened.value("explorer.data[explorer.data.name.str.startswith('cat')].cluster.tolist()")
    assert cats.count(cats[-1]) > 1

    opened.run_code('explorer.select("new")')
    gallery = opened.widget.get_by_test_id("imgclust-gallery")
    expect(gallery.locator(".imgclust-tile-caption")).to_have_text(["cat_02.jpg"])
    expect(gallery.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    opened.screenshot("story-2")


def test_a_drop_and_a_folder_that_is_watched(
    notebook: Callable[..., Notebook], sample_folder: Path, tmp_path: Path
) -> None:
    """Stories 2 and 6: what is dropped is added and brought into sight; a file that is copied appears by itself."""
    folder = shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))
    cat = (folder / "cat_02.jpg").read_bytes()
    (folder / "cat_02.jpg").unlink()
    opened = notebook(SHOW.format(folder=str(folder), more=", watch=True"))
    opened.await_state("done")
    places = opened.value(PLACES)
    gallery = opened.widget.get_by_test_id("imgclust-gallery")

    known = (folder / "rocket_00.jpg").read_bytes()
    drag(opened, "dragover", {"milka.jpg": cat})
    expect(opened.widget.get_by_text("Drop to add")).to_be_visible()
    drag(opened, "drop", {"milka.jpg": cat})
    expect(opened.widget.get_by_text("Drop to add")).to_be_hidden()
    expect(opened.widget).to_contain_text("48 images")
    expect(opened.widget).to_contain_text("1 new")
    milka = gallery.locator(".imgclust-tile", has_text="milka.jpg")
    expect(milka).to_be_in_viewport()
    expect(milka.get_by_title("New")).to_be_visible()
    expect(opened.widget).to_have_attribute("data-selected", "0")
    assert opened.value(PLACES) == places
    assert not (folder / "milka.jpg").exists()

    drag(opened, "drop", {"again.jpg": known, "liar.jpg": b"<html>"})
    expect(opened.widget).to_contain_text("1 unreadable, 1 already there")
    expect(opened.widget).to_have_attribute("data-selected", "1")
    opened.eventually("explorer.selection.name.tolist()", ["rocket_00.jpg"])
    opened.widget.get_by_role("button", name="1 unreadable, 1 already there").click()
    report = opened.widget.get_by_role("dialog")
    expect(report.get_by_role("listitem").filter(has_text="liar.jpg")).to_contain_text("web page")
    assert violations(opened.widget) == []
    report.get_by_role("button", name="Close").click()
    opened.screenshot("story-2-drop")

    (folder / "brick_00.jpg").unlink()
    expect(opened.widget).to_contain_text("1 removed")
    expect(opened.widget).to_contain_text("47 images")
    late = tmp_path / "late.jpg"
    late.write_bytes(known + b" ")
    late.rename(folder / late.name)  # whole at once, however slow the machine
    expect(opened.widget).to_contain_text("1 new")
    expect(opened.widget).to_contain_text("48 images")
    expect(opened.widget).to_have_attribute("data-selected", "1")
    assert opened.value("explorer.changes.what.tolist()[:1]") == ["added"]
    opened.screenshot("story-6")
