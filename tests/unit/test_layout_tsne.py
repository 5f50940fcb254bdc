"""The map of t-SNE, by either library."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.layout import nearest_neighbors, pca_map, tsne, tsne_map


@pytest.mark.parametrize("library", ["openTSNE", "scikit-learn"])
@pytest.mark.parametrize("n", [16, 120])
def test_tsne_keeps_neighborhoods_and_repeats_itself(monkeypatch, library, n):
    if library == "openTSNE":
        pytest.importorskip("openTSNE")
    else:
        monkeypatch.setattr(tsne, "find_spec", lambda name: None)
    rng = np.random.default_rng(0)
    X = 4 * rng.normal(size=(12, 16))[np.arange(n) % 12] + rng.normal(size=(n, 16))
    X[-5:] = X[0]
    vectors, _ = prepare(X, "cosine")
    neighbors = nearest_neighbors(vectors, 15)
    initial = pca_map(vectors)
    coordinates = tsne_map(vectors, neighbors, initial)
    assert coordinates.dtype == np.float32
    assert np.isfinite(coordinates).all()
    np.testing.assert_array_equal(tsne_map(vectors, neighbors, initial), coordinates)
    if n > 16:
        before = trustworthiness(vectors, initial, n_neighbors=10)
        assert trustworthiness(vectors, coordinates, n_neighbors=10) > max(0.93, before)
