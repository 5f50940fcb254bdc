"""The gallery as a person uses it: table, groups, rubber band, keys, the large view and what is similar."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook
from patience import box_of
from playwright.sync_api import Locator, expect

CELL = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=4)
display(explorer)
explorer.wait();
"""


@pytest.fixture
def explorer(notebook: Callable[..., Notebook], sample_folder: Path) -> Notebook:
    opened = notebook(CELL.format(folder=str(sample_folder)))
    opened.await_state("done")
    opened.widget.scroll_into_view_if_needed()
    return opened


@pytest.fixture
def gallery(explorer: Notebook) -> Locator:
    return explorer.widget.get_by_test_id("imgclust-gallery")


def begins_with(gallery: Locator, wanted: list[int], sizes: dict[str, int]) -> None:
    """See that the table's rows begin with images of these sizes; which of those with the same is left open."""
    names = gallery.locator(".imgclust-row .imgclust-cell:first-child .imgclust-cell-text")
    for i, size in enumerate(wanted):
        likely = "|".join(re.escape(name) for name in sizes if sizes[name] == size)
        expect(names.nth(i)).to_have_text(re.compile(f"^({likely})$"))


def test_the_table_sorts_by_any_column_and_shares_the_selection(explorer: Notebook, gallery: Locator) -> None:
    explorer.widget.get_by_label("Group by").select_option("")
    gallery.get_by_role("button", name="As a table").click()
    grid = gallery.get_by_role("grid")
    header = grid.get_by_role("columnheader", name="size", exact=True)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    by_size = explorer.value("explorer.data.sort_values('size', kind='stable')['size'].tolist()")
    sizes = explorer.value("dict(zip(explorer.data.name, explorer.data['size']))")
    begins_with(gallery, by_size[:5], sizes)
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    begins_with(gallery, by_size[::-1][:5], sizes)

    # Only the kernel has the names.
    name = grid.get_by_role("columnheader", name="name", exact=True)
    name.get_by_role("button").click()
    first = explorer.value("min(explorer.data.name)")
    expect(grid.locator(".imgclust-row .imgclust-cell-text").first).to_have_text(first)
    grid.get_by_role("row", name=first).click()
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    explorer.eventually("explorer.selection.name.tolist()", [first])
    gallery.get_by_role("button", name="As pictures").click()
    expect(gallery.locator(".imgclust-tile[aria-selected=true] .imgclust-tile-caption")).to_have_text(first)


def test_a_group_folds_away_and_is_selected_whole(explorer: Notebook, gallery: Locator) -> None:
    sizes = explorer.value("explorer.data.cluster.value_counts(sort=False).sort_index().tolist()")
    tiles = gallery.locator(".imgclust-tile")
    before = tiles.first.get_attribute("data-row")
    gallery.get_by_role("button", name=f"Hide the {sizes[0]} image").click()
    show = gallery.get_by_role("button", name=f"Show the {sizes[0]} image")
    expect(show).to_have_attribute("aria-expanded", "false")
    expect(gallery.locator(f".imgclust-tile[data-row='{before}']")).to_have_count(0)
    gallery.locator(".imgclust-group").first.click()
    expect(explorer.widget).to_have_attribute("data-selected", str(sizes[0]))
    explorer.eventually("sorted(set(explorer.selection.cluster))", [1])
    show.click()
    expect(gallery.locator(f".imgclust-tile[data-row='{before}']")).to_have_count(1)


def test_a_rubber_band_selects_what_it_meets(explorer: Notebook, gallery: Locator) -> None:
    tiles = gallery.locator(".imgclust-tile")
    first, third = box_of(tiles.nth(0)), box_of(tiles.nth(2))
    mouse = explorer.page.mouse
    mouse.move(first["x"] + 3, first["y"] + 3)
    mouse.down()
    mouse.move(third["x"] + 10, third["y"] + 30, steps=5)
    expect(gallery.locator(".imgclust-band")).to_be_visible()
    expect(explorer.widget).to_have_attribute("data-selected", "3")
    mouse.move(first["x"] + 10, first["y"] + 30, steps=5)
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    mouse.move(third["x"] + 10, third["y"] + 30, steps=5)
    mouse.up()
    expect(gallery.locator(".imgclust-band")).to_have_count(0)
    expect(explorer.widget).to_have_attribute("data-selected", "3")
    explorer.eventually("len(explorer.selection)", 3)

    # Escape during a drag puts things back.
    mouse.move(first["x"] + 3, first["y"] + 3)
    mouse.down()
    mouse.move(first["x"] + 30, first["y"] + 30, steps=5)
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    explorer.page.keyboard.press("Escape")
    expect(explorer.widget).to_have_attribute("data-selected", "3")
    mouse.up()
    expect(explorer.widget).to_have_attribute("data-selected", "3")


