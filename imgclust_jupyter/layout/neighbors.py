"""The nearest neighbours of every image: found once, for the map, the outliers, the duplicates and the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.layout.approximate_search import descended_rows
from imgclust_jupyter.layout.exact_search import OnProgress, has_fast_bfloat16, nearest_rows

__all__ = ["Neighbors", "extend_neighbors", "nearest_neighbors"]

_SEARCHED_AS = {"cosine": "euclidean", "correlation": "euclidean", "euclidean": "euclidean", "manhattan": "manhattan"}
_SAMPLE = 500  # rows, on which the recall is measured
_OVERHEAD = 500  # dimensions whose products take as long as choosing the nearest does
_PRODUCTS_AFFORDED = 4e12  # in float32; as many as take no longer than pynndescent, its compilation included
_PRODUCTS_AFFORDED_FAST = 11e12  # in bfloat16
_DIFFERENCES_AFFORDED = 4e10
_BLOCK_ROWS = 1000


@dataclass(frozen=True)
class Neighbors:
    """The nearest neighbours of every row; unpacks into indices and distances.

    Attributes
    ----------
    indices : ndarray of int32, shape (n, k)
        The row itself first, then by distance.
    distances : ndarray of float32, shape (n, k)
        In the metric that was asked for.
    recall : float
        The share of the true neighbours that were found: 1 after an exact search, else measured on a sample.
    """

    indices: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float32]
    recall: float = 1.0

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        return iter((self.indices, self.distances))


def nearest_neighbors(
    vectors: npt.NDArray[Any], k: int, metric: str = "cosine", on_progress: OnProgress | None = None
) -> Neighbors:
    """Find the k nearest rows of every row.

    All rows are compared with all others, exactly, as long as that is no slower than pynndescent, which takes some 20 s
    to compile: up to 100,000 x 512 or 65,000 x 2,048 where the processor is quick in bfloat16, to 60,000 x 512 or
    39,000 x 2,048 elsewhere, and to 9,000 x 512 for ``manhattan``, which is no matrix product. Above, pynndescent finds
    most of them: 97 % or more of the 15 nearest of 100,000 rows, real and synthetic, with 64 to 2,048 dimensions.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `clustering.prepare` returns them for the metric: for ``cosine`` and ``correlation`` rows of length 1.
    k : int
        How many, the row itself included; at most n are found.
    metric : {"cosine", "euclidean", "manhattan", "correlation"}
    on_progress : callable, optional
        Called with how many rows are done, of how many; what it raises ends the search.

    Returns
    -------
    Neighbors
        Of shape (n, min(k, n)).

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
    n, d = vectors.shape
    others = min(k, n) - 1
    if others < 1:
        return Neighbors(np.arange(n, dtype=np.int32)[:, None], np.zeros((n, 1), dtype=np.float32))
    if is_exact(n, d, metric):
        return _with_themselves(*_exact(vectors, vectors, others, metric, np.arange(n), on_progress))
    indices, distances = _without_themselves(*descended_rows(vectors, others + 1, _SEARCHED_AS[metric]), np.arange(n))
    distances = _from_euclidean(distances, metric)
    few = np.flatnonzero((indices < 0).any(axis=1))
    sample = np.random.default_rng(0).choice(n, min(n, _SAMPLE), replace=False)
    rows = np.concatenate([few, sample])
    true_indices, true_distances = _exact(vectors[rows], vectors, others, metric, rows, on_progress)
    indices[few], distances[few] = true_indices[: len(few)], true_distances[: len(few)]
    # By distance, since of equally near ones any will do.
    found = distances[sample] <= true_distances[len(few) :, -1:] * (1 + 1e-5)
    return _with_themselves(indices, distances, float(found.mean()))


