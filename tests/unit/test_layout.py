import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness
from sklearn.metrics import pairwise_distances

from imgclust_jupyter.clustering import METRICS, prepare
from imgclust_jupyter.layout import LAYOUTS, nearest_neighbors, pca_map, umap_map, warm_up

SCIPY = {"cosine": "cosine", "euclidean": "euclidean", "manhattan": "manhattan", "correlation": "correlation"}


def groups(n=180, d=16, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 6
    return (4 * rng.normal(size=(6, d))[labels] + rng.normal(size=(n, d))).astype(np.float32), labels


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_are_those_of_the_whole_distance_matrix(metric):
    X = groups(120)[0].astype(np.float64)
    vectors, _ = prepare(X, metric)
    indices, distances = nearest_neighbors(vectors, 10, metric)
    matrix = pairwise_distances(vectors, metric=SCIPY[metric])
    np.fill_diagonal(matrix, -1)
    np.testing.assert_array_equal(indices, np.argsort(matrix, axis=1)[:, :10])
    np.fill_diagonal(matrix, 0)
    np.testing.assert_allclose(distances, np.take_along_axis(matrix, indices, axis=1), rtol=1e-5, atol=1e-6)
    assert (indices.dtype, distances.dtype) == (np.int32, np.float32)


def test_an_image_is_its_own_first_neighbor_even_among_duplicates():
    vectors = np.repeat(np.eye(3), 5, axis=0)
    indices, distances = nearest_neighbors(vectors, 4, "cosine")
    np.testing.assert_array_equal(indices[:, 0], np.arange(15))
    assert all(len(set(row)) == 4 for row in indices)
    np.testing.assert_allclose(distances, 0, atol=1e-12)


@pytest.mark.parametrize(("n", "k", "found"), [(1, 5, 1), (3, 5, 3), (5, 1, 1), (5, 5, 5)])
def test_neighbors_of_few_images(n, k, found):
    indices, distances = nearest_neighbors(np.eye(5)[:n], k)
    assert indices.shape == distances.shape == (n, found)
    assert all(sorted(set(row)) == sorted(row) for row in indices.tolist())


def test_neighbors_refuse_what_makes_no_sense():
    with pytest.raises(ValueError, match="itself; 0 were asked for"):
        nearest_neighbors(np.eye(3), 0)
    with pytest.raises(ValueError, match="no metric 'cosinus'; the metrics are cosine"):
        nearest_neighbors(np.eye(3), 2, "cosinus")


@pytest.mark.parametrize("shape", [(40, 12), (600, 700), (700, 5)])
def test_pca_is_that_of_the_singular_values(shape):
    X = np.random.default_rng(0).normal(5, 1, size=shape)
    X[:, :2] *= [30, 10]
    centred = X - X.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    coordinates = pca_map(X)
    assert coordinates.dtype == np.float32
    np.testing.assert_allclose(np.abs(coordinates), np.abs(u[:, :2] * s[:2]), rtol=1e-3, atol=1e-2)
    np.testing.assert_array_equal(coordinates, pca_map(X))


def test_pca_puts_duplicates_in_one_place():
    X = groups(30)[0]
    coordinates = pca_map(np.vstack([X, X]))
    np.testing.assert_allclose(coordinates[:30], coordinates[30:], atol=1e-5)


@pytest.mark.parametrize(
    "vectors", [np.ones((1, 4)), np.ones((2, 4)), np.full((30, 4), 0.1, dtype=np.float32), np.zeros((20, 1))]
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_equal_images_are_in_one_place(layout, vectors):
    initial = pca_map(vectors)
    coordinates = LAYOUTS[layout](vectors, nearest_neighbors(vectors, min(15, len(vectors))), initial)
    assert coordinates.shape == (len(vectors), 2)
    assert not coordinates.any()


@pytest.mark.parametrize("n", range(2, 16))
def test_few_images_stay_where_pca_puts_them(n):
    vectors, _ = prepare(groups(n)[0], "cosine")
    initial = pca_map(vectors)
    coordinates = umap_map(vectors, nearest_neighbors(vectors, n), initial)
    np.testing.assert_array_equal(coordinates, initial)
    # The farthest pair of the data are far apart on the map too.
    far = np.unravel_index(cdist(vectors, vectors).argmax(), (n, n))
    assert np.linalg.norm(initial[far[0]] - initial[far[1]]) > 0.5 * np.linalg.norm(vectors[far[0]] - vectors[far[1]])


def test_one_feature_makes_a_line():
    coordinates = pca_map(np.arange(20.0)[:, None])
    assert not coordinates[:, 1].any()
    assert len(np.unique(coordinates[:, 0])) == 20


def test_umap_keeps_neighborhoods_parts_duplicates_and_repeats_itself():
    X, labels = groups()
    X = np.vstack([X, X[:20], np.repeat(X[:1], 30, axis=0)])
    labels = np.concatenate([labels, labels[:20], np.repeat(labels[:1], 30)])
    vectors, _ = prepare(X, "cosine")
    neighbors = nearest_neighbors(vectors, 15)
    initial = pca_map(vectors)
    coordinates = umap_map(vectors, neighbors, initial)
    assert coordinates.dtype == np.float32
    assert np.isfinite(coordinates).all()
    assert trustworthiness(vectors, coordinates, n_neighbors=10) > max(
        0.93, trustworthiness(vectors, initial, n_neighbors=10)
    )
    nearest = cdist(coordinates, coordinates) + np.diag(np.full(len(X), np.inf))
    assert np.mean(labels[nearest.argmin(axis=1)] == labels) > 0.95
    assert len(np.unique(coordinates, axis=0)) == len(X)
    np.testing.assert_array_equal(umap_map(vectors, neighbors, initial), coordinates)


def test_nothing_is_left_to_compile_after_the_warm_up():
    warm_up()
    from umap import layouts, umap_

    functions = (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    )
    compiled = [len(function.signatures) for function in functions]
    assert all(compiled)
    vectors, _ = prepare(groups()[0], "cosine")
    umap_map(vectors, nearest_neighbors(vectors, 15), pca_map(vectors))
    assert [len(function.signatures) for function in functions] == compiled


def test_the_compiler_is_not_imported_before_it_is_needed():
    code = "import sys, imgclust_jupyter.layout; print(sorted({'umap', 'numba', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
