"""Images that are added, and a source that is looked through again, against computing everything anew."""

import shutil
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.cluster import hierarchy

import imgclust_jupyter.embedding.batch as batch
import imgclust_jupyter.pipeline.changing as changing
import imgclust_jupyter.pipeline.pipeline as module
from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.clustering.insertion import drop_leaves
from imgclust_jupyter.embedding import Interrupted
from imgclust_jupyter.layout import extend_neighbors, nearest_neighbors
from imgclust_jupyter.pipeline import Addition, Refresh, growth
from imgclust_jupyter.samples import make_samples


@pytest.fixture
def folder(sample_folder, tmp_path):
    return shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))


@pytest.fixture
def extra(folder, tmp_path):
    """Three images that are not in the folder."""
    outside = tmp_path / "extra"
    outside.mkdir()
    for name in ("brick_01.jpg", "cat_02.jpg", "rocket_03.jpg"):
        (folder / name).rename(outside / name)
    return outside


@pytest.fixture
def decoded(monkeypatch):
    """Which pictures were decoded for an embedding."""
    names = []
    original = batch.decode_guarded

    def counted(source, *args, **options):
        names.append(source.name)
        return original(source, *args, **options)

    monkeypatch.setattr(batch, "decode_guarded", counted)
    return names


def explorer_of(source, **options):
    return ClusterExplorer(source, **{"model": "pixels", "layout": "pca", "n_clusters": 6, **options})


def results_of(explorer):
    return explorer._session.pipeline.results


def what(explorer):
    return explorer.changes[["name", "what"]].values.tolist()


def image(seed, size=(40, 30)):
    return np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)


def test_only_the_new_are_embedded_and_the_old_stay_where_they_are(folder, extra, decoded):
    explorer = explorer_of(folder)
    old = explorer.data
    decoded.clear()
    new = explorer.add(extra)
    assert sorted(decoded) == ["brick_01.jpg", "cat_02.jpg", "rocket_03.jpg"]
    assert new["name"].tolist() == ["brick_01.jpg", "cat_02.jpg", "rocket_03.jpg"]
    data = explorer.data
    assert len(data) == len(old) + 3
    pd.testing.assert_frame_equal(data.loc[old.index, ["path", "x", "y"]], old[["path", "x", "y"]])
    assert data.index[data["new"]].tolist() == new.index.tolist()
    assert what(explorer)[:3] == [["brick_01.jpg", "added"], ["cat_02.jpg", "added"], ["rocket_03.jpg", "added"]]


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "manhattan"])
def test_all_but_the_map_is_what_a_computation_of_all_finds_with_the_same_mean(folder, extra, metric):
    explorer = explorer_of(folder, metric=metric, linkage="average")
    explorer.wait()
    mean = results_of(explorer).mean
    explorer.add(extra)
    explorer.add(image(1))
    (folder / "cat_01.jpg").unlink()
    shutil.copy(folder / "cat_00.jpg", folder / "coffee_00.jpg")
    explorer.refresh()
    results = results_of(explorer)
    np.testing.assert_allclose(results.vectors, prepare(results.embeddings, metric, mean)[0], atol=1e-6)
    distances = hierarchy.distance.squareform(explorer.distances())
    neighbors = nearest_neighbors(results.vectors, 16, metric)
    np.testing.assert_allclose(results.neighbors.distances, neighbors.distances, atol=1e-6)
    found = np.take_along_axis(distances, results.neighbors.indices.astype(int), axis=1)
    np.testing.assert_allclose(results.neighbors.distances, found, atol=1e-5)
    Z = hierarchy.linkage(explorer.distances(), "average")
    np.testing.assert_allclose(explorer.linkage_matrix[:, 2], Z[:, 2], atol=1e-6)
    rest = explorer_of([item.source for item in results.collection.present])
    whole = dict(zip(rest.data["path"], rest.embeddings.to_numpy(), strict=True))
    data = explorer.data
    for path, vector in zip(data["path"], explorer.embeddings.to_numpy(), strict=True):
        if path in whole:
            np.testing.assert_array_equal(vector, whole[path])
    copies = data.loc[data["name"] == "coffee_00.jpg", "duplicate_of"]
    assert copies.tolist() == data.index[data["name"] == "cat_00.jpg"].tolist()


def test_few_images_change_cluster_when_five_of_a_known_kind_come(tmp_path):
    """Measured: of 187 images none does; the bound leaves room for another network."""
    folder, extra = tmp_path / "photos", tmp_path / "extra"
    make_samples(folder, per_subject=16)
    extra.mkdir()
    for number in range(5):
        (folder / f"cat_{number:02}.jpg").rename(extra / f"cat_{number:02}.jpg")
    explorer = explorer_of(folder, model="squeezenet", n_clusters=12)
    old = explorer.data
    new = explorer.add(extra)
    data = explorer.data
    assert (data.loc[old.index, "cluster"] != old["cluster"]).sum() <= 3
    cats = data.loc[data["name"].str.startswith("cat") & ~data["new"], "cluster"]
    assert set(new["cluster"]) <= set(cats)


