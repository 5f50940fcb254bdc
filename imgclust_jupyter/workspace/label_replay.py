"""Labels as the log has them: which image of today is which of then, and what was done with it."""

from __future__ import annotations

import dataclasses as dc
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from imgclust_jupyter.store import Action, LoggedImage
from imgclust_jupyter.workspace.labels import LabelTable

__all__ = ["Present", "located", "match", "replay"]


class Present(NamedTuple):
    """An image that is there now: its item id, its path in the collection, and the digest of its content."""

    id: int
    path: str
    digest: str


def match(logged: Sequence[LoggedImage], present: Sequence[Present]) -> dict[int, Present]:
    """Find the images of the log among those that are there now.

    An image is the one with its path and its content. Failing that it was moved or renamed: it is one of the same
    content that is not known by its path, the first of several in the order of their paths for the first of several.
    Failing that it was edited where it is: it is the one with its path.

    Parameters
    ----------
    logged : sequence of LoggedImage
    present : sequence of Present

    Returns
    -------
    dict of int to Present
        By the id of the image in the log; those that are not there are left out. Several may be the same image, when
        several kernels have logged it.

    Examples
    --------
    >>> logged = [LoggedImage(7, "a.jpg", "0a"), LoggedImage(8, "b.jpg", "0b")]
    >>> match(logged, [Present(0, "a.jpg", "0a2"), Present(1, "c.jpg", "0b")])
    {8: Present(id=1, path='c.jpg', digest='0b'), 7: Present(id=0, path='a.jpg', digest='0a2')}
    """
    places: dict[tuple[str, str], list[int]] = {}
    for image in sorted(logged, key=lambda image: image.path):
        places.setdefault((image.path, image.digest), []).append(image.id)
    by_both = {(each.path, each.digest): each for each in reversed(present)}
    by_path = {each.path: each for each in reversed(present)}
    moved: dict[str, list[Present]] = {}
    for each in sorted(present, key=lambda each: each.path, reverse=True):
        if (each.path, each.digest) not in places:
            moved.setdefault(each.digest, []).append(each)
    found = {place: by_both[place] for place in places if place in by_both}
    for place in places:
        if place not in found and moved.get(place[1]):
            found[place] = moved[place[1]].pop()
    for place in places:
        if place not in found and place[0] in by_path:
            found[place] = by_path[place[0]]
    return {image_id: each for place, each in found.items() for image_id in places[place]}


def located(actions: Sequence[Action], item_of: Mapping[int, int]) -> list[Action]:
    """Return the same actions on items, by the item ids of the images in the log; other images are left out."""
    items = [[item_of[i] for i in action.images.tolist() if i in item_of] for action in actions]
    return [
        dc.replace(action, images=np.array(ids, dtype=np.int64)) for action, ids in zip(actions, items, strict=True)
    ]


def replay(actions: Iterable[Action], table: LabelTable) -> LabelTable:
    """Do again what the log says.

    What the table has of these actions already makes no difference: the last word on an image counts.

    Parameters
    ----------
    actions : iterable of Action
        On items (`located`), the first first.
    table : LabelTable
        Where it is done.

    Returns
    -------
    LabelTable
        The same one when nothing has changed. New values are those that are in use in the end, in the order of their
        first use.
    """
    before = table
    for action in actions:
        if action.value is not None and action.action in ("refuse", "allow"):
            table = getattr(table, action.action)(action.column, action.value, action.images)
        else:
            table = table.assign(action.column, action.value, action.images)
    return before.changed_as(before, table)
