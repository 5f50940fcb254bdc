"""What has become of a collection: images added by the user, and a source that was looked through again."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from imgclust_jupyter.collection.changes import state_now
from imgclust_jupyter.collection.collection import Collection
from imgclust_jupyter.collection.frames import files_of
from imgclust_jupyter.collection.items import Item, printable
from imgclust_jupyter.collection.sources import Gathered, gather
from imgclust_jupyter.store import Store

__all__ = ["ALREADY_THERE", "Change", "Revision", "candidates", "merge", "scan_again"]

ALREADY_THERE = "already there"


@dataclass(frozen=True)
class Change:
    """What has become of one image.

    Attributes
    ----------
    id : int
    what : {"added", "removed", "changed", "renamed", "unreadable", "already there"}
    before, after : str
        Relative paths, where it was renamed.
    """

    id: int
    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, eq=False)
class Revision:
    """A collection after changes.

    Attributes
    ----------
    collection : Collection
    taken : dict of int to int
        Of the images that have another content than before, or had none, the id among the candidates.
    changes : tuple of Change
    """

    collection: Collection
    taken: dict[int, int]
    changes: tuple[Change, ...]


def candidates(collection: Collection, source: Any, storage_options: dict[str, Any] | None = None) -> Gathered:
    """Find the images that are to be added to a collection.

    Parameters
    ----------
    collection : Collection
        Paths inside its folder are named by their place there, others by what they have in common.
    source : object
        As for `Collection.from_source`, or a single array or PIL image.
    storage_options : dict, optional

    Returns
    -------
    Gathered

    Raises
    ------
    FileNotFoundError, ValueError, TypeError, ImportError
        As `Collection.from_source`.
    """
    single = isinstance(source, np.ndarray | Image.Image)
    gathered = gather([source] if single else source, storage_options=storage_options)
    known = {_place(file): file for file in files_of(collection.present)[0]}
    names = {item.relative for item in collection.items}
    root = _root(collection)
    items = []
    for number, item in enumerate(gathered.items, len(collection.items)):
        if item.file is None:
            relative = name = f"{item.name.rpartition(' ')[0]} {number}"
        elif item.in_memory:
            relative = name = _unused(item.name, names)
        elif _place(item) in known:
            relative, name = known[_place(item)].relative, known[_place(item)].name
        else:
            relative, name = _relative(item, root, gathered.name), item.name
            folder = PurePosixPath(item.location).parent
            while relative in names and folder.name:
                relative, folder = f"{printable(folder.name)}/{relative}", folder.parent
        names.add(relative)
        items.append(replace(item, name=name, relative=relative))
    return replace(gathered, items=items)


def scan_again(
    collection: Collection, gathered: Gathered, by_hand: frozenset[int] = frozenset()
) -> tuple[Gathered, list[int]]:
    """Compare a collection with what its source has now.

    Parameters
    ----------
    collection : Collection
    gathered : Gathered
        The source, looked through again.
    by_hand : frozenset of int
        Ids of images that the user has added, which the source need not have.

    Returns
    -------
    found : Gathered
        The part of it that is new, or no longer as it was; and what of the images added by hand is not.
    vanished : list of int
        Ids of images whose file is not there any more.
    """
    known: dict[str, list[Item]] = {}
    for item in collection.present:
        if not item.in_memory:
            known.setdefault(_place(item), []).append(item)
    now = {_place(file): file for file in gathered.items if not file.in_memory}
    found = [file for place, file in now.items() if place not in known or _is_other(known[place][0], file)]
    rows = [file.id for file in found]
    vanished = []
    for place in known.keys() - now.keys():
        first = known[place][0]
        state = state_now(first)
        if first.id not in by_hand or not _exists(first):
            vanished += [item.id for item in known[place]]
        elif state is not None and state != first.state:
            found.append(replace(files_of([first])[0][0], size=state[1], mtime_ns=state[2]))
            rows.append(0)  # any: what is said of it stays
    told = None if gathered.rows is None else gathered.rows.take(rows)
    items = [replace(item, id=number) for number, item in enumerate(found)]
    return replace(gathered, items=items, rows=told), sorted(vanished)


def merge(collection: Collection, found: Collection, store: Store, vanished: Sequence[int] = ()) -> Revision:
    """Take images that were found into a collection.

    An image is one that is there already when it has its place (path, URL) or, if it is in memory only, its content;
    with another content it has changed. One with the content of an image that has vanished is that image, renamed; one
    with the place and the content of an image that had vanished before is that image, there again. All others are new.

    Parameters
    ----------
    collection : Collection
    found : Collection
        Whose contents have been read.
    store : Store
    vanished : sequence of int
        Ids of images that are no longer where they were.

    Returns
    -------
    Revision
    """
    contents = collection.known_hashes(store)
    here: dict[Any, int] = {}
    for item in reversed(collection.present):
        here[contents[item.id]] = here[_identity(item, contents[item.id])] = item.id
    here.pop(None, None)
    left = {
        (_identity(item, contents[item.id]), contents[item.id]): item.id
        for item in collection.items
        if not collection.is_present(item)
    }
    gone = {contents[i]: i for i in reversed(vanished) if contents[i]}
    ids: dict[int, int] = {}
    taken: dict[int, int] = {}
    changes: list[Change] = []
    fresh: set[int] = set()
    number = len(collection.items)
    for item, content in zip(found.items, found.known_hashes(store), strict=True):
        readable = not found.is_unreadable(item.id)
        identity = _identity(item, content)
        if identity in here:
            own = here[identity]
            if own in fresh:
                continue  # it was given twice
            if content == contents[own] and readable != collection.is_unreadable(own):
                changes.append(Change(own, ALREADY_THERE))
                if item.in_memory:
                    continue
            else:
                # What could not be read before, as a file that was still being written, was not to be seen.
                appears = "added" if collection.is_unreadable(own) else "changed"
                changes.append(Change(own, appears if readable else "unreadable"))
                taken |= {own: item.id} if readable else {}
        elif content in gone:
            own = gone.pop(content)
            changes.append(Change(own, "renamed", collection.items[own].relative, item.relative))
        else:
            own = left.pop((identity, content), number)
            number += own == number
            fresh.add(own)
            changes.append(Change(own, "added" if readable else "unreadable"))
            taken |= {own: item.id} if readable else {}
            here[identity] = own
        ids[item.id] = own
    read = {_place(item) for item in found.items if not item.in_memory}
    fewer = [item.id for item in collection.present if not item.in_memory and _place(item) in read]
    removed = sorted({*vanished, *fewer} - set(ids.values()))
    changes += [Change(i, "removed") for i in removed]
    return Revision(collection.revised(found, ids, removed), taken, tuple(changes))


def _place(item: Item) -> str:
    return os.path.normpath(item.location) if isinstance(item.file, Path) else item.location


def _identity(item: Item, content: str | None) -> Any:
    """Return what tells an image from all others; what is in memory only, and cannot be read, is like no other."""
    return (content or object()) if item.in_memory else (_place(item), item.frame)


def _unused(name: str, names: set[str]) -> str:
    path = PurePosixPath(name)
    unused = (f"{path.stem} ({i}){path.suffix}" for i in itertools.count(2))
    return name if name not in names else next(each for each in unused if each not in names)


def _is_other(before: Item, now: Item) -> bool:
    return now.state is None or before.state is None or before.state[1:] != now.state[1:]


def _exists(item: Item) -> bool:
    return not isinstance(item.file, Path) or item.file.exists()


def _root(collection: Collection) -> Path | None:
    for item in collection.items:
        if isinstance(item.file, Path):
            return item.file.parents[len(PurePosixPath(item.relative).parts) - 1]
    return None


def _relative(item: Item, root: Path | None, folder: str) -> str:
    if isinstance(item.file, Path) and root is not None:
        path = Path(os.path.normpath(item.file))
        if path.is_relative_to(root):
            return printable(path.relative_to(root).as_posix())
    return f"{folder}/{item.relative}" if "/" in item.relative else item.relative
