"""The nearest neighbours of every image."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Neighbors", "nearest_neighbors"]

Neighbors = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]
"""Rows and distances, each of shape (n, k); the first is the image itself."""

_SEARCHED_AS = {"cosine": "euclidean", "correlation": "euclidean", "euclidean": "euclidean", "manhattan": "manhattan"}


def nearest_neighbors(vectors: npt.NDArray[Any], k: int, metric: str = "cosine") -> Neighbors:
    """Find the k nearest rows of every row, exactly.

    scikit-learn compares the rows in blocks, on all cores, in O(n d) memory and O(n² d) time.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `clustering.prepare` returns them for the metric: for ``cosine`` and ``correlation`` rows of length 1.
    k : int
        How many, the row itself included; at most n are found.
    metric : {"cosine", "euclidean", "manhattan", "correlation"}

    Returns
    -------
    indices : ndarray of int32, shape (n, min(k, n))
        The row itself first, then by distance.
    distances : ndarray of float32, shape (n, min(k, n))

    Raises
    ------
    ValueError
        For a k below 1 or an unknown metric.

    Examples
    --------
    >>> indices, distances = nearest_neighbors(np.array([[0.0], [1.0], [5.0]]), 2, "euclidean")
    >>> indices.tolist(), distances.tolist()
    ([[0, 1], [1, 0], [2, 1]], [[0.0, 1.0], [0.0, 1.0], [0.0, 4.0]])
    """
    if k < 1:
        raise ValueError(f"every image has at least one neighbour, itself; {k} were asked for")
    if metric not in _SEARCHED_AS:
        raise ValueError(f"no metric {metric!r}; the metrics are {', '.join(_SEARCHED_AS)}")
    n = len(vectors)
    itself = np.arange(n, dtype=np.int32)[:, None], np.zeros((n, 1), dtype=np.float32)
    others = min(k, n) - 1
    if others < 1:
        return itself
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=others, algorithm="brute", metric=_SEARCHED_AS[metric]).fit(vectors)
    distances, indices = search.kneighbors()  # without an argument: of every row, itself left out
    if metric in ("cosine", "correlation"):
        distances = distances**2 / 2  # of rows of length 1: one minus the cosine
    return np.hstack([itself[0], indices.astype(np.int32)]), np.hstack([itself[1], distances.astype(np.float32)])
