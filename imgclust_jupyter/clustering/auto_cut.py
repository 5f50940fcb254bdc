"""How many clusters there seem to be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import squareform

from imgclust_jupyter.clustering.distances import METRICS, Vectors, condensed_distances
from imgclust_jupyter.clustering.tree import Tree

__all__ = ["auto_clusters"]

_DEVIATIONS = {"ward": 2.75}
_DEVIATIONS_ELSE = 2.0
_MOST = 100  # more than a person looks through
_SAMPLE = 1_000
_CANDIDATES = 40


def auto_clusters(tree: Tree, vectors: Vectors, method: str, metric: str) -> int:
    """Choose a number of clusters to cut a tree into.

    First by the heights alone: as many merges are undone as are higher than the mean of all by 2.75 standard
    deviations (Ward) or 2 (other linkages), which is Mojena's rule. Then, from half of that number to its double, the
    one with the largest mean silhouette, in a sample of 1,000 images.

    Over eighteen sets of photographs, digits, tables and planted groups with 2 to 71 classes, Ward trees cut so reach
    93 % of the adjusted Rand index that the best number of clusters would (86 % by Mojena's rule alone; the largest
    silhouette of all numbers is often that of two clusters or of a hundred), average-linkage trees 85 %.

    Parameters
    ----------
    tree : Tree
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.
    method, metric : str
        The linkage and the metric that made the tree.

    Returns
    -------
    int
        1 for a single image or equal ones, else 2 … 100, and at most n / 2 from four images on.

    References
    ----------
    Mojena: Hierarchical grouping methods and stopping rules: an evaluation. The Computer Journal 20, 1977.
    Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. Journal of
    Computational and Applied Mathematics 20, 1987.

    Examples
    --------
    >>> from imgclust_jupyter.clustering import linkage
    >>> points = np.repeat([[0.0], [5.0], [9.0]], 10, axis=0) + np.linspace(0, 0.5, 30)[:, None]
    >>> tree = Tree.from_linkage(linkage(points, "ward", "euclidean"))
    >>> auto_clusters(tree, points, "ward", "euclidean")
    3
    """
    heights = tree.linkage_matrix[:, 2]
    heights = heights[heights > 0]
    if not len(heights):
        return 1
    deviations = _DEVIATIONS.get(method, _DEVIATIONS_ELSE)
    by_height = 1 + int(np.count_nonzero(heights > heights.mean() + deviations * heights.std()))
    most = max(2, min(2 * by_height, _MOST, tree.n // 2, len(heights)))
    least = min(max(2, by_height // 2), most)
    candidates = np.unique(np.linspace(least, most, _CANDIDATES).astype(int)).tolist()
    rows = np.arange(tree.n)
    if tree.n > _SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(tree.n, _SAMPLE, replace=False))
    # In cosine distances, the squares of Euclidean ones, a few large clusters look better than they are.
    distances = squareform(condensed_distances(vectors[rows], "euclidean" if METRICS[metric].euclidean else metric))
    silhouettes = [_silhouette(distances, tree.cut(candidate)[rows]) for candidate in candidates]
    return int(candidates[int(np.argmax(silhouettes))])


def _silhouette(distances: npt.NDArray[np.float64], labels: npt.NDArray[np.int32]) -> float:
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(labels)) < len(labels):
        return -1.0  # worse than any that is defined
    return float(silhouette_score(distances, labels, metric="precomputed"))
