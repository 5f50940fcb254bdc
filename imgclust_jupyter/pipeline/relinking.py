"""The images of a saved session, found again: on another machine, or where they have been moved to."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from imgclust_jupyter.collection import Collection, Item
from imgclust_jupyter.collection.items import printable
from imgclust_jupyter.collection.remote import is_url
from imgclust_jupyter.collection.sources import Gathered, resolve
from imgclust_jupyter.collection.state import CollectionState, SavedImage
from imgclust_jupyter.pipeline.saved_collection import SavedCollection
from imgclust_jupyter.store import LoggedImage, Store
from imgclust_jupyter.workspace.label_replay import Present, match

__all__ = ["Place", "place_of", "relinked"]


@dataclass(frozen=True)
class Place:
    """Where the images of a session are.

    Attributes
    ----------
    path : str
        The source (a folder, a pattern, an archive, a URL), or for a list the folder that its files have in common.
    near : str
        The same from the folder of the session's file, since the two may have moved together; empty where there is no
        such way.
    listed : bool
        Whether the source was a list, so that not all that is there belongs to it.
    """

    path: str
    near: str
    listed: bool

    def existing(self, beside: Path) -> list[str]:
        """Return the paths that are there now, that seen from the folder of the file first.

        What a file says is not enough to connect to another machine.
        """
        found = []
        for path in (os.path.normpath(beside / self.near) if self.near else "", self.path):
            if path and not is_url(path) and not path.startswith(("//", "\\\\")):
                try:
                    resolve(path)
                except (OSError, ValueError):
                    continue
                found.append(path)
        return list(dict.fromkeys(found))


def place_of(source: Any, collection: Collection, beside: Path) -> tuple[Place, dict[int, str]]:
    """Return where the images of a collection are.

    Parameters
    ----------
    source : object
        As for `Collection.from_source`.
    collection : Collection
    beside : Path
        Folder of the session's file.

    Returns
    -------
    Place
    dict of int to str
        Paths of the files, by item id, that are elsewhere.
    """
    files = {item.id: (item.file, item.relative) for item in collection.present if isinstance(item.file, Path)}
    listed = not isinstance(source, str | Path)
    if not listed and is_url(source):
        return Place(str(source), "", listed), {i: str(path) for i, (path, _) in files.items()}
    depths = [(path, relative.count("/")) for path, relative in files.values()]
    roots = Counter(path.parents[depth] for path, depth in depths if depth < len(path.parents))
    root = roots.most_common(1)[0][0] if roots else None
    path = (root or Path()) if listed else Path(source).expanduser()
    elsewhere = {i: str(file) for i, (file, relative) in files.items() if root is None or file != root / relative}
    if root is None and listed:
        return Place("", "", listed), elsewhere
    path = path.absolute()
    try:
        near = Path(os.path.relpath(path, beside.absolute())).as_posix()
    except ValueError:  # on another drive of Windows
        near = ""
    return Place(printable(str(path)), printable(near), listed), elsewhere


def relinked(
    saved: SavedCollection,
    place: Place,
    beside: Path,
    source: Any,
    recursive: bool,
    storage_options: dict[str, Any] | None,
    store: Store,
) -> tuple[CollectionState, Any]:
    """Find the images of a session.

    An image is a file with its path and its content, else one with its content; what has neither is no longer it.

    Parameters
    ----------
    saved : SavedCollection
    place : Place
    beside : Path
        Folder of the session's file.
    source : object
        Where the user says that the images are; None for where they were.
    recursive, storage_options
        As for `Collection.from_source`.
    store : Store
        Knows the digests of files that were read before.

    Returns
    -------
    CollectionState
        With the files that were found; the others are as in `saved`, shown by their thumbnails.
    source : object
        Where they were found, for `Options`.

    Raises
    ------
    FileNotFoundError, ValueError, TypeError, ImportError
        As `Collection.from_source`, for a `source` that is given.
    """
    state = saved.state
    options = (recursive, state.frames, storage_options, state.limits)
    places = [source] if source is not None else place.existing(beside)
    found: dict[int, Item] = {}
    hashes: dict[int, str] = {}
    there = None
    for each in places:
        if not _wanted(state, found):
            break
        if source is not None or not place.listed:
            try:
                candidates = Collection.from_source(each, None, *options)
            except (OSError, ValueError):
                if source is not None:
                    raise
                continue
        else:
            candidates = _at(state, {i: Path(each, item.relative) for i, item in _wanted(state, found)}, found)
        before = len(found)
        _take(state, candidates, store, found, hashes)
        there = each if len(found) > before or there is None else there
    elsewhere = {i: Path(path) for i, path in saved.places.items() if not path.startswith(("//", "\\\\"))}
    _take(state, _at(state, elsewhere, found), store, found, hashes)
    items = [found.get(item.id, item) for item in state.items]
    digests = [hashes.get(item.id) or _known_as(item) for item in state.items]
    if place.listed:
        there = list(dict.fromkeys(item.file for item in items if item.id not in state.removed))
    elif there is None:
        there = place.path
    return replace(state, items=tuple(items), hashes=tuple(digests)), there


def _wanted(state: CollectionState, found: Mapping[int, Item]) -> list[tuple[int, Item]]:
    return [
        (item.id, item)
        for item in state.items
        if isinstance(item.source, SavedImage)
        and item.source.was_file
        and item.id not in found
        and item.id not in state.removed
    ]


def _at(state: CollectionState, paths: Mapping[int, Path], found: Mapping[int, Item]) -> Collection:
    """Return the files at certain paths that are there and not found yet, by item id, as candidates."""
    taken = {item.file for item in found.values()}
    items: list[Item] = []
    for i, item in _wanted(state, found):
        if i in paths and paths[i] not in taken and paths[i].is_file():
            status = paths[i].stat()
            size, mtime_ns = status.st_size, status.st_mtime_ns
            items.append(replace(item, id=len(items), source=paths[i], size=size, mtime_ns=mtime_ns, frame=0))
    return Collection(Gathered(items, state.name), None, state.frames, state.limits)


def _take(
    state: CollectionState, candidates: Collection, store: Store, found: dict[int, Item], hashes: dict[int, str]
) -> None:
    """Add the items that are among some candidates, and what their contents are."""
    digests = candidates.content_hashes(store)
    present = [
        Present(item.id, item.relative, digest or "") for item, digest in zip(candidates.items, digests, strict=True)
    ]
    wanted = [LoggedImage(i, item.relative, state.hashes[i] or "") for i, item in _wanted(state, found)]
    for number, candidate in match(wanted, present).items():
        # By its path alone only what could not be read and cannot be.
        if candidate.digest == (state.hashes[number] or ""):
            item = candidates.items[candidate.id]
            found[number] = replace(item, id=number)
            if candidate.digest:
                hashes[number] = candidate.digest


def _known_as(item: Item) -> str | None:
    assert isinstance(item.source, SavedImage)
    return item.source.known_as
