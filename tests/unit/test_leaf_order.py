import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform

from imgclust_jupyter.clustering import METRICS, Tree, condensed_distances, order_leaves, prepare
from imgclust_jupyter.clustering.greedy_order import greedy_order
from imgclust_jupyter.clustering.optimal_order import optimal_order


def path_length(vectors, order):
    return np.linalg.norm(np.diff(vectors[order], axis=0), axis=1).sum()


def groups(seed, n=240, d=8):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(12, d))[rng.integers(12, size=n)] + 0.5 * rng.normal(size=(n, d))).astype(np.float32)


def orders(Z, node):
    n = len(Z) + 1
    if node < n:
        return [[node]]
    a, b = (orders(Z, int(child)) for child in Z[node - n, :2])
    return [x + y for x in a for y in b] + [y + x for x in a for y in b]


@pytest.mark.parametrize("seed", range(40))
def test_few_leaves_are_in_the_best_of_all_orders(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 10))
    vectors = rng.normal(size=(n, 3))
    Z = hierarchy.linkage(vectors, ["ward", "average", "single"][seed % 3])
    best = min(path_length(vectors, order) for order in orders(Z, 2 * n - 2))
    assert path_length(vectors, order_leaves(Z, vectors)) == pytest.approx(best)


@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_those_of_the_metric(metric):
    vectors, _ = prepare(groups(1, n=120), metric)
    condensed = condensed_distances(vectors, metric)
    Z = hierarchy.linkage(condensed, "average")

    def length(order):
        return squareform(condensed)[order[:-1], order[1:]].sum()

    # scipy's order is allowed, so the best is not longer.
    assert length(order_leaves(Z, vectors, metric)) <= length(
        hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(Z, condensed))
    )


@pytest.mark.parametrize(("method", "longer"), [("ward", 1.02), ("average", 1.02), ("single", 1.04)])
def test_many_leaves_are_in_nearly_the_best_order(method, longer):
    vectors = groups(2, n=1_500)
    Z = hierarchy.linkage(vectors, method)
    ours = order_leaves(Z, vectors)
    Tree.from_linkage(Z, ours)  # raises where a subtree is torn apart
    best = path_length(vectors, optimal_order(Z, squareform(pdist(vectors))))
    greedy = path_length(vectors, greedy_order(Z, vectors))
    assert best < path_length(vectors, ours) < min(longer * best, greedy)


@pytest.mark.parametrize("seed", range(5))
def test_the_greedy_order_is_shorter_than_none(seed):
    vectors = groups(seed)
    Z = hierarchy.linkage(vectors, "ward")
    assert path_length(vectors, greedy_order(Z, vectors)) < path_length(vectors, hierarchy.leaves_list(Z))


def test_many_identical_images():
    vectors = np.zeros((1_200, 2))
    Z = hierarchy.linkage(vectors, "single")
    assert Tree.from_linkage(Z, order_leaves(Z, vectors)).n == 1_200


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
