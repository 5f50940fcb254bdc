"""What has been computed, and the table that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Network
from imgclust_jupyter.insight.cluster_names import BranchName
from imgclust_jupyter.layout import Neighbors
from imgclust_jupyter.pipeline.changes import Changes
from imgclust_jupyter.pipeline.features import Blocks
from imgclust_jupyter.workspace.naming import stepped_aside

__all__ = ["OWN_COLUMNS", "Aside", "Findings", "Results"]

OWN_COLUMNS = ("new", "outlier", "outlier_local", "duplicate_of", "predicted", "predicted_share", "cluster", "x", "y")
"""What is added to the table of the collection."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What is said of each image by its neighbours and by the network's own classes.

    Attributes
    ----------
    outlier, outlier_local : ndarray of int64, shape (n,)
        Ranks, 1 for what stands apart most: by mean distance to the neighbours, and by the local outlier factor.
    duplicates : ndarray of int32, shape (n,)
        Groups of images that are the same, as from `duplicate_groups`.
    predicted : tuple of ndarray, or None
        The class that the network takes each image for, and how sure it is (0 … 1), where it has classes.
    """

    outlier: npt.NDArray[np.int64]
    outlier_local: npt.NDArray[np.int64]
    duplicates: npt.NDArray[np.int32]
    predicted: tuple[npt.NDArray[np.object_], npt.NDArray[np.float32]] | None

    def columns(self, index: pd.Index) -> dict[str, Any]:
        """Return columns of the table, whose index says which image a duplicate repeats."""
        repeated = self.duplicates > 0
        _, firsts, group = np.unique(self.duplicates[repeated], return_index=True, return_inverse=True)
        rows = np.flatnonzero(repeated)
        original = np.full(len(index), None, dtype=object)
        original[rows] = index[rows[firsts[group]]]
        original[rows[firsts]] = None
        columns = {"outlier": self.outlier, "outlier_local": self.outlier_local, "duplicate_of": original}
        if self.predicted is None:
            return columns
        names, shares = self.predicted
        return {**columns, "predicted": names, "predicted_share": shares}


@dataclass(frozen=True)
class Results:
    """What has been computed so far; a new one replaces it whole as each stage ends.

    Attributes
    ----------
    collection : Collection or None
    ids : ndarray of int64, shape (n,)
        Item ids of the rows of everything below: after the embedding, the readable images only.
    network : Network or None
    embeddings : ndarray of float32, shape (n, d), or None
    vectors : ndarray, shape (n, d), or None
        The embeddings as prepared for the metric (centred, normalised).
    mean : ndarray, shape (d,), or None
        What was subtracted from each for that.
    blocks : Blocks or None
        How columns of the table become part of that, where they do.
    neighbors : Neighbors or None
    findings : Findings or None
    tree : Tree or None
    medoids : ndarray of int32, shape (n - 1,), or None
        The row that stands for each merge.
    names : mapping of int to BranchName
        What the images of the upper merges seem to be, where the network has classes.
    auto : int
        The number of clusters that there seem to be; 0 while there is no tree.
    coordinates : ndarray of float32, shape (n, 2), or None
    layout : str or None
        Which layout the coordinates are of; not the one asked for where there are too few images for it.
    complete : bool
        Whether every stage is done.
    provisional : bool
        Whether the tree is to be built anew, since images were put into one that was there.
    changes : Changes or None
        What the last addition or refresh has changed.
    by_hand : frozenset of int
        Ids of the images that were added by `ClusterExplorer.add`.
    excluded : frozenset of int
        Ids of the images that were taken out of the working set; all the rest is about the others only.
    aside : Aside or None
        What is kept of those.
    notices : tuple of str
        What a person should know about how this was computed.
    """

    collection: Collection | None = None
    ids: npt.NDArray[np.int64] | None = None
    network: Network | None = None
    embeddings: npt.NDArray[np.float32] | None = None
    vectors: npt.NDArray[Any] | None = None
    mean: npt.NDArray[np.floating] | None = None
    blocks: Blocks | None = None
    neighbors: Neighbors | None = None
    findings: Findings | None = None
    tree: Tree | None = None
    medoids: npt.NDArray[np.int32] | None = None
    names: Mapping[int, BranchName] = field(default_factory=dict)
    auto: int = 0
    coordinates: npt.NDArray[np.float32] | None = None
    layout: str | None = None
    complete: bool = False
    provisional: bool = False
    changes: Changes | None = None
    by_hand: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    aside: Aside | None = None
    notices: tuple[str, ...] = ()

    @property
    def relative_paths(self) -> list[str]:
        """Of each row the path in the collection."""
        if self.collection is None or self.ids is None:
            return []
        return [self.collection.items[i].relative for i in self.ids]

    @property
    def ids_taken_out(self) -> npt.NDArray[np.int64]:
        """Item ids of the readable images that are taken out, ascending."""
        if self.aside is None or self.aside.everything.ids is None or self.ids is None:
            return np.zeros(0, dtype=np.int64)
        return np.setdiff1d(self.aside.everything.ids, self.ids, assume_unique=True)

    def described(self) -> pd.DataFrame:
        """Return what does not depend on where the tree is cut: all of `table` but ``cluster``, ``x`` and ``y``."""
        if self.collection is None or self.ids is None:
            return pd.DataFrame()
        table = stepped_aside(self.collection.table(self.ids), OWN_COLUMNS)
        if self.changes is not None:
            table["new"] = np.isin(self.ids, self.changes.new)
        return table if self.findings is None else table.assign(**self.findings.columns(table.index))

    def table(self, n_clusters: int) -> pd.DataFrame:
        """Return what is known of each image.

        Parameters
        ----------
        n_clusters : int
            Where the tree is cut.

        Returns
        -------
        DataFrame, n rows
            name, path, size, width, height and the metadata; ``new`` after an addition; ``outlier``,
            ``outlier_local``, ``duplicate_of``, ``predicted`` and ``predicted_share`` once the neighbours are known;
            ``cluster`` once there is a tree, ``x`` and ``y`` once there is a map. Columns of the metadata with one of
            these names end in ``_metadata``.
        """
        table = self.described()
        if self.tree is not None:
            table["cluster"] = self.tree.cut(n_clusters)
        if self.coordinates is not None:
            table["x"], table["y"] = self.coordinates.T
        return table

    def table_taken_out(self) -> pd.DataFrame:
        """Return the rows that the images that are taken out have among all, but for their cluster."""
        if self.aside is None:
            return self.described().iloc[:0]
        everything = self.aside.everything
        table = everything.described()
        assert everything.coordinates is not None
        assert everything.ids is not None
        table["x"], table["y"] = everything.coordinates.T
        return table[np.isin(everything.ids, self.ids_taken_out)]


@dataclass(frozen=True, eq=False)
class Aside:
    """What is kept of all images while some are taken out, so that they come back as they were.

    Attributes
    ----------
    everything : Results
        Of all images, but for their embeddings and vectors, which would be there twice.
    embeddings, vectors : ndarray, shape (m, d), or None
        Of those that are taken out.
    """

    everything: Results
    embeddings: npt.NDArray[np.float32] | None
    vectors: npt.NDArray[Any] | None
