"""The cuts of one tree, compared: how well apart the clusters are, and how large."""

from __future__ import annotations

import operator
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial.distance import squareform

from imgclust_jupyter.clustering import METRICS, Tree, condensed_distances
from imgclust_jupyter.clustering.distances import Vectors

__all__ = ["cut_table", "usual_numbers"]

_SAMPLE = 2_000


def cut_table(
    tree: Tree,
    vectors: Vectors,
    metric: str,
    numbers: Iterable[int] | None = None,
    sample: int = _SAMPLE,
    seed: int = 0,
) -> pd.DataFrame:
    """Describe the cuts of a tree into several numbers of clusters.

    Of more images than `sample`, one by chance of each of so many equal stretches of the leaves is looked at, so that
    every branch has its share of them; the sizes are those of all.

    Parameters
    ----------
    tree : Tree
    vectors : ndarray of float32 or float64, shape (n, d)
        What was clustered, as `prepare` returns it for the metric.
    metric : str
        For metrics whose distances are squares, silhouettes are those of their roots.
    numbers : iterable of int, optional
        Of clusters, 1 … n; default 2 … 30, as far as there are images.
    sample : int
        How many images the silhouettes are of at most: their distances take 8 `sample`² bytes.
    seed : int
        Of the sample.

    Returns
    -------
    DataFrame
        By ``n_clusters``, ascending: ``silhouette`` (mean, -1 … 1; not a number for one cluster and for single
        images), ``error`` (its standard error by the choice of images; 0 when all are looked at), and of the
        clusters the sizes ``largest``, ``median``, ``smallest``, and how many are of one image, ``singles``.

    Raises
    ------
    TypeError
        When a number is not whole.
    ValueError
        When a number is not between 1 and n.

    References
    ----------
    Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster analysis. Journal of
    Computational and Applied Mathematics 20, 1987.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [9.0], [9.5]])
    >>> tree = Tree.from_linkage(np.array([[2, 3, 0.5, 2], [0, 1, 1, 2], [4, 5, 9, 4]], dtype=float))
    >>> cut_table(tree, points, "euclidean", [2, 3])["silhouette"].round(2).to_dict()
    {2: 0.91, 3: 0.47}
    """
    wanted = usual_numbers(tree.n) if numbers is None else sorted({operator.index(number) for number in numbers})
    for number in wanted:
        if not 1 <= number <= tree.n:
            raise ValueError(f"{tree.n} images cannot be cut into {number} clusters")
    rows = tree.leaf_order[_stratified(tree.n, sample, seed)]
    # In cosine distances, the squares of Euclidean ones, a few large clusters look better than they are.
    kind = "euclidean" if METRICS[metric].euclidean else metric
    distances = squareform(condensed_distances(vectors[rows], kind))
    records = []
    for number in wanted:
        sizes = np.diff(np.append(tree.cluster_starts(number), tree.n))
        mean, error = _silhouette(distances, tree.cut(number)[rows])
        spread = sizes.max(), float(np.median(sizes)), sizes.min(), np.count_nonzero(sizes == 1)
        records.append((mean, error if len(rows) < tree.n else 0.0, *spread))
    columns = ["silhouette", "error", "largest", "median", "smallest", "singles"]
    return pd.DataFrame(records, pd.Index(wanted, name="n_clusters", dtype="int64"), columns)


def usual_numbers(n: int) -> list[int]:
    """Return the numbers of clusters that are looked at when nobody says which: 2 … 30, as far as there are images.

    Examples
    --------
    >>> usual_numbers(4)
    [2, 3, 4]
    """
    return list(range(2, min(n, 30) + 1))


def _stratified(n: int, sample: int, seed: int) -> npt.NDArray[np.int64]:
    if n <= sample:
        return np.arange(n)
    edges = np.arange(sample + 1) * n // sample
    return np.random.default_rng(seed).integers(edges[:-1], edges[1:])


def _silhouette(distances: npt.NDArray[np.float64], labels: npt.NDArray[np.int32]) -> tuple[float, float]:
    from sklearn.metrics import silhouette_samples

    if not 1 < len(np.unique(labels)) < len(labels):
        return np.nan, np.nan
    values = silhouette_samples(distances, labels, metric="precomputed")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
