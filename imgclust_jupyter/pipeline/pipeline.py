"""The stages from a source of images to a map, computed once and resumed where they were left."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree, auto_clusters, medoids, order_leaves, plan_linkage
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Interrupted, Network, embed, get_network, precomputed
from imgclust_jupyter.layout import LAYOUTS, nearest_neighbors, pca_map, warm_up
from imgclust_jupyter.pipeline.changing import Changing, SupersededError
from imgclust_jupyter.pipeline.features import featured, vectors_of
from imgclust_jupyter.pipeline.findings import NEIGHBORS, find, names_of
from imgclust_jupyter.pipeline.growth import exact_tree
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.progress import STAGES, Pace, Progress
from imgclust_jupyter.pipeline.requests import LayOutAnew, Request, WorkingSet
from imgclust_jupyter.pipeline.results import Results
from imgclust_jupyter.pipeline.worker import shared_worker
from imgclust_jupyter.store import open_store

__all__ = ["Pipeline"]

_COMPILING = 10.0  # seconds, about


class Pipeline(Changing):
    """Computes the stages of one collection in the background.

    Parameters
    ----------
    options : Options
    on_results : callable
        Called on the worker thread with the `Results` as each stage ends.
    on_progress : callable
        Called on the worker thread, or on a thread of the embedding, with a `Progress`.
    """

    def __init__(
        self,
        options: Options,
        on_results: Callable[[Results], None],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.options = options
        self.results = Results()
        self.progress = Progress()
        self._on_results = on_results
        self._on_progress = on_progress
        self._changed = threading.Condition()
        self._published = self.results
        self._stop = threading.Event()
        self._thread = 0  # which does the work
        self._pending = False
        self._requests: list[Request] = []  # one after the other, once all stages are done
        self._failed: Exception | None = None  # a request, while others are still to be done
        self._error: Exception | None = None
        self._raised_at: TracebackType | None = None

    @property
    def pending(self) -> bool:
        """Whether there is work to do that nobody has cancelled."""
        return self._pending

    def adopt(self, results: Results) -> None:
        """Begin with results that are complete already, from a saved session."""
        self._replace(results)

    def start(self) -> None:
        """Begin, or go on with what is left."""
        if self.finished:
            self._report(Progress(state="done"))
            return
        with self._changed:
            if self._pending:
                return
            self._pending = True
            self._failed = self._error = None
        self._report(Progress(state="waiting", message="waiting for other work to finish"))
        shared_worker().submit(self)

    def interrupt(self) -> None:
        """Stop after the batch in flight; all that is finished is kept."""
        with self._changed:
            if not self._pending:
                return
            self._pending = False
            self._stop.set()
            # There is a map already, and whoever stops its successor does not want it later.
            self._requests = [each for each in self._requests if not isinstance(each, LayOutAnew)]
        self._report(replace(self.progress, state="cancelled", rate=None, seconds_left=None))

    @property
    def finished(self) -> bool:
        """Whether every stage is done."""
        return self.results.complete and not self.results.provisional and not self._requests

    def request(self, request: Request, begin: bool = True) -> None:
        """Have something changed, after all that is to be done by now; or, if not `begin`, when the work goes on."""
        with self._changed:
            if isinstance(request, WorkingSet):
                for former in [each for each in self._requests if isinstance(each, WorkingSet)]:
                    former.done = True
                    self._requests.remove(former)
            self._requests.append(request)
        if begin:
            self.start()

    def withdraw(self, request: Request) -> None:
        """Leave everything as it is, if the change has not come about yet."""
        with self._changed:
            if request in self._requests:
                self._requests.remove(request)

    def wait_for(
        self, request: Request, timeout: float | None = None, tick: Callable[[Progress], None] | None = None
    ) -> None:
        """Block until a change that was requested shows, or raise what has kept it from it; else as `wait`."""

        def answered() -> bool:
            if request.error is not None:
                raise request.error
            return request.done and self._published.complete

        self._wait(answered, "taking up changes", timeout, tick)

    def wait(
        self, stage: str = "map", timeout: float | None = None, tick: Callable[[Progress], None] | None = None
    ) -> Results:
        """Block until a stage is done.

        Parameters
        ----------
        stage : {"scan", "embed", "tree", "map"}
        timeout : float, optional
            Seconds.
        tick : callable, optional
            Called with the `Progress` about ten times a second.

        Returns
        -------
        Results

        Raises
        ------
        TimeoutError
            When the stage is not done in time.
        Interrupted
            When the work was cancelled before the stage was done.
        Exception
            Whatever made the work fail.
        """
        self._wait(lambda: self._reached(stage), STAGES[stage], timeout, tick)
        return self._published

    def _wait(
        self,
        reached: Callable[[], bool],
        what: str,
        timeout: float | None,
        tick: Callable[[Progress], None] | None,
    ) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._changed:
                if reached():
                    return
                if self._error is not None:
                    # Raised anew for everybody who waits, without the places where it was raised before.
                    raise self._error.with_traceback(self._raised_at)
                if not self._pending:
                    raise Interrupted("the work was cancelled; call resume() to go on")
                if threading.get_ident() == self._thread:
                    raise RuntimeError("the work cannot wait for itself; a function that it calls has data_so_far")
                # Short slices, so that KeyboardInterrupt gets through.
                self._changed.wait(0.1)
            if tick is not None:
                tick(self.progress)
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"{what} took longer than {timeout:g} s; it goes on in the background")

    def forget_vectors(self) -> None:
        """Give back the memory of the embeddings, once nobody can ask for them; the store has them."""
        with self._changed:
            aside = self.results.aside and replace(self.results.aside, embeddings=None, vectors=None)
            self.results = self._published = replace(self.results, embeddings=None, vectors=None, aside=aside)

    def run(self, stop: threading.Event) -> None:
        """Do the stages that are not done yet, or until `stop` is set; called by the worker."""
        with self._changed:
            if not self._pending:
                return
            self._stop = stop
            self._thread = threading.get_ident()
        try:
            self._stages()
            while self._next_request():
                self._stages()
        except Interrupted:
            if self._pending:
                self._report(Progress(state="waiting", message="waiting for newer work to finish"))
            else:
                # Once more: what was being reported when it was cancelled may have come after.
                self._report(replace(self.progress, state="cancelled", rate=None, seconds_left=None))
        except Exception as error:  # noqa: BLE001  the thread's boundary: raised again where somebody waits
            # What was computed by then would be held by the error's frames, gigabytes after a lack of memory.
            traceback.clear_frames(error.__traceback__)
            with self._changed:
                self._pending = False
                self._error = error
                self._raised_at = error.__traceback__
            self._report(replace(self.progress, state="failed", message=str(error), rate=None, seconds_left=None))
        else:
            self._report(Progress(state="done"))

    def _stages(self) -> None:
        if self.results.complete:
            return  # also where the vectors were forgotten
        self._scan()
        self._embed()
        self._first_map()
        self._neighbors()
        self._tree()
        self._map()

    def _next_request(self) -> bool:
        """Do what was requested next, or else what the last one has left to do; say whether there was anything."""
        with self._changed:
            request = self._requests[0] if self._requests else None
            if request is None and not self.results.provisional:
                if self._failed is not None:
                    raise self._failed
                self._pending = False
                return False
        try:
            if request is None:
                self._rebuild()
                return True
            self._change(request)
        except Interrupted:
            raise
        except SupersededError:
            return True
        except Exception as error:
            if request is None:
                raise
            # Nobody who waits for something else is to be kept from it.
            self._failed = error
            request.error = error
            self.withdraw(request)
            return True
        request.done = True
        self.withdraw(request)
        return True

    def _completed(self, results: Results) -> Results:
        """Do the stages that results lack; nobody sees any of them before all are done."""
        unseen = Pipeline(self.options, lambda _: None, self._report)
        unseen.results, unseen._stop = results, self._stop
        unseen._stages()
        return unseen.results

    def _rebuild(self) -> None:
        self._begin("tree")
        count = self._counting("tree")

        def on_progress(done: int, total: int) -> None:
            if self._requests:
                raise SupersededError  # it would come before a tree that takes minutes
            count(done, total)

        self._replace(exact_tree(self.results, self.options, on_progress))

    def _scan(self) -> None:
        if self.results.collection is not None:
            return
        self._begin("scan")
        options = self.options
        collection = Collection.from_source(
            options.source, options.metadata, options.recursive, options.frames, options.storage_options, options.limits
        )
        # Raises at once what can be seen to be wrong with them.
        if options.choice.own is not None:
            precomputed(collection, options.choice.own)
        options.choice.check(collection.table().columns)
        self._finish(collection=collection, ids=collection.readable, notices=tuple(collection.notices))

    def _embed(self) -> None:
        collection = self.results.collection
        if self.results.embeddings is not None or collection is None:
            return
        self._begin("embed")
        choice = self.options.choice
        # The baseline looks at every image, for size and thumbnails, at hardly more than the price of decoding.
        network = get_network(self.options.model if choice.images else "pixels", self._weights_progress)
        with ThreadPoolExecutor(1, "imgclust-embedding") as thread:
            embedding = thread.submit(self._embedded, collection, network)
            self._prepare_map(embedding)
            embeddings = embedding.result()
        notices = (*collection.notices, *([network.notice] if network.notice else []))
        network, embeddings, blocks = featured(collection, network, embeddings, choice)
        self._finish(ids=collection.readable, network=network, embeddings=embeddings, blocks=blocks, notices=notices)

    def _embedded(self, collection: Collection, network: Network) -> npt.NDArray[np.float32]:
        pace = Pace()

        def on_progress(done: int, total: int) -> None:
            rate = pace.update(done)
            if not self._stop.is_set():
                left = None if rate is None else (total - done) / rate
                self._running("embed", done=done, total=total, rate=rate, seconds_left=left)

        return embed(collection, network.original, open_store(), self._stop, on_progress, client=self.options.client)

    def _prepare_map(self, embedding: Future[Any]) -> None:
        """Let numba compile what UMAP needs while there is enough else to wait for; it may not run on two threads."""
        if self.options.layout != "umap":
            return
        while not embedding.done():
            if (self.progress.seconds_left or 0) > _COMPILING:
                warm_up()
                return
            wait([embedding], timeout=0.2)

    def _first_map(self) -> None:
        results, collection = self.results, self.results.collection
        if results.vectors is not None or results.embeddings is None or results.ids is None or collection is None:
            return
        self._begin("map")
        if not len(results.embeddings):
            first = [f"{row.path}: {row.reason}" for row in collection.errors.head(1).itertuples()]
            raise ValueError("; ".join(["none of the images can be read", *first, "explorer.errors says it of each"]))
        vectors, mean = vectors_of(results.embeddings, collection, results.ids, results.blocks, self.options.metric)
        self._finish(vectors=vectors, mean=mean, coordinates=pca_map(vectors), layout="pca")

    def _neighbors(self) -> None:
        results = self.results
        if results.neighbors is not None or results.vectors is None:
            return
        self._begin("neighbors")
        neighbors = nearest_neighbors(results.vectors, NEIGHBORS, self.options.metric, self._counting("neighbors"))
        notices = results.notices
        if neighbors.recall < 1:
            notices = (
                *notices,
                f"Neighbours are found by pynndescent, which misses {1 - neighbors.recall:.1%} of them",
            )
        findings = find(replace(results, neighbors=neighbors), self.options.metric, open_store())
        self._finish(neighbors=neighbors, findings=findings, notices=notices)

    def _tree(self) -> None:
        vectors = self.results.vectors
        if self.results.tree is not None or vectors is None:
            return
        self._begin("tree")
        method, metric = self.options.linkage, self.options.metric
        plan = plan_linkage(len(vectors), method, metric)
        counting = self._counting("tree")
        Z = plan.run(vectors, lambda share: counting(int(share * len(vectors)), len(vectors)))
        tree = Tree.from_linkage(Z, order_leaves(Z, vectors, metric), plan.description)
        notices = self.results.notices if plan.exact else (*self.results.notices, plan.description)
        auto = auto_clusters(tree, vectors, method, metric)
        names = names_of(self.results, tree)
        self._finish(tree=tree, medoids=medoids(tree, vectors), names=names, auto=auto, notices=notices)

    def _map(self) -> None:
        vectors, neighbors, initial = self.results.vectors, self.results.neighbors, self.results.coordinates
        if self.results.complete or vectors is None or neighbors is None or initial is None:
            return
        self._begin("map")
        coordinates = LAYOUTS[self.options.layout](vectors, neighbors, initial)
        # A layout that has too few images to go by leaves the map as it is.
        layout = "pca" if np.array_equal(coordinates, initial) else self.options.layout
        self._finish(coordinates=coordinates, layout=layout, complete=True)

    def _counting(self, stage: str) -> Callable[[int, int], None]:
        def on_progress(done: int, total: int) -> None:
            if self._stop.is_set():
                raise Interrupted
            self._running(stage, done=done, total=total)

        return on_progress

    def _weights_progress(self, label: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Interrupted  # which ends the download
        self._running("embed", label=label, done=done, total=total)

    def _begin(self, stage: str, label: str = "") -> None:
        if self._stop.is_set():
            raise Interrupted
        self._running(stage, label)

    def _running(self, stage: str, label: str = "", **values: Any) -> None:
        self._report(Progress(state="running", stage=stage, label=label or STAGES[stage], **values))

    def _finish(self, **values: Any) -> None:
        self._replace(replace(self.results, **values))

    def _replace(self, results: Results) -> None:
        with self._changed:
            self.results = results
        try:
            self._on_results(self.results)
        finally:
            # Only now: whoever waits goes on to change the view, which what we publish must not overtake.
            with self._changed:
                self._published = self.results
                self._changed.notify_all()

    def _report(self, progress: Progress) -> None:
        with self._changed:
            self.progress = progress
            self._changed.notify_all()
        # Not under the lock: whoever listens takes the widget's, and its holder may be waiting for ours.
        self._on_progress(progress)

    def _reached(self, stage: str) -> bool:
        # What was requested is waited for, too, unless it was cancelled.
        settled = not self._pending or not (self._requests or self._published.provisional)
        done = {
            "scan": self._published.collection is not None,
            "embed": self._published.embeddings is not None,
            "neighbors": self._published.neighbors is not None,
            "tree": self._published.tree is not None and settled,
            "map": self._published.complete and settled,
        }
        if stage not in done:
            raise ValueError(f"no stage {stage!r}; the stages are {', '.join(done)}")
        return done[stage]
