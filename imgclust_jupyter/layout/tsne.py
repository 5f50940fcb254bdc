"""The map of t-distributed stochastic neighbour embedding, started from the principal components."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.layout.neighbors import Neighbors

__all__ = ["tsne_map"]

_FEWEST = 16  # as for UMAP
_PERPLEXITY = 30.0  # scikit-learn's and openTSNE's default
_EXTENT = 1e-4  # of the start, as both libraries have it


def tsne_map(
    vectors: npt.NDArray[Any], neighbors: Neighbors, initial: npt.NDArray[np.float32], seed: int = 0
) -> npt.NDArray[np.float32]:
    """Lay images out by t-distributed stochastic neighbour embedding.

    With openTSNE (``pip install imgclust_jupyter[tsne]``) from the neighbours given, all of which attract alike; with
    scikit-learn otherwise, which takes minutes for tens of thousands and searches neighbours of its own.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        What was searched for neighbours.
    neighbors : Neighbors
    initial : ndarray of float32, shape (n, 2)
        Where to begin, usually `pca_map(vectors)`.
    seed : int
        The same seed gives the same map.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        A copy of `initial` for fewer than 16 images, and for images that are all equal.

    References
    ----------
    van der Maaten, Hinton: Visualizing data using t-SNE, JMLR 9, 2008. Policar, Strazar, Zupan: openTSNE, JSS 109,
    2024. Uniform affinities: Boehm, Berens, Kobak, JMLR 23, 2022.
    """
    n = len(vectors)
    if n < _FEWEST or not np.ptp(initial, axis=0).any():
        return initial.copy()
    start = initial + np.random.default_rng(seed).normal(scale=1e-4 * np.ptp(initial), size=initial.shape)
    start = (start / start[:, 0].std() * _EXTENT).astype(np.float64)
    if find_spec("openTSNE") is None:
        from sklearn.manifold import TSNE

        perplexity = min(_PERPLEXITY, (n - 1) / 3)
        return np.asarray(TSNE(perplexity=perplexity, init=start, random_state=seed).fit_transform(vectors), np.float32)
    from openTSNE import TSNE
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    others = PrecomputedNeighbors(neighbors.indices[:, 1:], neighbors.distances[:, 1:])
    affinities = Uniform(knn_index=others, k_neighbors=neighbors.indices.shape[1] - 1)
    layout = TSNE(random_state=seed, negative_gradient_method="bh" if n < 10_000 else "fft").fit(
        affinities=affinities, initialization=start
    )
    return np.asarray(layout, dtype=np.float32)
