"""What holds for nearest neighbours whatever the vectors are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from imgclust_jupyter.layout import extend_neighbors, nearest_neighbors

# Few different values, so that there are many duplicates and ties.
points = st.tuples(st.integers(2, 40), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.integers(-3, 3).map(float))
)


def assert_nearest(found, vectors, k):
    distances = cdist(vectors, vectors)
    k = min(k, len(vectors))
    assert found.indices.shape == found.distances.shape == (len(vectors), k)
    np.testing.assert_array_equal(found.indices[:, 0], np.arange(len(vectors)))
    assert all(len(set(row)) == k for row in found.indices.tolist())
    np.testing.assert_allclose(found.distances, np.sort(distances, axis=1)[:, :k], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(distances, found.indices, axis=1), found.distances, atol=1e-5)


@given(points, st.integers(1, 20))
def test_no_row_is_nearer_than_those_found(vectors, k):
    assert_nearest(nearest_neighbors(vectors, k, "euclidean"), vectors, k)


@given(points, st.integers(1, 20), st.data())
def test_extended_neighbors_are_as_if_all_had_been_there(vectors, k, data):
    before = data.draw(st.integers(1, len(vectors)))
    first = nearest_neighbors(vectors[:before], k, "euclidean")
    assert_nearest(extend_neighbors(first, vectors, k, "euclidean"), vectors, k)
