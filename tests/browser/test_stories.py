"""The stories the project exists for, each as the person does it, on sample images and on labelled photographs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from notebook_page import Notebook
from patience import box_of, next_frame
from playwright.sync_api import expect


@pytest.fixture(params=["samples", pytest.param("animals", marks=pytest.mark.data)])
def labelled_folder(request: pytest.FixtureRequest, sample_folder: Path, tmp_path: Path) -> tuple[Path, int]:
    """A folder whose images' names begin with what they show, and how many kinds there are."""
    if request.param == "samples":
        return sample_folder, 12
    animals = request.getfixturevalue("test_data") / "animals"
    for file in animals.glob("*/*"):
        (tmp_path / f"{file.parent.name}__{file.name}").symlink_to(file)
    return tmp_path, len(list(animals.iterdir()))


SHOW = """
import pandas as pd
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", n_clusters={kinds})
explorer
"""

KINDS = 'explorer.data["name"].str.extract("^([a-z_]+?)_")[0]'


def click_a_branch(opened: Notebook) -> int:
    """Click a branch of some images just below the cut, and return how many that selects."""
    tree = opened.widget.get_by_test_id("imgclust-tree").locator("canvas").first
    box = box_of(tree)
    cut = box_of(opened.widget.get_by_role("slider", name="Number of clusters").first)
    x = cut["x"] + cut["width"] / 2 - box["x"] + 8
    for share in range(10, 95, 5):
        tree.click(position={"x": x, "y": box["height"] * share / 100})
        next_frame(opened.page)
        count = int(opened.widget.get_attribute("data-selected") or 0)
        if 3 <= count <= opened.value("len(explorer.data)") // 3:
            return count
    raise AssertionError("no click beside the cut line selected a branch of some images")


def test_domestic_animals(notebook: Callable[..., Notebook], labelled_folder: tuple[Path, int]) -> None:
    """Story 1: the table, the numbers, the distances, the tree; a click on a branch shows its members."""
    folder, kinds = labelled_folder
    opened = notebook(SHOW.format(folder=str(folder), kinds=kinds), "explorer.data.head()", "len(explorer.selection)")
    opened.await_state("done")
    for column in ("name", "path", "size", "width", "height"):
        expect(opened.output(1)).to_contain_text(column)
    n = opened.value("len(explorer.data)")
    assert opened.value("list(explorer.embeddings.columns[:2])") == ["n0", "n1"]
    assert opened.value("explorer.distances().shape") == [n * (n - 1) // 2]

    count = click_a_branch(opened)
    opened.eventually("len(explorer.selection)", count)
    gallery = opened.widget.get_by_test_id("imgclust-gallery")
    expect(gallery).to_contain_text(f"{count} ")
    expect(gallery.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    shown = "|".join(re.escape(name) for name in opened.value("explorer.selection.name.tolist()"))
    expect(gallery.locator(".imgclust-tile-caption").first).to_have_text(re.compile(f"^({shown})$"))
    opened.run_cell(2)
    expect(opened.output(2)).to_have_text(str(count))

    # Cows stand with cows: what is selected is of one kind far more often than chance would have it.
    opened.run_code(f"kinds = {KINDS}; share = kinds[explorer.selection.index].value_counts(normalize=True).iloc[0]")
    assert opened.value("float(share)") > 4 / kinds
    opened.screenshot(f"story-1-{folder.name}")


def test_back_to_pandas(notebook: Callable[..., Notebook], labelled_folder: tuple[Path, int]) -> None:
    """Story 10: selections come back with the user's own index and columns."""
    folder, kinds = labelled_folder
    table = f"""
from pathlib import Path
table = pd.DataFrame({{"file": sorted(p.name for p in Path({str(folder)!r}).glob("*.jpg"))}})
table.index = [f"specimen-{{i}}" for i in range(len(table))]
table["weight"] = range(len(table))
"""
    show = SHOW.format(folder=str(folder), kinds=kinds).replace("n_clusters", "metadata=table, n_clusters")
    opened = notebook("import pandas as pd" + table + show, "explorer.wait();", "explorer.selection")
    opened.await_state("done")
    count = click_a_branch(opened)
    opened.eventually("len(explorer.selection)", count)
    assert opened.value("bool((explorer.selection.weight == table.weight[explorer.selection.index]).all())")
    assert opened.value("bool((explorer.selection.name == table.file[explorer.selection.index]).all())")
    opened.run_cell(2)
    expect(opened.output(2)).to_contain_text("specimen-")
    opened.run_code("explorer.select(table.index[[3, 5]])")
    expect(opened.widget).to_have_attribute("data-selected", "2")
    assert opened.value("list(explorer.selection.index)") == ["specimen-3", "specimen-5"]
