"""Two explorers that are compared, without a browser."""

import gc
import shutil
import weakref
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter import ClusterExplorer, compare
from imgclust_jupyter.widget import tanglegram

OPTIONS = {"model": "pixels", "layout": "pca"}


@contextmanager
def made(folder):
    with (
        ClusterExplorer(folder, n_clusters=5, **OPTIONS) as a,
        ClusterExplorer(folder, n_clusters=4, linkage="average", **OPTIONS) as b,
    ):
        yield a.wait(), b.wait()


@pytest.fixture(scope="module")
def pair(sample_folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("IMGCLUST_CACHE", "IMGCLUST_DATA"):
            patch.setenv(variable, str(tmp_path_factory.mktemp("store")))
        with made(sample_folder) as both:
            yield both


@pytest.fixture
def explorers(pair):
    """Two explorers, cut as at first, with nothing selected."""
    for explorer, k in zip(pair, (5, 4), strict=True):
        explorer.cut(k)
        explorer.select(None)
    return pair


@pytest.fixture
def short_lived(sample_folder):
    """Two explorers for one test."""
    with made(sample_folder) as both:
        yield both


@pytest.fixture
def comparison(explorers):
    with compare(*explorers) as comparison:
        yield comparison


def send(comparison, **content):
    """Ask for something as the browser does."""
    widget = comparison.widget
    content = {"version": widget.drawing["version"], "mode": "replace", **content}
    widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


def names(explorer):
    return sorted(explorer.selection["name"])


def shared(explorers, a, b):
    """Names of the images in a cluster of each explorer."""
    first, second = (explorer.data.set_index("name")["cluster"] for explorer in explorers)
    return sorted(first.index[(first == a) & (second == b)])


def test_figures_follow_the_cuts(explorers, comparison):
    for k in (5, 8):
        explorers[0].cut(k)
        a, b = (explorer.data["cluster"] for explorer in explorers)
        assert a.max() == k
        assert comparison.rand_index == pytest.approx(adjusted_rand_score(a, b))
        assert comparison.table.shape == (k, 4)
        assert f"{comparison.rand_index:.2f}" in comparison.widget.drawing["words"]
        assert comparison.widget.drawing["moved"] == len(comparison.moved)
        assert [len(side["clusters"]) for side in comparison.widget.drawing["sides"]] == [k, 4]
    moved = comparison.moved
    assert moved["name"].tolist() == explorers[0].data.loc[moved.index, "name"].tolist()
    assert moved["cluster_b"].tolist() == explorers[1].data.set_index("name").loc[moved["name"], "cluster"].tolist()
    assert comparison.at(3, 2).table.shape == (3, 2)
    assert comparison.at(6).table.shape == (6, 6)
    assert -1 <= comparison.cophenetic <= 1
    assert 0 <= comparison.entanglement <= 1
    assert 0 <= comparison.mutual_information <= 1
    assert "adjusted Rand index" in repr(comparison)
    with pytest.raises(ValueError, match="at least one cluster"):
        comparison.at(0)


def test_the_drawing_is_the_contingency_table_and_the_trees(explorers, comparison):
    drawing = comparison.widget.drawing
    left, right = drawing["sides"]
    assert [left["title"], right["title"]] == ["ward linkage", "average linkage"]
    assert [cluster["number"] for cluster in left["clusters"]] == [1, 2, 3, 4, 5]
    assert sorted(cluster["number"] for cluster in right["clusters"]) == [1, 2, 3, 4]
    for i, j, count, _ in drawing["ribbons"]:
        assert count == comparison.table.loc[left["clusters"][i]["number"], right["clusters"][j]["number"]]
    assert sum(ribbon[2] for ribbon in drawing["ribbons"]) == 48
    for explorer, side, k in zip(explorers, drawing["sides"], (5, 4), strict=True):
        assert [merge[2] for merge in side["merges"]] == explorer.linkage_matrix[-(k - 1) :, 2].tolist()
        # Every cluster and every merge but the root is a child once.
        assert sorted(child for merge in side["merges"] for child in merge[:2]) == list(range(2 * k - 2))


def test_a_ribbon_a_cluster_and_what_moved_are_selected_in_both(explorers, comparison):
    a, b = explorers
    first, second, third = sorted(comparison.table.stack().nlargest(3).index)
    send(comparison, a=int(first[0]), b=int(first[1]))
    assert names(a) == names(b) == shared(explorers, *first) != []
    send(comparison, a=int(second[0]), b=int(second[1]), mode="add")
    assert names(a) == names(b) == sorted(shared(explorers, *first) + shared(explorers, *second))
    send(comparison, a=int(first[0]), b=int(first[1]), mode="toggle")
    assert names(a) == names(b) == shared(explorers, *second)
    send(comparison, b=int(third[1]))
    assert names(a) == names(b) == sorted(b.data["name"][b.data["cluster"] == third[1]])
    send(comparison, moved=True)
    assert names(a) == names(b) == sorted(comparison.moved["name"])
    assert comparison.widget.shares["count"] == len(comparison.moved)
    send(comparison)
    assert names(a) == names(b) == []


def test_what_is_selected_in_one_is_selected_and_marked_in_the_other(explorers, comparison):
    drawing = comparison.widget.drawing
    explorers[1].select("cluster == 2")
    assert names(explorers[0]) == names(explorers[1]) != []
    shares, (left, right) = comparison.widget.shares, drawing["sides"]
    assert shares["count"] == len(names(explorers[0]))
    of_second = next(i for i, cluster in enumerate(right["clusters"]) if cluster["number"] == 2)
    assert shares["sides"][1] == [
        cluster["size"] if i == of_second else 0 for i, cluster in enumerate(right["clusters"])
    ]
    assert shares["ribbons"] == [ribbon[2] if ribbon[1] == of_second else 0 for ribbon in drawing["ribbons"]]
    clusters = explorers[0].selection["cluster"].value_counts()
    assert shares["sides"][0] == [clusters.get(cluster["number"], 0) for cluster in left["clusters"]]
    explorers[0].undo()
    assert names(explorers[0]) == names(explorers[1]) == []


def test_clusters_that_are_no_more_are_not_selected(explorers, comparison):
    version = comparison.widget.drawing["version"]
    explorers[0].cut(7)
    send(comparison, a=1, version=version)
    assert names(explorers[0]) == []


def test_too_many_clusters_are_told_not_drawn(explorers, comparison, monkeypatch):
    monkeypatch.setattr(tanglegram, "MOST_CLUSTERS", 10)
    explorers[0].cut(11)
    drawing = comparison.widget.drawing
    assert drawing["sides"] == drawing["ribbons"] == []
    assert "too many to draw" in drawing["details"][-1]
    explorers[0].select("cluster == 1")
    assert comparison.widget.shares["count"] == len(names(explorers[1])) > 0


def test_images_that_only_one_has_are_left_out_and_told(explorers, sample_folder, tmp_path):
    a, _ = explorers
    folder = shutil.copytree(sample_folder, tmp_path / "photos")
    for name in ("cat_00.jpg", "coins_01.jpg"):
        (folder / name).unlink()
    (folder / "rocket_00.jpg").rename(folder / "renamed.jpg")
    shutil.copy(folder / "grass_00.jpg", folder / "grass_01.jpg")  # another version of a picture
    with ClusterExplorer(folder, n_clusters=4, **OPTIONS) as b, compare(a, b) as comparison:
        assert comparison.left_out["name"].tolist() == ["cat_00.jpg", "coins_01.jpg"]
        assert comparison.left_out["only_in"].tolist() == ["a", "a"]
        assert comparison.table.to_numpy().sum() == 46
        assert comparison.widget.drawing["details"][1:] == (
            "Left out: 2 images only on the left, 0 images only on the right.",
            "Paired by their paths: 1 image of another content on the other side.",
        )
        b.select(b.data["name"] == "renamed.jpg")
        assert names(a) == ["rocket_00.jpg"]
        a.select(a.data["name"] == "cat_00.jpg")
        assert names(a) == ["cat_00.jpg"]
        assert names(b) == []


def test_columns_against_images(sample_folder):
    metadata = pd.read_csv(sample_folder / "metadata.csv")
    with (
        ClusterExplorer(sample_folder, n_clusters=4, **OPTIONS) as a,
        ClusterExplorer(
            sample_folder, metadata=metadata, features=["scale", "brightness"], n_clusters=3, layout="pca"
        ) as b,
        compare(a, b) as comparison,
    ):
        assert comparison.table.shape == (4, 3)
        assert comparison.left_out.empty


def test_a_comparison_follows_what_is_taken_out(short_lived):
    a, b = short_lived
    with compare(a, b) as comparison:
        version = comparison.widget.drawing["version"]
        b.exclude("cluster == 1")
        out = 48 - len(b.data)
        assert out > 0
        assert len(comparison.left_out) == out
        assert comparison.widget.drawing["version"] > version
        assert comparison.widget.drawing["words"].endswith(f"of {48 - out} images moved")


def test_what_cannot_be_compared(explorers, tmp_path):
    a, _ = explorers
    with pytest.raises(ValueError, match="the same explorer"):
        compare(a, a)
    other = [np.full((20, 20, 3), i, dtype=np.uint8) for i in range(3)]
    with ClusterExplorer(other, **OPTIONS) as b, pytest.raises(ValueError, match="no image in common"):
        compare(a, b)


def listeners(explorer):
    session = explorer._session
    observed = session.widget._trait_notifiers
    return (
        len(session.widget._listeners),
        len(session._data_listeners),
        *(len(observed.get(name, {}).get("change", [])) for name in ("cut", "comm")),
    )


def test_closing_leaves_the_explorers_alone_and_the_figures_readable(explorers):
    before, models = [listeners(explorer) for explorer in explorers], set(_instances)
    comparison = compare(*explorers)
    bundle, _ = comparison._repr_mimebundle_()
    assert bundle["text/plain"] == repr(comparison)
    assert listeners(explorers[0]) != before[0]
    comparison.close()
    comparison.close()
    assert [listeners(explorer) for explorer in explorers] == before
    assert set(_instances) <= models  # what others have left may go meanwhile
    explorers[0].select("cluster == 1")
    assert names(explorers[1]) == []
    assert 0 < comparison.rand_index <= 1
    link = weakref.ref(comparison._link)
    del comparison
    gc.collect()
    assert link() is None


def test_it_ends_with_an_explorer(short_lived):
    comparison = compare(*short_lived)
    widget = comparison.widget
    short_lived[1].close()
    assert widget.comm is None
    assert listeners(short_lived[0])[:2] == (0, 0)
    assert "adjusted Rand index" in comparison._repr_mimebundle_()[0]["text/plain"]
    with pytest.raises(ValueError, match="closed"):
        assert comparison.widget


def test_it_lives_as_long_as_somebody_has_it_or_it_is_on_a_page(explorers):
    comparison = compare(*explorers)
    widget = comparison.widget
    del comparison
    gc.collect()
    assert widget.comm is not None  # on its way to a page
    for views, lives in ((1, True), (2, True), (0, False)):
        widget._handle_msg({"content": {"data": {"method": "custom", "content": {"views": views}}}, "buffers": []})
        assert (widget.comm is not None) == lives
    assert listeners(explorers[0])[:2] == (0, 0)


def test_explorers_that_nobody_else_has_live_with_the_comparison(sample_folder):
    comparison = compare(
        ClusterExplorer(sample_folder, n_clusters=3, **OPTIONS),
        ClusterExplorer(sample_folder, n_clusters=3, linkage="average", **OPTIONS),
    )
    gc.collect()
    sessions = comparison._pair.sessions
    assert not any(session.closed for session in sessions)
    comparison.close()
    del comparison
    gc.collect()
    assert all(session.closed for session in sessions)
