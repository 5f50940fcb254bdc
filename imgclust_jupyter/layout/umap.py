"""The map in which neighbourhoods are kept: UMAP, started from the principal components."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.layout.neighbors import Neighbors

__all__ = ["umap_map", "warm_up"]

_FEWEST = 16  # below this a neighbourhood of 15, umap-learn's default, is everything
# By the number of images; fewer epochs, or a spectral start, make the map less trustworthy.
_EPOCHS = ((5_000, 500), (50_000, 200), (math.inf, 100))
_SPREAD, _MIN_DIST = 1.0, 0.1  # umap-learn's defaults


def umap_map(
    vectors: npt.NDArray[Any], neighbors: Neighbors, initial: npt.NDArray[np.float32], seed: int = 0
) -> npt.NDArray[np.float32]:
    """Lay images out by uniform manifold approximation and projection.

    The layout begins where the images stand now, so that the map moves instead of jumping.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        What was searched for neighbours.
    neighbors : tuple of ndarray
        As from `nearest_neighbors`, by any metric.
    initial : ndarray of float32, shape (n, 2)
        Where to begin, usually `pca_map(vectors)`.
    seed : int
        The same seed gives the same map.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        A copy of `initial` for fewer than 16 images, whose neighbourhoods say nothing, and for images that are all
        equal.

    Notes
    -----
    With neighbours and starting points given, umap-learn compiles for some 4 s in a fresh process instead of 30 s or
    more.

    References
    ----------
    McInnes, Healy, Melville: UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction,
    arXiv:1802.03426, 2018.
    """
    n = len(vectors)
    indices, distances = neighbors
    if n < _FEWEST or not np.ptp(initial, axis=0).any():
        return initial.copy()
    from umap import umap_

    random = np.random.RandomState(seed)
    graph, _, _ = umap_.fuzzy_simplicial_set(
        vectors, indices.shape[1], random, "cosine", knn_indices=indices, knn_dists=distances
    )
    a, b = umap_.find_ab_params(_SPREAD, _MIN_DIST)
    layout, _ = umap_.simplicial_set_embedding(
        data=vectors,
        graph=graph,
        n_components=2,
        initial_alpha=1.0,
        a=a,
        b=b,
        gamma=1.0,
        negative_sample_rate=5,
        n_epochs=next(epochs for most, epochs in _EPOCHS if n <= most),
        init=_spread(initial, random),
        random_state=random,
        metric="cosine",
        metric_kwds={},
        densmap=False,
        densmap_kwds={},
        output_dens=False,
    )
    return np.asarray(layout, dtype=np.float32)


def warm_up() -> None:
    """Compile what `umap_map` runs, by laying out a few points; takes some 5 s the first time, milliseconds afterwards.

    To be called while there is nothing to lay out yet, on the thread that lays out later: numba's ``workqueue`` layer
    aborts the process when two threads use it.
    """
    n = _FEWEST
    vectors = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    distances = np.linalg.norm(vectors[:, None] - vectors, axis=2)
    indices = np.argsort(distances, axis=1).astype(np.int32)
    neighbors = Neighbors(indices, np.take_along_axis(distances, indices, axis=1))
    umap_map(vectors, neighbors, vectors)


def _spread(initial: npt.NDArray[np.float32], random: np.random.RandomState) -> npt.NDArray[np.float32]:
    # Duplicates would never part, and umap-learn divides by the extent in each direction, which may be none.
    noise = random.normal(scale=1e-4 * np.ptp(initial), size=initial.shape)
    return (initial + noise).astype(np.float32)
