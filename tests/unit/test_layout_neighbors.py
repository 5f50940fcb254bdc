"""The nearest neighbours, against scipy's and scikit-learn's comparison of all with all."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from imgclust_jupyter.clustering import METRICS, prepare
from imgclust_jupyter.layout import Neighbors, exact_search, extend_neighbors, nearest_neighbors, neighbors
from imgclust_jupyter.layout.exact_search import nearest_rows


@pytest.fixture(params=[True, False], ids=["bfloat16", "float32"])
def fast_bfloat16(request, monkeypatch):
    monkeypatch.setattr(exact_search, "has_fast_bfloat16", lambda: request.param)
    return request.param


def sheets(n, d, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(20, d))[rng.integers(20, size=n)] + rng.normal(size=(n, 5)) @ rng.normal(size=(5, d)) / 2
    return (X + 0.05 * rng.normal(size=(n, d))).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n", [700, 3000])
def test_neighbors_of_many_are_those_of_all_distances(fast_bfloat16, metric, n):
    vectors, _ = prepare(sheets(n, 40) + 5, metric)
    distances = cdist(
        vectors.astype(float), vectors.astype(float), metric="cityblock" if metric == "manhattan" else "sqeuclidean"
    )
    if metric != "manhattan":
        distances = np.sqrt(distances) if metric == "euclidean" else distances / 2
    np.fill_diagonal(distances, -1)
    expected = np.sort(distances, axis=1)[:, :15]
    expected[:, 0] = 0
    np.fill_diagonal(distances, 0)
    found = nearest_neighbors(vectors, 15, metric)
    assert found.recall == 1
    np.testing.assert_allclose(found.distances, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.take_along_axis(distances, found.indices, axis=1), expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(n))


@pytest.mark.parametrize("spread", [1e-1, 1e-2, 1e-3])
def test_neighbors_that_bfloat16_cannot_tell_apart_are_found(fast_bfloat16, spread):
    rng = np.random.default_rng(0)
    centers = np.repeat(rng.normal(size=(2, 40)), 1000, axis=0)
    vectors = (centers + spread * rng.normal(size=(2000, 40))).astype(np.float32)
    indices, squared = nearest_rows(vectors, vectors, 10, themselves=np.arange(2000))
    expected = cdist(vectors.astype(float), vectors.astype(float), "sqeuclidean")
    np.fill_diagonal(expected, np.inf)
    np.testing.assert_allclose(squared, np.sort(expected, axis=1)[:, :10], rtol=1e-4)
    assert (indices != np.arange(2000)[:, None]).all()


def test_a_thousand_duplicates_are_neighbors_of_each_other(fast_bfloat16):
    copies = np.repeat(sheets(3, 30), 1000, axis=0)
    vectors, _ = prepare(np.vstack([copies, sheets(50, 30, seed=1)]), "cosine")
    indices, distances = nearest_neighbors(vectors, 15)
    assert not distances[:3000].any()
    assert (indices[:3000] // 1000 == np.arange(3000)[:, None] // 1000).all()
    assert all(len(set(row)) == 15 for row in indices.tolist())


def test_equally_distant_neighbors_are_in_the_order_of_the_rows():
    grid = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2)
    indices, distances = nearest_neighbors(grid, 5, "euclidean")
    np.testing.assert_array_equal(indices[12], [12, 7, 11, 13, 17])
    np.testing.assert_allclose(distances[12], [0, 1, 1, 1, 1])


def test_the_search_can_be_watched_and_stopped(monkeypatch):
    monkeypatch.setattr(exact_search, "_BLOCK_SCORES", 100 * 50)
    done = []
    nearest_neighbors(sheets(100, 4), 3, on_progress=lambda *progress: done.append(progress))
    assert done[:2] == [(0, 100), (50, 100)]

    def stop(done, total):
        if done:
            raise InterruptedError

    for metric in ("cosine", "manhattan"):
        monkeypatch.setattr(neighbors, "_BLOCK_ROWS", 50)
        with pytest.raises(InterruptedError):
            nearest_neighbors(sheets(100, 4), 3, metric, on_progress=stop)


def test_many_are_searched_approximately_and_the_recall_is_told(monkeypatch):
    monkeypatch.setattr(neighbors, "is_exact", lambda *_: False)
    vectors, _ = prepare(np.vstack([sheets(2000, 40), np.repeat(sheets(1, 40, seed=1), 200, axis=0)]), "cosine")
    found = nearest_neighbors(vectors, 15)
    again = nearest_neighbors(vectors, 15)
    np.testing.assert_array_equal(found.indices, again.indices)
    np.testing.assert_array_equal(found.distances, again.distances)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(len(vectors)))
    assert found.indices.min() >= 0
    assert all(len(set(row)) == 15 for row in found.indices.tolist())
    truth = nearest_rows(vectors, vectors, 14, themselves=np.arange(len(vectors)))[1] / 2
    recall = np.mean(found.distances[:, 1:] <= truth[:, -1:] + 1e-6)
    assert 0.9 < recall == pytest.approx(found.recall, abs=0.02)
    squared = ((vectors[found.indices] - vectors[:, None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(found.distances, squared / 2, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("n", "d", "metric", "exact"),
    [
        (60_000, 512, "cosine", True),
        (39_000, 2048, "cosine", True),
        (300_000, 64, "cosine", False),
        (200_000, 2048, "euclidean", False),
        (8_000, 512, "manhattan", True),
        (20_000, 512, "manhattan", False),
    ],
)
def test_all_are_compared_with_all_where_that_is_quicker_than_a_compiler(fast_bfloat16, n, d, metric, exact):
    assert neighbors.is_exact(n, d, metric) is exact


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_extended_are_those_of_all(metric):
    X = sheets(330, 20)
    first, mean = prepare(X[:300], metric)
    vectors, _ = prepare(X, metric, mean)
    extended = extend_neighbors(nearest_neighbors(first, 15, metric), vectors, 15, metric)
    anew = nearest_neighbors(vectors, 15, metric)
    np.testing.assert_array_equal(extended.indices, anew.indices)
    np.testing.assert_allclose(extended.distances, anew.distances, rtol=1e-5, atol=1e-7)


def test_extending_says_how_many_of_the_neighbors_are_the_true_ones():
    vectors = sheets(40, 5)
    indices, distances = nearest_neighbors(vectors[:39], 5)
    assert extend_neighbors(Neighbors(indices, distances, 0.9), vectors, 5).recall == 0.9
