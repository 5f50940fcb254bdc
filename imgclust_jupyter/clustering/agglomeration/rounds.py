"""Agglomeration without a matrix of distances: reciprocal nearest neighbours are merged in rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.clusters import new_clusters, new_lists
from imgclust_jupyter.clustering.agglomeration.dense import merge_by_matrix
from imgclust_jupyter.clustering.agglomeration.merging import (
    find_nearest,
    join_lists,
    join_means,
    match,
    replace_merged,
)
from imgclust_jupyter.clustering.agglomeration.scan import scan

__all__ = ["Agglomeration"]

_MATRIX = 1024  # clusters that are merged by their matrix: fewer take longer by rounds, more take longer by matrix
_FEW = (
    0.02  # of the clusters: while more than these merge in a round, lists that tell nothing can wait for fewer clusters
)
_FIRST = 0.6  # of the work: the first comparison of all

Slots = npt.NDArray[np.int32]


class Agglomeration:
    """Merges clusters, given as vectors, until one is left.

    Average linkage and Ward's are reducible (a union is no nearer to a third cluster than the nearer of its parts), so
    two clusters that are each other's nearest neighbours can be merged at any time (Bruynooghe 1978; Murtagh 1983).
    Every cluster has a list of candidates with lower bounds of the dissimilarities to them, and one bound for all
    others. When clusters merge, the formula of Lance and Williams, fed with bounds, gives bounds of the unions; only
    the smallest of a list is computed from the vectors. A cluster whose nearest candidate is not below the bound for
    the others is compared with all anew, many such in one matrix product. What is left in the end is merged by matrix.

    Time is that of half the matrix product of all pairs, O(n² d), and what is compared anew, which has been between a
    fiftieth and once of that. Memory is O(n (d + k)) with k = 32 candidates: a float32 copy of the vectors, 450 bytes
    for each of them, and 50 MiB.

    Means are rounded to float32, which changes a dissimilarity by no more than 2^-22 of the largest squared length;
    bounds of candidates take that into account.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        No longer than 1. They are written over.
    size : ndarray of float64, shape (n,)
        How many items each stands for.
    ward : bool
        Ward's linkage, else average linkage of half the squared Euclidean distances.
    on_progress : callable
        Called with the share of the work done, often; may raise to stop.

    Attributes
    ----------
    compared : int
        Pairs of clusters that matrix products have been made of, so far.
    computed : int
        Dissimilarities that have been computed one by one, so far.
    """

    def __init__(
        self,
        vectors: npt.NDArray[np.float32],
        size: npt.NDArray[np.float64],
        ward: bool,
        on_progress: Callable[[float], None],
    ) -> None:
        n = len(vectors)
        self.compared = 0
        self.computed = 0
        self._on_progress = on_progress
        self._share = 0.0
        self._active = np.arange(n, dtype=np.int32)
        self._clusters = new_clusters(vectors, size, ward)
        self._lists = new_lists(n)
        # Products of float64 leave this much in doubt, so that what is equal but for that counts as equal.
        self._tolerance = 8 * (vectors.shape[1] + 8) * np.finfo(np.float64).eps

    def merges(self) -> Iterator[tuple[Slots, npt.NDArray[np.float64]]]:
        """Merge until one cluster is left.

        Yields
        ------
        pairs : ndarray of int32, shape (m, 2)
            Slots; the union takes the first.
        height : ndarray of float64, shape (m,)
            Their dissimilarities; a cluster's is never below those of its parts.
        """
        merged = 0
        while len(self._active) > _MATRIX:
            if merged < _FEW * len(self._active):
                self._compare_unknown()
            pairs = self._match()
            merged = len(pairs)
            if merged:
                yield pairs, self._merge(pairs)
        slots, height = [], []
        for first, second, between in merge_by_matrix(self._clusters, self._active):
            slots.append((first, second))
            height.append(between)
            self._report()
        yield np.array(slots, dtype=np.int32).reshape(-1, 2), np.array(height)

    def _compare_unknown(self) -> None:
        for dtype in (np.float32, np.float64):
            unknown = self._active[self._lists.nearest[self._active] < 0]
            if not len(unknown):
                return
            # Comparing all takes each pair once, so it costs no more from here on.
            rows = self._active if 2 * len(unknown) > len(self._active) else unknown
            scan(self._clusters, self._lists, rows, self._active, dtype, self._report)
            pairs = len(rows) * len(self._active)
            self.compared += pairs // 2 if rows is self._active else pairs
            self._find_nearest(rows)

    def _match(self) -> Slots:
        active, lists = self._active, self._lists
        pairs = np.empty((len(active) // 2, 2), dtype=np.int32)
        count = match(self._clusters, lists, active, pairs, self._tolerance)
        if not count and (lists.nearest[active] >= 0).all():
            # Nearest neighbours in a circle, as rounding can make them of what is equally near: begin with the nearest.
            nearest = active[lists.distance[active].argmin()]
            lists.distance[lists.nearest[nearest]] = lists.distance[nearest]
            count = match(self._clusters, lists, active, pairs, self._tolerance)
        return pairs[:count]

    def _merge(self, pairs: Slots) -> npt.NDArray[np.float64]:
        join_lists(self._clusters, self._lists, pairs)
        gone = np.zeros(len(self._clusters.size), dtype=bool)
        gone[pairs[:, 1]] = True
        self._active = self._active[~gone[self._active]]
        changed = np.empty_like(self._active)
        changed = changed[: replace_merged(self._clusters, self._lists, self._active, changed)]
        join_means(self._clusters, pairs)
        self._report()
        self._find_nearest(changed)
        return self._clusters.height[pairs[:, 0]]

    def _find_nearest(self, rows: Slots) -> None:
        self.computed += find_nearest(self._clusters, self._lists, rows, self._tolerance)

    def _report(self, compared: float = 1.0) -> None:
        merged = 1 - len(self._active) / len(self._clusters.size)
        share = _FIRST * compared if merged == 0 else _FIRST + (1 - _FIRST) * merged
        self._share = max(self._share, share)
        self._on_progress(self._share)
