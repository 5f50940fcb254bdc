"""The stages in the background, without a widget."""

import threading

import numpy as np
import pytest

import imgclust_jupyter.pipeline.pipeline as module
from imgclust_jupyter.embedding import Interrupted
from imgclust_jupyter.pipeline import Options, Pipeline

IMAGES = [np.full((30, 30, 3), 20 * i, dtype=np.uint8) for i in range(6)]


def start(on_results=lambda results: None, on_progress=lambda progress: None, **options):
    pipeline = Pipeline(
        Options(**{"source": IMAGES, "model": "pixels", "layout": "pca", **options}), on_results, on_progress
    )
    pipeline.start()
    return pipeline


@pytest.fixture
def held_tree(monkeypatch):
    """Holds the work in the stage of the tree until it is let go."""
    begun, go = threading.Event(), threading.Event()
    original = module.plan_linkage

    def held(*args):
        begun.set()
        assert go.wait(60)
        return original(*args)

    monkeypatch.setattr(module, "plan_linkage", held)
    return begun, go


def test_results_are_published_before_those_who_wait_go_on():
    """Else the first cut of the tree, which is published with it, would replace the one that is asked for next."""
    let_go, publishing = threading.Event(), threading.Event()

    def on_results(results):
        if results.tree is not None:
            publishing.set()
            let_go.wait(60)

    pipeline = start(on_results)
    assert publishing.wait(60)
    with pytest.raises(TimeoutError, match="building the tree"):
        pipeline.wait("tree", timeout=0.3)
    let_go.set()
    assert pipeline.wait("tree", timeout=60).tree is not None


def test_going_on_with_what_runs_changes_nothing(held_tree):
    begun, go = held_tree
    pipeline = start()
    assert begun.wait(60)
    pipeline.start()
    assert (pipeline.progress.state, pipeline.progress.stage) == ("running", "tree")
    go.set()
    pipeline.wait()


def test_cancelled_is_the_last_word_even_when_progress_was_on_its_way():
    states, reporting, cancelled = [], threading.Event(), threading.Event()

    def on_progress(progress):
        if progress.stage == "embed" and progress.state == "running" and not reporting.is_set():
            reporting.set()
            assert cancelled.wait(60)
        states.append(progress.state)

    pipeline = start(on_progress=on_progress)
    assert reporting.wait(60)
    pipeline.interrupt()
    cancelled.set()
    done = threading.Event()
    waiting = start(on_progress=lambda progress: progress.state == "done" and done.set())
    assert done.wait(60)  # on the same thread, so that the first is over
    waiting.wait()
    assert states[-1] == "cancelled"
    with pytest.raises(Interrupted, match="resume"):
        pipeline.wait()


def test_cancelled_and_resumed_while_the_old_run_still_goes_on(held_tree):
    begun, go = held_tree
    pipeline = start()
    assert begun.wait(60)
    pipeline.interrupt()
    pipeline.start()
    go.set()
    assert pipeline.wait(timeout=60).coordinates.shape == (6, 2)


def test_a_download_ends_when_the_work_is_cancelled(monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def endless(model, progress):
        try:
            while True:
                progress("downloading", 1, 100)
                begun.set()
        finally:
            ended.set()

    monkeypatch.setattr(module, "get_network", endless)
    pipeline = start()
    assert begun.wait(60)
    pipeline.interrupt()
    assert ended.wait(60)


def test_only_unreadable_images_are_one_clear_error(tmp_path):
    for name in ("a.jpg", "b.png"):
        (tmp_path / name).write_text("no image")
    pipeline = start(source=tmp_path)
    for _ in range(2):
        with pytest.raises(ValueError, match="none of the images can be read"):
            pipeline.wait()
        pipeline.start()
    assert pipeline.wait("embed").collection.errors["path"].tolist() == ["a.jpg", "b.png"]


def test_an_error_is_raised_anew_and_holds_no_memory(monkeypatch):
    def fail(*args):
        large = np.ones(10)
        raise MemoryError(f"not enough for {len(large)}")

    monkeypatch.setattr(module, "plan_linkage", fail)
    pipeline = start()
    lengths = []
    for _ in range(3):
        with pytest.raises(MemoryError) as caught:
            pipeline.wait()
        lengths.append(len(caught.traceback))
    assert len(set(lengths)) == 1
    (frame,) = [entry.frame for entry in caught.traceback if entry.name == "fail"]
    assert "large" not in frame.f_locals
