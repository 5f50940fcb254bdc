"""How far two clusterings of the same images agree, and two trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree, cophenetic_distances
from imgclust_jupyter.clustering.matching import match_clusters, order_like

__all__ = ["Agreement", "cophenetic_agreement", "entanglement", "turned_like"]

_POWER = 1.5  # the default of R's dendextend


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two clusterings of the same images.

    Attributes
    ----------
    images : DataFrame, n rows
        With columns ``cluster_a`` and ``cluster_b``, numbers from 1, of which some may not occur.

    Examples
    --------
    >>> agreement = Agreement(pd.DataFrame({"cluster_a": [1, 1, 1, 2], "cluster_b": [2, 2, 1, 1]}))
    >>> agreement.counterparts
    {1: 2, 2: 1}
    >>> agreement.moved.index.tolist()
    [2]
    """

    images: pd.DataFrame

    @cached_property
    def table(self) -> pd.DataFrame:
        """How many images each two clusters have in common: those of a down, those of b across."""
        a, codes_a = np.unique(self._a, return_inverse=True)
        b, codes_b = np.unique(self._b, return_inverse=True)
        counts = np.bincount(codes_a * len(b) + codes_b, minlength=len(a) * len(b)).reshape(len(a), len(b))
        return pd.DataFrame(counts, index=pd.Index(a, name="cluster_a"), columns=pd.Index(b, name="cluster_b"))

    @cached_property
    def rand_index(self) -> float:
        """The adjusted Rand index: 1 for the same clusters, about 0 for what chance would give.

        References
        ----------
        Hubert, Arabie: Comparing partitions. Journal of Classification 2, 1985.
        """
        from sklearn.metrics import adjusted_rand_score

        return float(adjusted_rand_score(self._a, self._b))

    @cached_property
    def mutual_information(self) -> float:
        """The adjusted mutual information: 1 for the same clusters, about 0 for what chance would give.

        References
        ----------
        Vinh, Epps, Bailey: Information theoretic measures for clusterings comparison. Journal of Machine Learning
        Research 11, 2010.
        """
        from sklearn.metrics import adjusted_mutual_info_score

        return float(adjusted_mutual_info_score(self._a, self._b))

    @cached_property
    def counterparts(self) -> Mapping[int, int]:
        """Of clusters of a the one of b that each is, so that as many images as possible are in both."""
        # By their places among the numbers that occur.
        table = self.table.to_numpy()
        a = np.searchsorted(self.table.index, self._a)
        b = np.searchsorted(self.table.columns, self._b)
        places = match_clusters(a + 1, b + 1) - 1
        pairs = [(place, other) for other, place in enumerate(places.tolist()) if place < len(table)]
        return {
            int(self.table.index[place]): int(self.table.columns[other])
            for place, other in sorted(pairs)
            if table[place, other]
        }

    @cached_property
    def is_moved(self) -> npt.NDArray[np.bool_]:
        """Which images are not in the counterpart of their cluster, shape (n,)."""
        counterpart = np.zeros(int(self._a.max(initial=0)) + 1, dtype=np.int64)
        counterpart[list(self.counterparts)] = list(self.counterparts.values())
        return np.asarray(counterpart[self._a] != self._b)

    @property
    def moved(self) -> pd.DataFrame:
        """The rows of `images` that are not in the counterpart of their cluster."""
        return self.images[self.is_moved].sort_values(["cluster_a", "cluster_b"], kind="stable")

    @property
    def _a(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.images["cluster_a"], dtype=np.int64)

    @property
    def _b(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.images["cluster_b"], dtype=np.int64)


def cophenetic_agreement(a: Tree, b: Tree, sample: int = 1_000) -> float:
    """Return how well the heights at which images come together in two trees go with each other.

    Parameters
    ----------
    a, b : Tree
        Of the same images.
    sample : int
        Of how many images, at most, all pairs are compared. The sample is always the same.

    Returns
    -------
    float
        Pearson's correlation, -1 … 1; not a number for fewer than three images or equal heights.

    References
    ----------
    Sokal, Rohlf: The comparison of dendrograms by objective methods. Taxon 11, 1962.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> tree = Tree.from_linkage(Z)
    >>> round(cophenetic_agreement(tree, tree), 3)
    1.0
    """
    rows = np.arange(a.n)
    if a.n > sample:
        rows = np.random.default_rng(0).choice(a.n, sample, replace=False)
    met_a, met_b = cophenetic_distances(a, rows), cophenetic_distances(b, rows)
    if len(met_a) < 2 or not np.ptp(met_a) or not np.ptp(met_b):
        return float("nan")
    return float(np.corrcoef(met_a, met_b)[0, 1])


def entanglement(a: Tree, b: Tree) -> float:
    """Return how far apart the same leaves stand when two trees face each other.

    Parameters
    ----------
    a, b : Tree
        Of the same images, in the orders of their leaves.

    Returns
    -------
    float
        From 0, all lines between the trees are level, to 1, the one order is the other one reversed: the sum over the
        leaves of the distance of their places to the power of 1.5, in parts of that of a reversed order.

    References
    ----------
    Galili: dendextend, an R package for visualizing, adjusting and comparing trees. Bioinformatics 31, 2015.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> entanglement(Tree.from_linkage(Z, [0, 1, 2]), Tree.from_linkage(Z, [2, 1, 0]))
    1.0
    """
    places = np.arange(a.n)
    worst = (np.abs(places - places[::-1]) ** _POWER).sum()
    apart = (np.abs(_places(a) - _places(b)) ** _POWER).sum()
    return float(apart / worst) if worst else 0.0


def turned_like(tree: Tree, other: Tree) -> Tree:
    """Turn the branches of a tree so that its leaves stand as nearly as they can as those of another one.

    Parameters
    ----------
    tree, other : Tree
        Of the same images.

    Returns
    -------
    Tree
        The first one; it stays as it is where turning would not make it less entangled.
    """
    order = order_like(tree.linkage_matrix, _places(other).astype(np.float64))
    turned = Tree.from_linkage(tree.linkage_matrix, order, tree.method)
    return min(tree, turned, key=lambda each: entanglement(each, other))


def _places(tree: Tree) -> npt.NDArray[np.int64]:
    places = np.empty(tree.n, dtype=np.int64)
    places[tree.leaf_order] = np.arange(tree.n)
    return places
