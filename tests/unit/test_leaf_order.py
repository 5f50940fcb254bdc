import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from imgclust_jupyter.clustering import Tree, order_leaves


def path_length(vectors, order):
    return np.linalg.norm(np.diff(vectors[order], axis=0), axis=1).sum()


def groups(seed, n=240, d=8):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(12, d))[rng.integers(12, size=n)] + 0.5 * rng.normal(size=(n, d))).astype(np.float32)


@pytest.mark.parametrize("method", ["ward", "average"])
def test_paths_are_shorter_than_unordered_and_near_scipys(method):
    ratios_unordered, ratios_scipy = [], []
    for seed in range(5):
        vectors = groups(seed)
        Z = hierarchy.linkage(vectors, method)
        ours = path_length(vectors, order_leaves(Z, vectors))
        ratios_unordered.append(ours / path_length(vectors, hierarchy.leaves_list(Z)))
        optimal = hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(Z, pdist(vectors)))
        ratios_scipy.append(ours / path_length(vectors, optimal))
    assert max(ratios_unordered) < 1
    assert np.mean(ratios_scipy) < 1.02


def test_points_on_a_line_come_in_order():
    points = np.random.default_rng(3).normal(100, 1, size=(200, 1))
    order = order_leaves(hierarchy.linkage(points, "average"), points)
    along = points[order, 0]
    assert (np.diff(along) > 0).all() or (np.diff(along) < 0).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_images(n):
    vectors = np.arange(n, dtype=float)[:, None]
    Z = hierarchy.linkage(vectors, "ward") if n > 1 else np.empty((0, 4))
    order = order_leaves(Z, vectors)
    assert order.dtype == np.int32
    assert sorted(order) == list(range(n))


def test_identical_images():
    vectors = np.zeros((7, 3))
    Z = hierarchy.linkage(vectors, "ward")
    assert Tree.from_linkage(Z, order_leaves(Z, vectors)).n == 7
