import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter.clustering import METRICS, Tree, condensed_distances, linkage, prepare
from imgclust_jupyter.clustering.micro_clusters import linkage_of_micro_clusters


def points(n, seed=0, d=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(9, d))[rng.integers(9, size=n)] + 0.2 * rng.normal(size=(n, d))


def ward(vectors):
    return linkage(vectors, "ward", "euclidean")


@settings(max_examples=50)
@given(
    n=st.integers(2, 60),
    k=st.integers(1, 60),
    method=st.sampled_from(["complete", "weighted", "average"]),
    metric=st.sampled_from(list(METRICS)),
    seed=st.integers(0, 99),
    equal=st.booleans(),
)
def test_it_is_a_tree_of_all_images(n, k, method, metric, seed, equal):
    vectors, _ = prepare(points(n, seed).round(0 if equal else 6), metric)
    Z = linkage_of_micro_clusters(vectors, method, metric, k, ward)
    assert hierarchy.is_valid_linkage(Z)
    assert hierarchy.is_monotonic(Z)
    assert Z[-1, 3] == n


@pytest.mark.parametrize("method", ["complete", "weighted", "average"])
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 80])
def test_one_cluster_or_one_for_each_image_is_exact(method, metric, k):
    vectors, _ = prepare(points(80), metric)
    exact = hierarchy.linkage(condensed_distances(vectors, metric), method)
    Z = linkage_of_micro_clusters(vectors, method, metric, k, ward)
    np.testing.assert_allclose(hierarchy.cophenet(Z), hierarchy.cophenet(exact))


@pytest.mark.parametrize("method", ["complete", "weighted"])
def test_planted_groups_are_found_as_in_the_exact_tree(method):
    vectors = points(600)
    Z = linkage_of_micro_clusters(vectors, method, "manhattan", 100, ward)
    exact = hierarchy.linkage(condensed_distances(vectors, "manhattan"), method)
    assert adjusted_rand_score(Tree.from_linkage(Z).cut(9), Tree.from_linkage(exact).cut(9)) > 0.9
