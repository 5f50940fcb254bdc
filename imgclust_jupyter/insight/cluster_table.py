"""The clusters of a cut as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import METRICS, Tree
from imgclust_jupyter.clustering.distances import Vectors
from imgclust_jupyter.insight.cluster_names import BranchName

__all__ = ["cluster_table", "cohesion", "merges_of", "silhouettes"]

_SAMPLE = 3_000
_EACH = 20


def cluster_table(
    tree: Tree,
    n_clusters: int,
    medoids: npt.NDArray[np.integer],
    names: Mapping[int, BranchName],
    vectors: Vectors,
    metric: str,
) -> pd.DataFrame:
    """Describe each cluster of a cut.

    Parameters
    ----------
    tree : Tree
    n_clusters : int
        Where it is cut.
    medoids : ndarray of int, shape (n - 1,)
        The row that stands for each merge.
    names : mapping of int to BranchName
        By merge.
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.
    metric : str

    Returns
    -------
    DataFrame, k rows
        By cluster, 1 … k: ``size``, ``medoid`` (row), ``name``, ``classes`` (the network's, with their mean shares, in
        words), ``height`` (of the merge that makes it, in the metric of the linkage; 0 for one image), ``cohesion`` and
        ``separation`` (see `cohesion` and `silhouettes`).

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [9.0]])
    >>> tree = Tree.from_linkage(np.array([[0, 1, 1, 2], [2, 3, 9, 3]], dtype=float))
    >>> cluster_table(tree, 2, np.array([0, 0]), {}, points, "euclidean")["size"].tolist()
    [1, 2]
    """
    labels = tree.cut(n_clusters)
    starts = tree.cluster_starts(n_clusters)
    sizes = np.diff(np.append(starts, tree.n))
    merges = merges_of(tree, n_clusters)
    standing = np.array(
        [tree.leaf_order[start] if m is None else medoids[m] for start, m in zip(starts, merges, strict=True)]
    )
    named = [BranchName("", ()) if m is None else names.get(m, BranchName("", ())) for m in merges]
    return pd.DataFrame(
        {
            "size": sizes,
            "medoid": standing,
            "name": [name.text for name in named],
            "classes": [", ".join(f"{word} {share:.0%}" for word, share in name.classes) for name in named],
            "height": [0.0 if m is None else float(tree.linkage_matrix[m, 2]) for m in merges],
            "cohesion": cohesion(vectors, labels, standing, metric),
            "separation": silhouettes(vectors, labels, metric),
        },
        index=pd.RangeIndex(1, len(starts) + 1, name="cluster"),
    )


def merges_of(tree: Tree, n_clusters: int) -> list[int | None]:
    """Return the merge that makes each cluster of a cut; None for a cluster of one image.

    Examples
    --------
    >>> merges_of(Tree.from_linkage(np.array([[0, 1, 1, 2], [2, 3, 9, 3]], dtype=float)), 2)
    [None, 0]
    """
    starts = tree.cluster_starts(n_clusters)
    sizes = np.diff(np.append(starts, tree.n))
    merge_of = {(int(a), int(b)): merge for merge, (a, b) in enumerate(zip(tree.left_start, tree.size, strict=True))}
    return [merge_of.get((int(start), int(size))) for start, size in zip(starts, sizes, strict=True)]


def cohesion(
    vectors: Vectors, labels: npt.NDArray[np.integer], medoids: npt.NDArray[np.integer], metric: str
) -> npt.NDArray[np.float64]:
    """Return how far the members of each cluster are from its medoid in the mean.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
    labels : ndarray of int, shape (n,)
        1 … k.
    medoids : ndarray of int, shape (k,)
        Rows.
    metric : str

    Returns
    -------
    ndarray of float64, shape (k,)
        In the metric; 0 is a cluster of equal images.

    Examples
    --------
    >>> cohesion(np.array([[0.0], [2.0], [9.0]]), np.array([1, 1, 2]), np.array([0, 2]), "euclidean").tolist()
    [1.0, 0.0]
    """
    differences = vectors - vectors[medoids[labels - 1]]
    if METRICS[metric].euclidean:
        squares = np.einsum("ij,ij->i", differences, differences, dtype=np.float64)
        away = squares / 2 if METRICS[metric].squared else np.sqrt(squares)
    else:
        away = np.abs(differences).sum(axis=1, dtype=np.float64)
    return np.asarray(np.bincount(labels - 1, away) / np.bincount(labels - 1))


def silhouettes(vectors: Vectors, labels: npt.NDArray[np.integer], metric: str, seed: int = 0) -> npt.NDArray[Any]:
    """Return the mean silhouette of each cluster: how much nearer its members are to each other than to the next one.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
    labels : ndarray of int, shape (n,)
        1 … k.
    metric : str
        For metrics whose distances are squares, silhouettes are those of their roots.
    seed : int
        Of the sample: about 3,000 images, at least twenty of each cluster, are looked at.

    Returns
    -------
    ndarray of float64, shape (k,)
        From -1 to 1; 0 for a single image, not a number where there is but one cluster.

    References
    ----------
    Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. Journal of
    Computational and Applied Mathematics 20, 1987.

    Examples
    --------
    >>> silhouettes(np.array([[0.0], [1.0], [9.0], [9.0]]), np.array([1, 1, 2, 2]), "euclidean").round(2).tolist()
    [0.88, 1.0]
    """
    from sklearn.metrics import silhouette_samples

    k = int(labels.max())
    if k == 1:
        return np.full(1, np.nan)
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    most = max(_EACH, _SAMPLE // k)
    # Each cluster's first ones, in an order by chance.
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    place = np.arange(len(order)) - np.searchsorted(labels[order], labels[order])
    rows = order[place < most]
    if len(rows) == k:
        return np.zeros(k)
    kind = "euclidean" if METRICS[metric].euclidean else "manhattan"
    values = silhouette_samples(vectors[rows], labels[rows], metric=kind)
    return np.asarray(np.bincount(labels[rows] - 1, values) / np.bincount(labels[rows] - 1))
