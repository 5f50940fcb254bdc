"""From merges, however they were found, to a linkage matrix."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["to_linkage"]


def to_linkage(pairs: npt.NDArray[np.integer], height: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Make a linkage matrix of merges, its clusters numbered in the order of their heights.

    Parameters
    ----------
    pairs : ndarray of int, shape (n - 1, 2)
        Of each merge an item of one cluster and an item of the other.
    height : ndarray of float64, shape (n - 1,)
        Of each merge. Where a cluster is as high as one of its parts, the part has to come before.

    Returns
    -------
    ndarray of float64, shape (n - 1, 4)
        A linkage matrix as `scipy.cluster.hierarchy` has it, sorted by height.

    Examples
    --------
    >>> to_linkage(np.array([[2, 0], [0, 1]]), np.array([4.0, 1.0])).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 4.0, 3.0]]
    """
    n = len(pairs) + 1
    order = np.argsort(height, kind="stable")
    above = list(range(2 * n - 1))
    size = [1] * (2 * n - 1)
    rows = []
    for merge, (a, b) in enumerate(pairs[order].tolist(), n):
        first, second = sorted((_top(above, a), _top(above, b)))
        above[first] = above[second] = merge
        size[merge] = size[first] + size[second]
        rows.append((first, second, size[merge]))
    Z = np.empty((n - 1, 4))
    Z[:, [0, 1, 3]] = np.array(rows).reshape(-1, 3)
    Z[:, 2] = height[order]
    return Z


def _top(above: list[int], node: int) -> int:
    while above[node] != node:
        above[node] = node = above[above[node]]
    return node
