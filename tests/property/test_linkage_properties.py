import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering import LINKAGES, METRICS, condensed_distances, linkage, prepare
from imgclust_jupyter.clustering.agglomeration import clusters, rounds

PAIRS = [(method, metric) for method in LINKAGES for metric in METRICS if method != "ward" or METRICS[metric].euclidean]
# Multiples of a tenth make ties and duplicates likely; the noise tells the others apart.
VALUES = st.integers(-20, 20).map(lambda value: value / 10)


@st.composite
def features(draw):
    n, d = draw(st.integers(1, 40)), draw(st.integers(1, 4))
    X = draw(arrays(np.float64, (n, d), elements=VALUES))
    return X[draw(arrays(np.int64, n, elements=st.integers(0, n - 1)))] if draw(st.booleans()) else X


@pytest.fixture(autouse=True, scope="module")
def few_are_many():
    # The way of large collections, on small ones.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["imgclust_jupyter.clustering.linkage"], "_MANY", 1)
        patch.setattr(rounds, "_MATRIX", 2)
        patch.setattr(clusters, "_CANDIDATES", 3)
        yield


def distances_of(vectors, method, metric):
    return condensed_distances(vectors, "euclidean" if method == "ward" else metric)


@pytest.mark.parametrize(("method", "metric"), PAIRS)
@settings(max_examples=40)
@given(X=features())
def test_every_tree_is_valid_and_made_of_nearest_clusters(method, metric, X):
    vectors, _ = prepare(X, metric)
    Z = linkage(vectors, method, metric)
    assert Z.shape == (len(X) - 1, 4)
    if len(X) == 1:
        return
    assert hierarchy.is_valid_linkage(Z)
    assert hierarchy.is_monotonic(Z)
    # However ties are resolved, a merge is of two clusters at the distance that the linkage gives them, and no other
    # two clusters at that height are nearer.
    square = hierarchy.distance.squareform(distances_of(vectors, method, metric))
    members = [[i] for i in range(len(X))]
    between = {(i, j): square[i, j] for i in range(len(X)) for j in range(i)}
    alive = set(range(len(X)))
    tolerance = 1e-5 * max(1.0, square.max())
    for merge, (a, b, height, size) in enumerate(Z, len(X)):
        a, b = int(a), int(b)
        nearest = min(between[max(p, q), min(p, q)] for p in alive for q in alive if p != q)
        assert abs(between[max(a, b), min(a, b)] - height) < tolerance
        assert height < nearest + tolerance
        alive -= {a, b}
        members.append(members[a] + members[b])
        assert len(members[merge]) == size
        for other in alive:
            da, db = between[max(a, other), min(a, other)], between[max(b, other), min(b, other)]
            between[merge, other] = union_distance(
                method, da, db, height, len(members[a]), len(members[b]), len(members[other])
            )
        alive.add(merge)


def union_distance(method, da, db, between, a, b, other):
    if method == "single":
        return min(da, db)
    if method == "complete":
        return max(da, db)
    if method == "weighted":
        return (da + db) / 2
    if method == "average":
        return (a * da + b * db) / (a + b)
    squared = ((a + other) * da**2 + (b + other) * db**2 - other * between**2) / (a + b + other)
    return max(squared, 0) ** 0.5


@pytest.mark.parametrize(("method", "metric"), PAIRS)
@settings(max_examples=15)
@given(n=st.integers(2, 120), d=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
def test_without_ties_the_tree_is_that_of_scipy_in_whatever_order(method, metric, n, d, seed):
    if metric == "correlation":
        d += 2  # with fewer, all rows are alike or opposite
    rng = np.random.default_rng(seed)
    vectors, _ = prepare(rng.normal(size=(n, d)), metric)
    if metric == "cosine" and d == 1:
        return  # all rows are 1 or -1
    order = rng.permutation(n)
    Z = linkage(vectors[order], method, metric)
    expected = hierarchy.linkage(distances_of(vectors, method, metric), method)
    scale = expected[-1, 2]
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], atol=1e-6 * scale)
    ours, theirs = (hierarchy.distance.squareform(hierarchy.cophenet(tree)) for tree in (Z, expected))
    np.testing.assert_allclose(ours, theirs[np.ix_(order, order)], atol=1e-6 * scale)


@pytest.mark.parametrize("method", ["average", "ward"])
@settings(max_examples=15)
@given(X=features())
def test_the_same_vectors_make_the_same_tree(method, X):
    vectors, _ = prepare(X, "cosine")
    assert linkage(vectors, method, "cosine").tolist() == linkage(vectors.copy(), method, "cosine").tolist()
