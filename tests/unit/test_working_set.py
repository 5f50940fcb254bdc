"""Images that are taken out and put back, against an explorer of the rest only and against what was before."""

import shutil
import threading
import time

import numpy as np
import pandas as pd
import pytest
from scipy.cluster import hierarchy

import imgclust_jupyter.embedding.batch as batch
import imgclust_jupyter.pipeline.changing as changing
import imgclust_jupyter.pipeline.pipeline as module
from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.embedding import Interrupted
from imgclust_jupyter.layout import nearest_neighbors
from imgclust_jupyter.pipeline import growth
from imgclust_jupyter.workspace.selection import pack, unpack


@pytest.fixture
def decoded(monkeypatch):
    """Which pictures were decoded for an embedding."""
    names = []
    original = batch.decode_guarded

    def counted(source, *args, **options):
        names.append(source)
        return original(source, *args, **options)

    monkeypatch.setattr(batch, "decode_guarded", counted)
    return names


def explorer_of(source, **options):
    return ClusterExplorer(source, **{"model": "pixels", "layout": "pca", "n_clusters": 6, **options})


def results_of(explorer):
    return explorer._session.pipeline.results


def image(seed, size=(20, 16)):
    return np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)


def images(n):
    """Two groups, and a few that stand apart."""
    return [image(i) // 4 + (180 if i % 3 else 0) for i in range(n)]


def assert_same(results, before):
    np.testing.assert_array_equal(results.ids, before.ids)
    for name in ("embeddings", "vectors", "coordinates", "medoids"):
        np.testing.assert_array_equal(getattr(results, name), getattr(before, name))
    np.testing.assert_array_equal(results.tree.linkage_matrix, before.tree.linkage_matrix)
    np.testing.assert_array_equal(results.tree.leaf_order, before.tree.leaf_order)
    np.testing.assert_array_equal(results.neighbors.indices, before.neighbors.indices)
    np.testing.assert_array_equal(results.neighbors.distances, before.neighbors.distances)


@pytest.mark.parametrize(("metric", "linkage"), [("cosine", "ward"), ("euclidean", "average"), ("manhattan", "single")])
def test_the_rest_is_as_if_it_were_alone_with_the_mean_of_all(metric, linkage, decoded):
    explorer = explorer_of(images(40), metric=metric, linkage=linkage)
    old = explorer.data
    whole = results_of(explorer)
    decoded.clear()
    out = old.index[[3, 4, 17, 30, 39]]
    explorer.exclude(out)
    rest, data = results_of(explorer), explorer.data
    assert data.index.tolist() == old.index.difference(out).tolist()
    pd.testing.assert_frame_equal(data[["path", "x", "y"]], old.loc[data.index, ["path", "x", "y"]])
    alone = explorer_of([item for i, item in enumerate(images(40)) if i not in out], metric=metric, linkage=linkage)
    np.testing.assert_array_equal(explorer.embeddings, alone.embeddings)
    np.testing.assert_allclose(rest.vectors, prepare(rest.embeddings, metric, whole.mean)[0], atol=1e-6)
    if metric != "cosine":  # whose mean is that of all
        np.testing.assert_allclose(rest.tree.height, alone.tree.height, rtol=1e-5, atol=1e-6)
        assert data["outlier"].tolist() == alone.data["outlier"].tolist()
        assert (hierarchy.cophenet(explorer.linkage_matrix) == hierarchy.cophenet(alone.linkage_matrix)).all()
    neighbors = nearest_neighbors(rest.vectors, 16, metric)
    np.testing.assert_allclose(rest.neighbors.distances, neighbors.distances, atol=1e-6)
    Z = hierarchy.linkage(explorer.distances() if linkage != "ward" else rest.vectors, linkage)
    np.testing.assert_allclose(rest.tree.height, Z[:, 2], rtol=1e-4, atol=1e-5)
    gone = explorer.excluded
    pd.testing.assert_frame_equal(gone, old.loc[out].drop(columns="cluster"))
    explorer.include()
    assert_same(results_of(explorer), whole)
    pd.testing.assert_frame_equal(explorer.data, old)
    assert explorer.excluded.empty
    # All but those that the other explorer has decoded for itself.
    assert len(decoded) <= 35


def test_nothing_is_decoded_and_no_network_is_run(sample_folder, decoded, monkeypatch):
    explorer = explorer_of(sample_folder)
    explorer.wait()
    decoded.clear()
    monkeypatch.setattr(changing.Changing, "_embedded", None)
    monkeypatch.setattr(module.Pipeline, "_embedded", None)
    explorer.exclude("outlier <= 5")
    explorer.include([explorer.excluded.index[0]])
    explorer.lay_out_anew()
    explorer.undo()
    explorer.include()
    assert len(explorer.data) == 48
    assert decoded == []


def test_one_may_come_back_by_its_name_and_all_by_undo(sample_folder):
    explorer = explorer_of(sample_folder)
    old, whole = explorer.data, results_of(explorer)
    explorer.select("name.str.startswith('cat')")
    explorer.exclude()
    assert sorted(explorer.excluded["name"]) == [f"cat_0{i}.jpg" for i in range(4)]
    assert explorer._session.dataset.header["excluded"] == 4
    assert explorer.selection.empty
    assert explorer._session.widget.past["undo"] == "4 images taken out"
    four = results_of(explorer)
    explorer.include("cat_02.jpg")
    explorer.include(["cat_00.jpg", "cat_01.jpg"])
    assert explorer.excluded["name"].tolist() == ["cat_03.jpg"]
    assert explorer._session.widget.past["undo"] == "2 images put back"
    for _ in range(2):
        explorer.undo()
    explorer.wait()
    assert_same(results_of(explorer), four)
    explorer.undo()
    explorer.wait()
    assert_same(results_of(explorer), whole)
    assert sorted(explorer.selection["name"]) == [f"cat_0{i}.jpg" for i in range(4)]
    explorer.redo()
    assert len(explorer.data) == 44
    with pytest.raises(KeyError, match=r"dog\.jpg"):
        explorer.include(["dog.jpg", "cat_00.jpg"])
    pd.testing.assert_frame_equal(explorer.data[["x", "y"]], old.loc[explorer.data.index, ["x", "y"]])


@pytest.mark.parametrize("stays", [1, 2])
def test_very_few_may_stay_but_not_none(stays):
    explorer = explorer_of(images(20))
    old = explorer.data
    with pytest.raises(ValueError, match="that is all 20 images"):
        explorer.exclude("width > 0")
    assert explorer._session.widget.excluded == b""
    explorer.exclude(old.index[stays:])
    assert len(explorer.data) == stays
    assert explorer.data[["cluster", "x", "y", "outlier"]].notna().all().all()
    explorer.cut("auto")
    with pytest.raises(ValueError, match="at least one must stay"):
        explorer.exclude(explorer.data.index)
    explorer.lay_out_anew()
    assert len(explorer.data) == stays
    explorer.include()
    assert len(explorer.data) == 20
    assert explorer.data["x"].notna().all()


def test_of_several_wishes_the_last_one_comes_about(monkeypatch):
    explorer = explorer_of(images(30))
    explorer.wait()
    begun, go, asked = threading.Event(), threading.Event(), []
    without = changing.without

    def held(everything, excluded, *args):
        asked.append(set(excluded))
        begun.set()
        assert go.wait(60)
        return without(everything, excluded, *args)

    monkeypatch.setattr(changing, "without", held)
    published = []
    explorer._session.on_data(lambda: published.append(set(results_of(explorer).excluded)))
    widget = explorer._session.widget
    widget.change(excluded=pack([1], 30))
    assert begun.wait(60)
    widget.change(excluded=pack([1, 2], 30))
    widget.go(-1)
    widget.go(-1)
    widget.change(excluded=pack([7, 8, 9], 30))
    go.set()
    explorer.wait()
    assert asked == [{1}, {7, 8, 9}]
    assert published == [{7, 8, 9}]
    assert explorer.excluded.index.tolist() == [7, 8, 9]
    assert unpack(widget.excluded, 30).tolist() == [7, 8, 9]


def test_a_wish_that_comes_while_the_images_are_embedded_is_not_lost():
    explorer = explorer_of(images(30))
    explorer._session.widget.change(excluded=pack([4], 30))
    explorer.wait()
    assert len(explorer.data) == 29


def test_a_page_that_takes_everything_out_breaks_nothing():
    explorer = explorer_of(images(20))
    old = explorer.data
    explorer._session.widget.change(excluded=pack(range(20), 20))
    with pytest.raises(ValueError, match="no image would be left"):
        explorer._session.pipeline.wait_for(explorer._session.working_set.asked)
    pd.testing.assert_frame_equal(explorer._session.data_so_far, old)
    explorer._session.widget.go(-1)
    pd.testing.assert_frame_equal(explorer.data, old)


def test_a_provisional_tree_is_followed_by_the_exact_one(monkeypatch):
    exactly = explorer_of(images(30))
    exactly.exclude([1, 2])
    monkeypatch.setattr(growth, "QUICK", 0)
    explorer = explorer_of(images(30))
    explorer.wait()
    whole = results_of(explorer)
    provisional = []
    rebuild = module.exact_tree

    def noted(results, *args):
        provisional.append(results.tree)
        return rebuild(results, *args)

    monkeypatch.setattr(module, "exact_tree", noted)
    explorer.exclude([1, 2])
    explorer.wait()
    assert [tree.n for tree in provisional] == [28]
    assert "provisional" in provisional[0].method
    assert "provisional" not in explorer.tree.method
    np.testing.assert_array_equal(explorer.tree.height, exactly.tree.height)
    explorer.include()
    assert_same(results_of(explorer), whole)
    assert len(provisional) == 1


def test_a_new_wish_does_not_wait_for_the_exact_tree(monkeypatch):
    monkeypatch.setattr(growth, "QUICK", 0)
    explorer = explorer_of(images(30))
    explorer.wait()
    begun, asked, built = threading.Event(), threading.Event(), []
    rebuild = module.exact_tree

    def held(results, options, on_progress):
        begun.set()
        assert asked.wait(60)
        built.append(rebuild(results, options, on_progress))
        return built[-1]

    monkeypatch.setattr(module, "exact_tree", held)
    explorer.exclude([1, 2])
    assert begun.wait(60)
    explorer._session.widget.go(-1)
    asked.set()
    explorer.wait()
    assert len(explorer.data) == 30
    assert built == []


def test_laid_out_anew_the_rest_is_as_if_it_were_alone():
    explorer = explorer_of(images(40))
    old = explorer.data
    out = [0, 7, 39]
    explorer.exclude(out)
    explorer.lay_out_anew()
    alone = explorer_of([each for i, each in enumerate(images(40)) if i not in out])
    alone.wait()
    rest, other = results_of(explorer), results_of(alone)
    for name in ("mean", "vectors", "coordinates"):
        np.testing.assert_array_equal(getattr(rest, name), getattr(other, name))
    np.testing.assert_array_equal(explorer.linkage_matrix, alone.linkage_matrix)
    assert explorer.excluded.index.tolist() == out
    places = explorer.data[["x", "y"]]
    explorer.include()
    data = explorer.data
    pd.testing.assert_frame_equal(data.loc[places.index, ["x", "y"]], places)
    assert data.index.tolist() == old.index.tolist()
    whole = results_of(explorer)
    np.testing.assert_allclose(whole.vectors, prepare(whole.embeddings, "cosine", rest.mean)[0], atol=1e-6)


def test_stopped_in_the_middle_the_old_map_stays(monkeypatch):
    explorer = explorer_of(images(30))
    old, before = explorer.data, results_of(explorer)

    def stopped(*args):
        explorer.cancel()
        return nearest_neighbors(*args)

    monkeypatch.setattr(module, "nearest_neighbors", stopped)
    with pytest.raises(Interrupted):
        explorer.lay_out_anew()
    assert results_of(explorer) is before
    explorer.resume()
    pd.testing.assert_frame_equal(explorer.data, old)


def test_vectors_that_were_forgotten_are_taken_from_the_store(sample_folder, decoded):
    explorer = explorer_of(sample_folder)
    explorer.exclude("outlier <= 3")
    whole = results_of(explorer).aside.everything
    explorer._session.pipeline.forget_vectors()
    decoded.clear()
    explorer.include()
    results = results_of(explorer)
    np.testing.assert_array_equal(results.tree.leaf_order, whole.tree.leaf_order)
    np.testing.assert_allclose(results.vectors, prepare(results.embeddings, "cosine", whole.mean)[0], atol=1e-6)
    assert decoded == []


@pytest.fixture
def folder(sample_folder, tmp_path):
    return shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))


