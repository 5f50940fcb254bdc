"""Hierarchical clustering: from prepared vectors to a linkage matrix in scipy's format."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering.distances import METRICS, Metric, Vectors, condensed_distances
from imgclust_jupyter.clustering.memory import available_memory

__all__ = ["LINKAGES", "Linkage", "Plan", "linkage", "plan_linkage"]

OnProgress = Callable[[float], None]

# Below, scipy is done before our own code has been compiled, and the distances take at most 0.8 GB.
_MANY = 10_000
_FEWEST = 1_000  # small clusters, below which an approximate tree would say little


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
    distances, and single and Ward's linkage of all but manhattan distances, are found without them, in O(n d) memory.
    The others need all distances; where there is not enough memory for them, their trees are approximate
    (`linkage_of_micro_clusters`). `plan_linkage` says beforehand which it will be.

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
    return plan_linkage(len(vectors), method, metric).run(vectors, on_progress or (lambda share: None))


@dataclass(frozen=True)
class Plan:
    """How a tree will be found.

    Attributes
    ----------
    description : str
        In plain words.
    exact : bool
        Whether no two clusters are merged while two others are nearer.
    run : callable
        ``(vectors, on_progress) -> linkage matrix``.
    """

    description: str
    exact: bool
    run: Callable[[Vectors, OnProgress], npt.NDArray[np.float64]]


def plan_linkage(n: int, method: str, metric: str) -> Plan:
    """Choose the way in which `linkage` finds the tree of n vectors, by their number and the memory that there is.

    Parameters
    ----------
    n : int
        At least 1.
    method, metric : str
        As for `linkage`.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError, MemoryError
        As `linkage`.

    Examples
    --------
    >>> plan_linkage(100, "ward", "cosine").description
    'ward linkage, exact, from the distances of all pairs'
    >>> plan_linkage(100_000, "ward", "cosine").description
    'ward linkage, exact, without the distances of all pairs'
    """
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
    if n < 2:
        return Plan(f"{method} linkage of one image", True, lambda vectors, on_progress: np.empty((0, 4)))
    if n > _MANY and chosen.from_vectors is not None and chosen.fits(METRICS[metric]):
        run = partial(_reporting, partial(_from_vectors, chosen.from_vectors, metric=metric))
        return Plan(f"{method} linkage, exact, without the distances of all pairs", True, run)
    affordable = _affordable(copies=1 if method == "single" else 2)  # of the others, scipy makes a copy
    if n <= affordable:
        run = partial(_reporting, partial(_from_distances, method=method, metric=metric))
        return Plan(f"{method} linkage, exact, from the distances of all pairs", True, run)
    needed = n * (n - 1) // 2 * np.dtype(np.float64).itemsize
    if affordable < _FEWEST or n <= _MANY:
        raise MemoryError(
            f"the distances between {n:,} images need {needed / 2**30:.1f} GiB of memory, and there is enough for "
            f"{affordable:,} images; take a sample"
        )
    exact = " or ".join(repr(name) for name, other in LINKAGES.items() if other.fits(METRICS[metric]))
    small = min(affordable, _MANY)
    description = (
        f"{method} linkage, approximate: of {small:,} small clusters by their medoids, since the distances between "
        f"{n:,} images need {needed / 2**30:.1f} GiB of memory"
        + (f" (exact without: linkage={exact})" if exact else "")
    )
    return Plan(
        description, False, partial(_reporting, partial(_approximate, method=method, metric=metric, small=small))
    )


def _reporting(
    find: Callable[..., npt.NDArray[np.float64]], vectors: Vectors, on_progress: OnProgress
) -> npt.NDArray[np.float64]:
    on_progress(0.0)
    Z = find(vectors, on_progress=on_progress)
    on_progress(1.0)
    return Z


def _from_vectors(
    find: Callable[[Vectors, str, OnProgress], npt.NDArray[np.float64]],
    vectors: Vectors,
    metric: str,
    on_progress: OnProgress,
) -> npt.NDArray[np.float64]:
    return find(vectors, metric, on_progress)


def _from_distances(vectors: Vectors, method: str, metric: str, on_progress: OnProgress) -> npt.NDArray[np.float64]:
    distances = condensed_distances(vectors, "euclidean" if method == "ward" else metric)
    return np.asarray(hierarchy.linkage(distances, method))


def _approximate(
    vectors: Vectors, method: str, metric: str, small: int, on_progress: OnProgress
) -> npt.NDArray[np.float64]:
    from imgclust_jupyter.clustering.micro_clusters import linkage_of_micro_clusters

    ward = partial(_agglomerate, metric="euclidean", on_progress=on_progress, method="ward")
    return linkage_of_micro_clusters(vectors, method, metric, small, ward)


def _affordable(copies: int) -> int:
    """Return of how many images the distances can be had."""
    available = available_memory()
    return sys.maxsize if available is None else int((2 * available / copies / np.dtype(np.float64).itemsize) ** 0.5)


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
