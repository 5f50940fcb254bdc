"""The part of the explorer that changes which images there are, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from imgclust_jupyter.pipeline import Addition, MetadataUpdate, ProgressLine, Refresh, Request

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["Growing"]


class Growing:
    """Additions, refreshes, and the report of what they have changed."""

    _session: Session

    def add(self, images: Any) -> pd.DataFrame:
        """Add images; only they are embedded, and the others keep their places on the map.

        Parameters
        ----------
        images : path, URL, list, DataFrame, ndarray or PIL image
            What the constructor takes, or a single array or PIL image. What is there already is left out.

        Returns
        -------
        DataFrame
            The rows of `data` that are new; `changes` says what else has come of it.

        Raises
        ------
        FileNotFoundError, ValueError, TypeError
            When there are no such images; all is then as it was, as it is when the cell is interrupted.
        """
        return self._change(Addition(images))

    def refresh(self) -> pd.DataFrame:
        """Look through the source again: take in what is new, changed or renamed, and leave out what is gone.

        Returns
        -------
        DataFrame
            As `changes`.
        """
        self._change(Refresh())
        return self.changes

    def update_metadata(self, metadata: pd.DataFrame | None) -> None:
        """Join other metadata to the images, in place of those that there are.

        Parameters
        ----------
        metadata : DataFrame or None
            As for the constructor; None for no other. Columns of a DataFrame that was the source stay.
        """
        self._change(MetadataUpdate(metadata))

    @property
    def changes(self) -> pd.DataFrame:
        """What the last addition or refresh has changed, also that of ``watch=True``.

        name, path, what, and from and to for what has another place.
        what is "added", "removed", "changed", "renamed", "unreadable", "already there", "already there, taken out" or,
        for images that are with others now where the tree is cut, "moved cluster".
        """
        return self._session.changes

    def _change(self, request: Request) -> pd.DataFrame:
        with ProgressLine(hidden=self._session.is_shown) as line:
            try:
                return self._session.change(request, line.show)
            except KeyboardInterrupt:
                self._session.pipeline.interrupt()
                raise
