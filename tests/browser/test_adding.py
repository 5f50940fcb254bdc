"""Images that come while the explorer is on the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from notebook_page import Notebook
from playwright.sync_api import expect

SHOW = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", n_clusters=12)
explorer
"""

PLACES = "__import__('hashlib').sha1(explorer.widget.dataset.coordinates[:8 * 47]).hexdigest()"


def test_the_odd_cow(notebook: Callable[..., Notebook], sample_folder: Path, tmp_path: Path) -> None:
    """Story 2: one more image appears in all views, marked as new; nothing else on the map moves."""
    folder = shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))
    odd = tmp_path / "cat_02.jpg"
    (folder / odd.name).rename(odd)
    opened = notebook(SHOW.format(folder=str(folder)), "1")
    opened.await_state("done")
    expect(opened.widget).to_contain_text("47 images")
    places = opened.value(PLACES)

    opened.set_source(1, f"new = explorer.add({str(odd)!r})\nlen(new)")
    opened.run_cell(1)
    assert opened.output(1).strip() == "1"
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
