"""Leaves that come into a tree, or leave it, while it stays as it is otherwise, until it is made anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["drop_leaves", "insert_leaves"]

Floats = npt.NDArray[np.floating]


def insert_leaves(
    Z: npt.NDArray[np.float64], nearest: npt.NDArray[np.integer], distances: Floats, between: Floats
) -> npt.NDArray[np.float64]:
    """Put new images into a tree, each beside the branch in which its nearest neighbour is.

    A new leaf joins the largest branch around its nearest neighbour that came together at a smaller distance than
    theirs, at that distance. New images that are nearest to each other come in together. The distances at which the
    others meet do not change.

    Parameters
    ----------
    Z : ndarray of float64, shape (n - 1, 4)
        A linkage matrix.
    nearest : ndarray of int, shape (m,)
        For each new image the row, 0 … n - 1, that is nearest to it.
    distances : ndarray, shape (m,)
        How far that is, in the unit of the tree's heights.
    between : ndarray, shape (m, m)
        The distances between the new images.

    Returns
    -------
    ndarray of float64, shape (n + m - 1, 4)
        A linkage matrix; the new images are rows n … n + m - 1. Takes O(m (m + depth) + n log n) time.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> insert_leaves(Z, np.array([2]), np.array([0.5]), np.zeros((1, 1))).tolist()
    [[2.0, 3.0, 0.5, 2.0], [0.0, 1.0, 1.0, 2.0], [4.0, 5.0, 4.0, 4.0]]
    """
    n, m = len(Z) + 1, len(nearest)
    # Leaves 0 … n + m - 1, then the merges: those of the tree, then one for each new leaf.
    leaves = n + m
    children = [[_renumbered(int(node), n, m) for node in pair] for pair in Z[:, :2]]
    heights = Z[:, 2].tolist()
    parent = [-1] * (2 * leaves - 1)
    for merge, pair in enumerate(children, leaves):
        for child in pair:
            parent[child] = merge
    target, distance = np.array(nearest, dtype=np.int64), np.array(distances, dtype=np.float64)
    waiting = np.ones(m, dtype=bool)
    for _ in range(m):
        new = int(np.argmin(np.where(waiting, distance, np.inf)))
        waiting[new] = False
        node, height = int(target[new]), float(distance[new])
        while parent[node] >= 0 and heights[parent[node] - leaves] <= height:
            node = parent[node]
        merge = leaves + len(children)
        above = parent[node]
        if above >= 0:
            pair = children[above - leaves]
            pair[pair.index(node)] = merge
        children.append([node, n + new])
        heights.append(height)
        parent[merge], parent[node], parent[n + new] = above, merge, merge
        closer = waiting & (between[new] < distance)
        distance[closer], target[closer] = between[new][closer], n + new
    return _sorted(children, heights, leaves)


def drop_leaves(Z: npt.NDArray[np.float64], kept: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Take images out of a tree; at which distances the others meet does not change.

    Parameters
    ----------
    Z : ndarray of float64, shape (n - 1, 4)
        A linkage matrix.
    kept : ndarray of int, shape (m,)
        The rows that stay, in the order in which they are numbered anew; m is at least 1.

    Returns
    -------
    ndarray of float64, shape (m - 1, 4)

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> drop_leaves(Z, np.array([2, 0])).tolist()
    [[0.0, 1.0, 4.0, 2.0]]
    """
    n, m = len(Z) + 1, len(kept)
    node = np.full(2 * n - 1, -1, dtype=np.int64)  # by what number a node goes now; -1 where nothing is left of it
    node[kept] = np.arange(m)
    size = [1] * m
    rows: list[tuple[float, ...]] = []
    for merge, (a, b, height, _) in enumerate(Z.tolist(), n):
        first, second = sorted((int(node[int(a)]), int(node[int(b)])))
        if first < 0:
            node[merge] = second
            continue
        node[merge] = m + len(rows)
        size.append(size[first] + size[second])
        rows.append((first, second, height, size[-1]))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _renumbered(node: int, n: int, m: int) -> int:
    return node if node < n else node + m


def _sorted(children: list[list[int]], heights: list[float], leaves: int) -> npt.NDArray[np.float64]:
    # A merge comes after those below it, also where they are at the same height: it is further from the leaves.
    level = [0] * leaves + [-1] * len(children)
    size = [1] * leaves + [0] * len(children)
    todo = list(range(len(children)))[::-1]
    while todo:
        merge = todo[-1]
        missing = [child - leaves for child in children[merge] if level[child] < 0]
        if missing:
            todo.extend(missing)
            continue
        todo.pop()
        level[leaves + merge] = 1 + max(level[child] for child in children[merge])
        size[leaves + merge] = sum(size[child] for child in children[merge])
    order = np.lexsort((level[leaves:], heights))
    number = np.concatenate([np.arange(leaves), np.empty(len(order), dtype=np.int64)])
    number[leaves + order] = leaves + np.arange(len(order))
    Z = np.empty((len(order), 4))
    Z[:, :2] = np.sort(number[np.array(children, dtype=np.int64).reshape(-1, 2)[order]], axis=1)
    Z[:, 2] = np.array(heights)[order]
    Z[:, 3] = np.array(size[leaves:])[order]
    return Z