def extend_neighbors(
    neighbors: Neighbors,
    vectors: npt.NDArray[Any],
    k: int,
    metric: str = "cosine",
    on_progress: OnProgress | None = None,
    before: npt.NDArray[np.integer] | None = None,
) -> Neighbors:
    """Find the neighbours of rows that were added, which become neighbours of earlier rows too.

    Parameters
    ----------
    neighbors : Neighbors
        Of the earlier rows.
    vectors : ndarray of float32 or float64, shape (n, d)
        All rows, prepared with the mean that the earlier ones were prepared with.
    k : int
        As for the earlier rows.
    metric : {"cosine", "euclidean", "manhattan", "correlation"}
    on_progress : callable, optional
        See `nearest_neighbors`.
    before : ndarray of int, shape (n,), optional
        Which of the earlier rows each one is; -1 for an added one. Earlier ones that are missing have been removed.
        Default: all of the earlier rows come first.

    Returns
    -------
    Neighbors
        As `nearest_neighbors` finds them among all rows, in O(m n d) time for m rows that were added or have lost a
        neighbour. Where the earlier rows' neighbours were found approximately, the recall is still theirs.

    Examples
    --------
    >>> before = nearest_neighbors(np.array([[0.0], [1.0], [5.0]]), 2, "euclidean")
    >>> extend_neighbors(before, np.array([[0.0], [1.0], [5.0], [4.0]]), 2, "euclidean").indices.tolist()
    [[0, 1], [1, 0], [2, 3], [3, 2]]
    """
    n, earlier = len(vectors), len(neighbors.indices)
    if before is None:
        before = np.where(np.arange(n) < earlier, np.arange(n), -1)
    kept, (added,) = np.flatnonzero(before >= 0), np.nonzero(before < 0)
    others = min(k, n) - 1
    if not 0 < others < neighbors.indices.shape[1] or not len(kept):  # none to look for, or there were too few
        return nearest_neighbors(vectors, k, metric, on_progress)
    row_of = np.full(earlier, -1, dtype=np.int32)
    row_of[before[kept]] = kept
    listed = row_of[neighbors.indices[before[kept], 1:]]
    whole = (listed >= 0).all(axis=1)
    old, searched = kept[whole], np.concatenate([kept[~whole], added])
    candidates, away = listed[whole], neighbors.distances[before[old], 1:]
    if len(added):
        # Of all rows: to leave out those that are searched anew would copy the vectors.
        more, how_far = _exact(vectors, vectors[added], min(others, len(added)), metric, None, on_progress)
        candidates = np.hstack([candidates, added[more[old]].astype(np.int32)])
        away = np.hstack([away, how_far[old]])
    nearest = np.argsort(away, axis=1, kind="stable")[:, :others]
    indices, distances = np.empty((n, others), dtype=np.int32), np.empty((n, others), dtype=np.float32)
    indices[old] = np.take_along_axis(candidates, nearest, axis=1)
    distances[old] = np.take_along_axis(away, nearest, axis=1)
    if len(searched):
        indices[searched], distances[searched] = _exact(
            vectors[searched], vectors, others, metric, searched, on_progress
        )
    return _with_themselves(indices, distances, neighbors.recall)


def is_exact(n: int, d: int, metric: str) -> bool:
    """Tell whether `nearest_neighbors` compares n rows of d numbers one by one, without a compiler."""
    if metric == "manhattan":
        return n**2 * d <= _DIFFERENCES_AFFORDED
    return n**2 * (d + _OVERHEAD) <= (_PRODUCTS_AFFORDED_FAST if has_fast_bfloat16() else _PRODUCTS_AFFORDED)


def _exact(
    queries: npt.NDArray[Any],
    base: npt.NDArray[Any],
    k: int,
    metric: str,
    themselves: npt.NDArray[np.int64] | None,
    on_progress: OnProgress | None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    if metric == "manhattan":
        return _nearest_by_manhattan(queries, base, k, themselves, on_progress)
    indices, squared = nearest_rows(queries, base, k, themselves=themselves, on_progress=on_progress)
    return indices, _from_euclidean(np.sqrt(squared), metric)


def _from_euclidean(distances: npt.NDArray[np.float32], metric: str) -> npt.NDArray[np.float32]:
    # Of rows of length 1, half the square is one minus the cosine.
    return np.float32(0.5) * distances**2 if metric in ("cosine", "correlation") else distances


def _nearest_by_manhattan(
    queries: npt.NDArray[Any],
    base: npt.NDArray[Any],
    k: int,
    themselves: npt.NDArray[np.int64] | None,
    on_progress: OnProgress | None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=k + (themselves is not None), algorithm="brute", metric="manhattan").fit(base)
    parts = []
    for start in range(0, len(queries), _BLOCK_ROWS):
        if on_progress is not None:
            on_progress(start, len(queries))
        parts.append(search.kneighbors(queries[start : start + _BLOCK_ROWS]))
    distances, indices = (np.vstack(part) for part in zip(*parts, strict=True))
    indices, distances = indices.astype(np.int32), distances.astype(np.float32)
    return (indices, distances) if themselves is None else _without_themselves(indices, distances, themselves)


def _without_themselves(
    indices: npt.NDArray[np.int32], distances: npt.NDArray[np.float32], themselves: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    # Each row has found itself, unless more duplicates came before it than were looked for; then one of those goes.
    itself = indices == themselves[:, None]
    itself[~itself.any(axis=1), -1] = True
    shape = len(indices), indices.shape[1] - 1
    return indices[~itself].reshape(shape), distances[~itself].reshape(shape)


def _with_themselves(
    indices: npt.NDArray[np.int32], distances: npt.NDArray[np.float32], recall: float = 1.0
) -> Neighbors:
    themselves = np.arange(len(indices), dtype=np.int32)[:, None]
    zeros = np.zeros((len(indices), 1), dtype=np.float32)
    return Neighbors(np.hstack([themselves, indices]), np.hstack([zeros, distances]), recall)
