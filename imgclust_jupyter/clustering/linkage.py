"""Hierarchical clustering: from prepared vectors to a linkage matrix in scipy's format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering.distances import METRICS, Metric, Vectors, condensed_distances
from imgclust_jupyter.clustering.memory import available_memory

__all__ = ["LINKAGES", "Linkage", "describe_linkage", "linkage"]

OnProgress = Callable[[float], None]

# Below, scipy is done before our own code has been compiled, and the distances take at most 0.8 GB.
_MANY = 10_000


@dataclass(frozen=True)
class Linkage:
    """How clusters are merged; to add one that scipy knows, register it in `LINKAGES` by scipy's name.

    Attributes
    ----------
    from_vectors : callable, optional
        ``(vectors, metric, on_progress) -> linkage matrix``, exact, in memory that grows with n, not n².
    fits : callable
        Whether that goes for the distances of a metric.
    """

    from_vectors: Callable[[Vectors, str, OnProgress], npt.NDArray[np.float64]] | None = None
    fits: Callable[[Metric], bool] = lambda metric: False


def linkage(
    vectors: Vectors, method: str = "ward", metric: str = "cosine", on_progress: OnProgress | None = None
) -> npt.NDArray[np.float64]:
    """Merge vectors into ever larger clusters until one is left.

    Up to 10,000 vectors scipy does it, from the distances of all pairs. Above, average linkage of cosine or correlation
    distances, and single and Ward's linkage of all but manhattan distances, are found without them, in O(n d) memory;
    the others still need all distances.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the same metric; n is at least 1.
    method : {"average", "complete", "single", "weighted", "ward"}
        How far two clusters are apart. Ward's linkage is about variances, so it takes the Euclidean distance between
        the prepared vectors: for ``cosine``, between rows scaled to length 1.
    metric : str
        A key of `METRICS`.
    on_progress : callable, optional
        Called with the share of the work done, from 0 to 1, at least once a second where the distances are not needed;
        what it raises ends the work.

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
    report = on_progress or (lambda share: None)
    from_vectors = _from_vectors(len(vectors), method, metric)
    if len(vectors) < 2:
        return np.empty((0, 4))
    report(0.0)
    Z = from_vectors(vectors, metric, report) if from_vectors else _from_distances(vectors, method, metric)
    report(1.0)
    return Z


def describe_linkage(n: int, method: str, metric: str) -> str:
    """Say in plain words how `linkage` finds the tree of n vectors.

    Examples
    --------
    >>> describe_linkage(100, "ward", "cosine")
    'ward linkage, exact, from the distances of all pairs'
    >>> describe_linkage(100_000, "ward", "cosine")
    'ward linkage, exact, without the distances of all pairs'
    """
    word = "without" if _from_vectors(n, method, metric) else "from"
    return f"{method} linkage, exact, {word} the distances of all pairs"


def _from_vectors(
    n: int, method: str, metric: str
) -> Callable[[Vectors, str, OnProgress], npt.NDArray[np.float64]] | None:
    if method not in LINKAGES:
        raise ValueError(f"no linkage {method!r}; the linkages are {', '.join(LINKAGES)}")
    if metric not in METRICS:
        raise ValueError(f"no metric {metric!r}; the metrics are {', '.join(METRICS)}")
    if method == "ward" and not METRICS[metric].euclidean:
        fitting = ", ".join(name for name, other in METRICS.items() if other.euclidean)
        raise ValueError(
            f"Ward's linkage does not go with the {metric} metric: it measures variance. "
            f"Take linkage='average', or one of the metrics {fitting}"
        )
    chosen = LINKAGES[method]
    return chosen.from_vectors if n > _MANY and chosen.fits(METRICS[metric]) else None


def _from_distances(vectors: Vectors, method: str, metric: str) -> npt.NDArray[np.float64]:
    _require_memory(len(vectors), metric, copies=1 if method == "single" else 2)  # of the others, scipy makes a copy
    distances = condensed_distances(vectors, "euclidean" if method == "ward" else metric)
    return np.asarray(hierarchy.linkage(distances, method))


def _require_memory(n: int, metric: str, copies: int) -> None:
    needed = copies * n * (n - 1) // 2 * np.dtype(np.float64).itemsize
    available = available_memory()
    if available is None or needed <= available:
        return
    affordable = int((2 * available / copies / np.dtype(np.float64).itemsize) ** 0.5)
    frugal = " or ".join(repr(name) for name, other in LINKAGES.items() if other.fits(METRICS[metric]))
    raise MemoryError(
        f"the distances between {n:,} images need {needed / 2**30:.1f} GiB of memory, "
        f"and {available / 2**30:.1f} GiB are available; take a sample of at most {affordable:,} images"
        + (f", or linkage={frugal}, which need no distances" if frugal and n > _MANY else "")
    )


def _agglomerate(vectors: Vectors, metric: str, on_progress: OnProgress, method: str) -> npt.NDArray[np.float64]:
    from imgclust_jupyter.clustering.agglomeration import agglomerate  # numba takes its time

    squared = METRICS[metric].squared and method != "ward"
    return agglomerate(vectors, method, squared, on_progress)


LINKAGES: dict[str, Linkage] = {
    "average": Linkage(partial(_agglomerate, method="average"), lambda metric: metric.squared),
    "complete": Linkage(),
    "single": Linkage(partial(_agglomerate, method="single"), lambda metric: metric.euclidean),
    "weighted": Linkage(),
    "ward": Linkage(partial(_agglomerate, method="ward"), lambda metric: metric.euclidean),
}
"""The linkages by name."""
