"""What an addition or a refresh has changed, as a table and in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.clustering.matching import match_clusters
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.revision import Change

__all__ = ["CHANGES_COLUMNS", "TAKEN_OUT", "Changes"]

CHANGES_COLUMNS = ("name", "path", "what", "from", "to")

TAKEN_OUT = "already there, taken out"

_WORDS = {
    "added": "new",
    "removed": "removed",
    "changed": "changed",
    "renamed": "renamed",
    "unreadable": "unreadable",
    "already there": "already there",
    TAKEN_OUT: TAKEN_OUT,
}


@dataclass(frozen=True, eq=False)
class Changes:
    """The changes of one addition or refresh.

    Attributes
    ----------
    made : tuple of Change
    tree_before : Tree or None
        As it was before them.
    ids_before : ndarray of int64, shape (n,)
        Item ids of its rows.
    """

    made: tuple[Change, ...]
    tree_before: Tree | None
    ids_before: npt.NDArray[np.int64]

    @property
    def new(self) -> list[int]:
        """Ids of the images that were added."""
        return [change.id for change in self.made if change.what == "added"]

    def table(
        self, collection: Collection, ids: npt.NDArray[np.int64], tree: Tree | None, n_clusters: int
    ) -> pd.DataFrame:
        """Return one row for each change.

        Parameters
        ----------
        collection : Collection
            As it is now.
        ids : ndarray of int64, shape (n,)
            Item ids of the rows of the tree.
        tree : Tree or None
            As it is now.
        n_clusters : int
            Where both trees are cut.

        Returns
        -------
        DataFrame
            name, path, what ("added", "removed", "changed", "renamed", "unreadable", "already there",
            "already there, taken out" or "moved cluster"), from and to (paths or clusters, where there are such).
        """
        rows = self.rows(ids, tree, n_clusters)
        items = [collection.items[row[0]] for row in rows]
        told = [(item.name, item.location, *row[1:]) for item, row in zip(items, rows, strict=True)]
        return pd.DataFrame(told, columns=list(CHANGES_COLUMNS), dtype=object)

    def rows(
        self, ids: npt.NDArray[np.int64], tree: Tree | None, n_clusters: int
    ) -> list[tuple[int, str, str | np.integer, str | np.integer]]:
        """Return item id, what, from and to of each change; parameters as for `table`."""
        common, before, after = self._clusters(ids, tree, n_clusters)
        moved = self._moved(before, after)
        told = zip(common[moved].tolist(), before[moved], after[moved], strict=True)
        return [
            *((change.id, change.what, change.before, change.after) for change in self.made),
            *((i, "moved cluster", a, b) for i, a, b in told),
        ]

    def words(self, ids: npt.NDArray[np.int64], tree: Tree | None, n_clusters: int) -> str:
        """Return the same as counts, such as "37 new, 2 removed, 5 moved cluster"; empty where nothing has changed."""
        counts = Counter(change.what for change in self.made)
        _, before, after = self._clusters(ids, tree, n_clusters)
        moved = int(self._moved(before, after).sum())
        parts = [f"{counts[what]:,} {word}" for what, word in _WORDS.items() if counts[what]]
        return ", ".join([*parts, *([f"{moved:,} moved cluster"] if moved else [])])

    def _clusters(
        self, ids: npt.NDArray[np.int64], tree: Tree | None, n_clusters: int
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        common, rows_before, rows = np.intersect1d(self.ids_before, ids, assume_unique=True, return_indices=True)
        if tree is None or self.tree_before is None or tree is self.tree_before:
            none = np.zeros(0, dtype=np.int32)
            return common[:0], none, none
        return common, self.tree_before.cut(n_clusters)[rows_before], tree.cut(n_clusters)[rows]

    @staticmethod
    def _moved(before: npt.NDArray[np.int32], after: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        return match_clusters(before, after)[after - 1] != before if len(after) else np.zeros(0, dtype=bool)
