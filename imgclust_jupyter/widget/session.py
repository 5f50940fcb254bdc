"""One explorer at work: its pipeline, its models in the browser, and what connects them.

It is apart from `ClusterExplorer`, the object in the user's hands, so that the one can be noticed to be gone while the
other is still on a page.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.insight.cluster_table import merges_of
from imgclust_jupyter.pipeline import CHANGES_COLUMNS, Options, Pipeline, Progress, Request, Results
from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget import labelling, ordering, pictures, report
from imgclust_jupyter.widget.arrivals import Arrivals
from imgclust_jupyter.widget.cutting import Cutting
from imgclust_jupyter.widget.explaining import why
from imgclust_jupyter.widget.label_keeper import LabelKeeper
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.widget.pane import PaneWidget
from imgclust_jupyter.widget.publisher import Publisher
from imgclust_jupyter.widget.renewal import renewed, search_filter
from imgclust_jupyter.widget.rpc import Answer, BadRequestError, Requests
from imgclust_jupyter.widget.saved_session import Loaded
from imgclust_jupyter.widget.snapshot import snapshot
from imgclust_jupyter.widget.working_set import WorkingSetKeeper
from imgclust_jupyter.workspace.filters import Filter, items_filter, replaced
from imgclust_jupyter.workspace.labels import with_labels
from imgclust_jupyter.workspace.passing import Rows
from imgclust_jupyter.workspace.selection import Wanted, pack, resolve, unpack

__all__ = ["Session"]

_log = logging.getLogger(__name__)


class Session(Cutting):
    """The live state of one explorer.

    The work goes on while somebody wants it: the user's object exists, or the widget is on a page. A cell that is run
    again drops both, and with them what is left of the work; everything finished is in the store.

    Parameters
    ----------
    options : Options
    n_clusters : int or None
        Where the tree is cut at first.
    loaded : Loaded, optional
        A saved session to go on with.
    """

    def __init__(self, options: Options, n_clusters: int | None = None, loaded: Loaded | None = None) -> None:
        self.dataset = DatasetModel()
        self.widget = ExplorerWidget(self.dataset, self._receive)
        self._publisher = Publisher(self.dataset, self.widget, options, n_clusters)
        self.pipeline = Pipeline(options, self._on_results, self._on_progress)
        self.labels = LabelKeeper(self.widget, self.dataset, self.pipeline)
        self.working_set = WorkingSetKeeper(self.widget, self.pipeline)
        self._arrivals = Arrivals(self.pipeline)
        self._requests = Requests(
            {
                **labelling.handlers(self.labels, self.pipeline, self.widget),
                **self._arrivals.handlers,
                "changes": lambda _: report.rows(self.pipeline.results, self.widget.cut["n_clusters"]),
                "thumbnails": lambda body: pictures.thumbnails(self._collection(), open_store(), body),
                "preview": lambda body: pictures.preview(self._collection(), body),
                "rows": lambda body: pictures.rows(self._collection(), body),
                "similar": lambda body: ordering.similar(self.pipeline.results, options.metric, body),
                "order": lambda body: ordering.order(self.pipeline.results, body),
                "why": lambda body: why(self.pipeline.results, self.widget.cut["n_clusters"], body),
                "search": self._search,
                "errors": lambda _: pictures.errors(self._collection()),
                "interrupt": self._interrupt,
                "resume": self._resume,
                "views": self._count_views,
                "excluded": self.working_set.answer_excluded,
                "lay_out_anew": self.working_set.answer_lay_out_anew,
            },
            immediate=("interrupt", "resume", "views", *labelling.IMMEDIATE, *self._arrivals.handlers),
            send=self.widget.answer,
        )
        self._data_listeners: list[Callable[[], object]] = []
        self._panes: list[PaneWidget] = []
        self._owned = True
        self._shown = False  # on its way to a page, which has not reported back yet
        self._handed_out = False  # may be on a page some day
        self._views = 0
        self._dropped = False
        self._queries: set[str] = set()  # of the filters that Python has set, those of the history too
        self.widget.renewed = self._renewed
        self._arrivals.expect(True)
        if loaded is not None:
            self._go_on(loaded)
        self.pipeline.start()

    @property
    def colors(self) -> list[int]:
        """The permutation of the clusters' colours, as in `Publisher`."""
        return self._publisher.colors

    @property
    def data_so_far(self) -> pd.DataFrame:
        """What is known of each image by now."""
        return self.table(self.pipeline.results)

    @property
    def selected(self) -> npt.NDArray[np.bool_]:
        """Which rows are selected, shape (n,)."""
        return self.selected_of(self.pipeline.results)

    def table(self, results: Results) -> pd.DataFrame:
        """Return what is known of each image by some results, which need not be the latest."""
        table = results.table(self.widget.cut["n_clusters"])
        return table if results.ids is None else with_labels(table, self.labels.table, results.ids)

    def selected_of(self, results: Results) -> npt.NDArray[np.bool_]:
        """Return which rows of some results are selected."""
        if results.collection is None or results.ids is None:
            return np.zeros(0, dtype=bool)
        return np.isin(results.ids, unpack(self.widget.selection, len(results.collection.items)))

    @property
    def selection(self) -> pd.DataFrame:
        """The selected rows of `data_so_far`."""
        results = self.pipeline.results
        return self.table(results)[self.selected_of(results)]

    def select(self, wanted: Wanted, origin: tuple[str, str] = ("query", "from Python"), gesture: str = "") -> None:
        """Select rows, and say where the selection came from; with a gesture as for `filter_by`."""
        self._select(self._bits(wanted, self.pipeline.results), origin, gesture)

    def select_items(self, ids: npt.NDArray[np.integer], origin: tuple[str, str], gesture: str = "") -> None:
        """Select those of some items that are still there; otherwise as `select`."""
        results = self.pipeline.results
        if results.collection is not None and results.ids is not None:
            bits = pack(np.intersect1d(ids, results.ids), len(results.collection.items))
            self._select(bits, origin, gesture)

    def filter(self, wanted: Wanted) -> None:
        """Narrow the views to some images, in place of what Python has narrowed them to; None shows all again."""
        if wanted is None:
            self.widget.change(filters=[])
            return
        text = wanted if isinstance(wanted, str) else "from Python"
        if isinstance(wanted, str):
            self._queries.add(wanted)
        others = [each for each in self.widget.filters if each.get("source") != "query"]
        self.widget.change(filters=[*others, items_filter("query", text, self._bits(wanted, self.pipeline.results))])

    def rows(self) -> Rows:
        """Return the rows of `data_so_far` with their items."""
        results = self.pipeline.results
        return Rows(self.table(results), np.zeros(0, dtype=np.int64) if results.ids is None else results.ids)

    @property
    def selected_items(self) -> bytes:
        """The selection as bits of item ids."""
        return bytes(self.widget.selection)

    @property
    def filters(self) -> list[Filter]:
        """What narrows the views."""
        return list(self.widget.filters)

    def filter_by(self, column: str, chosen: Filter | str | None, gesture: str = "") -> None:
        """Put another filter on a column, a query in the columns' names too; None takes it away.

        Those of the same gesture, as long as nothing comes between them, are one step of the history.
        """
        if isinstance(chosen, str):
            self._queries.add(chosen)
            chosen = items_filter("query", chosen, self._bits(chosen, self.pipeline.results))
        self.widget.change(gesture, filters=replaced(self.filters, column, chosen))

    @property
    def changes(self) -> pd.DataFrame:
        """What the last addition or refresh has changed, as `Changes.table`."""
        results = self.pipeline.results
        if results.changes is None or results.collection is None or results.ids is None:
            return pd.DataFrame(columns=list(CHANGES_COLUMNS), dtype=object)
        return results.changes.table(results.collection, results.ids, results.tree, self.widget.cut["n_clusters"])

    def change(self, request: Request, tick: Callable[[Progress], None]) -> pd.DataFrame:
        """Have the collection changed, and wait for it; return the rows of `data_so_far` that are new."""
        self.pipeline.request(request)
        try:
            self.pipeline.wait_for(request, tick=tick)
        except BaseException:
            self.pipeline.withdraw(request)  # whoever asks again is not to get it twice
            raise
        self.labels.catch_up()
        data = self.data_so_far
        return data[data["new"]] if "new" in data else data.iloc[:0]

    def columns(self, *kinds: str) -> list[str]:
        """Return the columns that the views know: those of a kind "number", "category"."""
        labels = self.labels.table.columns if "category" in kinds else ()
        known = (column["name"] for column in self.dataset.header["columns"] if column["kind"] in kinds)
        return [*labels, *(name for name in known if name not in labels)]

    def set_view(self, **traits: Any) -> None:
        """Change what is looked at: ``cut``, ``color_by`` or ``group_by`` of the widget."""
        self.widget.change(**traits)

    def snapshot(self, results: Results, width: int, dark: bool) -> Image.Image:
        """Draw finished results as they are cut now."""
        collection, ids = results.collection, results.ids
        assert collection is not None
        assert ids is not None
        assert results.tree is not None
        assert results.coordinates is not None
        assert results.network is not None
        store, names = open_store(), results.names
        n_clusters = self.widget.cut["n_clusters"]

        def thumbnail(row: int) -> Image.Image | None:
            (tile,), _ = pictures.tiles(collection, store, [collection.items[ids[row]]], size=128)
            return Image.open(io.BytesIO(tile)) if tile else None

        return snapshot(
            results.tree,
            results.coordinates,
            n_clusters,
            thumbnail,
            collection.name,
            [results.network.label, self.pipeline.options.metric, self.pipeline.options.linkage],
            permutation=self._publisher.colors,
            names=["" if m is None or m not in names else names[m].text for m in merges_of(results.tree, n_clusters)],
            width=width,
            dark=dark,
        )

    def on_selection(self, callback: Callable[[pd.DataFrame], object]) -> Callable[[], None]:
        """Call a function with the selected rows after each change; the result takes it off again."""
        return self.widget.on_new(["selection"], lambda: callback(self.selection))

    def on_new(self, names: Iterable[str], callback: Callable[[], object]) -> Callable[[], None]:
        """Call a function after changes of "selection", "filters", "cut" or "labels"; the result takes it off again."""
        return self.widget.on_new(names, callback)

    def on_change(self, callback: Callable[[pd.DataFrame], object]) -> Callable[[], None]:
        """Call a function with `data_so_far` after each change of it; the result takes it off again."""

        def tell() -> None:
            _told(lambda: callback(self.data_so_far))

        def follow(_: Any) -> None:
            self.widget.lock.after(tell)

        no_more_data = self.on_data(tell)
        self.widget.observe(follow, ["cut", "labels"])

        def end() -> None:
            no_more_data()
            self.widget.unobserve(follow, ["cut", "labels"])

        return end

    def on_data(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call a function when there are new results; the result takes it off again."""
        self._data_listeners.append(callback)
        return lambda: self._data_listeners.remove(callback)

    @property
    def is_shown(self) -> bool:
        """Whether the widget is on a page, or on its way to one."""
        return self._shown or self._views > 0

    def shown(self) -> None:
        """Note that the widget is about to appear on a page."""
        self._shown = self._handed_out = True

    def handed_out(self) -> ExplorerWidget:
        """Return the widget to somebody who may show it, now or later."""
        self._handed_out = True
        return self.widget

    def view(self, name: str) -> PaneWidget:
        """Return one of the views as a widget of its own."""
        if self.closed:
            raise ValueError("the explorer is closed")
        pane = PaneWidget(self.handed_out(), name)
        self._panes.append(pane)
        return pane

    def disown(self) -> None:
        """Note that the user's object is gone."""
        if not self._handed_out:
            self.close()  # nobody will ever see it
            return
        self._owned = False
        self._settle()

    @property
    def closed(self) -> bool:
        """Whether the widget has been taken off its pages for good."""
        return self.widget.comm is None

    def close(self) -> None:
        """Stop the work and take the widget off its pages."""
        self._owned, self._shown, self._views = False, False, 0
        self.pipeline.interrupt()
        self._arrivals.close()
        self._requests.close()
        models: list[PaneWidget | ExplorerWidget | DatasetModel] = [*self._panes, self.widget, self.dataset]
        for model in models:
            model.layout.close()
            model.close()

    def _settle(self) -> None:
        # The widget's lock, which the browser's messages hold when they come here, and progress is published under.
        with self.widget.lock:
            wanted = self._owned or self.is_shown
            self._arrivals.expect(wanted)
            if not wanted and self.pipeline.pending:
                self._dropped = True
                self.pipeline.interrupt()
            elif wanted and self._dropped:
                self._dropped = False
                self.pipeline.start()
            if not self._owned and self.pipeline.finished:
                self.pipeline.forget_vectors()

    def _on_results(self, results: Results) -> None:
        self.widget.renew_filters()
        self._publisher.results(results)
        self.labels.take_up(results)
        for callback in list(self._data_listeners):
            _told(callback)
        self._settle()

    def _on_progress(self, progress: Progress) -> None:
        if progress.state == "failed":
            self.working_set.mend()
        self._publisher.progress(progress)

    def _go_on(self, loaded: Loaded) -> None:
        self._publisher.colors = loaded.colors
        # Before the results are published, which brings the labels of this machine alone.
        with self.widget.lock:
            self.pipeline.results = loaded.results
            self.labels.take_up(loaded.results, loaded.transcript)
        self.pipeline.adopt(loaded.results)
        self.widget.begin(**loaded.view)

    def _receive(self, content: dict[str, Any], buffers: list[Any]) -> None:
        self._requests.receive(content, buffers)

    def _renewed(self, filters: list[Filter]) -> list[Filter]:
        results = self.pipeline.results
        return renewed(filters, self._queries, results, lambda query: self._bits(query, results), self.labels.table)

    def _select(self, bits: bytes, origin: tuple[str, str], gesture: str) -> None:
        kind, text = origin if any(bits) else ("none", "")
        self.widget.change(gesture, selection=bits, selection_origin={"kind": kind, "text": text})

    def _bits(self, wanted: Wanted, results: Results) -> bytes:
        if results.collection is None or results.ids is None:
            raise RuntimeError("there are no images yet; call wait() first")
        mask = resolve(wanted, self.table(results))
        return pack(results.ids[mask], len(results.collection.items))

    def _search(self, body: dict[str, Any]) -> Answer:
        text = body.get("text")
        if not isinstance(text, str):
            raise BadRequestError(f"what is searched for must be text, not {text!r}")
        self._collection()
        # As a chip, which holds the bits of the items that were found.
        chip, count = search_filter(text, self.pipeline.results, self.labels.table)
        return {"filter": chip, "count": count}, []

    def _collection(self) -> Collection:
        collection = self.pipeline.results.collection
        if collection is None:
            raise BadRequestError("the images are still being looked for")
        return collection

    def _interrupt(self, _: dict[str, Any]) -> Answer:
        self.pipeline.interrupt()
        return {}, []

    def _resume(self, _: dict[str, Any]) -> Answer:
        self.pipeline.start()
        return {}, []

    def _count_views(self, body: dict[str, Any]) -> Answer:
        count = body.get("count")
        if not isinstance(count, int) or count < 0:
            raise BadRequestError(f"the number of views cannot be {count!r}")
        self._views, self._shown = count, False
        if not count:
            self._arrivals.leave()
        self._settle()
        return {}, []


def _told(callback: Callable[[], object]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001  somebody else's mistake is not to stop the work
        _log.exception("a function that follows the table has failed")
