"""The log of labels, seen from one explorer: which image of the log is which of its own."""

from __future__ import annotations

import itertools
import math
import secrets
import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.store import Action, LabelLog, LoggedImage, Mark, open_store
from imgclust_jupyter.workspace.label_replay import Present, located, match
from imgclust_jupyter.workspace.label_transcript import Transcript
from imgclust_jupyter.workspace.labels import LabelTable

__all__ = ["LabelBook", "News", "Turnover", "present_in"]


class Turnover(NamedTuple):
    """A change of labels that is to be written down: when, by whom, and the labels before and after it."""

    time: float
    by: str
    renamed: bool
    before: LabelTable
    after: LabelTable


class News(NamedTuple):
    """What was written down: actions on items, the first first, after one mark of the log and up to another."""

    actions: Sequence[Action]
    since: Mark
    mark: Mark
    latest: float


class LabelBook:
    """Writes labels into the log and reads them from it, for the images of one collection.

    Its methods can be called from any thread, and all but `take` may wait for the disk.

    Parameters
    ----------
    log : LabelLog
    name : str
        By which the log knows the collection.
    """

    def __init__(self, log: LabelLog, name: str) -> None:
        self._log = log
        self._name = name
        self._lock = threading.Lock()
        self._logged: dict[int, LoggedImage] = {}  # by item id
        self._item_of: dict[int, int] = {}  # by the id in the log
        self._next_id = itertools.count(secrets.randbits(62))  # in sequence, since a database likes that
        self._mark: Mark = {}
        self._latest = -math.inf

    def shares(self, other: LabelBook) -> bool:
        """Return whether both are of the same collection in the same log."""
        return self._log is other._log and self._name == other._name

    @property
    def transcript(self) -> Transcript:
        """What was done with the labels of these images, in all sessions."""
        return Transcript(self._log.images(self._name), self._log.actions(self._name))

    def add(self, brought: Transcript) -> None:
        """Add what a saved session knows and the log does not."""
        self._log.append(self._name, *brought.beyond(self.transcript, self._next_id))

    def write(self, turnovers: deque[Turnover], collection: Collection) -> None:
        """Write down changes, the first first, until none is left and none is being written by another thread."""
        with self._lock:
            while turnovers:
                turnover = turnovers.popleft()
                try:
                    self._write(turnover, collection)
                except KeyboardInterrupt:
                    turnovers.appendleft(turnover)  # whoever is next at it writes it down
                    raise

    def news(self, collection: Collection, anew: bool = False) -> News:
        """Return what was written down after what was taken last, by whomever.

        Parameters
        ----------
        collection : Collection
        anew : bool
            Whether other images may be there than before: then it is all that there is, and images are looked for
            again.
        """
        with self._lock:
            since, latest = self._mark, self._latest
            mark = self._log.mark()
            if mark == since and not anew:
                return News([], since, since, latest)
            actions = self._log.actions(self._name, None if anew else since)
            if actions and actions[0].time < latest:
                actions = self._log.actions(self._name)  # from another machine: of an image the last word counts
            if anew or not all(self._item_of.keys() >= set(action.images.tolist()) for action in actions):
                self._identify(collection)
            latest = max([latest, *(action.time for action in actions)])
            return News(located(actions, self._item_of), since, mark, latest)

    def take(self, news: News) -> bool:
        """Note that some news are known, unless another thread has taken such by now; callers take turns."""
        if self._mark is not news.since:
            return False
        self._mark, self._latest = news.mark, news.latest
        return True

    def _identify(self, collection: Collection) -> None:
        present = present_in(collection)
        there = {each.id: each for each in present}
        # What an image was called in this session it stays, whatever has become of its file.
        settled = {number: there[item] for number, item in self._item_of.items() if item in there}
        images = self._log.images(self._name)
        found = match(images, present) | settled
        moved = []
        for image in images:
            if image.id in found:
                item, *place = found[image.id]
                now = LoggedImage(image.id, *place)
                self._item_of[image.id] = item
                if self._logged.setdefault(item, now).id == now.id:
                    self._logged[item] = now
                moved += [now] if now != image else []
        if moved:
            self._log.append(self._name, moved, [])

    def _write(self, turnover: Turnover, collection: Collection) -> None:
        images: dict[int, LoggedImage] = {}
        actions = []
        for action, column, value, ids in turnover.before.differences(turnover.after):
            known = self._known(ids.tolist(), collection)
            # Also those that were written down before: the file may be another one by now, or not have taken them.
            images |= {image.id: image for image in known.values()}
            self._logged |= known
            self._item_of |= {image.id: item for item, image in known.items()}
            logged = np.array([image.id for image in known.values()], dtype=np.int64)
            word = "rename" if turnover.renamed and action == "label" else action
            actions.append(Action(turnover.time, column, value, word, turnover.by, logged))
        self._log.append(self._name, list(images.values()), actions)

    def _known(self, ids: list[int], collection: Collection) -> dict[int, LoggedImage]:
        """Return images as the log is to know them from now on, by item id."""
        known = {}
        for item, digest in zip(ids, collection.known_hashes(open_store(), ids), strict=True):
            number = self._logged[item].id if item in self._logged else next(self._next_id)
            known[item] = LoggedImage(number, collection.items[item].relative, digest or "")
        return known


def present_in(collection: Collection) -> list[Present]:
    """Return the images that are there, and known by their content."""
    ids = collection.readable.tolist()
    digests = collection.known_hashes(open_store(), ids)
    return [
        Present(i, collection.items[i].relative, digest)
        for i, digest in zip(ids, digests, strict=True)
        if digest is not None
    ]
