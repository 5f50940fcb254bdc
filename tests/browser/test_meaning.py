"""Story 9, what a number means, and story 7, clustering data, not only images."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from accessibility import violations
from notebook_page import Notebook
from playwright.sync_api import expect

MEANING = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet", layout="pca", n_clusters=12)
explorer
"""

WINE = """
from imgclust_jupyter import ClusterExplorer
from sklearn.datasets import load_wine
wine = load_wine(as_frame=True)
columns = list(wine.data.columns)
table = wine.data.assign(cultivar=wine.target_names[wine.target])
explorer = ClusterExplorer(table, features=columns, layout="pca", n_clusters=3)
explorer
"""


def test_what_a_number_means(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    """A cluster is named by the network's own classes, and says why an image is in it."""
    opened = notebook(MEANING.format(folder=str(sample_folder)), "explorer.clusters")
    opened.await_state("done")
    gallery = opened.widget.get_by_test_id("imgclust-gallery")
    expect(gallery).to_contain_text("Cluster 1 · golf ball")
    assert opened.value("explorer.clusters.name.loc[1]") == "golf ball"
    expect(opened.output(1)).to_contain_text("golf ball")

    gallery.locator(".imgclust-tile").first.dblclick()
    large = opened.widget.get_by_role("dialog")
    large.get_by_text("Why in this cluster?").click()
    expect(large.get_by_role("img", name=re.compile("what is lit is like its cluster"))).to_have_count(2)
    expect(large).to_contain_text("cluster 1, golf ball")
    row = large.get_by_role("row", name=re.compile("^golf ball"))
    expect(row).to_contain_text("%")
    here, in_all = (int(text) for text in re.findall(r"(\d+) %", row.inner_text()))
    assert here > 5 * in_all
    assert violations(opened.widget) == []
    opened.screenshot("story-9")
    opened.page.keyboard.press("Escape")

    # What a person says of a cluster takes the place of what the network says.
    opened.run_code("explorer.label('coins', 'cluster == 1')")
    expect(gallery).to_contain_text("Cluster 1 · coins")


def test_clustering_data(notebook: Callable[..., Notebook]) -> None:
    """The same views over the columns of a table without images."""
    opened = notebook(WINE, "explorer.selection")
    opened.await_state("done")
    expect(opened.widget.get_by_test_id("imgclust-toolbar")).to_contain_text("178 images")
    gallery = opened.widget.get_by_test_id("imgclust-gallery")
    expect(gallery.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    opened.run_code("from sklearn.metrics import adjusted_rand_score")
    assert opened.value("adjusted_rand_score(explorer.data.cultivar, explorer.data.cluster)") > 0.7
    opened.run_code("explorer.color_by('cultivar'); explorer.select('alcohol > 14')")
    expect(opened.widget).to_have_attribute("data-selected", str(opened.value("int((table.alcohol > 14).sum())")))
    opened.screenshot("story-7")
