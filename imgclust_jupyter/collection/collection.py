"""A collection of images and its table."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.changes import is_settled, state_now
from imgclust_jupyter.collection.details import Details
from imgclust_jupyter.collection.frames import FRAMES, all_frames
from imgclust_jupyter.collection.items import Item, digest, frame_digest, printable
from imgclust_jupyter.collection.remote import RemoteFile
from imgclust_jupyter.collection.remote_listing import REMOTE_THREADS
from imgclust_jupyter.collection.sources import Gathered, gather
from imgclust_jupyter.collection.state import CollectionState
from imgclust_jupyter.collection.values import json_value, text_column
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits, UnreadableImage, reason_for
from imgclust_jupyter.store import Store

__all__ = ["Collection"]

_HASHED_AT_ONCE = 256


class Collection:
    """Which images there are, what is known of each, and which cannot be read.

    Made by `from_source`. Ids, shapes and errors may be asked for and reported from any thread.

    Attributes
    ----------
    items : tuple of Item
        An item's id is its place here, also when others have been removed.
    name : str
        Name of the folder, or another short title.
    limits : Limits
        What a file may ask for.
    ordered : bool
        Whether the images are in an order of the user's: that of a list or a DataFrame.

    Examples
    --------
    >>> pixels = [np.zeros((4, 6), dtype=np.uint8), np.ones((5, 5, 3))]
    >>> collection = Collection.from_source(pixels)
    >>> [item.name for item in collection.items]
    ['array 0', 'array 1']
    """

    def __init__(
        self,
        gathered: Gathered,
        metadata: pd.DataFrame | None,
        frames: str = "first",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        files = gathered.items
        items, file_of, failures = (
            (files, np.arange(len(files)), {}) if frames == "first" else all_frames(files, limits)
        )
        self.items = tuple(items)
        self.name = gathered.name
        self.limits = limits
        self.ordered = gathered.ordered
        self._frames = frames
        self._source_notices = tuple(gathered.notices)
        self._details = Details.of_source(gathered, file_of)
        if metadata is not None:
            self._details = self._details.joined(self.items, self.name, metadata)
        self._removed: frozenset[int] = frozenset()
        self._lock = threading.Lock()
        self._shapes = np.zeros((len(self.items), 2), dtype=np.int64)
        self._hashes: list[str | None] = [None] * len(self.items)
        self._states: dict[int, tuple[str, int, int] | None] = {}  # of files that have changed since they were listed
        self._errors: dict[int, tuple[str, str, str]] = {}
        self._folder_errors = [
            (path, "scan", reason_for(error), type(error).__name__) for path, error in gathered.failures
        ]
        for item_id, failure in failures.items():
            self.report_unreadable(item_id, "scan", failure)

    @classmethod
    def from_source(
        cls,
        source: Any,
        metadata: pd.DataFrame | None = None,
        recursive: bool = True,
        frames: str = "first",
        storage_options: dict[str, Any] | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Collection:
        """Find the images of a source.

        Parameters
        ----------
        source : str, Path, list or DataFrame
            A folder; a glob pattern (``**`` for any number of subfolders); a zip or tar archive; the URL of a folder,
            of an archive or of a picture, or one with a glob pattern, on any of fsspec's file systems
            (``s3://bucket/photos/``); a list of paths, URLs, arrays or PIL images; or a DataFrame with paths or URLs in
            a column called path, file, filename, image, url or similar (`PATH_COLUMNS`), whose other columns are
            metadata. In a folder or an archive, and with a pattern, hidden files and those without a suffix of a
            picture are left out, archives too, and the order is the natural one (2 before 10); a list keeps its own.
        metadata : DataFrame, optional
            More about the images, joined to them as `imgclust_jupyter.collection.metadata.join` says.
        recursive : bool, default=True
            Whether to look into subfolders of a folder.
        frames : {"first", "all"}
            What becomes of a file with several frames or pages: its first picture, or one image for each, with the
            number of the frame, from 0, in the column ``frame``. Each of a file's images gets the file's row of the
            metadata.
        storage_options : dict, optional
            What the file system of the URLs needs, such as credentials, as in pandas.
        limits : Limits
            What a file may ask for before it counts as unreadable. In archives and at URLs, `Limits.file_bytes` counts
            only where it is below its default.

        Returns
        -------
        Collection

        Raises
        ------
        FileNotFoundError
            When the folder is not there, or none of the files of a list.
        ValueError
            When there is no image, or the metadata is about none of them.
        TypeError
            When the source, or an element of the list, is none of the above.
        ImportError
            When a package for the protocol of a URL is not installed.
        """
        if frames not in FRAMES:
            raise ValueError(f"frames must be one of {FRAMES}, not {frames!r}")
        return cls(gather(source, recursive, storage_options), metadata, frames, limits)

    @classmethod
    def of_state(cls, state: CollectionState) -> Collection:
        """Make the collection that a state is of."""
        new = cls(Gathered(list(state.items), state.name, ordered=state.ordered), None, limits=state.limits)
        new._frames, new._source_notices, new._details = state.frames, state.notices, state.details
        new._removed, new._shapes, new._hashes = state.removed, state.shapes.copy(), list(state.hashes)
        new._errors, new._folder_errors = dict(state.errors), list(state.folder_errors)
        return new

    def state(self, store: Store) -> CollectionState:
        """Return all that is known, with the digests that the store has."""
        hashes = tuple(self.known_hashes(store))
        with self._lock:
            errors = dict(self._errors)
        own = (self._details, self._removed, self._shapes.copy(), hashes, errors, tuple(self._folder_errors))
        return CollectionState(
            self.items, self.name, *own, self._source_notices, self._frames, self.limits, self.ordered
        )

    def content_hash(self, item: Item, store: Store) -> str:
        """Return the digest of an image's content, reading it when the store does not know the file as it is.

        Parameters
        ----------
        item : Item
        store : Store

        Returns
        -------
        str
            Equal for images of equal content.

        Raises
        ------
        UnreadableImage
            When the file cannot be read.
        """
        (known,) = self.known_hashes(store, [item.id])
        if known is not None:
            return known
        read_at = time.time_ns()
        of_file, state = digest(item, self.limits)
        if state is not None and is_settled(state, read_at):
            store.remember_files([(*state, of_file)])
        self._note(item, of_file, state)
        return frame_digest(of_file, item.frame)

    def content_hashes(self, store: Store, ids: Sequence[int] | None = None) -> list[str | None]:
        """Return the digests of the images' contents, reading those that the store does not know.

        Parameters
        ----------
        store : Store
        ids : sequence of int, optional
            Item ids. Default: all.

        Returns
        -------
        list of str or None
            In the order of `ids`; None for an image that cannot be read, which has become a row of `errors`.
        """
        wanted = range(len(self.items)) if ids is None else ids
        hashes = dict(zip(wanted, self.known_hashes(store, wanted), strict=True))
        unknown = [i for i, known in hashes.items() if known is None]
        for start in range(0, len(unknown), _HASHED_AT_ONCE):
            items = [self.items[i] for i in unknown[start : start + _HASHED_AT_ONCE]]
            # Of a file with many frames the first reads it for all.
            readers = {item.file or item.id: item for item in reversed(items)}
            read_at = time.time_ns()
            if any(isinstance(item.file, RemoteFile) for item in items):
                with ThreadPoolExecutor(REMOTE_THREADS, "imgclust-fetch") as pool:
                    read = dict(zip(readers, pool.map(self._digest, readers.values()), strict=True))
            else:
                read = {key: self._digest(item) for key, item in readers.items()}
            found = [answer for answer in read.values() if not isinstance(answer, UnreadableImage)]
            store.remember_files(
                [(*state, of_file) for of_file, state in found if state and is_settled(state, read_at)]
            )
            for item in items:
                answer = read[item.file or item.id]
                if isinstance(answer, UnreadableImage):
                    self.report_unreadable(item.id, "read", answer)
                else:
                    self._note(item, *answer)
                    hashes[item.id] = self._hashes[item.id]
        return [hashes[i] for i in wanted]

    def known_hashes(self, store: Store, ids: Sequence[int] | None = None) -> list[str | None]:
        """Return the digests that are known without reading an image.

        Parameters
        ----------
        store : Store
        ids : sequence of int, optional
            Item ids. Default: all.

        Returns
        -------
        list of str or None
            In the order of `ids`.
        """
        wanted = range(len(self.items)) if ids is None else ids
        states = {i: state for i in wanted if self._hashes[i] is None and (state := self._state(i))}
        if states:
            for i, known in zip(states, store.hashes_of(list(states.values())), strict=True):
                self._hashes[i] = known and frame_digest(known, self.items[i].frame)
        return [self._hashes[i] for i in wanted]

    def forget_changed(self, ids: Sequence[int]) -> list[int]:
        """Forget the digests of files that are no longer as they were when their digest was taken.

        Parameters
        ----------
        ids : sequence of int
            Item ids.

        Returns
        -------
        list of int
            Whose they were.
        """
        changed = []
        for i in ids:
            if (now := state_now(self.items[i])) != self._state(i):
                self._states[i] = now
                self._hashes[i] = None
                changed.append(i)
        return changed

    def remember_hashes(self, store: Store, hashes: Mapping[int, str], read_at: int) -> None:
        """Take note of digests of contents that were found elsewhere, of the files as they were when listed.

        Parameters
        ----------
        store : Store
        hashes : mapping of int to str
            By item id.
        read_at : int
            When they were read at the earliest, in nanoseconds since 1970.
        """
        found = {i: content for i, content in hashes.items() if self._hashes[i] != content}
        states = [(state, found[i]) for i in found if (state := self.items[i].state) and is_settled(state, read_at)]
        # Of a frame it is the digest of the file that is remembered, which stands first in it.
        store.remember_files([(*state, content.partition(":")[0]) for state, content in states])
        for i, content in found.items():
            self._states.pop(i, None)
            self._hashes[i] = content

    def report_unreadable(self, item_id: int, stage: str, error: Exception) -> None:
        """Say that an image cannot be read; it is then no longer among the `readable`.

        Parameters
        ----------
        item_id : int
        stage : str
            What was being done, such as "embed".
        error : Exception
            What was raised; its cause is what `errors` names, where it has one.
        """
        cause = error.__cause__ if isinstance(error, UnreadableImage) and error.__cause__ else error
        with self._lock:
            self._errors[item_id] = (stage, reason_for(error), type(cause).__name__)

    def set_shape(self, item_id: int, width: int, height: int) -> None:
        """Say how large an image is, in pixels, as it is shown."""
        self._shapes[item_id] = width, height

    @property
    def errors(self) -> pd.DataFrame:
        """What cannot be read: relative path, stage, reason in plain words, name of the exception."""
        with self._lock:
            rows = [(self.items[i].relative, *self._errors[i]) for i in sorted(self._errors.keys() - self._removed)]
        return pd.DataFrame(rows + self._folder_errors, columns=["path", "stage", "reason", "exception"])

    @property
    def readable(self) -> npt.NDArray[np.int64]:
        """Ids of the items that are there and without an error, ascending, shape (n,)."""
        with self._lock:
            left_out = self._errors.keys() | self._removed
        return np.array([item.id for item in self.items if item.id not in left_out], dtype=np.int64)

    @property
    def present(self) -> list[Item]:
        """The items that have not been removed, those that cannot be read among them."""
        return [item for item in self.items if self.is_present(item)]

    def is_present(self, item: Item) -> bool:
        """Return whether an item has not been removed."""
        return item.id not in self._removed

    def is_unreadable(self, item_id: int) -> bool:
        """Return whether an image has an error."""
        with self._lock:
            return item_id in self._errors

    def revised(self, other: Collection, ids: Mapping[int, int], removed: Iterable[int]) -> Collection:
        """Return a collection with images of another one in it; this one stays as it is.

        Parameters
        ----------
        other : Collection
        ids : mapping of int to int
            By their ids there the ids here: those of the images that they take the place of, or the numbers that follow
            for new ones.
        removed : iterable of int
            Ids of images that are no longer there; no other image gets them.

        Returns
        -------
        Collection
        """
        new = copy(self)
        new._lock = threading.Lock()
        items = dict(enumerate(self.items)) | {own: replace(other.items[i], id=own) for i, own in ids.items()}
        n, more = len(items), len(items) - len(self.items)
        new.items = tuple(items[i] for i in range(n))
        new._removed = (self._removed - set(ids.values())) | frozenset(removed)
        new._shapes = np.vstack([self._shapes, np.zeros((more, 2), dtype=np.int64)])
        new._hashes = [*self._hashes, *[None] * more]
        new._states = {i: state for i, state in self._states.items() if i not in ids.values()}
        new._errors = {i: error for i, error in self._errors.items() if i not in ids.values()}
        for theirs, own in ids.items():
            new._shapes[own], new._hashes[own] = other._shapes[theirs], other._hashes[theirs]
        new._states |= {ids[i]: state for i, state in other._states.items() if i in ids}
        new._errors |= {ids[i]: error for i, error in other._errors.items() if i in ids}
        new._folder_errors = list(dict.fromkeys([*self._folder_errors, *other._folder_errors]))
        added = {i: own for i, own in ids.items() if own >= len(self.items)}
        rows = other._details.source_rows.take(list(added)).set_axis(list(added.values()))
        new._details = self._details.revised(new.items, new.present, self.name, rows)
        return new

    def described_by(self, metadata: pd.DataFrame | None) -> Collection:
        """Return the same images with other metadata; the columns of a DataFrame that was the source stay.

        Parameters
        ----------
        metadata : DataFrame or None

        Raises
        ------
        ValueError, TypeError
            As `from_source`.
        """
        new = copy(self)
        new._details = self._details.joined(self.present, self.name, metadata)
        return new

    @property
    def matched_on(self) -> str | None:
        """Which column of the metadata was joined with what of the images, in words."""
        return self._details.matched_on

    @property
    def unmatched(self) -> pd.DataFrame:
        """Rows of the metadata without an image."""
        return self._details.unmatched

    @property
    def notices(self) -> list[str]:
        """What a person should know about the source and the metadata, in words."""
        return [*self._source_notices, *self._details.notices]

    def add_notice(self, notice: str) -> None:
        """Say what a person should know about the source, once."""
        self._source_notices = tuple(dict.fromkeys([*self._source_notices, notice]))

    def table(self, ids: npt.ArrayLike | None = None) -> pd.DataFrame:
        """Return the table of some images.

        Parameters
        ----------
        ids : array-like of int, shape (n,), optional
            Item ids. Default: the `readable` ones.

        Returns
        -------
        DataFrame, n rows
            name, path (absolute, or a URL without its secrets), size in bytes, width and height in pixels (missing
            where not known yet), frame (with ``frames="all"``) and the metadata. Its index is the user's where each
            image has a row of its own; otherwise the user's index is one of the columns, and the item ids are the
            index.
        """
        chosen = self.readable if ids is None else np.asarray(ids, dtype=np.int64)
        items = [self.items[i] for i in chosen]
        shapes = self._shapes[chosen]
        sizes = shapes if shapes.all() else np.where(shapes > 0, shapes, np.nan)
        details = self._details
        index = pd.Index(chosen) if details.index is None else details.index.take(chosen)
        own = {
            "name": [item.name for item in items],
            "path": text_column([item.location for item in items], index),
            "size": np.array([item.size for item in items], dtype=np.int64),
            "width": sizes[:, 0],
            "height": sizes[:, 1],
        }
        if self._frames == "all":
            own["frame"] = np.array([item.frame for item in items], dtype=np.int64)
        rows = details.rows.take(chosen).set_axis(index)
        if self._frames == "all":
            rows = rows.rename(columns={"frame": "frame_metadata"})
        return pd.concat([pd.DataFrame(own, index=index), rows], axis=1)

    def text(self, ids: Sequence[int]) -> list[dict[str, str | int | float | None]]:
        """Return rows for the browser.

        Parameters
        ----------
        ids : sequence of int
            Item ids, of unreadable images too.

        Returns
        -------
        list of dict
            name, path (relative), size, width, height (None where not known) and the metadata, as text, numbers or
            None.
        """
        table = self.table(ids)
        table["path"] = [self.items[i].relative for i in ids]
        columns = {printable(str(name)): table[name].tolist() for name in table.columns}

        def shown(row: int, value: Any) -> str | int | float | None:
            item = self.items[ids[row]]
            # A column of the user's may name the files, too.
            return item.relative if item.is_called(str(value)) else json_value(value)

        return [{name: shown(row, values[row]) for name, values in columns.items()} for row in range(len(table))]

    def names_images(self, values: pd.Series, ids: Iterable[int]) -> bool:
        """Return whether a column of `table` says where images are, which is nothing for the browser.

        Parameters
        ----------
        values : Series, shape (n,)
        ids : iterable of int
            Item ids of its rows.
        """
        return any(self.items[i].is_called(str(value)) for i, value in zip(ids, values, strict=True))

    def _state(self, item_id: int) -> tuple[str, int, int] | None:
        """Return the state of a file to which its digest belongs."""
        return self._states.get(item_id, self.items[item_id].state)

    def _note(self, item: Item, of_file: str, state: tuple[str, int, int] | None) -> None:
        self._hashes[item.id] = frame_digest(of_file, item.frame)
        if state != self._state(item.id):
            self._states[item.id] = state

    def _digest(self, item: Item) -> tuple[str, tuple[str, int, int] | None] | UnreadableImage:
        try:
            return digest(item, self.limits)
        except UnreadableImage as error:
            return error
