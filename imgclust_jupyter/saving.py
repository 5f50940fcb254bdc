"""The part of the explorer that keeps its work in a file and puts it back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.widget.saved_session import load_session, save_session
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.workspace.target import check_target

__all__ = ["Saving"]


class Saving:
    """Sessions as files."""

    _session: Session
    _results: Callable[[], Results]
    _attach: Callable[[Session], None]

    def save(self, path: str | os.PathLike[str], *, thumbnails: bool = False) -> Path:
        """Write the session as one file, to go on with it another time or on another machine; waits for all.

        In it are the table, embeddings, tree, map and neighbours, what was found, names, labels with their log, and
        what you look at: selection, cut, filters, colours, what is taken out. The images are not; they are found again
        by their paths and contents. The file has their digests, and the path of their folder. Credentials
        (``storage_options``) and networks of your own are left out.

        Parameters
        ----------
        path : str or path
            A file that is there is replaced when the new one is complete.
        thumbnails : bool
            Take thumbnails of 128 pixels along, so that there is something to see where the images are not. Those of
            arrays, PIL images and dropped files, which are nowhere else, always are.

        Returns
        -------
        Path

        Raises
        ------
        IsADirectoryError, FileNotFoundError
            When the path is a folder, or in none.
        OSError
            When the file cannot be written.

        Warns
        -----
        UserWarning
            When a column has values that are neither numbers, times nor text, which come back as text.

        Examples
        --------
        >>> explorer.save("dogs.imgclust")  # doctest: +SKIP
        >>> explorer = ClusterExplorer.load("dogs.imgclust")  # doctest: +SKIP
        """
        target = Path(path).expanduser()
        check_target(target, "session.imgclust")
        lost = save_session(target, self._session, self._results(), thumbnails)
        if lost:
            columns = ", ".join(map(repr, lost))
            warnings.warn(f"some values come back from {target.name} as text, in: {columns}", stacklevel=2)
        return target

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        source: Any = None,
        *,
        model: Any = None,
        storage_options: dict[str, Any] | None = None,
    ) -> Self:
        """Go on with a session that was saved; nothing is embedded, clustered or laid out again.

        Images are looked for where they were, seen from the file's own folder first. One is the same when it has its
        path and its content, or its content elsewhere. Those that are not found are shown by their thumbnails, where
        the file has such, and a notice says how many they are. Of labels the last word counts, whether it is in the
        file or was said on this machine.

        Nothing in the file is run, and no other machine is asked for images that were at addresses unless `source`
        names them.

        Parameters
        ----------
        path : str or path
        source : path, URL or list, optional
            Where the images are now, as for the constructor.
        model : str, Path, torch.nn.Module or callable, optional
            The network, for images that are added later, when it is none that the file can name.
        storage_options : dict, optional
            As for the constructor.

        Returns
        -------
        ClusterExplorer

        Raises
        ------
        FileNotFoundError
            When there is no such file, or no such source.
        ValueError
            When the file is no session, is damaged, or was made by a newer version of the package.

        Examples
        --------
        >>> ClusterExplorer.load("dogs.imgclust", source="/mnt/photos")  # doctest: +SKIP
        """
        options, loaded = load_session(Path(path).expanduser(), source, model, storage_options)
        explorer = cls.__new__(cls)
        explorer._attach(Session(options, loaded=loaded))
        return explorer
