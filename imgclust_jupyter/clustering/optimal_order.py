"""The best order of a tree's leaves, where there are few enough of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["optimal_order"]

_BLOCK_VALUES = 2**21  # 16 MiB of float64 at a time

Distances = npt.NDArray[np.float64]


def optimal_order(Z: npt.NDArray[np.float64], distances: Distances) -> npt.NDArray[np.int32]:
    """Order the leaves of a tree so that the sum of the distances between neighbours is the least possible.

    Parameters
    ----------
    Z : ndarray of float64, shape (n - 1, 4)
        A linkage matrix.
    distances : ndarray of float64, shape (n, n)
        Symmetric.

    Returns
    -------
    ndarray of int32, shape (n,)
        Of the 2^(n - 1) orders that the tree allows one with the shortest path, from its first leaf to its last.

    Notes
    -----
    O(n²) memory; time is O(n³) for balanced trees, about a second for 1,000 leaves, and up to O(n⁴) for trees that
    split unevenly at several levels. `scipy.cluster.hierarchy.optimal_leaf_ordering` gives up some of the candidates
    and so misses the optimum of more than half of small random trees.

    References
    ----------
    Bar-Joseph, Gifford, Jaakkola: Fast optimal leaf ordering for hierarchical clustering. Bioinformatics 17, 2001.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> points = np.array([1.0, 0.0, 5.0])
    >>> optimal_order(Z, abs(points[:, None] - points)).tolist()
    [2, 0, 1]
    """
    n = len(Z) + 1
    if n == 1:
        return np.zeros(1, dtype=np.int32)
    children = Z[:, :2].astype(np.int64)
    leaves = [np.array([leaf]) for leaf in range(n)]
    for a, b in children:
        leaves.append(np.concatenate([leaves[a], leaves[b]]))
    # paths[i, j] is the length of the shortest path through the smallest subtree that has both leaves, from i to j.
    paths = np.full((n, n), np.inf)
    np.fill_diagonal(paths, 0)

    def halves(node: int) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        # Which leaves a path through a subtree may end at, by those that it starts from.
        if node < n:
            return [(leaves[node], leaves[node])]
        a, b = children[node - n]
        return [(leaves[a], leaves[b]), (leaves[b], leaves[a])]

    for a, b in children:
        for starts, left_ends in halves(a):
            for right_starts, ends in halves(b):
                bridge = _shortest(paths[np.ix_(starts, left_ends)], distances[np.ix_(left_ends, right_starts)])
                lengths = _shortest(bridge, paths[np.ix_(right_starts, ends)])
                paths[np.ix_(starts, ends)] = lengths
                paths[np.ix_(ends, starts)] = lengths.T
    return _trace(children, leaves, paths, distances)


def _shortest(first: Distances, second: Distances) -> Distances:
    """Return the matrix product in which sums are products and the least is the sum."""
    rows = max(1, _BLOCK_VALUES // second.size)
    result = np.empty((len(first), second.shape[1]))
    for start in range(0, len(first), rows):
        block = first[start : start + rows]
        np.min(block[:, :, None] + second, axis=1, out=result[start : start + rows])
    return result


def _trace(
    children: npt.NDArray[np.int64], leaves: list[npt.NDArray[np.int64]], paths: Distances, distances: Distances
) -> npt.NDArray[np.int32]:
    n = len(leaves[0]) + len(children)
    a, b = children[-1]
    across = paths[np.ix_(leaves[a], leaves[b])]
    row, column = np.unravel_index(np.argmin(across), across.shape)
    order: list[int] = []
    # Subtrees still to be walked through, from which leaf to which; the next one is last.
    todo = [(2 * n - 2, int(leaves[a][row]), int(leaves[b][column]))]
    while todo:
        node, start, end = todo.pop()
        if node < n:
            order.append(node)
            continue
        a, b = (int(child) for child in children[node - n])
        if end in leaves[a]:
            a, b = b, a
        # The leaves in the middle, at which the path leaves one child and enters the other.
        left_ends, right_starts = _other_ends(a, start, children, leaves), _other_ends(b, end, children, leaves)
        through = (
            paths[start, left_ends][:, None] + distances[np.ix_(left_ends, right_starts)] + paths[right_starts, end]
        )
        row, column = np.unravel_index(np.argmin(through), through.shape)
        todo.append((b, int(right_starts[column]), end))
        todo.append((a, start, int(left_ends[row])))
    return np.array(order, dtype=np.int32)


def _other_ends(
    node: int, end: int, children: npt.NDArray[np.int64], leaves: list[npt.NDArray[np.int64]]
) -> npt.NDArray[np.int64]:
    n = len(children) + 1
    if node < n:
        return leaves[node]
    a, b = children[node - n]
    other = b if end in leaves[a] else a
    return leaves[int(other)]
