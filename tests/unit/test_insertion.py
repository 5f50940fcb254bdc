import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from scipy.spatial.distance import cdist, pdist, squareform
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter.clustering import Tree, order_leaves
from imgclust_jupyter.clustering.insertion import insert_leaves
from imgclust_jupyter.clustering.matching import match_clusters, order_like


def points(n, seed=0, d=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(8, d))[rng.integers(8, size=n)] + 0.2 * rng.normal(size=(n, d))


def inserted(old, new, method="average"):
    across = cdist(new, old)
    Z = hierarchy.linkage(old, method) if len(old) > 1 else np.empty((0, 4))
    return Z, insert_leaves(Z, across.argmin(axis=1), across.min(axis=1), cdist(new, new))


@settings(max_examples=60)
@given(n=st.integers(1, 40), m=st.integers(1, 12), seed=st.integers(0, 99), equal=st.booleans())
def test_the_old_tree_is_inside_the_new_one(n, m, seed, equal):
    vectors = points(n + m, seed).round(0 if equal else 6)
    Z, grown = inserted(vectors[:n], vectors[n:])
    assert hierarchy.is_valid_linkage(grown)
    assert hierarchy.is_monotonic(grown)
    met = squareform(hierarchy.cophenet(grown))
    if n > 1:
        np.testing.assert_array_equal(met[:n, :n], squareform(hierarchy.cophenet(Z)))


def test_a_new_image_meets_its_nearest_neighbour_at_their_distance():
    vectors = points(60)
    _, grown = inserted(vectors[:50], vectors[50:])
    met = squareform(hierarchy.cophenet(grown))
    distances = squareform(pdist(vectors))
    for new in range(50, 60):
        others = np.delete(np.arange(60), new)
        assert met[new, others].min() <= distances[new, others].min() + 1e-12


def test_equal_new_images_come_together_first():
    vectors = np.vstack([points(20), np.full((3, 4), 50.0)])
    _, grown = inserted(vectors[:20], vectors[20:])
    met = squareform(hierarchy.cophenet(grown))
    assert met[20:, 20:].max() == 0
    assert met[20:, :20].min() > 50


@pytest.mark.parametrize("method", ["ward", "average"])
def test_most_new_images_land_in_the_cluster_of_the_exact_tree(method):
    vectors = points(440, seed=3)
    _, grown = inserted(vectors[:400], vectors[400:], method)
    exact = Tree.from_linkage(hierarchy.linkage(vectors, method)).cut(8)
    assert adjusted_rand_score(exact, Tree.from_linkage(grown).cut(8)) > 0.9


def test_a_deep_tree_is_no_matter_of_recursion():
    line = np.cumsum(np.arange(1.0, 3_001))[:, None]
    _, grown = inserted(line, np.array([[-1.0], [line[-1, 0] + 1e6]]), "single")
    assert hierarchy.is_valid_linkage(grown)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=40))
def test_no_other_numbers_would_keep_more_images(pairs):
    before, after = np.array(pairs).T
    numbers = match_clusters(before, after)
    assert len(set(numbers)) == after.max()
    kept = np.count_nonzero(numbers[after - 1] == before)
    rng = np.random.default_rng(0)
    for _ in range(20):
        other = rng.permutation(max(before.max(), after.max()))[: after.max()] + 1
        assert np.count_nonzero(other[after - 1] == before) <= kept


def test_new_clusters_get_new_numbers():
    assert match_clusters([1, 1, 2, 2], [1, 2, 3, 3]).tolist() in ([1, 3, 2], [3, 1, 2])


def test_the_same_tree_keeps_its_order():
    vectors = points(100)
    Z = hierarchy.linkage(vectors, "ward")
    order = order_leaves(Z, vectors)
    places = np.empty(100)
    places[order] = np.arange(100)
    np.testing.assert_array_equal(order_like(Z, places), order)


def test_most_leaves_stay_in_order_when_some_come():
    vectors = points(220)
    order = order_leaves(hierarchy.linkage(vectors[:200], "ward"), vectors[:200])
    places = np.empty(220)
    places[order] = np.arange(200)
    places[200:] = places[cdist(vectors[200:], vectors[:200]).argmin(axis=1)]
    Z = hierarchy.linkage(vectors, "ward")
    Tree.from_linkage(Z, like := order_like(Z, places))
    assert np.corrcoef(places[like], np.arange(220))[0, 1] > 0.9
