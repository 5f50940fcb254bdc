"""Hierarchical clustering: from prepared vectors to a linkage matrix in scipy's format."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering.distances import METRICS, Vectors, condensed_distances
from imgclust_jupyter.clustering.memory import available_memory

__all__ = ["LINKAGES", "linkage"]

Linkage = Callable[[Vectors, str], npt.NDArray[np.float64]]


def linkage(vectors: Vectors, method: str = "ward", metric: str = "cosine") -> npt.NDArray[np.float64]:
    """Merge vectors into ever larger clusters until one is left.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the same metric; n is at least 1.
    method : {"average", "complete", "single", "weighted", "ward"}
        How far two clusters are apart. Ward's linkage is about variances, so it takes the Euclidean distance between
        the prepared vectors: for ``cosine``, between rows scaled to length 1.
    metric : str
        A key of `METRICS`.

    Returns
    -------
    ndarray of float64, shape (n - 1, 4)
        A linkage matrix as `scipy.cluster.hierarchy` has it, sorted by height.

    Raises
    ------
    ValueError
        For an unknown method or metric, or one that does not go with the other.
    MemoryError
        When there is not enough memory for the distances; nothing has been computed then.

    Examples
    --------
    >>> linkage(np.array([[0.0], [1.0], [5.0]]), "single", "euclidean").tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.0, 3.0]]
    """
    if method not in LINKAGES:
        raise ValueError(f"no linkage {method!r}; the linkages are {', '.join(LINKAGES)}")
    if metric not in METRICS:
        raise ValueError(f"no metric {metric!r}; the metrics are {', '.join(METRICS)}")
    if len(vectors) < 2:
        return np.empty((0, 4))
    return LINKAGES[method](vectors, metric)


def _from_distances(vectors: Vectors, metric: str, method: str) -> npt.NDArray[np.float64]:
    # scipy works on a copy of the distances, except for single linkage.
    _require_memory(len(vectors), copies=1 if method == "single" else 2)
    return np.asarray(hierarchy.linkage(condensed_distances(vectors, metric), method))


def _ward(vectors: Vectors, metric: str) -> npt.NDArray[np.float64]:
    if not METRICS[metric].euclidean:
        fitting = ", ".join(name for name, other in METRICS.items() if other.euclidean)
        raise ValueError(
            f"Ward's linkage does not go with the {metric} metric: it measures variance. "
            f"Take linkage='average', or one of the metrics {fitting}"
        )
    return _from_distances(vectors, "euclidean", "ward")


def _require_memory(n: int, copies: int) -> None:
    needed = copies * n * (n - 1) // 2 * np.dtype(np.float64).itemsize
    available = available_memory()
    if available is None or needed <= available:
        return
    affordable = int((2 * available / copies / np.dtype(np.float64).itemsize) ** 0.5)
    raise MemoryError(
        f"the distances between {n:,} images need {needed / 2**30:.1f} GiB of memory, "
        f"and {available / 2**30:.1f} GiB are available; take a sample of at most {affordable:,} images"
        + ("" if copies == 1 else ", or linkage='single', which needs half as much")
    )


LINKAGES: dict[str, Linkage] = {
    "average": partial(_from_distances, method="average"),
    "complete": partial(_from_distances, method="complete"),
    "single": partial(_from_distances, method="single"),
    "weighted": partial(_from_distances, method="weighted"),
    "ward": _ward,
}
"""The linkages by name: functions of the prepared vectors and the metric's name."""
