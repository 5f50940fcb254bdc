import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.clustering import Tree, condensed_distances, linkage, order_leaves, prepare
from imgclust_jupyter.insight.cut_table import cut_table


def clustered(n, metric, method="average", groups=6):
    rng = np.random.default_rng(3)
    centers = rng.normal(size=(groups, 8))
    points = centers[rng.integers(groups, size=n)] + rng.normal(scale=0.5, size=(n, 8))
    vectors, _ = prepare(points, metric)
    Z = linkage(vectors, method, metric)
    return Tree.from_linkage(Z, order_leaves(Z, vectors, metric)), vectors


@pytest.mark.parametrize(
    ("metric", "kind"),
    [("cosine", "euclidean"), ("correlation", "euclidean"), ("euclidean", "euclidean"), ("manhattan", "manhattan")],
)
def test_silhouettes_of_all_images_are_those_of_scikit_learn(metric, kind):
    tree, vectors = clustered(120, metric)
    table = cut_table(tree, vectors, metric, [2, 3, 7, 40, 119])
    expected = [silhouette_score(vectors, tree.cut(k), metric=kind) for k in table.index]
    np.testing.assert_allclose(table["silhouette"], expected, atol=1e-7)
    assert not table["error"].any()


def test_sizes_are_those_of_the_cut():
    tree, vectors = clustered(150, "euclidean", "single")
    table = cut_table(tree, vectors, "euclidean", range(1, 151), sample=20)
    for number, row in table.iterrows():
        sizes = np.bincount(tree.cut(number))[1:]
        expected = [sizes.max(), np.median(sizes), sizes.min(), (sizes == 1).sum()]
        assert row[["largest", "median", "smallest", "singles"]].tolist() == expected


def test_a_sample_comes_near_and_says_how_near():
    tree, vectors = clustered(1500, "euclidean", "ward")
    numbers = [2, 4, 6, 10, 20]
    table = cut_table(tree, vectors, "euclidean", numbers, sample=400)
    exact = cut_table(tree, vectors, "euclidean", numbers)
    assert (table["error"] > 0).all()
    assert ((table["silhouette"] - exact["silhouette"]).abs() < 4 * table["error"]).all()
    assert table["silhouette"].idxmax() == exact["silhouette"].idxmax()
    again = cut_table(tree, vectors, "euclidean", numbers, sample=400)
    assert table.equals(again)
    assert not table.equals(cut_table(tree, vectors, "euclidean", numbers, sample=400, seed=1))


def test_what_has_no_silhouette_has_none():
    tree, vectors = clustered(5, "euclidean")
    table = cut_table(tree, vectors, "euclidean", [1, 2, 5])
    assert np.isnan(table["silhouette"]).tolist() == [True, False, True]
    assert list(cut_table(tree, vectors, "euclidean").index) == [2, 3, 4, 5]


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_images(n):
    points = np.arange(float(n))[:, None]
    Z = linkage(points, "average", "euclidean") if n > 1 else np.zeros((0, 4))
    table = cut_table(Tree.from_linkage(Z), points, "euclidean")
    assert list(table.index) == list(range(2, n + 1))
    assert list(table.columns) == ["silhouette", "error", "largest", "median", "smallest", "singles"]


def test_equal_images_are_as_near_to_one_cluster_as_to_another():
    points = np.ones((6, 3))
    tree = Tree.from_linkage(linkage(points, "ward", "euclidean"))
    assert condensed_distances(points, "euclidean").max() == 0
    assert (cut_table(tree, points, "euclidean", [2, 3])["silhouette"] == 0).all()


@pytest.mark.parametrize(("number", "error"), [(0, ValueError), (13, ValueError), (2.5, TypeError)])
def test_numbers_that_are_none_are_refused(number, error):
    tree, vectors = clustered(12, "euclidean")
    with pytest.raises(error):
        cut_table(tree, vectors, "euclidean", [2, number])


def test_an_explorer_compares_its_cuts():
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(12)]
    with ClusterExplorer(pictures, model="pixels", layout="pca") as explorer:
        table = explorer.silhouettes([4, 2])
        vectors, _ = prepare(explorer.embeddings.to_numpy(), "cosine")
        assert list(table.index) == [2, 4]
        expected = [silhouette_score(vectors, explorer.tree.cut(k)) for k in (2, 4)]
        np.testing.assert_allclose(table["silhouette"], expected, atol=1e-6)
