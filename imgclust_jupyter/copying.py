"""The part of the explorer that puts the selected images into folders."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from imgclust_jupyter.insight.cluster_table import merges_of
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.workspace.copy_undo import Copied
from imgclust_jupyter.workspace.copying import MODES, Mode, Step, folder_names, perform, plan
from imgclust_jupyter.workspace.safe_names import name_key, unused_name

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["Copying"]

_MANIFEST = "manifest.csv"
_MOST_FOLDERS = 1000
_NOTHING = "(none)"


class Copying:
    """Images as files in folders of their own."""

    _session: Session
    _results: Callable[[], Results]
    _copied: Copied | None = None

    def copy_selection(
        self,
        dir: str | os.PathLike[str],
        by: str | None = "cluster",
        mode: Mode = "copy",
        dry_run: bool = True,
    ) -> pd.DataFrame:
        """Put the selected images into folders; without ``dry_run=False`` it is only said what would be done.

        Nothing is overwritten and nothing deleted: names that are taken are numbered. What a disk has no file of
        (arrays, members of archives, images at addresses, dropped files) is written in every mode. ``manifest.csv`` in
        the folder says what came from where. `undo_copy` takes it back.

        Parameters
        ----------
        dir : str or path
            Made when needed.
        by : str or None
            The folders in it: "cluster" for one a cluster of the cut, "03 big cat"; or a column of `data`, for one a
            value; or None for none.
        mode : {"copy", "hardlink", "symlink", "move"}
            A file is moved only when it is as it was read. Afterwards `refresh` finds it in its new place, when that
            is in the source.
        dry_run : bool

        Returns
        -------
        DataFrame
            Over the index of `selection`: ``from``, ``to`` (missing where there will be no file) and ``what``: what
            would be done, or how it went.

        Raises
        ------
        KeyError
            When there is no such column.
        ValueError
            For another mode, and a column with more than 1,000 values.
        NotADirectoryError
            When `dir` is a file.

        Examples
        --------
        >>> explorer.copy_selection("sorted/", by="label")  # doctest: +SKIP
        >>> explorer.copy_selection("sorted/", by="label", dry_run=False)  # doctest: +SKIP
        """
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        target = Path(os.path.abspath(Path(dir).expanduser()))  # noqa: PTH100  resolve() would follow links
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(f"{target} is a file; give the name of a folder")
        results, selection = self._results(), self._session.selection
        assert results.collection is not None
        assert results.ids is not None
        items = [results.collection.items[i] for i in results.ids[self._session.selected].tolist()]
        steps = plan(items, self._folders(results, selection, by), target, mode)
        if steps and not dry_run:
            steps = self._performed(steps, target)
        return _told(steps).set_axis(selection.index, axis=0)

    def undo_copy(self) -> pd.DataFrame:
        """Take back what the last `copy_selection` has made: files that are as they were made, and empty folders.

        What was moved is moved back, where its place is free. A copy whose original is gone is left.

        Returns
        -------
        DataFrame
            ``from``, ``to`` (missing where nothing is left) and ``what``.

        Raises
        ------
        ValueError
            When there is nothing to take back.
        """
        if self._copied is None:
            raise ValueError("nothing has been copied, or it was taken back already")
        done, self._copied = self._copied.undo(), None
        rows = [(str(path), None if now is None else str(now), what) for path, now, what in done]
        return pd.DataFrame(rows, columns=["from", "to", "what"], dtype=object)

    def _folders(self, results: Results, selection: pd.DataFrame, by: str | None) -> list[str]:
        if by is None:
            return [""] * len(selection)
        if by not in selection:
            raise KeyError(f"no column {by!r}; the columns are {', '.join(map(str, selection.columns))}")
        if by == "cluster":
            assert results.tree is not None
            names = [
                "" if merge is None or merge not in results.names else results.names[merge].text
                for merge in merges_of(results.tree, self._session.widget.cut["n_clusters"])
            ]
            digits = max(2, len(str(len(names))))
            values = [f"{number:0{digits}} {names[number - 1]}".strip() for number in selection["cluster"]]
        else:
            values = [_NOTHING if pd.isna(value) else str(value) for value in selection[by]]
        folders = folder_names(sorted(set(values)))
        if len(folders) > _MOST_FOLDERS:
            raise ValueError(f"{by!r} has {len(folders):,} values; {_MOST_FOLDERS:,} folders are the most")
        return [folders[value] for value in values]

    def _performed(self, steps: list[Step], target: Path) -> list[Step]:
        needed = {folder for step in steps if step.to is not None for folder in (step.to.parent, *step.to.parents)}
        missing = [folder for folder in {*needed, target, *target.parents} if not folder.exists()]
        target.mkdir(parents=True, exist_ok=True)
        done: list[Step] = []
        written: list[Path] = []
        try:
            for step in steps:
                done.append(perform(step))
        finally:
            # Also of what was done until the cell was interrupted.
            manifest = target / unused_name(_MANIFEST, {name_key(each.name) for each in target.iterdir()})
            try:
                with manifest.open("x", encoding="utf-8", newline="") as file:
                    written.append(manifest)
                    _told(done).to_csv(file, index=False)
            finally:
                self._copied = Copied.of(done, written, missing)
        return done


def _told(steps: list[Step]) -> pd.DataFrame:
    rows = [(step.item.location, None if step.to is None else str(step.to), step.what) for step in steps]
    return pd.DataFrame(rows, columns=["from", "to", "what"], dtype=object)
