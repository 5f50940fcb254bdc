import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.neighbors import LocalOutlierFactor

from imgclust_jupyter.clustering import METRICS, condensed_distances, prepare
from imgclust_jupyter.insight import (
    duplicate_groups,
    local_outlier_factor,
    mean_distance,
    ranks,
    similar,
    typical_distance,
)
from imgclust_jupyter.layout import nearest_neighbors


def points(seed=0, n=200, d=8):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(6, d))[rng.integers(6, size=n)] + 0.3 * rng.normal(size=(n, d))


def neighbors_of(vectors, k=16):
    return nearest_neighbors(vectors, min(k, len(vectors)), "euclidean")


def groups_of(vectors, k=16, contents=None):
    return duplicate_groups(neighbors_of(vectors, k), typical_distance(vectors, "euclidean"), contents)


def test_mean_distance_is_that_of_all_distances_sorted():
    vectors = points()
    theirs = np.sort(cdist(vectors, vectors), axis=1)[:, 1:16].mean(axis=1)
    np.testing.assert_allclose(mean_distance(neighbors_of(vectors)), theirs, rtol=1e-5)


def test_local_outlier_factor_is_scikit_learns():
    vectors = points()
    theirs = -LocalOutlierFactor(15).fit(vectors).negative_outlier_factor_
    np.testing.assert_allclose(local_outlier_factor(neighbors_of(vectors)), theirs, rtol=1e-4)


def test_what_stands_apart_ranks_first():
    vectors = np.vstack([points(), [[9.0] * 8, [-9.0] * 8]])
    for score in (mean_distance, local_outlier_factor):
        assert set(np.argsort(ranks(score(neighbors_of(vectors))))[:2]) == {200, 201}


def test_ranks_are_a_permutation_in_order():
    scores = np.random.default_rng(0).integers(5, size=50).astype(float)
    places = ranks(scores)
    assert sorted(places) == list(range(1, 51))
    assert (np.diff(scores[np.argsort(places)]) <= 0).all()


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_images(n):
    neighbors = neighbors_of(points(n=n))
    assert len(mean_distance(neighbors)) == len(local_outlier_factor(neighbors)) == n
    assert groups_of(points(n=n)).tolist() == [0] * n


def test_planted_copies_are_grouped_and_nothing_else():
    vectors = points(n=150)
    rng = np.random.default_rng(1)
    copied = rng.choice(150, 20, replace=False)
    copies = vectors[copied] + 0.005 * rng.normal(size=(20, 8))
    groups = groups_of(np.vstack([vectors, copies]))
    assert (groups[copied] > 0).all()
    np.testing.assert_array_equal(groups[copied], groups[150:])
    assert len(np.unique(groups[copied])) == 20
    others = np.delete(np.arange(150), copied)
    assert (groups[others] == 0).all()


def test_more_copies_than_neighbours_are_one_group():
    vectors = np.vstack([points(n=100), np.ones((40, 8)) + 1e-4 * np.random.default_rng(0).normal(size=(40, 8))])
    groups = groups_of(vectors)
    assert (groups[100:] == groups[100]).all()
    assert groups[100] > 0
    assert (groups[:100] == 0).all()


def test_equal_contents_belong_together_wherever_their_neighbours_are():
    vectors = np.vstack([points(n=60), np.zeros((40, 8))])
    contents = [str(i) for i in range(60)] + ["same"] * 40
    groups = groups_of(vectors, 5, contents)
    assert (groups[60:] == groups[60]).all()
    assert groups[60] > 0


def test_groups_are_numbered_by_their_first_row():
    vectors = np.array([[0.0], [50.0], [50.01], [0.01], [90.0], [20.0], [70.0]])
    assert groups_of(vectors, 5).tolist() == [1, 2, 2, 1, 0, 0, 0]


@pytest.mark.parametrize("metric", METRICS)
def test_similar_are_the_nearest_by_the_metric(metric):
    vectors, _ = prepare(points().astype(np.float32), metric)
    rows, distances = similar(vectors, vectors[7], 200, metric)
    assert rows[0] == 7
    assert sorted(rows) == list(range(200))
    assert (np.diff(distances) >= 0).all()
    pairs = condensed_distances(vectors, metric)
    i, j = np.triu_indices(200, 1)
    expected = np.zeros(200)
    expected[i[j == 7]] = pairs[j == 7]
    expected[j[i == 7]] = pairs[i == 7]
    np.testing.assert_allclose(distances, expected[rows], atol=1e-5)


def test_similar_asks_for_something():
    with pytest.raises(ValueError, match="at least one"):
        similar(points(), points()[0], 0, "euclidean")
    with pytest.raises(ValueError, match="no metric"):
        similar(points(), points()[0], 1, "hamming")