def test_what_is_out_stays_out_while_the_collection_changes(folder, tmp_path):
    (folder / "brick_01.jpg").rename(tmp_path / "brick_01.jpg")
    explorer = explorer_of(folder)
    old = explorer.data
    out = ["cat_00.jpg", "cat_01.jpg", "cat_02.jpg"]
    explorer.exclude(out)
    assert explorer.add(folder / "cat_00.jpg").empty
    assert explorer.changes[["name", "what"]].values.tolist() == [["cat_00.jpg", "already there, taken out"]]
    assert explorer._session.dataset.header["changes"]["text"] == "1 already there, taken out"
    (folder / "cat_00.jpg").unlink()
    shutil.copy(folder / "coffee_00.jpg", folder / "cat_01.jpg")
    shutil.copy(tmp_path / "brick_01.jpg", folder)
    told = explorer.refresh().set_index("name")["what"]
    assert told[["cat_00.jpg", "cat_01.jpg", "brick_01.jpg"]].tolist() == ["removed", "changed", "added"]
    assert explorer.excluded["name"].tolist() == ["cat_01.jpg", "cat_02.jpg"]
    data = explorer.data
    assert len(data) == 45
    assert data.loc[data["new"], "name"].tolist() == ["brick_01.jpg"]
    kept = old.index[~old["name"].isin(out)]
    pd.testing.assert_frame_equal(data.loc[kept, ["x", "y"]], old.loc[kept, ["x", "y"]])
    assert results_of(explorer).tree.n == 45
    explorer.update_metadata(pd.DataFrame({"name": ["cat_02.jpg", "brick_01.jpg"], "colour": ["grey", "red"]}))
    assert explorer.excluded["colour"].tolist()[1] == "grey"
    assert explorer.refresh().empty
    explorer.include()
    data = explorer.data
    assert len(data) == 47
    assert data.set_index("name").loc["cat_02.jpg", "colour"] == "grey"
    (changed,) = data.index[data["name"] == "cat_01.jpg"]
    assert data.loc[data["name"] == "coffee_00.jpg", "duplicate_of"].tolist() == [changed]