def test_clusters_keep_their_colours_when_their_numbers_change(folder, extra):
    from imgclust_jupyter.widget.colors import shown_colors

    explorer = explorer_of(folder)

    def colors():
        results = results_of(explorer)
        shown = shown_colors(results.tree, 6, explorer._session._publisher.colors)
        return pd.Series(shown[results.tree.cut(6) - 1], index=results.ids)

    explorer.wait()
    old = colors()
    # Another kind of image, so that the tree is another one at the top.
    explorer.add([np.full((30, 30, 3), value, dtype=np.uint8) for value in range(10)])
    new = colors()
    assert sorted(set(new)) == list(range(6))
    moved = (new[old.index] != old).sum()
    assert moved == (explorer.changes["what"] == "moved cluster").sum()
    assert moved < len(old) / 3
    assert explorer._session.dataset.header["colors"] == explorer._session._publisher.colors


def test_a_provisional_tree_is_followed_by_the_exact_one(folder, extra, monkeypatch):
    monkeypatch.setattr(growth, "QUICK", 0)
    begun, go = threading.Event(), threading.Event()
    exact = module.exact_tree

    def held(*args):
        begun.set()
        assert go.wait(60)
        return exact(*args)

    monkeypatch.setattr(module, "exact_tree", held)
    explorer = explorer_of(folder)
    explorer.wait()
    explorer.add(extra)
    assert begun.wait(60)
    provisional = results_of(explorer)
    assert provisional.provisional
    assert "provisional" in provisional.tree.method
    assert hierarchy.is_valid_linkage(provisional.tree.linkage_matrix)
    assert len(explorer.data_so_far) == provisional.tree.n == 48
    go.set()
    explorer.wait()
    results = results_of(explorer)
    np.testing.assert_allclose(
        results.tree.height,
        hierarchy.linkage(results.vectors, "ward")[:, 2],
        rtol=1e-4,
        atol=1e-5,
    )
    assert "provisional" not in results.tree.method
    together = (provisional.tree.cut(6)[:, None] == provisional.tree.cut(6)) == (
        results.tree.cut(6)[:, None] == results.tree.cut(6)
    )
    assert together.mean() > 0.85


@settings(max_examples=40)
@given(
    n=st.integers(1, 40),
    gone=st.integers(0, 30),
    added=st.integers(0, 10),
    k=st.integers(1, 6),
    seed=st.integers(0, 99),
)
def test_neighbours_are_those_of_a_search_among_all(n, gone, added, k, seed):
    rng = np.random.default_rng(seed)
    before = nearest_neighbors(points := rng.normal(size=(n, 3)), k, "euclidean")
    kept = rng.permutation(n)[: max(1, n - gone)]
    rows = rng.permutation(np.concatenate([kept, np.full(added, -1)]))
    vectors = np.where(rows[:, None] >= 0, points[rows], rng.normal(size=(len(rows), 3)))
    found = extend_neighbors(before, vectors, k, "euclidean", before=rows)
    whole = nearest_neighbors(vectors, k, "euclidean")
    np.testing.assert_array_equal(found.indices, whole.indices)
    np.testing.assert_allclose(found.distances, whole.distances, atol=1e-5)


def test_images_taken_out_of_a_tree_leave_the_others_where_they_meet():
    points = np.random.default_rng(0).normal(size=(40, 3))
    Z = hierarchy.linkage(points, "average")
    kept = np.random.default_rng(1).permutation(40)[:25]
    fewer = drop_leaves(Z, kept)
    assert hierarchy.is_valid_linkage(fewer)
    met = hierarchy.distance.squareform(hierarchy.cophenet(Z))[np.ix_(kept, kept)]
    np.testing.assert_array_equal(hierarchy.distance.squareform(hierarchy.cophenet(fewer)), met)


