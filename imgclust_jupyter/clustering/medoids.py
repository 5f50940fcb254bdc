"""One picture for each branch of a tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.distances import Vectors
from imgclust_jupyter.clustering.tree import Tree

__all__ = ["medoids"]

_CANDIDATES = 8
_EXACT = 100
_BLOCK_VALUES = 2**23  # 32 MiB of float32 at a time

Ints = npt.NDArray[np.integer]


def medoids(tree: Tree, vectors: Vectors) -> npt.NDArray[np.int32]:
    """Find for every subtree the member that is closest to the mean of all its members.

    This is the member with the least sum of squared Euclidean distances to the others (of vectors of length 1: of
    cosine distances). From the leaves up, each subtree chooses among the eight members of either child that are closest
    to that child's mean, and passes on the eight closest to its own. That takes O(n d) time and memory, where comparing
    all members of all subtrees takes O(n² d) in a deep tree; subtrees of eight members or fewer are exact.

    Parameters
    ----------
    tree : Tree
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.

    Returns
    -------
    ndarray of int32, shape (n - 1,)
        The row that stands for each merge.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> medoids(Tree.from_linkage(Z), np.array([[0.0], [1.0], [5.0]])).tolist()
    [0, 1]
    """
    # A subtree is kept where its first leaf is: what its left child had there is no longer needed.
    sums = vectors[tree.leaf_order].astype(np.float32)
    squares = np.einsum("ij,ij->i", sums, sums)
    candidates = np.full((tree.n, _CANDIDATES), -1, dtype=np.int32)  # places in leaf order; -1 for none
    candidates[:, 0] = np.arange(tree.n)
    chosen = np.empty(tree.n - 1, dtype=np.int32)
    for merges in _blocks(tree, max(1, _BLOCK_VALUES // (2 * _CANDIDATES * vectors.shape[1]))):
        start = tree.left_start[merges].astype(np.int64)
        boundary = start + tree.split[merges]
        sums[start] += sums[boundary]
        means = sums[start] / tree.size[merges, None].astype(np.float32)
        pool = np.hstack([candidates[start], candidates[boundary]])
        members = vectors[tree.leaf_order[pool]]
        # |x - mean|², without what is the same for all.
        distances = squares[pool] - 2 * np.einsum("mcd,md->mc", members, means)
        distances[pool < 0] = np.inf
        best = np.take_along_axis(pool, np.argsort(distances, axis=1, kind="stable")[:, :_CANDIDATES], axis=1)
        candidates[start] = best
        chosen[merges] = tree.leaf_order[best[:, 0]]
    for merge in np.argsort(tree.size, kind="stable")[-_EXACT:]:
        rows = tree.members(merge)
        first = int(tree.left_start[merge])
        members = vectors[rows]
        chosen[merge] = rows[np.argmin(squares[first : first + len(rows)] - 2 * members @ members.mean(axis=0))]
    return chosen


def _blocks(tree: Tree, most: int) -> Iterator[Ints]:
    """Yield merges that do not depend on each other, children before their parents."""
    n = tree.n
    level = [0] * (2 * n - 1)
    for merge, (a, b) in enumerate(tree.linkage_matrix[:, :2].astype(np.int64).tolist()):
        level[n + merge] = 1 + max(level[a], level[b])
    levels = np.array(level[n:])
    by_level = np.argsort(levels, kind="stable")
    for merges in np.split(by_level, np.flatnonzero(np.diff(levels[by_level])) + 1):
        for start in range(0, len(merges), most):
            yield merges[start : start + most]