def test_one_that_cannot_be_read_for_a_while_stays_out(sample_folder, tmp_path):
    folder = shutil.copytree(sample_folder, tmp_path / "photos")
    explorer = explorer_of(folder)
    explorer.exclude(["cat_01.jpg"])
    content = (folder / "cat_01.jpg").read_bytes()
    (folder / "cat_01.jpg").write_bytes(b"no image")
    explorer.refresh()
    assert explorer.excluded.empty
    (folder / "cat_01.jpg").write_bytes(content)
    explorer.refresh()
    assert explorer.excluded["name"].tolist() == ["cat_01.jpg"]
    assert "cat_01.jpg" not in explorer.data["name"].tolist()
    assert results_of(explorer).tree.n == 47
    explorer.include()
    assert len(explorer.data) == 48


def test_one_that_vanishes_and_comes_back_stays_out(sample_folder, tmp_path):
    folder = shutil.copytree(sample_folder, tmp_path / "photos")
    explorer = explorer_of(folder)
    explorer.exclude(["cat_01.jpg", "cat_02.jpg"])
    for name in ("cat_01.jpg", "cat_02.jpg", "brick_00.jpg"):
        shutil.move(folder / name, tmp_path)
    explorer.refresh()
    assert explorer.excluded.empty
    for name in ("cat_01.jpg", "brick_00.jpg"):
        shutil.move(tmp_path / name, folder)
    explorer.refresh()
    assert explorer.excluded["name"].tolist() == ["cat_01.jpg"]
    assert explorer.data["name"].tolist() == sorted(explorer.data["name"])
    assert len(explorer.data) == 46
    fresh = explorer_of(folder)
    explorer.include()
    np.testing.assert_array_equal(explorer.embeddings, fresh.embeddings)


