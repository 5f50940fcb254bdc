"""Clusters as vectors: what average linkage and Ward's need to know of a cluster instead of its distances."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.compiled import compiled, vectorized

__all__ = [
    "Clusters",
    "Lists",
    "combine",
    "dissimilarity",
    "lance_williams",
    "new_clusters",
    "new_lists",
    "squared_distance",
    "weight",
]


_CANDIDATES = 32


class Clusters(NamedTuple):
    """The clusters at hand, each in the slot of its first member; other slots are out of use.

    With ``c`` the mean of a cluster, ``s`` its size and ``v`` the mean squared distance of its members from ``c``, the
    mean of half the squared distances between the members of two clusters is ``|c - c'|²/2 + v/2 + v'/2``, and half of
    Ward's squared distance is ``s s'/(s + s') |c - c'|²``. Both are ``weight · |c - c'|² + offset + offset'``, which is
    called dissimilarity here; between single vectors both are half the squared distance.

    Attributes
    ----------
    mean : ndarray of float32, shape (n, d)
    size : ndarray of float64, shape (n,)
    offset : ndarray of float64, shape (n,)
        ``v / 2`` for average linkage, 0 for Ward's.
    height : ndarray of float64, shape (n,)
        The dissimilarity at which the cluster was made.
    partner : ndarray of int32, shape (n,)
        Whom the cluster is merged with in this round, else -1.
    joined : ndarray of float64, shape (n,)
        At which dissimilarity, where it is.
    rounding : float
        Bounds by how much the rounding of a mean to float32 changes a dissimilarity of weight 1.
    ward : bool
        Ward's linkage, else average linkage.
    """

    mean: npt.NDArray[np.float32]
    size: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]
    height: npt.NDArray[np.float64]
    partner: npt.NDArray[np.int32]
    joined: npt.NDArray[np.float64]
    rounding: float
    ward: bool


class Lists(NamedTuple):
    """Of every cluster the candidates for its nearest neighbour, and a bound for all that are no candidates.

    Attributes
    ----------
    member : ndarray of int32, shape (n, k)
        Slots of the candidates, -1 where there are fewer.
    low : ndarray of float64, shape (n, k)
        Lower bounds of the dissimilarities to them; infinite where there are fewer.
    exact : ndarray of bool, shape (n, k)
        Whether the bound is the dissimilarity.
    rest : ndarray of float64, shape (n,)
        A lower bound of the dissimilarities to all other clusters.
    nearest : ndarray of int32, shape (n,)
        The nearest neighbour, -1 where the lists cannot tell.
    distance : ndarray of float64, shape (n,)
        The dissimilarity to it, or a lower bound of that.
    """

    member: npt.NDArray[np.int32]
    low: npt.NDArray[np.float64]
    exact: npt.NDArray[np.bool_]
    rest: npt.NDArray[np.float64]
    nearest: npt.NDArray[np.int32]
    distance: npt.NDArray[np.float64]


def new_clusters(vectors: npt.NDArray[np.float32], size: npt.NDArray[np.float64], ward: bool) -> Clusters:
    """Return a cluster for every vector; none may be longer than 1, and they are written over."""
    n = len(vectors)
    nobody = np.full(n, -1, dtype=np.int32)
    return Clusters(vectors, size, np.zeros(n), np.zeros(n), nobody, np.zeros(n), rounding=2.0**-22, ward=ward)


def new_lists(n: int) -> Lists:
    """Return n empty lists, which tell nothing."""
    k = _CANDIDATES
    return Lists(
        member=np.full((n, k), -1, dtype=np.int32),
        low=np.full((n, k), np.inf),
        exact=np.zeros((n, k), dtype=bool),
        rest=np.full(n, -np.inf),
        nearest=np.full(n, -1, dtype=np.int32),
        distance=np.full(n, -np.inf),
    )


@compiled
def weight(size: float, other: float, ward: bool) -> float:
    """Return the factor of the squared distance of two means in a dissimilarity."""
    return size * other / (size + other) if ward else 0.5


@vectorized
def squared_distance(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Return ``|a - b|²``, summed in float64."""
    total = 0.0
    for k in range(len(a)):
        difference = np.float64(a[k]) - np.float64(b[k])
        total += difference * difference
    return total


@compiled
def dissimilarity(clusters: Clusters, x: int, y: int) -> float:
    """Return the dissimilarity of two clusters, the same to the last bit for (x, y) and (y, x)."""
    between = squared_distance(clusters.mean[x], clusters.mean[y])
    offset: float = clusters.offset[x] + clusters.offset[y]
    return weight(clusters.size[x], clusters.size[y], clusters.ward) * between + offset


def lance_williams(a: Any, b: Any, size_a: float, size_b: float, between: float, size: Any, ward: bool) -> Any:
    """Return the dissimilarity of the union of two clusters to another cluster (Lance & Williams 1967).

    It rises with ``a`` and ``b``, so that of lower bounds it makes a lower bound.

    Parameters
    ----------
    a, b : float or ndarray
        Dissimilarities of the two to the other cluster, or to each of several others.
    size_a, size_b : float
    between : float
        The dissimilarity of the two.
    size : float or ndarray
        Of the other cluster.
    ward : bool
    """
    if ward:
        return ((size_a + size) * a + (size_b + size) * b - size * between) / (size_a + size_b + size)
    return (size_a * a + size_b * b) / (size_a + size_b)


combine = compiled(lance_williams)
