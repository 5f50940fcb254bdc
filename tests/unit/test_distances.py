import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from imgclust_jupyter.clustering import METRICS, condensed_distances, prepare
from imgclust_jupyter.clustering import distances as module

SCIPY = {"cosine": "cosine", "euclidean": "euclidean", "manhattan": "cityblock", "correlation": "cosine"}


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(3, 1, size=(57, 20))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_are_those_of_scipy(features, metric, dtype):
    vectors, _ = prepare(features.astype(dtype), metric)
    assert vectors.dtype == dtype
    expected = pdist(vectors.astype(np.float64), SCIPY[metric])
    np.testing.assert_allclose(condensed_distances(vectors, metric), expected, rtol=1e-6, atol=1e-7)


def test_cosine_is_about_the_mean_of_the_collection(features):
    vectors, mean = prepare(features, "cosine")
    np.testing.assert_allclose(mean, features.mean(axis=0))
    np.testing.assert_allclose(
        condensed_distances(vectors, "cosine"), pdist(features - features.mean(axis=0), "cosine")
    )


def test_correlation_is_that_of_the_features(features):
    vectors, mean = prepare(features, "correlation")
    assert mean is None
    np.testing.assert_allclose(condensed_distances(vectors, "correlation"), pdist(features, "correlation"))


@pytest.mark.parametrize("metric", METRICS)
def test_blocks_change_nothing(features, metric, monkeypatch):
    vectors, _ = prepare(features, metric)
    whole = condensed_distances(vectors, metric)
    monkeypatch.setattr(module, "_BLOCK_VALUES", 57 * 4)
    np.testing.assert_allclose(condensed_distances(vectors, metric), whole, rtol=1e-9)


def test_a_frozen_mean_keeps_the_old_vectors(features):
    vectors, mean = prepare(features, "cosine")
    more, again = prepare(np.vstack([features, features[:3] + 10]), "cosine", mean)
    np.testing.assert_array_equal(more[: len(features)], vectors)
    np.testing.assert_array_equal(again, mean)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_identical_images_are_at_no_distance(metric, dtype):
    row = np.random.default_rng(1).normal(50, 10, size=300).astype(dtype)
    vectors, _ = prepare(np.tile(row, (40, 1)), metric)
    assert not condensed_distances(vectors, metric).any()


@pytest.mark.parametrize("metric", METRICS)
def test_duplicates_among_others_are_at_no_distance(features, metric):
    vectors, _ = prepare(np.vstack([features, features]).astype(np.float32), metric)
    distances = condensed_distances(vectors, metric)
    n = len(vectors)
    i, j = np.triu_indices(n, 1)
    np.testing.assert_array_equal(distances[j == i + len(features)], 0)
    assert (distances[j != i + len(features)] > 0).all()


def test_an_image_at_the_mean_is_halfway_to_every_other():
    vectors, _ = prepare([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0], [0.0, 0.0]], "cosine")
    np.testing.assert_array_equal(vectors[4], 0)
    distances = condensed_distances(vectors, "cosine")
    _, j = np.triu_indices(5, 1)
    np.testing.assert_allclose(distances[j == 4], 0.5)


def test_a_common_offset_costs_no_digits(features):
    far = features + 1e7
    np.testing.assert_allclose(condensed_distances(far, "euclidean"), pdist(features), rtol=1e-6)


def test_unit_rows(features):
    for metric in ("cosine", "correlation"):
        np.testing.assert_allclose(np.linalg.norm(prepare(features, metric)[0], axis=1), 1)


def test_integers_and_single_images_are_taken():
    vectors, _ = prepare(np.array([[1, 2], [3, 5]], dtype=np.uint8), "manhattan")
    assert condensed_distances(vectors, "manhattan").tolist() == cdist([[1, 2]], [[3, 5]], "cityblock")[0].tolist()
    for metric in METRICS:
        one, _ = prepare(np.ones((1, 4)), metric)
        assert condensed_distances(one, metric).shape == (0,)


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match="no metric 'cosinus'; the metrics are cosine, euclidean"):
        prepare([[1.0]], "cosinus")
    with pytest.raises(ValueError, match="no metric 'cosinus'"):
        condensed_distances(np.ones((2, 1)), "cosinus")
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        prepare([1.0, 2.0, 3.0], "cosine")
    with pytest.raises(ValueError, match="feature vector 1 has values that are not finite"):
        prepare([[1.0], [np.nan], [2.0]], "euclidean")