def test_a_single_label_of_the_index_is_an_image():
    pixels = images(6)
    explorer = explorer_of(pixels, metadata=pd.DataFrame({"kind": list("aabbcc")}, index=[f"r {i}" for i in range(6)]))
    explorer.exclude("r 3")
    assert explorer.excluded.index.tolist() == ["r 3"]
    explorer.include("r 3")
    assert len(explorer.data) == 6


def test_embeddings_and_their_labels_are_of_the_same_moment():
    explorer = explorer_of(images(9))
    explorer.wait()
    seen = []
    explorer._session.on_data(lambda: seen.append(explorer.embeddings.index.tolist()))
    explorer.exclude([2])
    assert seen == [list(range(9))]
    assert len(explorer.embeddings) == 8


def test_views_that_take_all_out_are_told_that_nothing_was():
    explorer = explorer_of(images(9))
    explorer.exclude([8])
    widget = explorer._session.widget
    past = widget.past["undo"]
    widget.change(excluded=pack(range(9), 9))
    while explorer._session.dataset.progress["state"] != "failed":
        time.sleep(0.01)
    assert "no image would be left" in explorer._session.dataset.progress["message"]
    assert unpack(widget.excluded, 9).tolist() == [8]
    assert explorer.excluded.index.tolist() == [8]
    explorer.exclude([2])
    assert explorer.excluded.index.tolist() == [2, 8]
    for _ in range(2):
        explorer.undo()
    assert explorer.wait().excluded.index.tolist() == [8]
    assert widget.past["undo"] == past


def test_many_may_come_to_few_of_which_one_is_out():
    explorer = explorer_of(images(5))
    explorer.exclude([2])
    assert len(explorer.add(images(30)[5:])) == 25
    assert len(explorer.data) == 29
    explorer.include()
    assert len(explorer.data) == 30


def test_the_browser_hears_which_are_out_and_may_have_the_map_laid_out_anew():
    explorer = explorer_of(images(30))
    explorer.exclude([4, 9])
    keeper = explorer._session.working_set
    _, (ids,) = keeper.answer_excluded({})
    assert np.frombuffer(ids, "<u4").tolist() == [4, 9]
    keeper.answer_lay_out_anew({})
    mean = results_of(explorer).mean
    explorer.wait()
    assert not np.array_equal(results_of(explorer).mean, mean)
