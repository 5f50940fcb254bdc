"""The explorer in a plain script: no browser, no notebook."""

import gc
import threading
import weakref

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, is_valid_linkage, linkage
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_rand_score

import imgclust_jupyter.imaging
import imgclust_jupyter.pipeline.pipeline as pipeline_module
from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding import Interrupted


@pytest.fixture(scope="module")
def explorer(sample_folder):
    metadata = pd.read_csv(sample_folder / "metadata.csv")
    with ClusterExplorer(sample_folder, metadata=metadata, model="squeezenet", layout="pca") as explorer:
        yield explorer.wait()


def test_data_has_what_everybody_gets_and_the_metadata(explorer, sample_folder):
    data = explorer.data
    images = sorted(p.name for p in sample_folder.glob("*.jpg"))
    assert sorted(data["name"]) == images
    assert {"name", "path", "size", "width", "height", "subject", "cluster", "x", "y"} <= set(data.columns)
    row = data.iloc[0]
    assert (sample_folder / row["name"]).stat().st_size == row["size"]


def test_images_of_one_subject_stand_together(explorer):
    data = explorer.data
    explorer.cut(n_clusters=data["subject"].nunique())
    assert adjusted_rand_score(explorer.data["subject"], explorer.data["cluster"]) > 0.5


def test_tree_and_distances_are_those_of_scipy(explorer):
    X = explorer.embeddings.to_numpy(dtype=np.float64)
    X = X - X.mean(axis=0)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    assert is_valid_linkage(explorer.linkage_matrix)
    np.testing.assert_allclose(explorer.distances(), pdist(X, "cosine"), atol=1e-5)
    np.testing.assert_allclose(explorer.linkage_matrix[:, 2], linkage(X, "ward")[:, 2], rtol=1e-4)


def test_cut_by_number_and_by_height(explorer):
    explorer.cut(n_clusters=5)
    clusters = explorer.data["cluster"]
    assert set(clusters) == {1, 2, 3, 4, 5}
    assert adjusted_rand_score(clusters, fcluster(explorer.linkage_matrix, 5, "maxclust")) == 1
    height = explorer.linkage_matrix[-3, 2] + 1e-6
    explorer.cut(height=height)
    assert explorer.data["cluster"].max() == 3
    with pytest.raises(ValueError, match="into 0 clusters"):
        explorer.cut(n_clusters=0)
    with pytest.raises(ValueError, match="either"):
        explorer.cut(3, height=1.0)


def test_selection_goes_both_ways(explorer):
    seen = []
    unsubscribe = explorer.on_selection(seen.append)
    explorer.select("width > 0 and subject == 'cat'")
    expected = explorer.data.query("subject == 'cat'")
    pd.testing.assert_frame_equal(explorer.selection, expected)
    pd.testing.assert_frame_equal(seen[-1], expected)
    explorer.select(None)
    assert len(explorer.selection) == 0
    unsubscribe()
    explorer.select("width > 0")
    assert len(seen) == 2
    assert len(explorer.selection) == len(explorer.data)


def test_unknown_names_are_refused_with_the_known_ones(explorer, sample_folder):
    with pytest.raises(KeyError, match="subject"):
        explorer.color_by("colour")
    for what in ("metric", "linkage", "layout"):
        with pytest.raises(ValueError, match=what):
            ClusterExplorer(sample_folder, **{what: "nonsense"})
    with pytest.raises(FileNotFoundError, match="nowhere"):
        ClusterExplorer("nowhere/")


def test_what_went_wrong_in_the_background_is_raised_where_one_waits(tmp_path):
    explorer = ClusterExplorer(tmp_path, model="pixels")
    with pytest.raises(ValueError, match=tmp_path.name):
        explorer.wait()
    assert explorer.widget.dataset.progress["state"] == "failed"
    explorer.close()


def test_what_was_handed_out_is_the_users_own(explorer):
    Z, X = explorer.linkage_matrix, explorer.embeddings
    Z[:, 2] = 0
    X.iloc[0, 0] = 1e6
    assert explorer.linkage_matrix[:, 2].any()
    assert explorer.embeddings.iloc[0, 0] != 1e6


def test_views_show_what_they_can(explorer):
    explorer.color_by("width")
    explorer.group_by("subject")
    for refused in (lambda: explorer.color_by("name"), lambda: explorer.group_by("width")):
        with pytest.raises(KeyError, match="subject"):
            refused()
    with pytest.raises(ValueError, match="height inf"):
        explorer.cut(height=float("inf"))
    with pytest.raises(TypeError):
        explorer.cut(2.5)
    explorer.cut(height=np.float32(0.5))
    assert explorer.widget.cut["height"] == 0.5
    explorer.color_by("cluster")
    explorer.group_by(None)


