"""Story 5: whole clusters get their labels, with the mouse and wholly by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility import violations
from notebook_page import Notebook
from playwright.sync_api import Locator, expect

CELL = """
import os
os.environ["IMGCLUST_DATA"] = {labels!r}
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=6)
display(explorer)
explorer.wait();
"""
LABELS = "explorer.data['label'].fillna('').value_counts().to_dict()"


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path, tmp_path: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder), labels=str(tmp_path)))
    opened.await_state("done")
    return opened


def field(widget: Locator) -> Locator:
    return widget.get_by_role("combobox", name="label of what is selected")


def selected(widget: Locator) -> int:
    expect(widget).not_to_have_attribute("data-selected", "0")
    return int(widget.get_attribute("data-selected") or 0)


def progress(widget: Locator, count: int) -> None:
    expect(widget.locator(".imgclust-label-progress")).to_contain_text(f"{count} of 48 labelled")


def test_a_collection_is_labelled_by_keyboard_alone(explorer: Notebook) -> None:
    widget, keys = explorer.widget, explorer.page.keyboard
    widget.get_by_role("tree").focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        keys.press(key)
    branch = selected(widget)
    keys.press("l")
    expect(field(widget)).to_be_focused()
    keys.type("cow")
    assert violations(widget) == []
    keys.press("Enter")
    progress(widget, branch)
    following = widget.get_by_role("button", name="Next")
    expect(following).to_be_focused()
    explorer.eventually(LABELS, {"cow": branch, "": 48 - branch})

    with explorer.heard():
        keys.press("n")
        expect(field(widget)).to_be_focused()
    other = selected(widget)
    keys.type("horse")
    keys.press("Enter")
    progress(widget, branch + other)
    expect(following).to_be_focused()
    keys.press("Control+z")
    progress(widget, branch)
    explorer.eventually(LABELS, {"cow": branch, "": 48 - branch})
    keys.press("Control+Shift+z")
    progress(widget, branch + other)

    # All at once: some have another label already, and Enter lets them keep it.
    widget.get_by_role("grid").focus()
    keys.press("Escape")
    keys.press("Control+a")
    keys.press("l")
    keys.type("pig")
    keys.press("Enter")
    question = widget.get_by_role("alertdialog")
    expect(question).to_contain_text("have another label")
    assert violations(widget) == []
    keys.press("Enter")
    progress(widget, 48)
    rest = 48 - branch - other
    expected = {"cow": branch, "horse": other, "pig": rest}
    explorer.eventually(LABELS, {name: count for name, count in expected.items() if count > 0})
    expect(following).to_be_hidden()

    # The cell again, and another kernel: nothing is lost.
    explorer.run_cell(0)
    explorer.await_state("done")
    progress(widget, 48)
    explorer.restart_kernel()
    explorer.run_cell(0)
    explorer.await_state("done")
    progress(widget, 48)
    explorer.eventually(LABELS, {name: count for name, count in expected.items() if count > 0})


def test_labels_by_mouse_and_what_is_like_them(explorer: Notebook) -> None:
    widget, page = explorer.widget, explorer.page
    widget.locator(".imgclust-group").first.click()
    first = selected(widget)
    grid = widget.get_by_role("grid")
    below = grid.evaluate("el => (el.scrollTop = 30, el.scrollTop)")
    field(widget).click()
    field(widget).fill("cow")
    widget.get_by_role("button", name="Label what is selected").click()
    progress(widget, first)
    expect(grid.locator(".imgclust-mark-label").first).to_have_text("cow")
    assert grid.evaluate("el => el.scrollTop") == below

    widget.get_by_role("button", name="More like “cow”").click()
    strip = widget.get_by_role("group", name="Suggestions")
    expect(strip).to_contain_text("“cow”? ")
    expect(grid).to_be_focused()
    assert violations(widget) == []
    strip.get_by_role("button", name="It is: label it").click()
    expect(strip).to_contain_text("1 yes, 0 no")
    page.keyboard.press("y")
    page.keyboard.press("x")
    expect(strip).to_contain_text("2 yes, 1 no")
    progress(widget, first + 2)
    explorer.eventually("len(explorer.label_log.query('action == \"refuse\"'))", 1)
    for _ in range(2):
        page.keyboard.press("u")
    expect(strip).to_contain_text("1 yes, 0 no")
    progress(widget, first + 1)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Enter")
    expect(strip).to_contain_text("3 yes, 0 no")
    progress(widget, first + 3)
    page.keyboard.press("u")
    progress(widget, first + 1)
    page.keyboard.press("Escape")
    expect(strip).to_be_hidden()
    explorer.eventually(LABELS, {"cow": first + 1, "": 47 - first})

    widget.get_by_role("button", name="Labels in the column label").click()
    menu = widget.get_by_role("dialog", name="Labels")
    assert violations(widget) == []
    menu.get_by_role("button", name="Rename “cow”").click()
    menu.get_by_role("textbox", name="Another name").fill("ox")
    page.keyboard.press("Enter")
    explorer.eventually(LABELS, {"ox": first + 1, "": 47 - first})
    menu.get_by_role("button", name="colour by it").click()
    page.keyboard.press("Escape")
    legend = widget.locator(".imgclust-map-legend-entry")
    expect(legend).to_have_text([f"ox{first + 1}", f"no label{47 - first}"])
    legend.first.click()
    expect(widget).to_have_attribute("data-shown", str(first + 1))
