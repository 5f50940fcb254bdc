"""Places for images that were added."""

import numpy as np
import pytest
from scipy.optimize import minimize

from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.embedding import ImageEmbedder
from imgclust_jupyter.layout import Neighbors, extend_neighbors, nearest_neighbors, pca_map, place, umap_map


def test_an_image_goes_where_the_weighted_distances_to_its_neighbors_are_least():
    coordinates = np.array([[0, 0], [10, 0], [9, 8], [30, 30]], dtype=np.float32)
    distances = np.array([1.0, 1.2, 1.4, 1.5])
    indices = np.vstack([np.tile(np.arange(5), (4, 1)), [4, 0, 1, 2, 3]])  # of the earlier images they do not matter
    neighbors = Neighbors(indices, np.tile([0, *distances], (5, 1)))
    weights = np.exp((1 - distances) / (distances - 1).mean())
    best = minimize(lambda at: weights @ np.linalg.norm(coordinates - at, axis=1), [5, 5], method="Nelder-Mead").x
    np.testing.assert_allclose(place(coordinates, neighbors)[4], best, atol=0.05)


def test_neighbors_of_added_images_follow_and_strangers_go_to_the_middle():
    indices = np.array([[0, 1], [1, 0], [2, 0], [3, 2], [4, 5], [5, 4]])
    neighbors = Neighbors(indices, np.tile([0.0, 1.0], (6, 1)))
    coordinates = np.array([[0, 0], [4, 2]], dtype=np.float32)
    expected = [[0, 0], [4, 2], [0, 0], [0, 0], [2, 1], [2, 1]]
    np.testing.assert_array_equal(place(coordinates, neighbors), np.array(expected, dtype=np.float32))


@pytest.mark.data
def test_photographs_are_placed_among_their_like(test_data):
    files = sorted((test_data / "animals").glob("*/*"))
    labels = np.array([file.parent.name for file in files])
    X = ImageEmbedder(model="squeezenet").fit_transform(files)
    order = np.random.default_rng(0).permutation(len(X))
    X, labels = X[order], labels[order]
    m = len(X) * 9 // 10
    first, mean = prepare(X[:m], "cosine")
    neighbors = nearest_neighbors(first, 15)
    coordinates = umap_map(first, neighbors, pca_map(first))
    vectors, _ = prepare(X, "cosine", mean)
    placed = place(coordinates, extend_neighbors(neighbors, vectors, 15))
    everything = nearest_neighbors(vectors, 15)
    anew = umap_map(vectors, everything, pca_map(vectors))

    def like(layout):
        near = nearest_neighbors(layout, 6, "euclidean").indices[m:, 1:]
        return np.mean(labels[near] == labels[m:, None])

    np.testing.assert_array_equal(placed[:m], coordinates)
    assert like(placed) > like(anew) - 0.08
