"""Which clusters of a new tree are which of the old one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from imgclust_jupyter.clustering.greedy_order import leaves_of

__all__ = ["match_clusters", "order_like"]


def match_clusters(before: npt.ArrayLike, after: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Give each cluster the number of the old one that it has most of.

    Parameters
    ----------
    before, after : array-like of int, shape (n,)
        The clusters, from 1, of the same images. There may be gaps in the numbers of the old ones.

    Returns
    -------
    ndarray of int64, shape (k,)
        For the clusters 1 … k of `after` numbers that differ from each other, so chosen that as many images as possible
        keep theirs (the assignment problem). Where there are more clusters than before, the rest get the numbers that
        are free.

    Examples
    --------
    >>> match_clusters([1, 1, 2, 2, 3], [2, 2, 3, 1, 1]).tolist()
    [3, 1, 2]
    """
    before, after = np.asarray(before), np.asarray(after)
    k = int(after.max(initial=0))
    common = np.zeros((k, max(k, int(before.max(initial=0)))), dtype=np.int64)
    np.add.at(common, (after - 1, before - 1), 1)
    _, numbers = linear_sum_assignment(common, maximize=True)
    return np.asarray(numbers, dtype=np.int64) + 1


def order_like(Z: npt.NDArray[np.float64], places: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    """Order the leaves of a tree as nearly as it allows in the order that they had.

    Parameters
    ----------
    Z : ndarray of float64, shape (n - 1, 4)
        A linkage matrix.
    places : ndarray, shape (n,)
        Where each row was; of a new one, where its nearest neighbour was.

    Returns
    -------
    ndarray of int32, shape (n,)
        The order in which of every two children the one with the smaller mean place comes first.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> order_like(Z, np.array([2.0, 1.0, 0.0])).tolist()
    [2, 1, 0]
    """
    n = len(Z) + 1
    first, second = (Z[:, column].astype(np.int64).tolist() for column in (0, 1))
    sizes = [1] * n + Z[:, 3].tolist()
    total = [*np.asarray(places, dtype=np.float64).tolist(), *[0.0] * (n - 1)]
    for merge in range(n - 1):
        a, b = first[merge], second[merge]
        total[n + merge] = total[a] + total[b]
        if total[b] / sizes[b] < total[a] / sizes[a]:
            first[merge], second[merge] = b, a
    return leaves_of(first, second, Z)
