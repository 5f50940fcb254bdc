"""What the user's tables say of the images: the DataFrame that was the source, and the metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.frames import files_of
from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.collection.metadata import BY_POSITION, Joined, align, join
from imgclust_jupyter.collection.sources import Gathered

__all__ = ["Details"]


@dataclass(frozen=True, eq=False)
class Details:
    """The user's columns, one row for each item.

    Attributes
    ----------
    source_rows, source_index
        What a DataFrame that was the source says, as from `align`.
    rows : DataFrame
        The same with the columns of the metadata.
    index : Index or None
        The user's labels, where each image had one of its own; images that came later are labelled with their relative
        paths, or with the numbers that follow.
    metadata : DataFrame or None
        As the user gave it.
    matched_on, unmatched, notices
        As in `Collection`.
    """

    source_rows: pd.DataFrame
    source_index: pd.Index | None
    rows: pd.DataFrame
    index: pd.Index | None
    metadata: pd.DataFrame | None = None
    matched_on: str | None = None
    unmatched: pd.DataFrame = field(default_factory=pd.DataFrame)
    notices: tuple[str, ...] = ()

    @classmethod
    def of_source(cls, gathered: Gathered, file_of: npt.NDArray[np.int64]) -> Details:
        """Return what a source says, where it is a DataFrame.

        Parameters
        ----------
        gathered : Gathered
        file_of : ndarray of int64, shape (n_items,)
            To which of its files each item belongs.
        """
        if gathered.rows is None:
            rows, index = pd.DataFrame(index=pd.RangeIndex(len(file_of))), None
        else:
            rows, index = align(gathered.rows, file_of, gathered.path_column)
        return cls(rows, index, rows, index)

    def joined(self, items: Sequence[Item], root: str, metadata: pd.DataFrame | None) -> Details:
        """Join metadata to the images, in place of others.

        Parameters
        ----------
        items : sequence of Item
            Those that are there.
        root : str
            As for `join`.
        metadata : DataFrame or None

        Raises
        ------
        ValueError, TypeError
            As `join`, or when it is no DataFrame.
        """
        if metadata is None:
            return Details(self.source_rows, self.source_index, self.source_rows, self.source_index)
        if not isinstance(metadata, pd.DataFrame):
            raise TypeError(f"the metadata must be a DataFrame, not a {type(metadata).__name__}")
        files, file_of = files_of(items)
        found = join(files, root, metadata, file_of)
        ids = np.array([item.id for item in items])
        rows = found.rows.rename(columns={name: f"{name}_metadata" for name in self.source_rows.columns})
        rows = rows.set_axis(ids).reindex(self.source_rows.index)
        index = self.source_index
        if index is None and found.index is not None:
            # Those that are no longer there have any label.
            place = np.zeros(len(rows), dtype=np.int64)
            place[ids] = np.arange(len(ids))
            index = found.index.take(place)
        return replace(
            self,
            rows=pd.concat([self.source_rows, rows], axis=1),
            index=index,
            metadata=metadata,
            matched_on=found.matched_on,
            unmatched=found.unmatched,
            notices=tuple(_notices(found, len(files))),
        )

    def revised(self, items: Sequence[Item], present: Sequence[Item], root: str, rows: pd.DataFrame) -> Details:
        """Return what is said of more images, or of fewer.

        Parameters
        ----------
        items : sequence of Item
            All, those that have been removed too.
        present : sequence of Item
            Those that are there.
        root : str
            As for `join`.
        rows : DataFrame
            What their own source says of new ones, by id.
        """
        source_rows = pd.concat([self.source_rows, rows]).reindex(range(len(items)))
        source = Details(source_rows, _extended(self.source_index, items), source_rows, None)
        if self.metadata is None:
            return replace(source, rows=source_rows, index=source.source_index)
        labels = _extended(self.index, items)
        if self.matched_on == BY_POSITION:
            # Of pixels in memory only those that were there from the start had a position in the table.
            columns = [name for name in self.rows.columns if name not in self.source_rows.columns]
            own = self.rows[columns].reindex(range(len(items)))
            return replace(self, source_rows=source_rows, rows=pd.concat([source_rows, own], axis=1), index=labels)
        after = source.joined(present, root, self.metadata)
        if self.index is not None and after.index is None:
            # The labels have become columns, since there are images without; but they stay the labels.
            first = source_rows.shape[1]
            columns = [*range(first), *range(first + self.index.nlevels, after.rows.shape[1])]
            after = replace(after, rows=after.rows.iloc[:, columns], index=labels)
        return after


def _extended(index: pd.Index | None, items: Sequence[Item]) -> pd.Index | None:
    if index is None:
        return None
    more = items[len(index) :]
    if not more:
        return index
    if isinstance(index, pd.MultiIndex):
        rest = (None,) * (index.nlevels - 1)
        return index.append(pd.MultiIndex.from_tuples([(item.relative, *rest) for item in more], names=index.names))
    if pd.api.types.is_integer_dtype(index):
        first = int(index.max()) + 1
        return index.append(pd.Index(np.arange(first, first + len(more)), name=index.name))
    return index.append(pd.Index([item.relative for item in more], name=index.name))


def _notices(found: Joined, n_files: int) -> list[str]:
    counted = (
        (n_files - found.matched, "image has no row in the metadata", "images have no row in the metadata"),
        (len(found.unmatched), "row of the metadata has no image", "rows of the metadata have no image"),
        (
            found.repeated,
            "row of the metadata was left out, since an earlier one is about the same image",
            "rows of the metadata were left out, since earlier ones are about the same images",
        ),
    )
    return [f"{count:,} {one if count == 1 else many}" for count, one, many in counted if count]
