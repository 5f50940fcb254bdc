"""Embedding on a Dask cluster, into the store of this machine."""

from __future__ import annotations

import logging
import math
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from imgclust_jupyter.collection import Item
from imgclust_jupyter.embedding.cluster_task import (
    TOPIC,
    Answer,
    Job,
    Picture,
    decode_version,
    embed_on_worker,
    stop_on_worker,
)
from imgclust_jupyter.embedding.work import Interrupted, Work
from imgclust_jupyter.imaging import Frame, UnreadableImage, open_source

__all__ = ["check_client", "embed_on_cluster"]

_TASK = 256  # images at most: some seconds of work, so that Dask's own milliseconds do not count
_TASK_BYTES = 8_000_000  # at most, of images that are sent along; the scheduler keeps them until they are done
_LOSSES = 3  # of a task, with no image of it to blame
_SECONDS_TO_STOP = 30.0  # for the workers to end their batches
_SECONDS_TO_FETCH = 60.0  # of a result that may have to be computed once more

_SENT = (
    "The files are sent to the workers of the Dask cluster, which cannot open them. A folder that all machines see "
    "under one name, or addresses such as s3://bucket/photos, would be faster."
)

_log = logging.getLogger(__name__)


def check_client(client: Any) -> None:
    """Raise what is wrong with a client of a Dask cluster.

    Parameters
    ----------
    client : object

    Raises
    ------
    TypeError
        When it is not a `dask.distributed.Client`.
    ValueError
        When it is an asynchronous one.
    """
    # Whoever has a client has imported its package.
    distributed = sys.modules.get("distributed")
    if distributed is None or not isinstance(client, distributed.Client):
        raise TypeError(
            "client must be a dask.distributed.Client (`pip install imgclust_jupyter[dask]`), such as "
            f"Client('tcp://scheduler:8786'); this is a {type(client).__name__}"
        )
    if client.asynchronous:
        raise ValueError("the client must not be asynchronous; make it without asynchronous=True")


def embed_on_cluster(client: Any, work: Work, ids: Sequence[int]) -> Generator[int, None, None]:
    """Embed images on the workers of a Dask cluster, into the store of this machine.

    The network is sent once, and the workers hand it on among themselves. Each thread of a worker embeds a few hundred
    images at a time, which it opens itself; the results of a task are in the store as soon as it ends. What no worker
    can open (a folder of this machine, arrays) is sent along. Tasks of workers that are lost are done by others. An
    image that ends every worker that opens it is found by trying its neighbours apart, and is reported.

    Parameters
    ----------
    client : dask.distributed.Client
    work : Work
        Its `stop` ends the work after the batches in flight.
    ids : sequence of int
        Item ids.

    Yields
    ------
    int
        How many more images are done.

    Raises
    ------
    Interrupted
        When the work was stopped before its end.
    ConnectionError
        When the scheduler is lost.
    RuntimeError
        When the workers have another version of this package.
    """
    check_client(client)
    run = _Run(client, work, ids)
    try:
        yield from run.steps()
    finally:
        run.end()


@dataclass(frozen=True)
class _Task:
    """Images for one worker.

    Attributes
    ----------
    sent : bool
        Whether the images are sent along, and not opened by the worker.
    digests : mapping of int to str, or None
        By item id, of images that are sent along; None as long as it was not started.
    losses : int
        How often it was lost, other than by the death of workers that ran it.
    alone : bool
        Whether it runs while nothing else does, so that only itself is to blame for the loss of its worker.
    """

    ids: Sequence[int]
    sent: bool = False
    digests: Mapping[int, str] | None = None
    losses: int = 0
    alone: bool = False


