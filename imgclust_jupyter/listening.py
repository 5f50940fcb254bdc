"""The part of the explorer that calls functions when something changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["Listening"]


class Listening:
    """Functions of the user's that follow the selection and the table."""

    _session: Session

    def on_selection(self, callback: Callable[[pd.DataFrame], object]) -> Callable[[], None]:
        """Call a function with the selected rows whenever the selection changes.

        Parameters
        ----------
        callback : callable
            Gets the rows of `data` that are selected. It runs on the thread of the kernel's messages.

        Returns
        -------
        callable
            Takes the callback off again.
        """
        return self._session.on_selection(callback)

    def on_change(self, callback: Callable[[pd.DataFrame], object]) -> Callable[[], None]:
        """Call a function with the table whenever it changes: images, metadata, clusters, labels, what is taken out.

        Parameters
        ----------
        callback : callable
            Gets `data_so_far`, as often as a stage of the work ends, the cut moves or a label is given. It runs on the
            thread on which that happens, which may be the one that does the work: it must not wait for `data`. When it
            raises, that is logged, and nothing else comes of it.

        Returns
        -------
        callable
            Takes the callback off again.

        Examples
        --------
        >>> end = explorer.on_change(lambda data: data.to_csv("dogs.csv"))  # doctest: +SKIP
        """
        return self._session.on_change(callback)
