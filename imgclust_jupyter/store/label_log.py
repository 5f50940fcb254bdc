"""The log of all labels that were ever given, which nothing can compute again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.store.database import Database
from imgclust_jupyter.store.recovery import SturdyDatabase
from imgclust_jupyter.store.schema import LABELS
from imgclust_jupyter.store.settings import data_directory

__all__ = ["Action", "LabelLog", "LoggedImage", "Mark", "open_label_log"]

Mark = Mapping[Database, int]
"""How far each of the databases goes that are read."""


@dataclass(frozen=True)
class LoggedImage:
    """An image that has ever had a label.

    Attributes
    ----------
    id : int
        Below 2 ** 63, so chosen that no other kernel gives the same.
    path : str
        In its collection, where it was seen last.
    digest : str
        Of its content, as it was seen last.
    """

    id: int
    path: str
    digest: str


@dataclass(frozen=True, eq=False)
class Action:
    """What was done, once.

    Attributes
    ----------
    time : float
        Seconds since 1970.
    column : str
        The column of labels.
    value : str or None
    action : str
        "label", "rename", "remove", "refuse" or "allow".
    by : str
        "views", "python" or "undo".
    images : ndarray of int64, shape (m,)
        Ids of the images.
    """

    time: float
    column: str
    value: str | None
    action: str
    by: str
    images: npt.NDArray[np.int64]


class LabelLog:
    """The actions on all collections, in one SQLite database to which actions are added and never changed.

    All methods can be called from any thread, and several processes can use the same folder. Trouble with the disk is
    met as by `Store`: a damaged database is renamed, and where nothing can be written, what is new is kept in memory.

    Parameters
    ----------
    directory : Path, optional
        Folder of the database, made when needed. Default: the environment variable ``IMGCLUST_DATA``, else the user's
        data folder.

    Examples
    --------
    >>> import tempfile
    >>> log = LabelLog(Path(tempfile.mkdtemp()))
    >>> action = Action(0.0, "label", "cow", "label", "python", np.array([7]))
    >>> log.append("photos", [LoggedImage(7, "a.jpg", "0a1b")], [action])
    >>> log.images("photos"), log.actions("photos")[0].value
    ([LoggedImage(id=7, path='a.jpg', digest='0a1b')], 'cow')
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.path = (data_directory() if directory is None else Path(directory)) / "labels.sqlite"
        self._database = SturdyDatabase(self.path, LABELS)

    def append(self, collection: str, images: Sequence[LoggedImage], actions: Sequence[Action]) -> None:
        """Write down what was done, all in one transaction.

        Parameters
        ----------
        collection : str
        images : sequence of LoggedImage
            Those that are new, and those that have another place or content than before.
        actions : sequence of Action
        """
        rows = [
            (collection, each.time, each.column, each.value, each.action, each.by, each.images.astype("<i8").tobytes())
            for each in actions
        ]

        def write(database: Database) -> None:
            with database.transaction() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?)",
                    [(image.id, collection, image.path, image.digest) for image in images],
                )
                connection.executemany(
                    "INSERT INTO actions (collection, time, name, value, action, by, images) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )

        self._database.write(write)

    def images(self, collection: str) -> list[LoggedImage]:
        """Return all images of a collection that have ever had a label."""
        query = "SELECT id, path, digest FROM images WHERE collection = ? ORDER BY path, id"
        rows = [row for _, found in self._read(query, lambda _: (collection,)) for row in found]
        # Where the file cannot be written to, memory knows better where an image is now.
        return list({image_id: LoggedImage(image_id, path, digest) for image_id, path, digest in rows}.values())

    def actions(self, collection: str, since: Mark | None = None) -> list[Action]:
        """Return what was done with a collection, the first first, from whichever machine it came.

        Parameters
        ----------
        collection : str
        since : mapping, optional
            An earlier `mark`: what had been written down by then is left out.
        """
        query = (
            "SELECT time, name, value, action, by, images FROM actions WHERE collection = ? AND number > ? "
            "ORDER BY time, number"
        )
        found = self._read(query, lambda database: (collection, (since or {}).get(database, 0)))
        return [
            Action(time, column, value, action, by, np.frombuffer(images, dtype="<i8"))
            for _, rows in found
            for time, column, value, action, by, images in rows
        ]

    def mark(self) -> Mark:
        """Return how far the log goes; another one, as soon as something was written down by whomever."""
        found = self._read("SELECT COALESCE(MAX(number), 0) FROM actions", lambda _: ())
        return {database: number for database, [(number,)] in found}

    def _read(
        self, query: str, values: Callable[[Database], tuple[Any, ...]]
    ) -> list[tuple[Database, list[tuple[Any, ...]]]]:
        def fetch(database: Database) -> tuple[Database, list[tuple[Any, ...]]]:
            with database.connection() as connection:
                return database, connection.execute(query, values(database)).fetchall()

        if self._database.file is not None and not self.path.exists():
            return []  # who gives no labels is to have no database of them, nor a warning that there can be none
        return self._database.read(fetch)


def open_label_log() -> LabelLog:
    """Return the process's log in the folder that ``IMGCLUST_DATA`` names now, or in the user's data folder."""
    return _log_in(data_directory())


@functools.cache
def _log_in(directory: Path) -> LabelLog:
    return LabelLog(directory)
