"""Which images stand apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from imgclust_jupyter.layout import Neighbors

__all__ = ["local_outlier_factor", "mean_distance", "ranks"]

Scores = npt.NDArray[np.float64]


def mean_distance(neighbors: Neighbors) -> Scores:
    """Return how far every image is from its nearest neighbours.

    Parameters
    ----------
    neighbors : tuple of ndarray
        As from `nearest_neighbors`.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mean distance to the k - 1 others, in the metric's unit; larger is more of an outlier. Photographs of other
        things hidden in a collection rank higher by this than by the local outlier factor (``benchmarks/insight.py``).

    References
    ----------
    Angiulli, Pizzuti: Fast outlier detection in high dimensional spaces. PKDD 2002.

    Examples
    --------
    >>> from imgclust_jupyter.layout import nearest_neighbors
    >>> points = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> mean_distance(nearest_neighbors(points, 3, "euclidean")).tolist()
    [1.5, 1.0, 1.5, 7.5]
    """
    _, distances = neighbors
    if distances.shape[1] < 2:
        return np.zeros(len(distances))
    return np.asarray(distances[:, 1:].mean(axis=1, dtype=np.float64))


def local_outlier_factor(neighbors: Neighbors) -> Scores:
    """Return how much sparser it is around every image than around its nearest neighbours.

    Parameters
    ----------
    neighbors : tuple of ndarray
        As from `nearest_neighbors`.

    Returns
    -------
    ndarray of float64, shape (n,)
        About 1 within a group, however dense it is; larger is more of an outlier.

    References
    ----------
    Breunig, Kriegel, Ng, Sander: LOF: identifying density-based local outliers. SIGMOD 2000; as in scikit-learn.

    Examples
    --------
    >>> from imgclust_jupyter.layout import nearest_neighbors
    >>> points = np.array([[0.0], [1.0], [2.0], [3.0], [9.0]])
    >>> int(local_outlier_factor(nearest_neighbors(points, 3, "euclidean")).argmax())
    4
    """
    from sklearn.neighbors import LocalOutlierFactor

    indices, distances = neighbors
    n, k = indices.shape
    if k < 2:
        return np.ones(n)
    graph = csr_matrix((distances.ravel().astype(np.float64), indices.ravel(), np.arange(0, n * k + 1, k)), (n, n))
    return -np.asarray(LocalOutlierFactor(k - 1, metric="precomputed").fit(graph).negative_outlier_factor_)


def ranks(scores: Scores) -> npt.NDArray[np.int64]:
    """Return the place of every image when they are sorted by score, the largest first.

    Parameters
    ----------
    scores : ndarray, shape (n,)

    Returns
    -------
    ndarray of int64, shape (n,)
        1 … n, equal scores in the order of the rows.

    Examples
    --------
    >>> ranks(np.array([0.5, 2.0, 1.0])).tolist()
    [3, 1, 2]
    """
    places = np.empty(len(scores), dtype=np.int64)
    places[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return places
