"""What holds for placed images whatever the neighbours are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.layout import extend_neighbors, nearest_neighbors, place


@given(st.integers(1, 30), st.integers(0, 10), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_earlier_images_stay_and_added_ones_are_among_them(before, added, k, seed):
    rng = np.random.default_rng(seed)
    vectors = rng.integers(-2, 3, size=(before + added, 2)).astype(np.float32)
    coordinates = rng.normal(size=(before, 2)).astype(np.float32)
    neighbors = extend_neighbors(nearest_neighbors(vectors[:before], k, "euclidean"), vectors, k, "euclidean")
    places = place(coordinates, neighbors)
    np.testing.assert_array_equal(places[:before], coordinates)
    assert (places >= coordinates.min(axis=0) - 1e-5).all()
    assert (places <= coordinates.max(axis=0) + 1e-5).all()