def test_a_refresh_takes_up_only_what_has_changed(folder, extra, decoded):
    explorer = explorer_of(folder)
    ids = {row["name"]: i for i, row in explorer.data.iterrows()}
    explorer.select([ids["cat_00.jpg"], ids["cat_01.jpg"]])
    decoded.clear()
    shutil.copy(extra / "brick_01.jpg", folder)
    (folder / "coffee_00.jpg").unlink()
    (folder / "cat_00.jpg").rename(folder / "tom.jpg")
    Image.fromarray(image(3)).save(folder / "cat_03.jpg")
    (folder / "cat_01.jpg").touch()
    changes = explorer.refresh()
    assert sorted(decoded) == ["brick_01.jpg", "cat_03.jpg"]
    told = {row["name"]: row["what"] for _, row in changes.iterrows() if row["what"] != "moved cluster"}
    assert told == {"brick_01.jpg": "added", "coffee_00.jpg": "removed", "tom.jpg": "renamed", "cat_03.jpg": "changed"}
    data = explorer.data
    assert data.loc[ids["cat_00.jpg"], "name"] == "tom.jpg"
    assert explorer.selection["name"].tolist() == ["tom.jpg", "cat_01.jpg"]
    assert "coffee_00.jpg" not in data["name"].tolist()
    assert explorer.data["name"].tolist()[-1] == "brick_01.jpg"
    assert results_of(explorer).tree.n == len(data)
    report = explorer._session.dataset.header["changes"]["text"]
    assert report.startswith("1 new, 1 removed, 1 changed, 1 renamed")
    assert explorer.refresh().empty
    assert not explorer.data["new"].any()


def test_a_quiet_look_at_what_has_not_changed_shows_nothing(folder):
    explorer = explorer_of(folder)
    explorer.wait()
    published = []
    explorer._session.on_data(lambda: published.append(len(explorer.data_so_far)))
    for expected in ([], [46]):
        look = Refresh(quiet=True)
        explorer._session.pipeline.request(look)
        explorer._session.pipeline.wait_for(look)
        assert published == expected
        (folder / "cat_00.jpg").unlink(missing_ok=True)
        (folder / "cat_01.jpg").unlink(missing_ok=True)


def test_what_was_added_by_hand_stays_until_its_file_goes(folder, extra):
    explorer = explorer_of(folder)
    explorer.add([extra / "brick_01.jpg", extra / "cat_02.jpg"])
    explorer.add(image(0))
    (extra / "brick_01.jpg").unlink()
    explorer.refresh()
    assert what(explorer)[0] == ["brick_01.jpg", "removed"]
    assert {"cat_02.jpg", "array 47"} <= set(explorer.data["name"])
    shutil.copy(extra / "cat_02.jpg", folder / "brick_01.jpg")
    assert explorer.refresh()["what"].tolist()[0] == "added"


def test_what_is_there_already_is_left_out(folder, extra):
    explorer = explorer_of(folder)
    assert explorer.add(folder / "cat_00.jpg").empty
    assert what(explorer) == [["cat_00.jpg", "already there"]]
    explorer.add(image(0))
    assert explorer.add(Image.fromarray(image(0))).shape[0] == 1  # an image is no array
    assert explorer.add(image(0)).empty
    # A copy of the file is another image, and its duplicate.
    shutil.copy(folder / "cat_00.jpg", extra / "again.jpg")
    (new,) = explorer.add(extra / "again.jpg").to_dict("records")
    data = explorer.data
    assert new["duplicate_of"] == data.index[data["name"] == "cat_00.jpg"][0]


def test_two_files_of_one_name_have_different_relative_paths(folder, extra):
    explorer = explorer_of(folder)
    shutil.copy(extra / "brick_01.jpg", extra / "cat_00.jpg")
    explorer.add(extra / "cat_00.jpg")
    paths = results_of(explorer).relative_paths
    assert len(set(paths)) == len(paths)
    assert paths[-1] == "extra/cat_00.jpg"


def test_what_cannot_be_read_is_reported_and_nothing_else_happens(folder, extra):
    explorer = explorer_of(folder)
    old = explorer.data
    (extra / "bad.jpg").write_text("no image")
    assert explorer.add(extra / "bad.jpg").empty
    assert explorer.errors["path"].tolist() == ["bad.jpg"]
    assert what(explorer) == [["bad.jpg", "unreadable"]]
    pd.testing.assert_frame_equal(explorer.data.drop(columns="new"), old)
    shutil.copy(extra / "cat_02.jpg", extra / "bad.jpg")
    explorer.add(extra / "bad.jpg")
    assert explorer.errors.empty
    assert explorer.data["name"].tolist()[-1] == "bad.jpg"


@pytest.mark.parametrize("nothing", ["none.jpg", [], "notes.txt", 5])
def test_what_is_not_there_is_an_error_and_all_stays(folder, nothing):
    explorer = explorer_of(folder)
    old = explorer.data
    if isinstance(nothing, str):
        (folder / "notes.txt").write_text("text")
        nothing = folder / nothing
    with pytest.raises((FileNotFoundError, ValueError, TypeError)):
        explorer.add(nothing)
    pd.testing.assert_frame_equal(explorer.data, old)
    assert explorer.changes.empty
    assert len(explorer.add(image(0))) == 1


def test_what_is_given_twice_is_added_once(folder, extra):
    explorer = explorer_of(folder)
    assert len(explorer.add([image(0), image(0), image(1)])) == 2
    assert len(explorer.add([extra / "cat_02.jpg", extra / "cat_02.jpg"])) == 1
    (extra / "bad.jpg").write_text("no image")
    assert explorer.add([extra / "bad.jpg", extra / "bad.jpg"]).empty
    assert len(explorer.errors) == 1


