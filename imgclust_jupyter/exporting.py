"""The part of the explorer that makes pictures and files of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget.export import Choice, check_choice, export_html
from imgclust_jupyter.workspace.target import check_target

if TYPE_CHECKING:
    from PIL.Image import Image

    from imgclust_jupyter.pipeline import Results
    from imgclust_jupyter.widget.session import Session

__all__ = ["Exporting"]


class Exporting:
    """The still picture and the HTML file."""

    _session: Session
    _results: Callable[[], Results]

    def snapshot(self, width: int = 1200, *, dark: bool = False) -> Image:
        """Draw the tree, the clusters' pictures and the map as one still picture.

        Parameters
        ----------
        width : int
            Pixels.
        dark : bool
            Light on dark.

        Returns
        -------
        PIL.Image.Image
        """
        return self._session.snapshot(self._results(), width, dark)

    def to_html(self, path: str | os.PathLike[str], thumbnails: Choice = "all", *, max_mb: float = 100) -> Path:
        """Write the explorer as one HTML file, which opens in any browser without a kernel and without a network.

        Tree, gallery and map are linked in it as they are here: select, cut, filter, search, undo, colour, group and
        sort, the table, the large view. It begins with the selection, the cut, the filters and the colours of now, and
        has thumbnails of 128 pixels, names, relative paths and metadata; no originals and no absolute paths. What is
        like an image is known for its twelve nearest neighbours.

        How large the file will be is printed before it is written.

        Parameters
        ----------
        path : str or path
            A file that is there is replaced when the new one is complete.
        thumbnails : "all", "medoids" or int
            Which images have their picture in the file: all; those that stand for a branch of the tree; or as many as
            this, those first that stand for the largest branches. The views mark the others.
        max_mb : float
            How large the file may be, in megabytes (of 1,000,000 bytes).

        Returns
        -------
        Path

        Raises
        ------
        ValueError
            When the file would be larger, with its size for each choice of thumbnails; for any other choice.
        IsADirectoryError, FileNotFoundError
            When the path is a folder, or in none.

        Examples
        --------
        >>> explorer.to_html("dogs.html")  # doctest: +SKIP
        dogs.html: 400 images, thumbnails of all, 3.1 MB
        """
        target = Path(path).expanduser()
        check_target(target, "explorer.html")
        check_choice(thumbnails)
        results = self._results()
        session = self._session
        return export_html(
            target,
            session.dataset,
            session.widget,
            results,
            session.pipeline.options,
            open_store(),
            thumbnails,
            max_mb,
            print,
        )
