"""The part of the explorer that says which of the images are looked at, and what a part of them has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from imgclust_jupyter.insight.composition import composition
from imgclust_jupyter.pipeline import ProgressLine, Request, Results
from imgclust_jupyter.workspace.labels import with_labels
from imgclust_jupyter.workspace.lookup import named
from imgclust_jupyter.workspace.selection import Wanted

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["WorkingSets"]


class WorkingSets:
    """Images that are taken out and put back, and the composition of the selection."""

    _session: Session

    def exclude(self, wanted: Wanted = None) -> None:
        """Take images out of all views, of `data`, and of the tree; the files stay where they are.

        The others keep their places on the map, and what is said of them by each other (neighbours, ranks, clusters) is
        said without those that are out. `undo` and `include` bring them back as they were; nothing is embedded again.

        Parameters
        ----------
        wanted : str, boolean mask, index labels, paths, callable or None
            As for `select`, or the name or relative path of an image, or a list of such. Default: the selection.

        Raises
        ------
        KeyError, ValueError
            For images that are not there, and when none would be left; nothing has changed then.

        Examples
        --------
        >>> explorer.exclude("outlier <= 10")  # doctest: +SKIP
        >>> explorer.exclude(explorer.data["duplicate_of"].notna())  # doctest: +SKIP
        """
        results, data = self._settled()
        assert results.ids is not None
        mask = self._session.selected_of(results) if wanted is None else named(wanted, data, results.relative_paths)
        if mask.all():
            raise ValueError(f"that is all {len(mask):,} images; at least one must stay")
        if mask.any():
            self._done(self._session.working_set.change(results.ids[mask], out=True))

    def include(self, wanted: Wanted = None) -> None:
        """Put images back that were taken out, at their places.

        Parameters
        ----------
        wanted : str, boolean mask, index labels, paths, callable or None
            As for `exclude`, of the rows of `excluded`. Default: all.

        Raises
        ------
        KeyError, ValueError
            For images that are not among them.
        """
        results, _ = self._settled()
        out = results.ids_taken_out
        if wanted is not None:
            assert results.collection is not None
            paths = [results.collection.items[i].relative for i in out]
            out = out[named(wanted, self._taken_out(results), paths)]
        if len(out):
            self._done(self._session.working_set.change(out, out=False))

    @property
    def excluded(self) -> pd.DataFrame:
        """The images that are taken out: the rows that they had in `data`, but for the cluster; waits for all.

        ``outlier``, ``outlier_local`` and ``duplicate_of`` are as they were among all images. Files that cannot be read
        are in `errors`.
        """
        results, _ = self._settled()
        return self._taken_out(results)

    def lay_out_anew(self) -> None:
        """Compute the mean, the neighbours, the tree and the map anew from the images that are there now.

        Otherwise the mean and the places are those of the first time, so that nothing jumps when images come and go.
        The old map stays until the new one is there; `cancel` keeps it. Nothing is embedded again.
        """
        self._settled()
        self._done(self._session.working_set.lay_out_anew())

    def describe_selection(self, columns: str | Sequence[str] | None = None, k: int = 10) -> pd.DataFrame:
        """Compare what is selected with all images, column by column.

        Parameters
        ----------
        columns : str or sequence of str, optional
            Columns of `data`. Default: all but those that say something else of each image.
        k : int
            At most so many values of each column of categories, the most frequent in the selection.

        Returns
        -------
        DataFrame
            As from `imgclust_jupyter.insight.composition.composition`: column, value, selected, total,
            share_of_selection, share_of_all and lift, for categories one row a value; for numbers the mean and the
            quartiles of the selection (selected) and of all (total).

        Raises
        ------
        KeyError
            For columns that are not there.

        Examples
        --------
        >>> explorer.describe_selection("breed").head(3)  # doctest: +SKIP
        """
        results, data = self._settled()
        return composition(data, self._session.selected_of(results), columns, k)

    def _taken_out(self, results: Results) -> pd.DataFrame:
        return with_labels(results.table_taken_out(), self._session.labels.table, results.ids_taken_out)

    def _settled(self) -> tuple[Results, pd.DataFrame]:
        with ProgressLine(hidden=self._session.is_shown) as line:
            try:
                results = self._session.pipeline.wait(tick=line.show)
            except KeyboardInterrupt:
                self._session.pipeline.interrupt()
                raise
        return results, self._session.table(results)

    def _done(self, request: Request) -> None:
        with ProgressLine(hidden=self._session.is_shown) as line:
            try:
                self._session.pipeline.wait_for(request, tick=line.show)
            except KeyboardInterrupt:
                self._session.pipeline.interrupt()
                raise
