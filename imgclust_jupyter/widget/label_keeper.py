"""The labels of one explorer: in the widget's history, in the browser, and in the log on the disk."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection.identity import identity
from imgclust_jupyter.pipeline import Pipeline, Results
from imgclust_jupyter.pipeline.results import OWN_COLUMNS
from imgclust_jupyter.store import open_label_log
from imgclust_jupyter.widget.label_book import LabelBook, Turnover, present_in
from imgclust_jupyter.widget.label_wire import encode_labels
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.workspace.filters import with_renamed
from imgclust_jupyter.workspace.label_replay import replay
from imgclust_jupyter.workspace.label_transcript import Transcript
from imgclust_jupyter.workspace.labels import LabelTable, label_text

__all__ = ["LOG_COLUMNS", "LabelKeeper"]

LOG_COLUMNS = ("time", "column", "value", "action", "images", "by", "paths")

_TAKEN = {"name", "path", "size", "width", "height", "frame", *OWN_COLUMNS}
_UNDO = "undo"  # whoever changes labels without saying so has gone through the history
_LOG = "log"  # what is there already is not written down

_keepers: weakref.WeakSet[LabelKeeper] = weakref.WeakSet()  # which have labels, in this process
_keepers_lock = threading.Lock()


class LabelKeeper:
    """Gives, publishes and writes down labels, and takes up what others give to the same images.

    Others are the explorers of this process, at once, and those of other kernels, whenever there is something to be
    done with labels (`catch_up`).

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
        self._book: LabelBook | None = None  # not before the images are known by their contents
        self._readable: npt.NDArray[np.int64] | None = None  # ids of the images that were looked for in the log
        self._by, self._renamed = _UNDO, False
        self._unwritten: deque[Turnover] = deque()
        widget.catch_up = self.catch_up
        widget.observe(self._follow, "labels")

    @property
    def table(self) -> LabelTable:
        """The labels as they are now."""
        labels: LabelTable = self._widget.labels
        return labels

    @property
    def ready(self) -> bool:
        """Whether the labels of earlier sessions are there, and new ones can be given."""
        return self._book is not None

    @property
    def transcript(self) -> Transcript:
        """What was done with the labels of these images, in all sessions."""
        return self._book.transcript if self._book else Transcript()

    def take_up(self, results: Results, brought: Transcript | None = None) -> None:
        """Bring the labels of earlier sessions back, once the images are known by their contents, or others are there.

        Parameters
        ----------
        results : Results
        brought : Transcript, optional
            What a saved session knows; what is missing in the log here is added. Of several actions the last counts,
            wherever it was done.
        """
        collection = results.collection
        if collection is None or (results.embeddings is None and not self.ready):
            return
        readable = collection.readable
        if self._readable is not None and np.array_equal(readable, self._readable):
            return
        self._readable = readable
        if self._book is not None:
            self.catch_up(anew=True)
            return
        digests = [each.digest for each in present_in(collection)]
        book = LabelBook(open_label_log(), identity(self._pipeline.options.source, digests))
        if brought is not None:
            book.add(brought)
        news = book.news(collection, anew=True)
        with self._widget.lock:
            self._widget.begin(labels=replay(news.actions, self.table))
            book.take(news)
            self._book = book
        with _keepers_lock:
            _keepers.add(self)

    def catch_up(self, anew: bool = False) -> None:
        """Take up what others have done with the labels; not to be called under the widget's lock.

        Parameters
        ----------
        anew : bool
            Whether other images are there than before.
        """
        collection = self._pipeline.results.collection
        if self._book is None or collection is None:
            return
        while True:
            self._write()
            news = self._book.news(collection, anew)
            with self._widget.lock:
                if self._unwritten or not self._book.take(news):
                    continue  # there is something newer
                labels = replay(news.actions, self.table)
                if labels is not self.table:
                    self._by = _LOG
                    try:
                        self._widget.begin(labels=labels)
                    finally:
                        self._by = _UNDO
                return

    def label(self, value: str | None, ids: npt.ArrayLike, column: str, keep: bool, by: str) -> tuple[int, int]:
        """Give images a label, or take it away; return how many have changed, and how many have kept another one.

        Raises
        ------
        ValueError
            For a label or a column that cannot be.
        """
        column, value = self._checked(column), None if value is None else label_text(value)
        self.catch_up()
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
        self.catch_up()
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
        self.catch_up()
        with self._widget.lock:
            before = self.table
            after = before.rename(column, value, label_text(to))
            filters = with_renamed(self._widget.filters, column, value, label_text(to))
            self._change(after, by, renamed=True, filters=filters)
        return before.counts(column)[value]

    def refuse(self, column: str, value: str, ids: npt.ArrayLike, by: str) -> None:
        """Have images not suggested for a label again."""
        self.catch_up()
        with self._widget.lock:
            self._change(self.table.refuse(self._checked(column), label_text(value), ids), by)

    def log(self) -> pd.DataFrame:
        """Return what was done with the labels of this collection, in all sessions."""
        images, actions = self.transcript
        place = {image.id: image.path for image in images}
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

    def _change(self, labels: LabelTable, by: str, renamed: bool = False, **traits: Any) -> None:
        if labels is self.table:
            return
        self._by, self._renamed = by, renamed
        try:
            self._widget.change(labels=labels, **traits)
        finally:
            self._by, self._renamed = _UNDO, False

    def _follow(self, change: Any) -> None:
        self._publish(change.new)
        if self._book is not None and self._by != _LOG:
            self._unwritten.append(Turnover(time.time(), self._by, self._renamed, change.old, change.new))
            # The disk may be slow, and the views are not to wait for it; whoever gives the label does.
            self._widget.lock.after(self._write_and_tell)

    def _publish(self, labels: LabelTable) -> None:
        collection = self._pipeline.results.collection
        n_items = len(collection.items) if collection is not None else 0
        header, codes = encode_labels(labels, self._dataset.labels["version"] + 1, n_items)
        with self._dataset.hold_sync():
            self._dataset.labels, self._dataset.label_codes = header, codes

    def _write(self) -> None:
        collection = self._pipeline.results.collection
        assert self._book is not None
        assert collection is not None
        self._book.write(self._unwritten, collection)

    def _write_and_tell(self) -> None:
        self._write()
        with _keepers_lock:
            others = [each for each in _keepers if each is not self]
        for other in others:
            if other._book is not None and self._book is not None and other._book.shares(self._book):
                other.catch_up()
