"""Whether clusters come back when other images of the same kind are clustered."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.distances import Vectors
from imgclust_jupyter.clustering.linkage import linkage
from imgclust_jupyter.clustering.tree import Tree

__all__ = ["stability"]

_SHARE = 0.8


def stability(
    vectors: Vectors,
    labels: npt.ArrayLike,
    method: str,
    metric: str,
    resamples: int = 20,
    most: int = 5_000,
    seed: int = 0,
) -> npt.NDArray[np.float64]:
    """Find out which clusters are found again in samples of the images.

    Each sample is clustered anew; of every cluster the branch of the new tree is taken that has most in common with it
    (Jaccard index of what of the cluster is in the sample and of the branch), whatever height it is at.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.
    labels : array-like of int, shape (n,)
        The cluster, 1 … k, of each image, as from `Tree.cut`.
    method, metric : str
        The linkage and the metric.
    resamples : int
        How many samples, each of four fifths of the images. Time is that of as many trees.
    most : int
        Images that a sample has at most.
    seed : int

    Returns
    -------
    ndarray of float64, shape (k,)
        Mean Jaccard index of each cluster, 0 … 1. Above 0.75 a cluster can be called stable, below 0.5 it says little
        about the images. Not a number for a cluster that was in no sample.

    Raises
    ------
    ValueError
        When there is to be no sample.

    References
    ----------
    Hennig: Cluster-wise assessment of cluster stability. Computational Statistics & Data Analysis 52, 2007.

    Examples
    --------
    >>> points = np.repeat([[0.0], [5.0]], 20, axis=0) + np.linspace(0, 0.5, 40)[:, None]
    >>> stability(points, np.repeat([1, 2], 20), "ward", "euclidean").tolist()
    [1.0, 1.0]
    """
    if resamples < 1:
        raise ValueError(f"at least one sample has to be clustered, not {resamples}")
    labels = np.asarray(labels)
    k, n = int(labels.max()), len(vectors)
    rng = np.random.default_rng(seed)
    found = np.full((resamples, k), np.nan)
    for resample in range(resamples):
        rows = np.sort(rng.choice(n, max(1, min(int(_SHARE * n), most)), replace=False))
        tree = Tree.from_linkage(linkage(vectors[rows], method, metric))
        for cluster in range(1, k + 1):
            inside = labels[rows] == cluster
            if inside.any():
                found[resample, cluster - 1] = _best_overlap(tree, inside)
    seen = ~np.isnan(found)
    return np.where(seen.any(axis=0), np.nansum(found, axis=0) / np.maximum(seen.sum(axis=0), 1), np.nan)


def _best_overlap(tree: Tree, inside: npt.NDArray[np.bool_]) -> float:
    before = np.concatenate([[0], np.cumsum(inside[tree.leaf_order])])
    starts = tree.left_start.astype(np.int64)
    common = before[starts + tree.size] - before[starts]
    total = int(before[-1])
    # A cluster of which one image is in the sample is found as a leaf.
    return float(np.max(common / (tree.size + total - common), initial=1 / total))
