"""What was done with the labels of a collection, to be taken to another machine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from imgclust_jupyter.store import Action, LoggedImage
from imgclust_jupyter.workspace.labels import label_text
from imgclust_jupyter.workspace.session_file import Array
from imgclust_jupyter.workspace.table_codec import Arrays

__all__ = ["Transcript"]

_ACTIONS = ("label", "rename", "remove", "refuse", "allow")
_ARRAYS = ("labels/logged", "labels/starts", "labels/images")


class Transcript(NamedTuple):
    """The log of one collection.

    Attributes
    ----------
    images : sequence of LoggedImage
    actions : sequence of Action
        The first first.
    """

    images: Sequence[LoggedImage] = ()
    actions: Sequence[Action] = ()

    def encode(self, arrays: Arrays) -> dict[str, Any]:
        """Take it apart; `arrays` gets what is better kept as an array, JSON has the rest."""
        lengths = [len(action.images) for action in self.actions]
        logged = np.array([image.id for image in self.images], dtype=np.int64)
        images = np.concatenate([np.zeros(0, np.int64), *(action.images for action in self.actions)])
        arrays |= zip(_ARRAYS, (logged, np.cumsum([0, *lengths]), images.astype(np.int64)), strict=True)
        return {
            "images": [[image.path, image.digest] for image in self.images],
            "actions": [[each.time, each.column, each.value, each.action, each.by] for each in self.actions],
        }

    @classmethod
    def decode(cls, saved: Mapping[str, Any], arrays: Mapping[str, Array]) -> Transcript:
        """Put it together again.

        Raises
        ------
        Exception
            Of several kinds, when it is damaged (`session_file.DAMAGE`).
        """
        logged, starts, items = (arrays[name].astype(np.int64) for name in _ARRAYS)
        if len(starts) != len(saved["actions"]) + 1 or starts[0] != 0 or starts[-1] != len(items):
            raise ValueError("its log of labels does not fit together")
        if (np.diff(starts) < 0).any() or not np.isin(items, logged).all():
            raise ValueError("its log of labels is about images that it does not name")
        images = [
            LoggedImage(number, str(path), str(digest))
            for number, (path, digest) in zip(logged.tolist(), saved["images"], strict=True)
        ]
        actions = [
            Action(*_checked(*action), items[start:end])
            for action, start, end in zip(saved["actions"], starts, starts[1:], strict=False)
        ]
        return cls(images, actions)

    def beyond(self, here: Transcript, fresh: Iterator[int]) -> Transcript:
        """Return what another log does not have.

        Parameters
        ----------
        here : Transcript
            Of the same collection.
        fresh : iterator of int
            Ids that no image has, for those that are not known there: what a file says could be another image's.

        Examples
        --------
        >>> image, done = LoggedImage(7, "a.jpg", "0a"), Action(0.0, "label", "cow", "label", "python", np.array([7]))
        >>> brought = Transcript([image], [done]).beyond(Transcript(), iter([1]))
        >>> brought.images[0].id, brought.actions[0].images.tolist()
        (1, [1])
        """
        known = {_key(action) for action in here.actions}
        actions = [action for action in self.actions if _key(action) not in known]
        needed = {number for action in actions for number in action.images.tolist()}
        ids = {image.id: image.id for image in here.images}
        images = []
        for image in self.images:
            if image.id in needed and image.id not in ids:
                ids[image.id] = next(fresh)
                images.append(LoggedImage(ids[image.id], image.path, image.digest))
        renumbered = [
            Action(*_key(action), np.array([ids[i] for i in action.images.tolist()], dtype=np.int64))
            for action in actions
        ]
        return Transcript(images, renumbered)


def _key(action: Action) -> tuple[float, str, str | None, str, str]:
    # No two actions of one moment do the same with the same label.
    return action.time, action.column, action.value, action.action, action.by


def _checked(time: Any, column: Any, value: Any, action: Any, by: Any) -> tuple[float, str, str | None, str, str]:
    if not math.isfinite(time) or action not in _ACTIONS:
        raise ValueError(f"its log of labels has an action {action!r} at {time!r}")
    return float(time), label_text(column), None if value is None else label_text(value), action, str(by)
