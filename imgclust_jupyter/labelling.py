"""The part of the explorer that says what the images are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.widget.labelling import next_cluster, suggestions
from imgclust_jupyter.workspace.selection import Wanted, resolve

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["Labelling"]

_PYTHON = "python"


class Labelling:
    """Labels in one column or several, which outlive the session, and the log of what was done with them."""

    _session: Session
    _results: Callable[[], Results]

    def label(self, value: str | None, wanted: Wanted = None, column: str = "label", keep: bool = False) -> int:
        """Give images a label.

        Labels are columns of `data`, to colour, group, filter and query by. They are written down at once in the user's
        data folder, and are there again when the same folder, or the same images, are explored another time.

        Parameters
        ----------
        value : str or None
            At most 200 characters; None takes the label away.
        wanted : str, boolean mask, index labels, callable or None
            As for `select`. Default: the selection.
        column : str
            Another column of labels. A column of the metadata with its name gets the suffix ``_metadata``.
        keep : bool
            Leave images as they are that have another label in the column.

        Returns
        -------
        int
            How many images have another label than before.

        Raises
        ------
        KeyError, ValueError
            For images that are not there, and labels or columns that cannot be.

        Examples
        --------
        >>> explorer.label("cow", "cluster == 3")  # doctest: +SKIP
        37
        """
        results, data = self._labelled()
        assert results.ids is not None
        mask = self._session.selected_of(results) if wanted is None else resolve(wanted, data)
        changed, _ = self._session.labels.label(value, results.ids[mask], column, keep, _PYTHON)
        return changed

    def label_from(self, column: str, to: str = "label", keep: bool = False) -> int:
        """Take the values of a column of `data` over as labels, as one step.

        Parameters
        ----------
        column : str
            Where it says nothing of an image, or has blanks only, the label stays.
        to : str
            The column of labels.
        keep : bool
            Leave images as they are that have another label there.

        Returns
        -------
        int
            How many images have another label than before.

        Raises
        ------
        KeyError
            When there is no such column.
        ValueError
            For values and columns that labels cannot be.
        """
        results, data = self._labelled()
        assert results.ids is not None
        if column not in data:
            raise KeyError(f"no column {column!r}; the columns are {', '.join(map(str, data.columns))}")
        codes, values = pd.factorize(data[column])
        texts = [str(value) for value in values]
        named = [(text, results.ids[codes == code]) for code, text in enumerate(texts) if text.strip()]
        return self._session.labels.label_all(named, to, keep, _PYTHON)

    def rename_label(self, value: str, to: str, column: str = "label") -> int:
        """Rename a label; where the other one is there too, the two become one.

        Parameters
        ----------
        value, to : str
            The label that there is, and what it shall be.
        column : str
            The column of labels.

        Returns
        -------
        int
            How many images have it.

        Raises
        ------
        KeyError
            When there is no such label.
        ValueError
            For a label that cannot be.
        """
        self._labelled()
        return self._session.labels.rename(column, value, to, _PYTHON)

    def suggestions(self, value: str, k: int = 20, column: str = "label") -> pd.DataFrame:
        """Return the images without a label that are most like those with one.

        Parameters
        ----------
        value : str
            The label.
        k : int
            At most so many, from 1.
        column : str
            The column of labels.

        Returns
        -------
        DataFrame
            Rows of `data` with a column ``score``, how likely they are of it, from 0 to 1; the most likely first
            (`imgclust_jupyter.insight.label_suggestions.LabelModel`). Those that were refused in the views are left
            out.

        Raises
        ------
        KeyError
            When there is no such label.
        ValueError
            When k is less than 1.

        Examples
        --------
        >>> likely = explorer.suggestions("cow").query("score > 0.9")  # doctest: +SKIP
        >>> explorer.label("cow", likely.index)  # doctest: +SKIP
        """
        if k < 1:
            raise ValueError(f"k must be a whole number from 1, not {k!r}")
        results, data = self._labelled()
        assert results.ids is not None
        session = self._session
        ids, scores = suggestions(session.pipeline, session.labels.table, column, value, k)
        return data.iloc[np.searchsorted(results.ids, ids)].assign(score=scores)

    def next_cluster(self, column: str = "label") -> pd.DataFrame:
        """Select the cluster to label next, as N does in the views: the largest without a label; later, parts of such.

        Parameters
        ----------
        column : str
            The column of labels.

        Returns
        -------
        DataFrame
            Its rows of `data`, with ``guess``, what it may be of by the labels that there are or by the network (None
            where nothing is likely), and ``share``, how likely that is, from 0 to 1. Empty when all images have a
            label. What is selected and has no label yet is passed over.

        Examples
        --------
        >>> rows = explorer.next_cluster()  # doctest: +SKIP
        >>> explorer.label("cow")  # doctest: +SKIP
        """
        results, data = self._labelled()
        assert results.ids is not None
        session = self._session
        after = results.ids[session.selected_of(results)]
        n_clusters = session.widget.cut["n_clusters"]
        found = next_cluster(session.pipeline, session.labels.table, column, after, n_clusters)
        session.select_items(found.ids, ("branch", found.text))
        return data[np.isin(results.ids, found.ids)].assign(guess=found.guess, share=found.share)

    @property
    def labels(self) -> pd.DataFrame:
        """The columns of labels over the index of `data`; waits for all."""
        results, data = self._labelled()
        assert results.ids is not None
        table = self._session.labels.table
        names = table.columns or ["label"]
        return pd.DataFrame({name: table.column(name).values_of(results.ids) for name in names}, index=data.index)

    @property
    def label_log(self) -> pd.DataFrame:
        """What was done with the labels of these images, in all sessions, the first first.

        time (UTC); column; value; action ("label", "rename", "remove", "refuse" for a suggestion that was wrong,
        "allow" for one that was so no longer); images, how many; by ("views", "python", or "undo" for undo and redo);
        and paths, where the images were seen last in the collection.
        """
        self._labelled()
        return self._session.labels.log()

    def _labelled(self) -> tuple[Results, pd.DataFrame]:
        results = self._results()
        return results, self._session.table(results)
