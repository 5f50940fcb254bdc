"""The tree as the views use it: every subtree is an interval of leaf order (twin: ``js/src/tree.ts``)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.greedy_order import leaves_of

__all__ = ["Tree"]


@dataclass(frozen=True, eq=False)
class Tree:
    """A hierarchical clustering of n images.

    Nothing here is recursive: the leaves of merge ``m`` (row ``m`` of the linkage matrix, n - 1 in all) are
    ``leaf_order[left_start[m] : left_start[m] + size[m]]``, the first ``split[m]`` of them those of its left child.

    Attributes
    ----------
    linkage_matrix : ndarray of float64, shape (n - 1, 4)
        In scipy's format, sorted by height.
    leaf_order : ndarray of int32, shape (n,)
        The rows from the first leaf to the last.
    left_start, size, split : ndarray of uint32, shape (n - 1,)
        Per merge the position of its first leaf, its number of leaves, and that of its left child.
    height : ndarray of float32, shape (n - 1,)
        Per merge the distance of its children, ascending.
    method : str
        How it was made, in plain words, as in `Plan.description`.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> tree = Tree.from_linkage(Z)
    >>> tree.cut(2).tolist(), tree.members(0).tolist()
    ([2, 2, 1], [0, 1])
    """

    linkage_matrix: npt.NDArray[np.float64]
    leaf_order: npt.NDArray[np.int32]
    left_start: npt.NDArray[np.uint32]
    size: npt.NDArray[np.uint32]
    split: npt.NDArray[np.uint32]
    height: npt.NDArray[np.float32]
    method: str = ""

    @classmethod
    def from_linkage(
        cls, Z: npt.NDArray[np.float64], leaf_order: npt.NDArray[np.integer] | None = None, method: str = ""
    ) -> Tree:
        """Lay out a linkage matrix.

        Parameters
        ----------
        Z : ndarray of float64, shape (n - 1, 4)
            In scipy's format, sorted by height; without rows it stands for one image.
        leaf_order : ndarray of int, shape (n,), optional
            An order of the rows in which every subtree is one interval, as from `order_leaves`; default is the first
            child of every merge before the second.
        method : str
            How it was made, in plain words.

        Returns
        -------
        Tree

        Raises
        ------
        ValueError
            When the leaf order tears a subtree apart.
        """
        n = len(Z) + 1
        a, b = Z[:, 0].astype(np.int64), Z[:, 1].astype(np.int64)
        order = leaves_of(a.tolist(), b.tolist(), Z) if leaf_order is None else np.asarray(leaf_order, dtype=np.int32)
        sizes = np.concatenate([np.ones(n, dtype=np.int64), Z[:, 3].astype(np.int64)])
        starts = _starts(a, b, order)
        left = np.where(starts[a] < starts[b], a, b)
        right = a + b - left
        if not np.array_equal(starts[left] + sizes[left], starts[right]):
            raise ValueError("the leaf order does not fit the linkage matrix: it tears a subtree apart")
        return cls(
            linkage_matrix=Z,
            leaf_order=order,
            left_start=starts[n:].astype(np.uint32),
            size=sizes[n:].astype(np.uint32),
            split=sizes[left].astype(np.uint32),
            height=Z[:, 2].astype(np.float32),
            method=method,
        )

    @property
    def n(self) -> int:
        """The number of images."""
        return len(self.leaf_order)

    def members(self, merge: int) -> npt.NDArray[np.int32]:
        """Return the rows below a merge, in leaf order.

        Parameters
        ----------
        merge : int
            A row of the linkage matrix.

        Returns
        -------
        ndarray of int32
        """
        start = int(self.left_start[merge])
        return self.leaf_order[start : start + int(self.size[merge])]

    def cluster_starts(self, n_clusters: int) -> npt.NDArray[np.int64]:
        """Return the position in leaf order at which each cluster begins.

        Parameters
        ----------
        n_clusters : int
            Clamped to 1 … n.

        Returns
        -------
        ndarray of int64, shape (k,)
            Ascending, the first is 0.
        """
        return np.sort(np.concatenate([[0], self._boundaries(n_clusters)]))

    def cut(self, n_clusters: int) -> npt.NDArray[np.int32]:
        """Cut into clusters by undoing the last merges.

        Parameters
        ----------
        n_clusters : int
            Clamped to 1 … n.

        Returns
        -------
        ndarray of int32, shape (n,)
            The cluster of each row; the clusters are numbered 1 … k in leaf order.
        """
        begins = np.zeros(self.n, dtype=np.int32)
        begins[self.cluster_starts(n_clusters)] = 1
        labels = np.empty(self.n, dtype=np.int32)
        labels[self.leaf_order] = np.cumsum(begins)
        return labels

    def colors(self, n_clusters: int) -> npt.NDArray[np.int32]:
        """Return the palette index of each cluster.

        The root has colour 0. As merges are undone from the top, the larger child keeps the colour of its parent (the
        left one of two equals), and the smaller child of the t-th merge gets colour t. So each of the colours
        0 … k - 1 is used once, and a cluster that splits keeps its colour in its larger part.

        Parameters
        ----------
        n_clusters : int
            Clamped to 1 … n.

        Returns
        -------
        ndarray of int32, shape (k,)
            For the clusters 1 … k as `cut` numbers them.
        """
        undone = self._undone(n_clusters)
        starts, boundaries = self.left_start[undone].tolist(), self._boundaries(n_clusters).tolist()
        left_is_larger = (2 * self.split[undone] >= self.size[undone]).tolist()
        color_at = {0: 0}
        for color, (start, boundary, left_keeps) in enumerate(zip(starts, boundaries, left_is_larger, strict=True), 1):
            own = color_at[start]
            color_at[start], color_at[boundary] = (own, color) if left_keeps else (color, own)
        return np.array([color_at[start] for start in sorted(color_at)], dtype=np.int32)

    def clusters_at(self, height: float) -> int:
        """Return the number of clusters when all merges higher than this are undone.

        Parameters
        ----------
        height : float

        Returns
        -------
        int
            1 … n.
        """
        return self.n - int(np.searchsorted(self.linkage_matrix[:, 2], height, side="right"))

    def cut_height(self, n_clusters: int) -> float:
        """Return where the line of a cut is drawn: in the middle between the merges that it lies between.

        Parameters
        ----------
        n_clusters : int
            Clamped to 1 … n.

        Returns
        -------
        float
            Above the root, by a twentieth of its height, for one cluster; 0 for one image.
        """
        if self.n == 1:
            return 0.0
        heights = self.linkage_matrix[:, 2]
        kept = self.n - self._clamp(n_clusters)
        below = heights[kept - 1] if kept else 0.0
        above = heights[kept] if kept < self.n - 1 else 1.1 * below
        return float((below + above) / 2)

    def _clamp(self, n_clusters: int) -> int:
        return min(max(n_clusters, 1), self.n)

    def _undone(self, n_clusters: int) -> npt.NDArray[np.int64]:
        # The merges that a cut undoes, from the root down.
        return np.arange(self.n - 2, self.n - 1 - self._clamp(n_clusters), -1)

    def _boundaries(self, n_clusters: int) -> npt.NDArray[np.int64]:
        # Each merge joins two intervals at a place of its own, so the merges undone are the boundaries of the clusters.
        undone = self._undone(n_clusters)
        return self.left_start[undone].astype(np.int64) + self.split[undone]


def _starts(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], order: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    # Of every node, leaves first, the position of its first leaf.
    n = len(order)
    positions = np.empty(n, dtype=np.int64)
    positions[order] = np.arange(n)
    starts = [*positions.tolist(), *[0] * (n - 1)]
    for node, (first, second) in enumerate(zip(a.tolist(), b.tolist(), strict=True), n):
        starts[node] = min(starts[first], starts[second])
    return np.array(starts, dtype=np.int64)
