"""Which images are like a given one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import METRICS

__all__ = ["similar"]


def similar(
    vectors: npt.NDArray[Any], point: npt.NDArray[Any], k: int, metric: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Find the images nearest to one, in or out of the collection.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the metric.
    point : ndarray, shape (d,)
        Prepared in the same way.
    k : int
        How many, at least 1.
    metric : str
        A key of `METRICS`.

    Returns
    -------
    rows : ndarray of int64, shape (min(k, n),)
        The nearest first; an image of the collection is its own nearest.
    distances : ndarray of float64, shape (min(k, n),)

    Raises
    ------
    ValueError
        For a k below 1 or an unknown metric.

    Examples
    --------
    >>> rows, distances = similar(np.array([[0.0], [1.0], [5.0]]), np.array([0.9]), 2, "euclidean")
    >>> rows.tolist(), distances.round(1).tolist()
    ([1, 0], [0.1, 0.9])
    """
    if k < 1:
        raise ValueError(f"at least one image must be asked for, not {k}")
    if metric not in METRICS:
        raise ValueError(f"no metric {metric!r}; the metrics are {', '.join(METRICS)}")
    from sklearn.metrics import pairwise_distances

    searched_as = "euclidean" if METRICS[metric].euclidean else metric
    (distances,) = pairwise_distances(point[None], vectors, searched_as).astype(np.float64)
    if metric in ("cosine", "correlation"):
        distances = distances**2 / 2  # of rows of length 1: one minus the cosine
    rows = np.argsort(distances, kind="stable")[:k]
    return rows, distances[rows]
