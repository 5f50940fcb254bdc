"""How unlike two images are: the metrics, and the preparation of feature vectors that each needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist

__all__ = ["METRICS", "Metric", "condensed_distances", "prepare"]

Vectors = npt.NDArray[np.floating]
Mean = npt.NDArray[np.floating] | None

_BLOCK_VALUES = 2**23  # 64 MiB of float64 at a time
_NOTHING_LEFT = 1e-6  # float32 tells no two numbers apart that are closer, relative to their size, than a tenth of this


@dataclass(frozen=True)
class Metric:
    """A metric; to add one, write its two functions and register it in `METRICS`.

    Attributes
    ----------
    prepare : callable
        ``(X, mean or None) -> (vectors, mean or None)``, see `prepare`.
    distances : callable
        ``vectors -> condensed distances`` as float64.
    euclidean : bool
        Whether Euclidean distances between prepared vectors go with the metric, as Ward's linkage needs.
    squared : bool
        Whether a distance is half the squared Euclidean distance between prepared vectors.
    """

    prepare: Callable[[Vectors, Mean], tuple[Vectors, Mean]]
    distances: Callable[[Vectors], npt.NDArray[np.float64]]
    euclidean: bool = True
    squared: bool = False


def prepare(X: npt.ArrayLike, metric: str, mean: Mean = None) -> tuple[Vectors, Mean]:
    """Turn feature vectors into those that a metric compares.

    Parameters
    ----------
    X : array-like, shape (n, d)
        Feature vectors; float32 stays float32, everything else becomes float64.
    metric : {"cosine", "euclidean", "manhattan", "correlation"}
        ``cosine`` subtracts the mean of the collection and scales each row to length 1, ``correlation`` subtracts each
        row's own mean and does the same, the others take the vectors as they are. A row with nothing left after the
        subtraction becomes zeros.
    mean : ndarray, shape (d,), optional
        The mean of an earlier call, so that images added later do not move the distances between the others.

    Returns
    -------
    vectors : ndarray of float32 or float64, shape (n, d)
    mean : ndarray, shape (d,), or None
        What was subtracted from every row; None for metrics that subtract nothing.

    Raises
    ------
    ValueError
        For an unknown metric, an array that is not two-dimensional, or values that are not finite.

    Examples
    --------
    >>> vectors, mean = prepare([[3.0, 0.0], [1.0, 0.0]], "cosine")
    >>> vectors.tolist(), mean.tolist()
    ([[1.0, 0.0], [-1.0, 0.0]], [2.0, 0.0])
    """
    X = np.asarray(X)
    if X.dtype != np.float32:
        X = X.astype(np.float64)
    if X.ndim != 2:
        raise ValueError(f"expected one feature vector per row, shape (n, d); got shape {X.shape}")
    finite = np.isfinite(X).all(axis=1)
    if not finite.all():
        raise ValueError(f"feature vector {int(np.argmin(finite))} has values that are not finite")
    return _metric(metric).prepare(X, mean)


def condensed_distances(vectors: Vectors, metric: str) -> npt.NDArray[np.float64]:
    """Return the distances between all pairs of prepared vectors.

    Cosine and correlation distances are half the squared Euclidean distance between the prepared vectors, that is one
    minus the cosine (or Pearson's correlation); between a vector of zeros and any other this makes 0.5. Distances too
    small for the arithmetic to tell from zero (about 1e-7 of the vectors' length) are zero.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the same metric.
    metric : str
        A key of `METRICS`.

    Returns
    -------
    ndarray of float64, shape (n * (n - 1) / 2,)
        In the order of `scipy.spatial.distance.pdist`.

    Raises
    ------
    ValueError
        For an unknown metric.

    Examples
    --------
    >>> vectors, _ = prepare([[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]], "euclidean")
    >>> condensed_distances(vectors, "euclidean").tolist()
    [5.0, 3.0, 4.0]
    """
    return _metric(metric).distances(vectors)


def _metric(name: str) -> Metric:
    if name not in METRICS:
        raise ValueError(f"no metric {name!r}; the metrics are {', '.join(METRICS)}")
    return METRICS[name]


def _as_they_are(X: Vectors, mean: Mean) -> tuple[Vectors, Mean]:
    return X, None


def _centred_on_collection(X: Vectors, mean: Mean) -> tuple[Vectors, Mean]:
    if mean is None:
        mean = X.mean(axis=0, dtype=np.float64)
    return _unit_rows(X, mean.astype(X.dtype)), mean


def _centred_on_themselves(X: Vectors, mean: Mean) -> tuple[Vectors, Mean]:
    return _unit_rows(X, X.mean(axis=1, dtype=np.float64, keepdims=True).astype(X.dtype)), None


def _unit_rows(X: Vectors, center: Vectors) -> Vectors:
    vectors = X - center
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    # What is left of a row that equals the center is rounding error, which would be scaled up to a random direction.
    nothing = length <= _NOTHING_LEFT * np.linalg.norm(X, axis=1, keepdims=True)
    vectors[nothing[:, 0]] = 0
    vectors /= np.where(nothing, 1, length)
    return vectors


def _squared_euclidean(vectors: Vectors) -> npt.NDArray[np.float64]:
    # As matrix products, some twenty times faster than pdist for the vectors of a network.
    n, d = vectors.shape
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)  # a common offset would only cost digits
    squares = np.einsum("ij,ij->i", centred, centred)
    rounding = (d + 2) * np.finfo(np.float64).eps
    condensed = np.empty(n * (n - 1) // 2)
    filled = 0
    rows = max(1, _BLOCK_VALUES // max(1, n))
    for start in range(0, n, rows):
        block = centred[start : start + rows] @ centred[start:].T
        scale = squares[start : start + rows, None] + squares[start:]
        block *= -2
        block += scale
        block[block <= rounding * scale] = 0
        for i in range(len(block)):
            condensed[filled : filled + n - start - i - 1] = block[i, i + 1 :]
            filled += n - start - i - 1
    return condensed


def _euclidean(vectors: Vectors) -> npt.NDArray[np.float64]:
    distances = _squared_euclidean(vectors)
    return np.sqrt(distances, out=distances)


def _half_squared_euclidean(vectors: Vectors) -> npt.NDArray[np.float64]:
    distances = _squared_euclidean(vectors)
    distances /= 2
    return distances


def _manhattan(vectors: Vectors) -> npt.NDArray[np.float64]:
    return np.asarray(pdist(vectors, "cityblock"))


METRICS = {
    "cosine": Metric(_centred_on_collection, _half_squared_euclidean, squared=True),
    "euclidean": Metric(_as_they_are, _euclidean),
    "manhattan": Metric(_as_they_are, _manhattan, euclidean=False),
    "correlation": Metric(_centred_on_themselves, _half_squared_euclidean, squared=True),
}
"""The metrics by name."""
