"""Trees of more images than there is memory for the distances of, where no exact way without them is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering.distances import Vectors, condensed_distances
from imgclust_jupyter.clustering.medoids import medoids
from imgclust_jupyter.clustering.merges import to_linkage
from imgclust_jupyter.clustering.tree import Tree

__all__ = ["linkage_of_micro_clusters"]

Heights = npt.NDArray[np.float64]


def linkage_of_micro_clusters(
    vectors: Vectors,
    method: str,
    metric: str,
    n_clusters: int,
    of_vectors: Callable[[Vectors], npt.NDArray[np.float64]],
) -> npt.NDArray[np.float64]:
    """Merge vectors within small clusters, and the clusters by their medoids.

    The images are first put into as many small clusters as the distances can be had of. The tree within each is exact.
    That of the small clusters takes the distance of their medoids for theirs; where it would merge two below the height
    of one of them, at that height.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `prepare` returns them for the metric.
    method : str
        A linkage that scipy knows.
    metric : str
        A key of `METRICS`.
    n_clusters : int
        How many small clusters. Their distances, and those within the largest, need memory.
    of_vectors : callable
        The linkage matrix of vectors by which the small clusters are found, Ward's for instance.

    Returns
    -------
    ndarray of float64, shape (n - 1, 4)
        A linkage matrix as `scipy.cluster.hierarchy` has it, sorted by height.

    References
    ----------
    Zhang, Ramakrishnan, Livny: BIRCH: an efficient data clustering method for very large databases. SIGMOD 1996.

    Examples
    --------
    >>> from imgclust_jupyter.clustering import linkage
    >>> points = np.array([[0.0], [1.0], [5.0], [6.5]])
    >>> ward = lambda vectors: linkage(vectors, "ward", "euclidean")
    >>> linkage_of_micro_clusters(points, "complete", "euclidean", 2, ward).tolist()
    [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 1.5, 2.0], [4.0, 5.0, 5.0, 4.0]]
    """
    tree = Tree.from_linkage(of_vectors(vectors))
    of_merge = medoids(tree, vectors)
    pairs, heights = [], []
    starts = tree.cluster_starts(n_clusters)
    sizes = np.diff(np.append(starts, tree.n))
    medoid_of = dict(
        zip(zip(tree.left_start.tolist(), tree.size.tolist(), strict=True), of_merge.tolist(), strict=True)
    )
    representatives = np.empty(len(starts), dtype=np.int64)
    highest = np.zeros(len(starts))
    for cluster, (start, size) in enumerate(zip(starts.tolist(), sizes.tolist(), strict=True)):
        rows = tree.leaf_order[start : start + size]
        representatives[cluster] = medoid_of.get((start, size), rows[0])
        if size > 1:
            within = hierarchy.linkage(condensed_distances(vectors[rows], metric), method)
            pairs.append(rows[_items(within)].astype(np.int64))
            heights.append(within[:, 2])
            highest[cluster] = within[-1, 2]
    if len(starts) > 1:
        between = hierarchy.linkage(condensed_distances(vectors[representatives], metric), method)
        pairs.append(representatives[_items(between)])
        heights.append(_at_least(between, highest))
    return to_linkage(np.concatenate(pairs), np.concatenate(heights))


def _items(Z: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return of each merge an item of either child."""
    item = list(range(len(Z) + 1))
    pairs = []
    for a, b in Z[:, :2].astype(np.int64).tolist():
        pairs.append((item[a], item[b]))
        item.append(item[a])
    return np.array(pairs, dtype=np.int64)


def _at_least(Z: npt.NDArray[np.float64], highest: Heights) -> Heights:
    """Return the heights of the merges, raised to what is below them."""
    below = highest.tolist()
    for a, b, height in Z[:, :3].tolist():
        below.append(max(height, below[int(a)], below[int(b)]))
    return np.array(below[len(highest) :])
