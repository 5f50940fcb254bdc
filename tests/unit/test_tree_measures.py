import sys

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform
from sklearn.datasets import load_iris, make_blobs
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter.clustering import (
    Tree,
    auto_clusters,
    cophenetic_correlation,
    cophenetic_distances,
    linkage,
    medoids,
    prepare,
    stability,
)


def points(seed=0, n=150, d=6):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(9, d))[rng.integers(9, size=n)] + 0.4 * rng.normal(size=(n, d))).astype(np.float32)


def tree_of(vectors, method="ward"):
    return Tree.from_linkage(hierarchy.linkage(vectors, method))


@pytest.mark.parametrize("method", ["ward", "average", "single"])
def test_cophenetic_distances_are_scipys(method):
    vectors = points()
    tree = tree_of(vectors, method)
    rows = np.random.default_rng(1).permutation(len(vectors))[:40]
    theirs = squareform(hierarchy.cophenet(tree.linkage_matrix))[np.ix_(rows, rows)]
    np.testing.assert_allclose(squareform(cophenetic_distances(tree, rows)), theirs)


def test_cophenetic_correlation_is_scipys():
    vectors = points()
    tree = tree_of(vectors, "average")
    theirs, _ = hierarchy.cophenet(tree.linkage_matrix, pdist(vectors))
    assert cophenetic_correlation(tree, vectors, "euclidean") == pytest.approx(theirs)
    assert cophenetic_correlation(tree, vectors, "euclidean", sample=100) == pytest.approx(theirs, abs=0.1)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_images_have_no_correlation(n):
    vectors = points(n=n)
    tree = Tree.from_linkage(linkage(vectors, "average", "euclidean"))
    assert np.isnan(cophenetic_correlation(tree, vectors, "euclidean"))


def costs(tree, vectors, chosen):
    return np.array([((vectors[tree.members(m)] - vectors[row]) ** 2).sum() for m, row in enumerate(chosen)])


@pytest.mark.parametrize("method", ["ward", "average", "single"])
def test_medoids_are_members_at_nearly_the_least_cost(method):
    vectors = points(n=1_500)
    tree = tree_of(vectors, method)
    found = medoids(tree, vectors)
    members = [tree.members(m) for m in range(tree.n - 1)]
    assert all(row in rows for row, rows in zip(found, members, strict=True))
    best = [rows[np.argmin(squareform(pdist(vectors[rows], "sqeuclidean")).sum(axis=1))] for rows in members]
    excess = costs(tree, vectors, found) / costs(tree, vectors, best)
    exact = (tree.size <= 8) | (tree.size >= np.sort(tree.size)[-100])
    np.testing.assert_allclose(excess[exact], 1, rtol=1e-4)
    assert excess.max() < 1.3
    assert excess.mean() < 1.02


def test_medoids_do_not_depend_on_the_size_of_blocks(monkeypatch):
    vectors = points()
    tree = tree_of(vectors)
    at_once = medoids(tree, vectors)
    monkeypatch.setattr(sys.modules[medoids.__module__], "_BLOCK_VALUES", 1)
    np.testing.assert_array_equal(medoids(tree, vectors), at_once)


@pytest.mark.parametrize("n", [1, 2])
def test_medoids_of_few_images(n):
    vectors = points(n=n)
    found = medoids(Tree.from_linkage(linkage(vectors, "ward", "euclidean")), vectors)
    assert found.tolist() == [0] * (n - 1)


@pytest.mark.parametrize("method", ["ward", "average"])
@pytest.mark.parametrize("k", [3, 8, 20])
def test_auto_finds_planted_groups(method, k):
    vectors, truth = make_blobs(40 * k, 20, centers=k, center_box=(-3, 3), random_state=k)
    tree = tree_of(vectors, method)
    found = auto_clusters(tree, vectors, method, "euclidean")
    assert abs(found - k) <= k // 8
    assert adjusted_rand_score(truth, tree.cut(found)) > 0.95


def test_auto_cuts_the_irises_into_species_or_genuine_halves():
    measures, _ = load_iris(return_X_y=True)
    vectors, _ = prepare(measures, "euclidean")
    assert auto_clusters(tree_of(vectors), vectors, "ward", "euclidean") in (2, 3)


@pytest.mark.parametrize(("n", "most"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 2)])
def test_auto_of_few_images(n, most):
    vectors = points(n=n)
    tree = Tree.from_linkage(linkage(vectors, "ward", "euclidean"))
    assert 1 <= auto_clusters(tree, vectors, "ward", "euclidean") <= most


def test_auto_of_equal_images_is_one_cluster():
    vectors = np.ones((30, 4))
    assert auto_clusters(tree_of(vectors), vectors, "ward", "euclidean") == 1


def test_planted_groups_are_stable_and_a_split_group_is_not():
    vectors, truth = make_blobs(120, 5, centers=3, center_box=(-9, 9), random_state=2)
    labels = truth + 1
    torn = np.where((labels == 1) & (np.arange(120) % 2 == 0), 4, labels)
    whole = stability(vectors, labels, "ward", "euclidean", resamples=5)
    assert (whole > 0.95).all()
    parts = stability(vectors, torn, "ward", "euclidean", resamples=5)
    with pytest.raises(ValueError, match="not 0"):
        stability(vectors, labels, "ward", "euclidean", resamples=0)
    assert (parts[[0, 3]] < 0.7).all()
    assert (parts[1:3] > 0.95).all()


def test_stability_of_one_image_and_of_clusters_of_one():
    assert stability(points(n=1), [1], "ward", "euclidean").tolist() == [1.0]
    vectors = np.array([[0.0], [0.1], [9.0]])
    found = stability(vectors, [1, 1, 2], "ward", "euclidean", resamples=30)
    assert found[1] == 1