def test_the_keys_select_as_in_a_file_manager(explorer: Notebook, gallery: Locator) -> None:
    n = explorer.value("len(explorer.data)")
    grid = gallery.get_by_role("grid")
    grid.focus()
    press = explorer.page.keyboard.press
    press("ArrowRight")
    expect(explorer.widget).to_have_attribute("data-selected", "1")
    press("Shift+ArrowRight")
    press("Shift+ArrowRight")
    expect(explorer.widget).to_have_attribute("data-selected", "3")
    press("Shift+ArrowLeft")
    expect(explorer.widget).to_have_attribute("data-selected", "2")
    press("Control+End")
    expect(explorer.widget).to_have_attribute("data-selected", "2")
    press("Control+Space")
    expect(explorer.widget).to_have_attribute("data-selected", "3")
    press("Home")
    press("Shift+End")
    expect(explorer.widget).to_have_attribute("data-selected", str(n))
    press("Escape")
    expect(explorer.widget).to_have_attribute("data-selected", "0")
    press("Control+a")
    expect(explorer.widget).to_have_attribute("data-selected", str(n))
    explorer.eventually("len(explorer.selection)", n)


def test_the_large_view_leads_to_similar_images_and_sorts_by_them(explorer: Notebook, gallery: Locator) -> None:
    gallery.get_by_role("grid").focus()
    explorer.page.keyboard.press("ArrowRight")
    explorer.page.keyboard.press("Space")
    dialog = explorer.widget.get_by_role("dialog")
    expect(dialog.locator("img")).to_be_visible()
    explorer.eventually("len(explorer.selection)", 1)
    own = explorer.value("explorer.selection.name.iloc[0]")
    expect(dialog).to_have_attribute("aria-label", own)
    expected = explorer.value(f"explorer.similar({own!r}, 4).name.tolist()")
    pictures = dialog.get_by_role("region", name="Similar images").locator("button.imgclust-similar-picture")
    for i in range(3):
        expect(pictures.nth(i)).to_have_attribute("aria-label", expected[i + 1])
    pictures.nth(0).click()
    expect(dialog).to_have_attribute("aria-label", expected[1])
    explorer.page.keyboard.press("Backspace")
    expect(dialog).to_have_attribute("aria-label", own)
    explorer.page.keyboard.press("+")
    expect(dialog.locator(".imgclust-zoom-level")).to_have_text("150 %")

    dialog.get_by_role("button", name="sort the gallery by similarity").click()
    expect(dialog).to_have_count(0)
    captions = gallery.locator(".imgclust-tile-caption")
    for i, name in enumerate(expected):
        expect(captions.nth(i)).to_have_text(name)


def test_the_context_menu_sorts_by_similarity(explorer: Notebook, gallery: Locator) -> None:
    caption = gallery.locator(".imgclust-tile-caption").nth(2)
    expect(caption).to_have_text(re.compile(r"\.jpg$"))
    name = caption.text_content()
    gallery.locator(".imgclust-tile").nth(2).click(button="right")
    menu = explorer.widget.get_by_role("menu")
    menu.get_by_role("menuitem", name="Sort by similarity to this").click()
    expect(menu).to_have_count(0)
    expected = explorer.value(f"explorer.similar({name!r}, 3).name.tolist()")
    for i, like in enumerate(expected):
        expect(gallery.locator(".imgclust-tile-caption").nth(i)).to_have_text(like)
    # In a gallery as narrow as this one, sorting is in a menu.
    gallery.get_by_role("button", name="Sorting and size").click()
    gallery.get_by_role("button", name="Sort by the tree again").click()
    expect(gallery.locator(".imgclust-group")).not_to_have_count(0)