class _Run:
    """One embedding on the cluster."""

    def __init__(self, client: Any, work: Work, ids: Sequence[int]) -> None:
        self._client = client
        self._work = work
        self._ids = ids
        self._began = time.time_ns()
        self._job: Any = None  # the future of what has been sent to the workers
        self._waiting: deque[_Task] = deque()  # those that are to run alone at its end
        self._running: dict[Any, _Task] = {}  # by future
        self._partly: dict[str, int] = {}  # images done of the running tasks, by key
        self._happened: SimpleQueue[Any] = SimpleQueue()  # futures that are done, and what workers tell
        self._finished = 0
        self._sends_files = False  # for the workers do not see this machine's
        self._room, self._asked = 0, -math.inf

    def steps(self) -> Iterator[int]:
        """Work to the end, yielding how many more images are done."""
        self._check_connection()
        n_threads = self._n_threads()
        self._check_versions()
        self._client.subscribe_topic(TOPIC, lambda event: self._happened.put(event[1]))
        self._waiting.extend(self._tasks(n_threads))
        told = 0
        while self._waiting or self._running:
            if self._work.stop.is_set():
                raise Interrupted
            self._check_connection()
            if self._client.status == "running":
                self._start_more()
            future, task = self._next()
            if task is not None:
                self._take(future, task)
            done = self._finished + sum(self._partly.values())
            # A worker that was lost had told of images that are to be done again.
            if done > told:
                yield done - told
                told = done

    def end(self) -> None:
        """Keep what the running tasks have done, and leave nothing behind on the cluster."""
        if self._client.status == "closed":
            return
        try:
            if self._running:
                self._client.run(stop_on_worker, self._job.key, wait=False, on_error="ignore")
            deadline = time.monotonic() + _SECONDS_TO_STOP
            while self._running and time.monotonic() < deadline:
                future, task = self._next()
                if task is not None and future.status == "finished":
                    self._keep(future.result())
            self._client.cancel([*self._running, *([self._job] if self._job else [])])
            self._client.unsubscribe_topic(TOPIC)
        except (OSError, ValueError) as error:  # the scheduler has gone, or went before this began
            _log.info("the Dask cluster could not be told to stop: %s", error)

    def _check_connection(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise ConnectionError(
                "the connection to the Dask scheduler is closed; what is finished is kept, and the rest will be done "
                "when this is begun again with a new client"
            )

    def _n_threads(self) -> int:
        """Wait until the cluster has a worker; return the number of the workers' threads."""
        while not (threads := self._client.nthreads()):
            if self._work.stop.wait(0.2):
                raise Interrupted
        self._room, self._asked = sum(threads.values()) + len(threads), time.monotonic()
        return sum(threads.values())

    def _check_versions(self) -> None:
        for worker, answer in self._client.run(decode_version, on_error="return").items():
            if isinstance(answer, ImportError) or (isinstance(answer, int) and answer != decode_version()):
                raise RuntimeError(
                    f"the Dask worker {worker} has no imgclust_jupyter of the version that this machine has; install "
                    "it there"
                ) from (answer if isinstance(answer, ImportError) else None)

    def _tasks(self, n_threads: int) -> Iterator[_Task]:
        items = self._work.collection.items
        in_memory = [i for i in self._ids if items[i].in_memory]
        here = set(in_memory)
        openable = [i for i in self._ids if i not in here]
        # Few images are spread over all threads.
        size = max(self._work.network.batch_size, min(_TASK, math.ceil(len(self._ids) / (2 * n_threads))))
        for start in range(0, len(openable), size):
            yield _Task(openable[start : start + size])
        yield from self._to_send(in_memory, size)

    def _to_send(self, ids: Sequence[int], size: int = _TASK) -> Iterator[_Task]:
        """Cut images into tasks that are not too large to be sent."""
        chosen: list[int] = []
        n_bytes = 0
        for i in ids:
            more = self._work.collection.items[i].size
            if chosen and (len(chosen) == size or n_bytes + more > _TASK_BYTES):
                yield _Task(chosen, sent=True)
                chosen, n_bytes = [], 0
            chosen.append(i)
            n_bytes += more
        if chosen:
            yield _Task(chosen, sent=True)

    def _start_more(self) -> None:
        if time.monotonic() > self._asked + 1:
            self._n_threads()
        # One task waits at each worker, so that none waits for us.
        while self._waiting and len(self._running) < self._room:
            if self._running and (self._waiting[0].alone or any(task.alone for task in self._running.values())):
                return
            task = self._waiting.popleft()
            if self._sends_files and not task.sent:
                self._waiting.extendleft(self._to_send(task.ids))
            else:
                self._start(task)

    def _start(self, task: _Task) -> None:
        if task.sent and task.digests is None:
            digests = dict(self._work.claim(task.ids))
            self._finished += len(task.ids) - len(digests)  # of those that are known by now, or bad
            task = replace(task, ids=list(digests), digests=digests)
        pictures = self._pictures(task)
        if not pictures:
            return
        if self._job is None:
            known = frozenset(self._work.store.hashes_with(self._work.network.id))
            # A task and no scattered data, since Dask does not make good the loss of those. It would warn of its size.
            import dask

            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "100GB"}):
                self._job = self._submit("network", Job, self._work.network, known, self._work.collection.limits)
        future = self._submit("embed", embed_on_worker, self._job, pictures)
        self._running[future] = task
        self._partly[future.key] = 0
        future.add_done_callback(self._happened.put)

    def _submit(self, what: str, function: Callable[..., Any], *arguments: Any) -> Any:
        # A key of its own, since equal arguments do not mean that the work is done.
        return self._client.submit(function, *arguments, key=f"imgclust-{what}-{uuid4().hex}", pure=False)

    def _pictures(self, task: _Task) -> list[Picture]:
        items = [self._work.collection.items[i] for i in task.ids]
        if task.digests is None:
            known = self._work.collection.known_hashes(self._work.store, task.ids)
            return [Picture(item, content) for item, content in zip(items, known, strict=True)]
        pictures = []
        for item in items:
            content = task.digests[item.id]
            try:
                sent = _sent(item)
            except (OSError, UnreadableImage):  # it has vanished since its digest was taken
                sent = None
            if (not item.in_memory and sent is None) or self._work.collection.forget_changed([item.id]):
                # With the others of its content, which count as done.
                self._finished += min(1, self._work.embed_batch(self._work.release({content})))
            else:
                pictures.append(Picture(item, content, sent))
        return pictures

    def _next(self) -> tuple[Any, _Task | None]:
        """Wait a moment for something to happen; return a future that is done with its task, or None."""
        try:
            happened = self._happened.get(timeout=0.1)
        except Empty:
            return None, None
        if isinstance(happened, tuple):
            key, done = happened
            if key in self._partly:
                self._partly[key] = done
            return None, None
        self._partly.pop(happened.key, None)
        return happened, self._running.pop(happened, None)

    def _take(self, future: Any, task: _Task) -> None:
        from distributed import KilledWorker

        if future.status == "error":
            error = future.exception()
            if not isinstance(error, KilledWorker):
                raise error
            if error.task == self._job.key:
                raise RuntimeError(
                    f"the workers of the Dask cluster died while they loaded {self._work.network.label}; they may have "
                    "too little memory for it"
                ) from error
            self._search(task)
            return
        try:
            answer = future.result(timeout=_SECONDS_TO_FETCH)
        except (CancelledError, TimeoutError) as error:  # the cluster was restarted, or the worker was lost just now
            if task.losses == _LOSSES:
                raise ConnectionError(f"the Dask cluster has lost the same work {_LOSSES + 1} times") from error
            self._job = None
            self._waiting.appendleft(replace(task, losses=task.losses + 1))
            return
        self._keep(answer)
        changed = self._work.collection.forget_changed(answer.unopened)
        self._finished += self._work.embed_batch(changed)
        if unopened := [i for i in answer.unopened if i not in changed]:
            # Files that nobody can open say nothing of what workers see.
            unseen = not answer.digests and any(self._work.collection.content_hashes(self._work.store, unopened))
            if unseen and not self._sends_files:
                self._sends_files = True
                self._work.collection.add_notice(_SENT)
            self._waiting.extendleft(self._to_send(unopened))

    def _keep(self, answer: Answer) -> None:
        failures = {}
        for content, (error, cause) in answer.failures.items():
            error.__cause__ = cause
            failures[content] = error
        self._work.keep(answer.records, failures)
        # Somebody may have emptied the store since we told what it has.
        forgotten = self._work.learn(answer.digests, self._began)
        self._finished += len(answer.digests) - len(forgotten) + self._work.embed_batch(forgotten)

    def _search(self, task: _Task) -> None:
        """Find out which of a task's images ended its workers; that one is not opened once more on this machine."""
        if not task.alone or len(task.ids) > 1:
            size = self._work.network.batch_size if len(task.ids) > self._work.network.batch_size else 1
            for start in range(0, len(task.ids), size):
                self._waiting.append(replace(task, ids=task.ids[start : start + size], alone=True))
        else:
            (item_id,) = task.ids
            error = UnreadableImage("every worker of the Dask cluster that opened it died")
            if task.digests is None:
                self._work.collection.report_unreadable(item_id, "decode", error)
            else:
                self._work.keep([], {task.digests[item_id]: error})
            self._finished += 1


def _sent(item: Item) -> Frame | None:
    """Return what is sent along for an image; what is in memory travels with the item."""
    if item.file is None or item.in_memory:
        return None
    with open_source(item.file) as file:
        return Frame(file.read(), item.frame)
