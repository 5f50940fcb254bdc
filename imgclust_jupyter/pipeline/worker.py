"""The one thread of the process that computes.

One thread, because numba's ``workqueue`` layer aborts the process when two threads use it, and because two networks
running side by side on the same cores are slower than one after the other. The newest job goes first, since it is the
one somebody looks at: the job it interrupts stops at its next batch, and goes on afterwards from the store.
"""

from __future__ import annotations

import atexit
import logging
import threading
from functools import cache
from typing import Protocol

__all__ = ["Job", "Worker", "shared_worker"]

_log = logging.getLogger(__name__)


class Job(Protocol):
    """What the worker runs."""

    @property
    def pending(self) -> bool:
        """Whether the job still wants to be run."""

    def run(self, stop: threading.Event) -> None:
        """Work until done, or until soon after `stop` is set; while the job is `pending` it is run again later."""


class Worker:
    """Runs one job at a time, the newest first, on a daemon thread that starts with the first job."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[Job] = []  # in the order of submission, the running one included
        self._stop = threading.Event()  # one for each run, so that none is stopped for what was meant for another
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, job: Job) -> None:
        """Run a job before all others; one that is known already keeps its place."""
        with self._changed:
            if self._closed or job in self._jobs:
                return
            self._jobs.append(job)
            self._stop.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="imgclust-worker", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, timeout: float = 5.0) -> None:
        """Stop after the batch in flight, so that the interpreter does not end in the middle of it."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._jobs = [job for job in self._jobs if job.pending]
                self._changed.wait_for(lambda: self._jobs or self._closed)
                if self._closed:
                    return
                job = self._jobs[-1]
                stop = self._stop = threading.Event()
            try:
                job.run(stop)
            except Exception:  # noqa: BLE001  the thread's boundary: the other jobs are not to wait for ever
                _log.exception("work in the background failed")
                with self._changed:
                    self._jobs.remove(job)  # it may still be pending, and would fail without end
            # It would hold the memory of a closed explorer until there is another job.
            del job


@cache
def shared_worker() -> Worker:
    """Return the process's worker."""
    worker = Worker()
    atexit.register(worker.close)
    return worker
