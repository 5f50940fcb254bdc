"""Embedding a collection on all cores, into the store."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait

import numpy as np
from numpy.typing import NDArray

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding.batch import embed_pictures
from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.store import Store

__all__ = ["Interrupted", "embed"]


class Interrupted(Exception):  # noqa: N818  somebody wanted it so
    """Work was stopped before its end; what is finished is kept."""


def embed(
    collection: Collection,
    network: Network,
    store: Store,
    stop: threading.Event,
    on_progress: Callable[[int, int], None],
    n_jobs: int | None = None,
) -> NDArray[np.float32]:
    """Embed the readable images of a collection, taking from the store what it has.

    Each core has a thread that decodes a batch, runs the network on it and puts the embeddings, together with
    thumbnails from the same decode, into the store: one network on all cores, fed by other threads, leaves them idle
    for half of the time. Equal images are embedded once.

    Parameters
    ----------
    collection : Collection
        Gets to know the sizes of its images, and which of them cannot be read.
    network : Network
    store : Store
    stop : threading.Event
        Set by another thread to end the work after the batches in flight.
    on_progress : callable
        Called on this thread with the number of images finished and the number in all.
    n_jobs : int, optional
        Number of threads, -1 for one on each core that the system counts. Default: one on each physical core.

    Returns
    -------
    ndarray of float32, shape (n, d)
        In the order of ``collection.readable`` as it is afterwards.

    Raises
    ------
    Interrupted
        When `stop` was set before all was done.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from imgclust_jupyter.embedding import get_network
    >>> collection = Collection.from_source([np.zeros((40, 60)), np.ones((60, 40))])
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> embed(collection, get_network("pixels"), store, threading.Event(), lambda done, total: None).shape
    (2, 768)
    """
    ids = collection.readable.tolist()
    work = _Work(collection, network, store, stop)
    todo = work.look_up(ids)
    done = len(ids) - len(todo)
    on_progress(done, len(ids))
    if todo:
        n_threads = _n_threads(n_jobs)
        # A few images are spread over all cores.
        size = max(1, min(network.batch_size, math.ceil(len(todo) / n_threads)))
        batches = (todo[start : start + size] for start in range(0, len(todo), size))
        with ThreadPoolExecutor(n_threads, "imgclust-embed", network.prepare_thread) as pool:
            for finished in _run_all(pool, work.embed_batch, batches, 2 * n_threads):
                done += finished
                on_progress(done, len(ids))
    if done < len(ids):
        raise Interrupted
    return work.result(ids)


def _run_all(
    pool: ThreadPoolExecutor, function: Callable[[Sequence[int]], int], batches: Iterable[Sequence[int]], ahead: int
) -> Iterator[int]:
    # Few batches are submitted ahead, since the interpreter does not exit before all that are submitted are done.
    running: set[Future[int]] = set()
    for batch in batches:
        running.add(pool.submit(function, batch))
        if len(running) == ahead:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
    yield from (future.result() for future in as_completed(running))


def _n_threads(n_jobs: int | None) -> int:
    from joblib import cpu_count, effective_n_jobs

    # joblib knows of containers' limits, and of cores that are two for the system, but one for arithmetic.
    return int(cpu_count(only_physical_cores=True) if n_jobs is None else effective_n_jobs(n_jobs))


class _Work:
    """What the threads of one embedding share."""

    def __init__(self, collection: Collection, network: Network, store: Store, stop: threading.Event) -> None:
        self._collection = collection
        self._network = network
        self._store = store
        self._stop = stop
        self._hashes: dict[int, str] = {}  # of content, by item id; the rest by these hashes
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._shapes: dict[str, tuple[int, int]] = {}
        self._failures: dict[str, UnreadableImage] = {}
        self._claimed: set[str] = set()
        self._claiming = threading.Lock()

    def look_up(self, ids: Sequence[int]) -> list[int]:
        """Take from the store what it has without reading an image; return the ids of the rest."""
        hashes = self._collection.known_hashes(self._store, ids)
        self._take_stored({content for content in hashes if content})
        self._hashes = {i: found for i, found in zip(ids, hashes, strict=True) if found and found in self._vectors}
        return [i for i in ids if i not in self._hashes]

    def embed_batch(self, ids: Sequence[int]) -> int:
        """Embed some images; return how many are finished, among them those that another batch has or that are bad."""
        if self._stop.is_set():
            return 0
        sources = {content: self._collection.items[item_id].source for item_id, content in self._claim(ids)}
        records, failures = embed_pictures(self._network, sources)
        self._failures.update(failures)
        self._store.put(records, self._network.id)
        self._shapes.update({record.hash: (record.width, record.height) for record in records})
        self._vectors.update({record.hash: record.embedding for record in records if record.embedding is not None})
        return len(ids)

    def result(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Tell the collection what was found out; return the embeddings of the images that are readable."""
        for item_id in ids:
            content = self._hashes.get(item_id)
            if content in self._failures:
                self._collection.report_unreadable(item_id, "decode", self._failures[content])
            elif content is not None:
                self._collection.set_shape(item_id, *self._shapes[content])
        readable = self._collection.readable.tolist()
        embeddings = np.empty((len(readable), self._network.dimensions), dtype=np.float32)
        for row, item_id in enumerate(readable):
            embeddings[row] = self._vectors[self._hashes[item_id]]
        return embeddings

    def _claim(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Return those of the images, with their contents' hashes, whose content is not in the store or being done."""
        hashes = self._collection.content_hashes(self._store, ids)
        # A file with a new name may have a content that is known.
        self._take_stored({content for content in hashes if content})
        claimed = []
        with self._claiming:
            for item_id, content in zip(ids, hashes, strict=True):
                if content is None:  # unreadable, and reported
                    continue
                self._hashes[item_id] = content
                if content not in self._claimed and content not in self._vectors:
                    self._claimed.add(content)
                    claimed.append((item_id, content))
        return claimed

    def _take_stored(self, hashes: set[str]) -> None:
        wanted = list(hashes - self._vectors.keys())
        vectors = self._store.embeddings(wanted, self._network.id)
        shapes = self._store.shapes(list(vectors))
        # Another process may have cleared the store between the two.
        self._shapes.update(shapes)
        self._vectors.update({content: vectors[content] for content in shapes})
