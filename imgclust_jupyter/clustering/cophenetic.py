"""How well a tree tells the distances that it was made of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import squareform

from imgclust_jupyter.clustering.distances import Vectors, condensed_distances
from imgclust_jupyter.clustering.tree import Tree

__all__ = ["cophenetic_correlation", "cophenetic_distances"]


def cophenetic_distances(tree: Tree, rows: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the heights at which some images come together.

    Parameters
    ----------
    tree : Tree
    rows : array-like of int, shape (m,)
        Each once.

    Returns
    -------
    ndarray of float64, shape (m (m - 1) / 2,)
        Condensed, in the order of `rows`, as `scipy.cluster.hierarchy.cophenet` gives them for all images; takes
        O(n + m²) time.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> cophenetic_distances(Tree.from_linkage(Z), [0, 1, 2]).tolist()
    [1.0, 4.0, 4.0]
    """
    rows = np.asarray(rows, dtype=np.int64)
    m = len(rows)
    if m < 2:
        return np.empty(0)
    # Two leaves meet in the highest of the merges whose boundaries are between them.
    height_at = np.zeros(tree.n)
    height_at[tree.left_start.astype(np.int64) + tree.split] = tree.linkage_matrix[:, 2]
    positions = np.empty(tree.n, dtype=np.int64)
    positions[tree.leaf_order] = np.arange(tree.n)
    along = np.argsort(positions[rows])
    places = positions[rows][along]
    # From one place to the next; the boundary that a leaf begins with is before it.
    between = np.maximum.reduceat(height_at[: places[-1] + 1], places[:-1] + 1)
    met = np.zeros((m, m))
    for i in range(m - 1):
        met[along[i], along[i + 1 :]] = np.maximum.accumulate(between[i:])
    condensed: npt.NDArray[np.float64] = squareform(met + met.T)
    return condensed


def cophenetic_correlation(tree: Tree, vectors: Vectors, metric: str, sample: int = 1_000) -> float:
    """Return how well the heights at which images come together go with the distances between them.

    Parameters
    ----------
    tree : Tree
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.
    metric : str
        A key of `METRICS`.
    sample : int
        Of how many images, at most, all pairs are compared. The sample is always the same.

    Returns
    -------
    float
        Pearson's correlation, -1 … 1; not a number for fewer than three images or equal distances.

    References
    ----------
    Sokal, Rohlf: The comparison of dendrograms by objective methods. Taxon 11, 1962.

    Examples
    --------
    >>> from imgclust_jupyter.clustering import linkage
    >>> points = np.array([[0.0], [1.0], [5.0]])
    >>> tree = Tree.from_linkage(linkage(points, "average", "euclidean"))
    >>> round(cophenetic_correlation(tree, points, "euclidean"), 3)
    0.971
    """
    rows = np.arange(tree.n)
    if tree.n > sample:
        rows = np.random.default_rng(0).choice(tree.n, sample, replace=False)
    met = cophenetic_distances(tree, rows)
    distances = condensed_distances(vectors[rows], metric)
    if len(met) < 2 or not np.ptp(met) or not np.ptp(distances):
        return float("nan")
    return float(np.corrcoef(met, distances)[0, 1])