def test_a_picture_that_cannot_be_drawn_is_left_out(explorer, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no font")

    assert "image/jpeg" in explorer._repr_mimebundle_()[0]
    monkeypatch.setattr("imgclust_jupyter.widget.session.snapshot", fail)
    data, _ = explorer._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_a_closed_explorer_shows_words_and_keeps_its_data(sample_folder):
    explorer = ClusterExplorer(sample_folder, model="pixels", layout="pca").wait()
    explorer.close()
    explorer.close()
    assert explorer._repr_mimebundle_() == ({"text/plain": repr(explorer)}, {})
    assert len(explorer.data) == 48


def test_columns_of_the_user_are_never_replaced(sample_folder):
    table = pd.read_csv(sample_folder / "metadata.csv").assign(cluster="mine", x=-1, path="p")
    with ClusterExplorer(sample_folder, metadata=table, model="pixels", layout="pca") as explorer:
        data = explorer.data
        names = [column["name"] for column in explorer.widget.dataset.header["columns"]]
    assert (data["cluster_metadata"] == "mine").all()
    assert (data["x_metadata"] == -1).all()
    assert (data["path_metadata"] == "p").all()
    assert data["cluster"].dtype.kind == "i"
    assert "cluster" not in names


def test_a_second_start_embeds_nothing(sample_folder, monkeypatch):
    with ClusterExplorer(sample_folder, model="pixels", layout="pca") as explorer:
        first = explorer.embeddings.to_numpy()
    decoded = []
    original = imgclust_jupyter.imaging.decode_guarded
    monkeypatch.setattr(
        "imgclust_jupyter.embedding.batch.decode_guarded", lambda *a, **k: decoded.append(a) or original(*a, **k)
    )
    with ClusterExplorer(sample_folder, model="pixels", layout="pca") as again:
        np.testing.assert_array_equal(again.embeddings.to_numpy(), first)
    assert decoded == []


def test_cancelled_work_goes_on_where_it_was(sample_folder, monkeypatch):
    go = threading.Event()
    plan = pipeline_module.plan_linkage
    monkeypatch.setattr(pipeline_module, "plan_linkage", lambda *args: go.wait(60) and plan(*args))
    with ClusterExplorer(sample_folder, model="pixels", layout="pca") as explorer:
        explorer.wait("embed")
        explorer.cancel()
        go.set()
        with pytest.raises(Interrupted, match="resume"):
            explorer.wait()
        explorer.resume()
        assert len(explorer.data) == len(list(sample_folder.glob("*.jpg")))


def test_a_forgotten_explorer_stops_working(sample_folder):
    explorer = ClusterExplorer(sample_folder, model="squeezenet")
    session, gone = explorer._session, weakref.ref(explorer)
    del explorer
    gc.collect()
    assert gone() is None
    assert not session.pipeline.pending
    session.close()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_collections(sample_folder, n):
    files = sorted(sample_folder.glob("*.jpg"))[:n]
    with ClusterExplorer(files, model="pixels") as explorer:
        data = explorer.data
        assert len(data) == n
        assert data[["x", "y"]].notna().all(axis=None)
        assert explorer.linkage_matrix.shape == (n - 1, 4)
        assert explorer.snapshot().width > 0
        assert explorer.widget.dataset.header["layout"] == "pca", "too few for UMAP, and the header says what it is"


def test_identical_images(sample_folder):
    array = np.full((40, 40, 3), 120, dtype=np.uint8)
    with ClusterExplorer([array] * 20, model="pixels", layout="pca") as explorer:
        assert len(explorer.data) == 20
        assert np.isfinite(explorer.data[["x", "y"]].to_numpy()).all()
        assert (explorer.distances() == 0).all()


class TestClusters:
    def test_the_table_says_what_each_cluster_is(self, explorer):
        explorer.cut(12)
        clusters, data = explorer.clusters, explorer.data
        assert clusters["size"].to_dict() == data["cluster"].value_counts().to_dict()
        assert (data.loc[clusters["medoid"], "cluster"] == clusters.index).all()
        cats = data.loc[data["subject"] == "cat", "cluster"].mode()[0]
        assert clusters.loc[cats, "name"] == "mammal"
        assert clusters.loc[cats, "classes"].count("%") == 5
        header = explorer.widget.dataset.header
        assert {name for name, _ in header["names"].values()} >= set(clusters["name"]) - {""}
        assert clusters["stability"].between(0, 1).all()

    def test_stability(self, explorer):
        explorer.cut(3)
        stability = explorer.cluster_stability(resamples=5)
        assert stability.index.tolist() == explorer.clusters.index.tolist() == [1, 2, 3]
        assert stability.between(0, 1).all()