def test_a_thousand_are_added_to_fewer():
    explorer = explorer_of([image(i, (8, 8)) for i in range(100)])
    old = explorer.data
    new = explorer.add([image(i, (8, 8)) for i in range(100, 1100)])
    assert len(new) == 1000
    pd.testing.assert_frame_equal(explorer.data.loc[old.index, ["name", "x", "y"]], old[["name", "x", "y"]])
    assert explorer.changes["what"].value_counts()["added"] == 1000


@pytest.mark.parametrize("start", [1, 2, 3])
def test_growing_from_very_few(start):
    explorer = explorer_of([image(i) for i in range(start)])
    explorer.wait()
    for number in range(start, start + 4):
        assert len(explorer.add(image(number))) == 1
        assert len(explorer.data) == number + 1
        assert explorer.data[["x", "y", "cluster"]].notna().all().all()
    assert len(explorer.add([image(i) for i in range(50, 80)])) == 30


def test_an_addition_waits_for_the_work_that_runs_and_for_what_was_cancelled(folder, extra):
    explorer = explorer_of(folder)
    assert len(explorer.add(extra)) == 3
    assert len(explorer.data) == 48
    explorer = explorer_of(folder)
    explorer.cancel()
    assert len(explorer.add(extra)) == 3
    assert len(explorer.data) == 48


def test_a_stop_in_the_middle_leaves_everything_as_it_was(folder, extra, monkeypatch):
    explorer = explorer_of(folder)
    old = explorer.data
    before = results_of(explorer)
    grow = changing.grow

    def cancelled(*args):
        explorer.cancel()
        return grow(*args)

    monkeypatch.setattr(changing, "grow", cancelled)
    with pytest.raises(Interrupted):
        explorer.add(extra)
    assert results_of(explorer) is before
    pd.testing.assert_frame_equal(explorer.data, old)
    monkeypatch.setattr(changing, "grow", grow)
    assert len(explorer.add(extra)) == 3


def test_two_explorers_grow_side_by_side(folder, extra):
    one, other = explorer_of(folder), explorer_of(folder)
    added = {}
    threads = [
        threading.Thread(target=lambda e=each: added.update({id(e): len(e.add(extra))})) for each in (one, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(added.values()) == [3, 3]
    pd.testing.assert_frame_equal(one.data, other.data)


def test_the_users_index_and_metadata_follow(folder, extra):
    names = sorted(path.name for path in [*folder.iterdir(), *extra.iterdir()])
    metadata = pd.DataFrame({"kind": [name.partition("_")[0] for name in names]}, index=names)
    explorer = explorer_of(folder, metadata=metadata)
    assert explorer.data.index.tolist() == [name for name in names if (folder / name).exists()]
    explorer.add(extra / "cat_02.jpg")
    assert explorer.data.loc["cat_02.jpg", "kind"] == "cat"
    explorer.add(image(0))
    assert explorer.data.index.tolist()[-2:] == ["cat_02.jpg", "array 46"]
    assert pd.isna(explorer.data.loc["array 46", "kind"])
    assert "1 image has no row in the metadata" in results_of(explorer).notices
    explorer.update_metadata(pd.DataFrame({"name": names, "colour": "red"}))
    assert explorer.data["colour"].value_counts().to_dict() == {"red": 46}
    assert "kind" not in explorer.data
    with pytest.raises(ValueError, match="no row of the metadata"):
        explorer.update_metadata(pd.DataFrame({"name": ["nothing.jpg"]}))
    assert "colour" in explorer.data


def test_a_table_is_added_with_its_columns(folder, extra):
    paths = sorted(map(str, folder.iterdir()))
    explorer = explorer_of(pd.DataFrame({"path": paths, "age": range(len(paths))}))
    explorer.add(pd.DataFrame({"path": [str(extra / "cat_02.jpg")], "age": [99]}))
    assert explorer.data["age"].tolist() == [*range(len(paths)), 99]


def test_embeddings_of_ones_own_must_have_the_new_images():
    features = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 4)))
    explorer = explorer_of([image(i) for i in range(20)], features=features)
    old = explorer.data
    with pytest.raises(ValueError, match="features"):
        explorer.add(image(30))
    pd.testing.assert_frame_equal(explorer.data, old)


def test_a_request_that_fails_does_not_keep_others_from_coming_about(folder, extra):
    explorer = explorer_of(folder)
    explorer.wait()
    pipeline = explorer._session.pipeline
    for source in (folder / "none.jpg", extra):
        pipeline.request(Addition(source))
    with pytest.raises(FileNotFoundError):
        explorer.add(folder / "nothing.jpg")
    explorer.resume()
    assert len(explorer.data) == 48
