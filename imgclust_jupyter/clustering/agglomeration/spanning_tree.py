"""Single linkage, which is a minimum spanning tree, without a matrix of distances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from imgclust_jupyter.clustering.agglomeration.clusters import Clusters, Lists, new_clusters, new_lists
from imgclust_jupyter.clustering.agglomeration.merging import find_nearest
from imgclust_jupyter.clustering.agglomeration.scan import scan

__all__ = ["spanning_tree"]

Rows = npt.NDArray[np.int32]
Edges = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


def spanning_tree(vectors: npt.NDArray[np.float32], on_progress: Callable[[float], None]) -> Iterator[Edges]:
    """Join the trees of a forest with the trees nearest to them, until one is left (Borůvka 1926).

    Every vector has a list of candidates and a bound for all others, as in `Agglomeration`. Those of a tree that are
    in doubt are compared with all vectors of other trees, in one matrix product. The largest tree needs not look for
    its neighbours, as the others find it. Memory is O(n (d + k)) with k = 32 candidates.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        No two equal, none longer than 1.
    on_progress : callable
        Called with the share of the work done; may raise to stop.

    Yields
    ------
    edges : ndarray of int64, shape (m, 2)
        Rows that are joined.
    length : ndarray of float64, shape (m,)
        Half their squared distance.
    """
    n = len(vectors)
    clusters, lists = new_clusters(vectors, np.ones(n), ward=False), new_lists(n)
    rows = np.arange(n, dtype=np.int32)
    tree, count = rows, n
    joined = np.empty((0, 2), dtype=np.int64)
    while count > 1:
        on_block = partial(on_progress, 1 - count / n)
        edges = _nearest_trees(clusters, lists, tree, count, on_block)
        yield edges
        joined = np.concatenate([joined, edges[0]])
        graph = coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
        count, tree = connected_components(graph, directed=False)


def _nearest_trees(clusters: Clusters, lists: Lists, tree: Rows, count: int, on_block: Callable[[], None]) -> Edges:
    rows = np.arange(len(tree), dtype=np.int32)
    own = (tree[lists.member] == tree[:, None]) | (lists.member < 0)
    lists.member[own], lists.low[own], lists.exact[own] = -1, np.inf, False
    tolerance = 8 * (clusters.mean.shape[1] + 8) * np.finfo(np.float64).eps
    find_nearest(clusters, lists, rows, tolerance)
    searching = tree != np.bincount(tree).argmax()
    for dtype in (np.float32, np.float64):
        known = lists.nearest >= 0
        shortest = np.full(count, np.inf)
        np.minimum.at(shortest, tree[known], lists.distance[known])
        doubtful = rows[searching & ~known & (lists.distance < shortest[tree])]
        if len(doubtful):
            scan(clusters, lists, doubtful, rows, dtype, lambda share: on_block(), tree)
            find_nearest(clusters, lists, doubtful, tolerance)
    candidates = rows[searching & (lists.nearest >= 0)]
    candidates = candidates[np.lexsort((lists.distance[candidates], tree[candidates]))]
    best = candidates[np.unique(tree[candidates], return_index=True)[1]]
    return _without_circles(best[np.argsort(lists.distance[best], kind="stable")], lists, tree, count)


def _without_circles(best: Rows, lists: Lists, tree: Rows, count: int) -> Edges:
    # Two trees that are nearest to each other give the same edge, equally near ones can give a circle.
    root = list(range(count))

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = node = root[root[node]]
        return node

    kept = []
    for row in best.tolist():
        a, b = find(int(tree[row])), find(int(tree[lists.nearest[row]]))
        if a != b:
            root[a] = b
            kept.append(row)
    return np.stack([kept, lists.nearest[kept]], axis=1).astype(np.int64), lists.distance[kept].copy()
