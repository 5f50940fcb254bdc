"""What the three parts of a snapshot share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.widget.colors import shown_colors
from imgclust_jupyter.widget.palette import cluster_color
from imgclust_jupyter.widget.snapshot.canvas import Thumbnails

__all__ = ["Scene"]


@dataclass(frozen=True, eq=False)
class Scene:
    """The collection as it is cut.

    Attributes
    ----------
    tree : Tree
    coordinates : ndarray of float32, shape (n, 2)
    thumbnails : callable
    starts : ndarray of int64, shape (k + 1,)
        Where in leaf order each cluster begins, and n.
    colors : list of str, length k
    names : sequence of str
        Of the clusters, empty for those without; k, or none at all.
    cluster_of : ndarray of int64, shape (n,)
        The cluster (from 0) of each position in leaf order.
    """

    tree: Tree
    coordinates: npt.NDArray[np.floating]
    thumbnails: Thumbnails
    starts: npt.NDArray[np.int64]
    colors: list[str]
    names: Sequence[str]
    cluster_of: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        tree: Tree,
        coordinates: npt.NDArray[np.floating],
        n_clusters: int,
        thumbnails: Thumbnails,
        permutation: Sequence[int] = (),
        names: Sequence[str] = (),
    ) -> Scene:
        """Cut a tree, and colour it as `shown_colors` says."""
        starts = tree.cluster_starts(n_clusters)
        return cls(
            tree=tree,
            coordinates=coordinates,
            thumbnails=thumbnails,
            starts=np.append(starts, tree.n),
            colors=[cluster_color(int(color)) for color in shown_colors(tree, n_clusters, permutation)],
            names=names,
            cluster_of=np.searchsorted(starts, np.arange(tree.n), side="right") - 1,
        )

    @property
    def n_clusters(self) -> int:
        """How many clusters there are."""
        return len(self.colors)

    def rows(self, cluster: int) -> npt.NDArray[np.int32]:
        """Return the rows of a cluster in leaf order."""
        return self.tree.leaf_order[self.starts[cluster] : self.starts[cluster + 1]]

    def typical(self, rows: npt.NDArray[np.int32]) -> int:
        """Return the row that is closest to the middle of some rows on the map."""
        places = self.coordinates[rows]
        # The median, so that one image far off does not draw the middle out of the group.
        distances = np.linalg.norm(places - np.median(places, axis=0), axis=1)
        return int(rows[np.argmin(distances)])
