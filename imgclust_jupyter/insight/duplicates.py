"""Which images are there more than once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from imgclust_jupyter.clustering import condensed_distances
from imgclust_jupyter.layout import Neighbors

__all__ = ["CLOSENESS", "duplicate_groups", "typical_distance"]

CLOSENESS = 0.25
"""How close two images are that count as the same, unless somebody says otherwise."""

_FLOOR = 0.5
_SAMPLE = 500


def typical_distance(vectors: npt.NDArray[np.floating], metric: str) -> float:
    """Return the median distance between two images, from a sample of at most 500.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the metric.
    metric : str
        A key of `METRICS`.

    Returns
    -------
    float
        0 for a single image.

    Examples
    --------
    >>> typical_distance(np.array([[0.0], [1.0], [5.0]]), "euclidean")
    4.0
    """
    if len(vectors) < 2:
        return 0.0
    rows = np.random.default_rng(0).permutation(len(vectors))[:_SAMPLE]
    return float(np.median(condensed_distances(vectors[rows], metric)))


def duplicate_groups(
    neighbors: Neighbors, typical: float, contents: Sequence[str] | None = None, closeness: float = CLOSENESS
) -> npt.NDArray[np.int32]:
    """Group images that are the same but for their size, compression, or small changes.

    How close that is is found from the data: two images are the same when their distance is at most a quarter of how
    far the neighbours of either are away (the median of its list of neighbours, but at least half of what that is in
    the whole collection, lest a dozen copies of one image be each other's measure), and at most an eighth of the
    typical distance, since in a small collection an image's neighbours may be of all kinds. Groups are what such pairs
    connect.

    How many planted copies are found, and what else is, is measured by ``benchmarks/insight.py``.

    Parameters
    ----------
    neighbors : tuple of ndarray
        As from `nearest_neighbors`.
    typical : float
        As from `typical_distance`.
    contents : sequence of str, length n, optional
        Digests of the files' contents; equal ones belong together, however many there are.
    closeness : float
        The quarter, and double the eighth: larger finds more that is only similar.

    Returns
    -------
    ndarray of int32, shape (n,)
        1, 2, … in the order of the first member's row; 0 for an image that is there once.

    Examples
    --------
    >>> from imgclust_jupyter.layout import nearest_neighbors
    >>> points = np.array([[0.0], [4.0], [4.1], [9.0], [13.0]])
    >>> duplicate_groups(nearest_neighbors(points, 4, "euclidean"), typical_distance(points, "euclidean")).tolist()
    [0, 1, 1, 0, 0]
    """
    indices, distances = neighbors
    n, k = indices.shape
    if n < 2 or k < 2:
        return np.zeros(n, dtype=np.int32)
    around = np.median(distances[:, 1:], axis=1)
    around = np.maximum(around, _FLOOR * np.median(around))
    around = np.minimum(around, typical / 2)
    close = distances <= closeness * np.minimum(around[:, None], around[indices])
    close[:, 0] = False
    rows, places = np.nonzero(close)
    first, second = [rows], [indices[rows, places]]
    if contents is not None:
        _, content = np.unique(np.asarray(contents), return_inverse=True)
        in_order = np.argsort(content, kind="stable")
        equal = content[in_order[1:]] == content[in_order[:-1]]
        first.append(in_order[:-1][equal])
        second.append(in_order[1:][equal])
    pairs = np.concatenate(first), np.concatenate(second)
    _, component = connected_components(coo_matrix((np.ones(len(pairs[0])), pairs), (n, n)), directed=False)
    repeated = np.bincount(component)[component] > 1
    groups = np.zeros(n, dtype=np.int32)
    # connected_components numbers them in the order of their first rows.
    groups[repeated] = np.unique(component[repeated], return_inverse=True)[1] + 1
    return groups
