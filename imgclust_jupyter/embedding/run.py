"""Embedding a collection on all cores, into the store."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from typing import Any

import numpy as np
from numpy.typing import NDArray

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.embedding.work import Interrupted, Work
from imgclust_jupyter.store import Store

__all__ = ["embed"]


def embed(
    collection: Collection,
    network: Network,
    store: Store,
    stop: threading.Event,
    on_progress: Callable[[int, int], None],
    n_jobs: int | None = None,
    client: Any = None,
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
    client : dask.distributed.Client, optional
        Embed on the workers of a Dask cluster instead; see `embed_on_cluster`.

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
    work = Work(collection, network, store, stop)
    todo = work.look_up(ids)
    done = len(ids) - len(todo)
    on_progress(done, len(ids))
    if todo and client is not None:
        from imgclust_jupyter.embedding.distributed import embed_on_cluster

        with closing(embed_on_cluster(client, work, todo)) as steps:
            for finished in steps:
                done += finished
                on_progress(done, len(ids))
    elif todo:
        n_threads = _n_threads(n_jobs)
        batches = _batches(todo, network.batch_size, n_threads)
        with ThreadPoolExecutor(n_threads, "imgclust-embed", network.prepare_thread) as pool:
            for finished in _run_all(pool, work.embed_batch, batches, 2 * n_threads):
                done += finished
                on_progress(done, len(ids))
    if done < len(ids):
        raise Interrupted
    return work.result(ids)


def _batches(ids: Sequence[int], size: int, n_threads: int) -> Iterator[Sequence[int]]:
    whole = len(ids) // (n_threads * size) * n_threads * size
    yield from (ids[start : start + size] for start in range(0, whole, size))
    # What is left is spread over all threads, for none to wait for another.
    rest = ids[whole:]
    size = max(1, math.ceil(len(rest) / n_threads))
    yield from (rest[start : start + size] for start in range(0, len(rest), size))


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
