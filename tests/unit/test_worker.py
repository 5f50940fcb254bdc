import math
import threading

import pytest

from imgclust_jupyter.pipeline.worker import Worker


class Steps:
    """A job of many small steps that notes when each was done."""

    def __init__(self, name, steps, log):
        self.name, self.left, self.log = name, steps, log
        self.started = threading.Event()
        self.go = threading.Event()
        self.finished = threading.Event()

    @property
    def pending(self):
        return self.left > 0

    def run(self, stop):
        self.started.set()
        while self.left and not stop.is_set():
            self.go.wait(60)
            self.log.append(self.name)
            self.left -= 1
        if not self.left:
            self.finished.set()


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


def test_the_newest_job_goes_first_and_the_others_follow_in_turn(worker):
    log = []
    old, middle, new = Steps("old", 3, log), Steps("middle", 1, log), Steps("new", 1, log)
    worker.submit(old)
    assert old.started.wait(60)
    worker.submit(middle)
    worker.submit(new)
    for job in (new, middle, old):
        job.go.set()
    assert all(job.finished.wait(60) for job in (old, middle, new))
    assert log == ["old", "new", "middle", "old", "old"]


def test_a_job_is_taken_once(worker):
    log = []
    job = Steps("job", 2, log)
    worker.submit(job)
    worker.submit(job)
    job.go.set()
    assert job.finished.wait(60)
    assert log == ["job", "job"]


def test_a_job_can_be_submitted_again_after_it_was_done(worker):
    log = []
    job = Steps("job", 1, log)
    job.go.set()
    worker.submit(job)
    assert job.finished.wait(60)
    job.finished.clear()
    job.left = 1
    worker.submit(job)
    assert job.finished.wait(60)
    assert log == ["job", "job"]


def test_close_ends_after_the_step_in_flight():
    worker = Worker()
    job = Steps("job", math.inf, [])
    job.go.set()
    worker.submit(job)
    assert job.started.wait(60)
    worker.close(timeout=60)
    assert not worker._thread.is_alive()
    late = Steps("late", 1, [])
    worker.submit(late)
    assert worker._jobs == [job]


def test_a_job_that_fails_does_not_end_the_worker(worker):
    class Failing(Steps):
        def run(self, stop):
            super().run(stop)
            raise RuntimeError("the browser has gone")

    bad, good = Failing("bad", 1, []), Steps("good", 1, [])
    bad.go.set()
    good.go.set()
    worker.submit(bad)
    assert bad.finished.wait(60)
    worker.submit(good)
    assert good.finished.wait(60)


def test_a_job_that_fails_before_it_is_done_is_not_run_without_end(worker):
    log = []

    class Failing(Steps):
        def run(self, stop):
            self.log.append(self.name)
            raise RuntimeError("the browser has gone")

    good = Steps("good", 1, log)
    good.go.set()
    worker.submit(good)
    assert good.finished.wait(60)
    worker.submit(Failing("bad", 1, log))
    last = Steps("last", 1, log)
    last.go.set()
    while "bad" not in log:
        threading.Event().wait(0.01)
    worker.submit(last)
    assert last.finished.wait(60)
    threading.Event().wait(0.2)
    assert log.count("bad") == 1


def test_a_job_taken_up_makes_way_even_before_its_first_step(worker):
    """The order to stop comes between the choice of the job and its first step."""
    log = []
    new = Steps("new", 1, log)
    new.go.set()

    class Late(Steps):
        def run(self, stop):
            if new not in worker._jobs and not new.finished.is_set():
                worker.submit(new)
            super().run(stop)

    old = Late("old", 3, log)
    old.go.set()
    worker.submit(old)
    assert old.finished.wait(60)
    assert log == ["new", "old", "old", "old"]
