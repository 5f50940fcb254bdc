"""What the results of two explorers have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.clustering.restriction import restricted
from imgclust_jupyter.insight.comparison import Agreement, cophenetic_agreement, entanglement, turned_like
from imgclust_jupyter.insight.same_images import same_images
from imgclust_jupyter.pipeline.results import Results
from imgclust_jupyter.store import open_store

__all__ = ["Common", "in_common"]


@dataclass(frozen=True, eq=False)
class Common:
    """The images that two results have both, and their trees.

    Attributes
    ----------
    results : tuple of two Results
        With trees, without the vectors.
    rows : tuple of two ndarray of int64, shape (m,)
        Of each image its row in each of the results.
    trees : tuple of two Tree
        Over these images; the second one's branches are turned so that it faces the first.
    by_path : int
        How many of the images have another content in the two.
    """

    results: tuple[Results, Results]
    rows: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
    trees: tuple[Tree, Tree]
    by_path: int

    @property
    def n(self) -> int:
        """The number of images."""
        return len(self.rows[0])

    def ids(self, side: int) -> npt.NDArray[np.int64]:
        """Return their item ids in one of the collections, shape (m,)."""
        ids = self.results[side].ids
        assert ids is not None
        return np.asarray(ids[self.rows[side]])

    def labels(self, side: int, n_clusters: int) -> npt.NDArray[np.int32]:
        """Return the cluster of each in one of the trees, numbered as there, shape (m,)."""
        tree = self.results[side].tree
        assert tree is not None
        return np.asarray(tree.cut(n_clusters)[self.rows[side]])

    def agreement(self, n_clusters: tuple[int, int]) -> Agreement:
        """Return how far the two cuts agree, about images with the index of the first one's table."""
        images = self._names.assign(cluster_a=self.labels(0, n_clusters[0]), cluster_b=self.labels(1, n_clusters[1]))
        return Agreement(images)

    @cached_property
    def cophenetic(self) -> float:
        """How well the heights at which images come together go with each other, in a sample of 1,000 images."""
        return cophenetic_agreement(*self.trees)

    @cached_property
    def entanglement(self) -> float:
        """How far apart the same leaves stand."""
        return entanglement(*self.trees)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """The images that only one has: ``name``, ``path`` and ``only_in`` ("a" or "b")."""
        parts = []
        for side, results in enumerate(self.results):
            table = results.described()[["name", "path"]]
            parts.append(table.drop(table.index[self.rows[side]]).assign(only_in="ab"[side]))
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def _names(self) -> pd.DataFrame:
        return self.results[0].described()[["name"]].iloc[self.rows[0]]


def in_common(a: Results, b: Results) -> Common:
    """Find the images that two results have both.

    Parameters
    ----------
    a, b : Results
        With trees.

    Returns
    -------
    Common

    Raises
    ------
    ValueError
        When there is none.
    """
    rows_a, rows_b, by_path = same_images(_digests(a), a.relative_paths, _digests(b), b.relative_paths)
    if not len(rows_a):
        raise ValueError("the two explorers have no image in common, neither by content nor by path")
    assert a.tree is not None
    assert b.tree is not None
    tree = restricted(a.tree, rows_a)
    results = replace(a, embeddings=None, vectors=None), replace(b, embeddings=None, vectors=None)
    return Common(results, (rows_a, rows_b), (tree, turned_like(restricted(b.tree, rows_b), tree)), by_path)


def _digests(results: Results) -> list[str | None]:
    assert results.collection is not None
    assert results.ids is not None
    return results.collection.known_hashes(open_store(), results.ids.tolist())
