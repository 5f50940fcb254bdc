"""The labels of one explorer: in the widget's history, in the browser, and in the log on the disk."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.identity import identity
from imgclust_jupyter.pipeline import Pipeline, Results
from imgclust_jupyter.pipeline.results import OWN_COLUMNS
from imgclust_jupyter.store import Action, LabelLog, LoggedImage, open_label_log, open_store
from imgclust_jupyter.widget.label_wire import encode_labels
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.workspace.label_replay import Present, match, replay
from imgclust_jupyter.workspace.label_transcript import Transcript
from imgclust_jupyter.workspace.labels import LabelTable, label_text

__all__ = ["LOG_COLUMNS", "LabelKeeper"]

LOG_COLUMNS = ("time", "column", "value", "action", "images", "by", "paths")

_TAKEN = {"name", "path", "size", "width", "height", "frame", *OWN_COLUMNS}
_UNDO = "undo"  # whoever changes labels without saying so has gone through the history


class LabelKeeper:
    """Gives, publishes and writes down labels.

    Parameters
    ----------
    widget : ExplorerWidget
        Its ``labels`` are what counts; whenever they change, by an action, undo or redo, the browser and the log learn
        of it.
    dataset : DatasetModel
    pipeline : Pipeline
    """

    def __init__(self, widget: ExplorerWidget, dataset: DatasetModel, pipeline: Pipeline) -> None:
        self._widget = widget
        self._dataset = dataset
        self._pipeline = pipeline
        self._log: LabelLog | None = None  # not before the images are known by their contents
        self._collection = ""
        self._logged: dict[int, LoggedImage] = {}  # by item id
        self._next_id = itertools.count(secrets.randbits(62))  # in sequence, since a database likes that
        self._by, self._rename = _UNDO, False
        widget.observe(self._follow, "labels")

    @property
    def table(self) -> LabelTable:
        """The labels as they are now."""
        labels: LabelTable = self._widget.labels
        return labels

    @property
    def ready(self) -> bool:
        """Whether the labels of earlier sessions are there, and new ones can be given."""
        return self._log is not None

    @property
    def transcript(self) -> Transcript:
        """What was done with the labels of these images, in all sessions."""
        if self._log is None:
            return Transcript()
        return Transcript(self._log.images(self._collection), self._log.actions(self._collection))

    def take_up(self, results: Results, brought: Transcript | None = None) -> None:
        """Bring the labels of earlier sessions back, once the images are known by their contents.

        Parameters
        ----------
        results : Results
        brought : Transcript, optional
            What a saved session knows; what is missing in the log here is added. Of several actions the last counts,
            wherever it was done.
        """
        collection = results.collection
        if self.ready or results.embeddings is None or collection is None:
            return
        ids = collection.readable.tolist()
        digests = collection.known_hashes(open_store(), ids)
        present = [
            Present(i, collection.items[i].relative, digest)
            for i, digest in zip(ids, digests, strict=True)
            if digest is not None
        ]
        self._collection = identity(self._pipeline.options.source, [each.digest for each in present])
        log = open_label_log()
        if brought is not None:
            here = Transcript(log.images(self._collection), log.actions(self._collection))
            log.append(self._collection, *brought.beyond(here, self._next_id))
        images = log.images(self._collection)
        found = match(images, present)
        moved = []
        for image in images:
            if image.id in found:
                now = LoggedImage(image.id, *found[image.id][1:])
                self._logged[found[image.id].id] = now
                moved += [now] if now != image else []
        if moved:
            log.append(self._collection, moved, [])
        labels = replay(log.actions(self._collection), {i: each.id for i, each in found.items()})
        with self._widget.lock:
            self._widget.begin(labels=labels)
            self._log = log

    def label(self, value: str | None, ids: npt.ArrayLike, column: str, keep: bool, by: str) -> tuple[int, int]:
        """Give images a label, or take it away; return how many have changed, and how many have kept another one.

        Raises
        ------
        ValueError
            For a label or a column that cannot be.
        """
        column, value = self._checked(column), None if value is None else label_text(value)
        ids = np.asarray(ids, dtype=np.int64)
        with self._widget.lock:
            before = self.table
            after = before.assign(column, value, ids, keep)
            had, has = (table.column(column).values_of(ids) for table in (before, after))
            self._change(after, by)
        return int(np.sum(had != has)), int(np.sum((has != value) & pd.notna(has)))

    def label_all(self, values: Iterable[tuple[str, npt.ArrayLike]], column: str, keep: bool, by: str) -> int:
        """Give several labels in one step; return how many images have changed."""
        column = self._checked(column)
        with self._widget.lock:
            before = after = self.table
            for value, ids in values:
                after = after.assign(column, label_text(value), ids, keep)
            self._change(after, by)
        return sum(len(ids) for _, _, _, ids in before.differences(after))

    def rename(self, column: str, value: str, to: str, by: str) -> int:
        """Rename a label, or merge it into another; return how many images have it.

        Raises
        ------
        KeyError
            When there is no such label.
        ValueError
            For a label that cannot be.
        """
        with self._widget.lock:
            before = self.table
            after = before.rename(column, value, label_text(to))
            self._change(after, by, rename=True)
        return before.counts(column)[value]

    def refuse(self, column: str, value: str, ids: npt.ArrayLike, by: str) -> None:
        """Have images not suggested for a label again."""
        with self._widget.lock:
            self._change(self.table.refuse(self._checked(column), label_text(value), ids), by)

    def log(self) -> pd.DataFrame:
        """Return what was done with the labels of this collection, in all sessions."""
        actions = self._log.actions(self._collection) if self._log else []
        place = {image.id: image.path for image in self._log.images(self._collection)} if self._log else {}
        rows = [
            (
                pd.Timestamp(each.time, unit="s", tz="UTC"), each.column, each.value, each.action, len(each.images),
                each.by, tuple(place.get(i, "") for i in each.images.tolist()),
            )
            for each in actions
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(LOG_COLUMNS)).astype({"time": "datetime64[ns, UTC]"})

    def _checked(self, column: str) -> str:
        column = label_text(column, "column of labels")
        if column in _TAKEN:
            raise ValueError(f"{column!r} is a column that every explorer has; labels need another name")
        return column

    def _change(self, labels: LabelTable, by: str, rename: bool = False) -> None:
        if labels is self.table:
            return
        self._by, self._rename = by, rename
        try:
            self._widget.change(labels=labels)
        finally:
            self._by, self._rename = _UNDO, False

    def _follow(self, change: Any) -> None:
        self._publish(change.new)
        if self._log is not None:
            self._write(self._log, change.old, change.new)

    def _publish(self, labels: LabelTable) -> None:
        collection = self._pipeline.results.collection
        n_items = len(collection.items) if collection is not None else 0
        header, codes = encode_labels(labels, self._dataset.labels["version"] + 1, n_items)
        with self._dataset.hold_sync():
            self._dataset.labels, self._dataset.label_codes = header, codes

    def _write(self, log: LabelLog, before: LabelTable, after: LabelTable) -> None:
        now = time.time()
        images: dict[int, LoggedImage] = {}
        actions = []
        for action, column, value, ids in before.differences(after):
            known = self._known(ids.tolist())
            images |= {image.id: image for item, image in known.items() if self._logged.get(item) != image}
            self._logged |= known
            logged = np.array([image.id for image in known.values()], dtype=np.int64)
            word = "rename" if self._rename and action == "label" else action
            actions.append(Action(now, column, value, word, self._by, logged))
        log.append(self._collection, list(images.values()), actions)

    def _known(self, ids: list[int]) -> dict[int, LoggedImage]:
        """Return images as the log is to know them from now on, by item id."""
        collection = self._pipeline.results.collection
        assert collection is not None
        known = {}
        for item, digest in zip(ids, collection.known_hashes(open_store(), ids), strict=True):
            image_id = self._logged[item].id if item in self._logged else next(self._next_id)
            known[item] = LoggedImage(image_id, collection.items[item].relative, digest or "")
        return known
