"""Clustering by columns of a table, alone and together with images."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_wine
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding import networks
from imgclust_jupyter.embedding.columns import ColumnEncoder
from imgclust_jupyter.pipeline import FeatureChoice
from imgclust_jupyter.store import open_store


@pytest.fixture
def table(sample_folder) -> pd.DataFrame:
    """Of the sample images: what they show, a number that says the same, and noise."""
    table = pd.read_csv(sample_folder / "metadata.csv")
    rng = np.random.default_rng(0)
    kinds = pd.factorize(table["subject"])[0]
    return table.assign(weight=10.0 * kinds + rng.random(len(table)), noise=rng.random(len(table)))


def explore(source, **options) -> ClusterExplorer:
    return ClusterExplorer(source, model="squeezenet", layout="pca", **options).wait()


class TestChoice:
    @pytest.mark.parametrize(
        ("features", "images", "columns"),
        [
            (None, 1.0, ()),
            ("images", 1.0, ()),
            ("weight", 0.0, ((("weight",), 1.0),)),
            (["weight", "breed"], 0.0, ((("weight", "breed"), 1.0),)),
            ({"images": 0.7, ("a", "b"): 0.2, "c": 0.1}, 0.7, ((("a", "b"), 0.2), (("c",), 0.1))),
            ({"images": 2}, 1.0, ()),
        ],
    )
    def test_reads(self, features, images, columns):
        choice = FeatureChoice.of(features)
        assert choice.images == pytest.approx(images)
        assert [names for names, _ in choice.columns] == [names for names, _ in columns]
        assert [share for _, share in choice.columns] == pytest.approx([share for _, share in columns])
        assert choice.own is None

    def test_anything_else_is_numbers_of_ones_own(self):
        for own in (np.eye(3), [[1, 2], [3, 4]], pd.DataFrame({"a": [1]})):
            assert FeatureChoice.of(own).own is own

    @pytest.mark.parametrize(
        ("features", "said"),
        [
            (list("abcd"), "a, b, c, d"),
            (list("abcdef"), "a, b, c, 3 more"),
            ({"images": 0.75, "a": 0.25}, "ResNet-50 75%, a 25%"),
        ],
    )
    def test_says_what_it_is_in_a_headline(self, features, said):
        assert FeatureChoice.of(features).describe("ResNet-50") == said

    @pytest.mark.parametrize("features", [{"images": 0}, {"a": -1}, {"a": "much"}, {"a": float("nan")}, {}, [], ()])
    def test_refuses(self, features):
        with pytest.raises(ValueError, match=r"share of|is empty"):
            FeatureChoice.of(features)


class TestColumns:
    def test_images_are_compared_by_their_columns_alone(self, sample_folder, table, monkeypatch):
        monkeypatch.setattr(networks, "NETWORKS", {"pixels": networks.NETWORKS["pixels"]})  # no other is needed
        with explore(sample_folder, metadata=table, features=["subject", "weight"]) as explorer:
            expected = ColumnEncoder(["subject", "weight"]).fit_transform(explorer.data)
            distances = squareform(explorer.distances())
            ours, theirs = distances[np.triu_indices(len(table), 1)], pdist(expected)
            np.testing.assert_allclose(ours / ours.mean(), theirs / theirs.mean(), rtol=1e-4)
            explorer.cut(table["subject"].nunique())
            assert adjusted_rand_score(explorer.data["subject"], explorer.data["cluster"]) == 1
            header = explorer.widget.dataset.header
            assert (header["network"], header["metric"]) == ("subject, weight", "euclidean")

    def test_both_have_their_shares(self, sample_folder, table):
        shares = {"images": 0.7, ("subject", "weight"): 0.2, "noise": 0.1}
        with explore(sample_folder, metadata=table, features=shares) as explorer:
            vectors = explorer._session.pipeline.results.vectors.astype(np.float64)
            d = explorer.embeddings.shape[1]
            assert d == 512
            ends = [0, d, d + 1 + table["subject"].nunique(), vectors.shape[1]]
            means = [
                (pdist(vectors[:, a:b]) ** 2).mean() * (len(vectors) - 1) / len(vectors) for a, b in pairwise(ends)
            ]
            assert means == pytest.approx([0.7, 0.2, 0.1], rel=1e-3)
            # What the images are is still known by the network.
            assert "predicted" in explorer.data
            assert explorer.explain(cluster=1, n=1).evidence[0].exact
            assert "SqueezeNet 70%, subject, weight, noise 30%" in explorer.widget.dataset.header["network"]

    def test_what_comes_later_is_measured_as_what_was_there(self, tmp_path, sample_folder, table):
        files = sorted(sample_folder.glob("*.jpg"))
        for file in files[:39]:
            (tmp_path / file.name).write_bytes(file.read_bytes())
        for features in (["weight", "subject"], {"images": 0.1, "subject": 0.9}):
            with explore(tmp_path, metadata=table, features=features) as explorer:
                before = explorer._session.pipeline.results.vectors.copy()
                new = tmp_path / files[39].name
                new.write_bytes(files[39].read_bytes())
                added = explorer.add(new)
                assert added["name"].tolist() == [new.name]
                after = explorer._session.pipeline.results.vectors
                row = explorer.data.index.get_loc(added.index[0])
                np.testing.assert_array_equal(np.delete(after, row, axis=0), before)
                nearest = explorer.similar(added.index[0], 2)["subject"]
                assert nearest.iloc[0] == nearest.iloc[1]
                new.unlink()

    def test_other_metadata_make_another_tree(self, sample_folder, table):
        with explore(sample_folder, metadata=table, features="weight") as explorer:
            before = explorer.linkage_matrix
            rng = np.random.default_rng(1)
            explorer.update_metadata(table.assign(weight=rng.random(len(table))))
            assert not np.allclose(explorer.linkage_matrix, before)
            with pytest.raises(KeyError, match="no column 'weight'"):
                explorer.update_metadata(table.drop(columns="weight"))
            assert len(explorer.data) == len(table)

    def test_images_come_and_go_in_the_working_set(self, sample_folder, table):
        with explore(sample_folder, metadata=table, features={"images": 0.5, "weight": 0.5}) as explorer:
            before = explorer.linkage_matrix
            explorer.exclude(explorer.data.index[:5])
            assert len(explorer.data) == len(table) - 5
            explorer.include()
            np.testing.assert_array_equal(explorer.linkage_matrix, before)
            explorer.lay_out_anew()
            np.testing.assert_allclose(explorer.linkage_matrix[:, 2], before[:, 2], atol=1e-5)

    def test_what_cannot_be_compared_is_said(self, sample_folder, table):
        with (
            ClusterExplorer(sample_folder, metadata=table, features=["hight"]) as explorer,
            pytest.raises(KeyError, match="no column 'hight' to compare by"),
        ):
            explorer.wait()
        with pytest.raises(ValueError, match="images and columns are put together as Euclidean"):
            ClusterExplorer(sample_folder, metadata=table, features={"images": 1, "weight": 1}, metric="cosine")


class TestTablesWithoutImages:
    def test_wine(self):
        wine = load_wine(as_frame=True)
        with ClusterExplorer(wine.data, features=list(wine.data.columns), layout="pca", n_clusters=3) as explorer:
            data = explorer.data
            assert adjusted_rand_score(wine.target, data["cluster"]) > 0.7
            assert data["alcohol"].tolist() == wine.data["alcohol"].tolist()
            assert not len(explorer.errors)
            assert data[["width", "height"]].notna().all(axis=None)

    def test_rows_that_look_the_same_are_no_copies(self):
        table = pd.DataFrame({"x": [1.0, 2.0, 2.0, 3.0], "note": list("abcd"), "kind": ["a", "b", "b", None]})
        with ClusterExplorer(table, features=["x", "kind"], layout="pca") as explorer:
            assert explorer.data["duplicate_of"].notna().sum() == 1
            assert {"x_metadata", "note", "kind", "x", "y"} < set(explorer.data)
            assert "image" not in explorer.data
        close = pd.DataFrame({"x": [1.0, 2.0, 2.0 + 1e-9, 30.0], "kind": list("aabb")})
        with ClusterExplorer(close, features=["x", "kind"], layout="pca") as explorer:
            explorer.wait()
            hashes = explorer._session.pipeline.results.collection.content_hashes(open_store())
            assert len(set(hashes)) == 4

    def test_needs_columns(self):
        with pytest.raises(ValueError, match=r"no column of paths.*features=\[columns\]"):
            ClusterExplorer(pd.DataFrame({"x": [1.0, 2.0]}))
        with pytest.raises(KeyError, match="no column 'y'"):
            ClusterExplorer(pd.DataFrame({"x": [1.0, 2.0]}), features=["y"])
