"""Clusters that keep their colours when the tree is another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.clustering.matching import match_clusters

__all__ = ["carried_colors", "shown_colors"]

Ids = npt.NDArray[np.int64]


def shown_colors(tree: Tree, n_clusters: int, permutation: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the palette index that each cluster has in the views.

    Parameters
    ----------
    tree : Tree
    n_clusters : int
    permutation : sequence of int
        The index that is shown for each index of `Tree.colors`; those beyond its end stay.

    Returns
    -------
    ndarray of int64, shape (k,)
    """
    colors = tree.colors(n_clusters)
    identity = np.arange(max(len(permutation), len(colors)))
    identity[: len(permutation)] = permutation
    return np.asarray(identity[colors])


def carried_colors(
    before: Tree, ids_before: Ids, permutation: Sequence[int], after: Tree, ids: Ids, n_clusters: int
) -> list[int]:
    """Return the permutation under which clusters keep the colours that they had in another tree of the same images.

    Both trees are cut into as many clusters. Clusters are so matched that as many as possible of the images that are in
    both trees keep their colour (`match_clusters`); a cluster without such images gets one that is left over.

    Parameters
    ----------
    before : Tree
    ids_before : ndarray of int64
        Item ids of its rows.
    permutation : sequence of int
        How the colours were shown, as in `shown_colors`.
    after : Tree
    ids : ndarray of int64
        Item ids of its rows.
    n_clusters : int

    Returns
    -------
    list of int
        As `permutation`, for the new tree.

    Examples
    --------
    >>> before = Tree.from_linkage(np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float))

    Two images that are like the third make its cluster the larger one, which would take the first colour.

    >>> after = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 6, 2, 3], [5, 7, 4, 5]], dtype=float)
    >>> carried_colors(before, np.arange(3), [], Tree.from_linkage(after), np.arange(5), 2)
    [1, 0]
    """
    _, rows_before, rows = np.intersect1d(ids_before, ids, assume_unique=True, return_indices=True)
    had = shown_colors(before, n_clusters, permutation)
    colors = after.colors(n_clusters)
    shown = np.full(max(len(permutation), len(had), len(colors)), -1, dtype=np.int64)
    if len(rows):
        numbers = match_clusters(before.cut(n_clusters)[rows_before], after.cut(n_clusters)[rows])
        for cluster, number in enumerate(numbers.tolist()):
            if number <= len(had):
                shown[colors[cluster]] = had[number - 1]
    # The same indices are shown as before, each once.
    shown[shown < 0] = np.setdiff1d(np.arange(len(shown)), shown)
    return shown.tolist()
