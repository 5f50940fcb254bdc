"""Folders that are watched: real files, real events, and an explorer that takes them up."""

import gc
import shutil
import threading
import time
import weakref

import pytest

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.collection.watched import WatchedFolder
from imgclust_jupyter.pipeline import watcher as module
from imgclust_jupyter.pipeline.watcher import Watcher

SECONDS = 20


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "_QUIET_MS", 50)
    monkeypatch.setattr(module, "_LOOK_MS", 200)


@pytest.fixture
def folder(sample_folder, tmp_path):
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for file in sorted(sample_folder.glob("cat_*.jpg")):
        shutil.copy(file, folder)
    return folder


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "imgclust-watch"]


def eventually(truth, what="it"):
    deadline = time.monotonic() + SECONDS
    while not truth():
        assert time.monotonic() < deadline, f"{what} did not come about"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    gc.collect()
    eventually(lambda: not threads(), "the end of the thread")


class Listener:
    def __init__(self):
        self.heard = threading.Event()
        self.times = 0

    def change(self):
        self.times += 1
        self.heard.set()

    def hears(self, seconds=SECONDS):
        heard = self.heard.wait(seconds)
        self.heard.clear()
        return heard


@pytest.fixture
def listener(folder):
    listener = Listener()
    watcher = Watcher(WatchedFolder.of(folder), listener.change)
    watcher.start()
    watcher.start()
    assert len(threads()) == 1
    # Until the system tells of events, one is made again and again.
    deadline = time.monotonic() + SECONDS
    while not listener.heard.is_set() and time.monotonic() < deadline:
        (folder / "first.jpg").write_bytes(b"1")
        listener.heard.wait(0.1)
    time.sleep(0.3)
    listener.heard.clear()
    yield listener
    watcher.stop()


def test_pictures_that_come_change_and_go_are_told_of_and_nothing_else(folder, listener):
    for noise in (".hidden.jpg", "notes.txt", "cow.jpg.part", ".git/a.jpg"):
        (folder / noise).parent.mkdir(exist_ok=True)
        (folder / noise).write_bytes(b"x")
    assert not listener.hears(1)
    (folder / "sub" / "new.PNG").write_bytes(b"x")
    assert listener.hears()
    (folder / "cat_00.jpg").unlink()
    assert listener.hears()
    shutil.move(folder / "sub", folder / "other")
    assert listener.hears()


def test_many_changes_at_once_are_few_calls(folder, listener):
    before = listener.times
    for i in range(300):
        (folder / f"{i}.jpg").write_bytes(b"x")
    assert listener.hears()
    time.sleep(0.5)
    assert listener.times - before <= 3


def test_a_folder_that_vanishes_and_comes_back_is_watched_again(folder, listener, tmp_path):
    shutil.move(folder, tmp_path / "away")
    listener.hears(1)
    shutil.move(tmp_path / "away", folder)
    assert listener.hears()
    time.sleep(0.5)
    listener.heard.clear()
    (folder / "new.jpg").write_bytes(b"x")
    assert listener.hears()


def test_the_thread_ends_with_the_object_that_it_calls(folder):
    listener = Listener()
    Watcher(WatchedFolder.of(folder), listener.change).start()
    assert threads()
    del listener
    eventually(lambda: not threads())


def test_a_system_that_watches_no_more_folders_is_done_without(folder, listener, monkeypatch, caplog):
    import watchfiles

    original = watchfiles.watch
    polled = []

    def full(*paths, force_polling=None, **options):
        polled.append(force_polling)
        if not force_polling:
            raise OSError(28, "OS file watch limit reached")
        return original(*paths, force_polling=True, poll_delay_ms=50, **options)

    monkeypatch.setattr(watchfiles, "watch", full)
    other = Listener()
    watcher = Watcher(WatchedFolder.of(folder), other.change)
    watcher.start()
    eventually(lambda: True in polled)
    time.sleep(0.5)
    other.heard.clear()
    (folder / "new.jpg").write_bytes(b"x")
    assert other.hears()
    watcher.stop()
    assert "cannot be watched" in caplog.text


@pytest.mark.parametrize(
    ("source", "path", "concerned"),
    [
        ("", "new.jpg", True),
        ("", "sub/deep/new.tif", True),
        ("", "notes.txt", False),
        ("", "../other/new.jpg", False),
        ("*.jpg", "new.jpg", True),
        ("*.jpg", "new.png", False),
        ("*.jpg", "sub/new.jpg", False),
        ("*.jpg", "sub", False),
        ("**/*_left.jpg", "sub/a_left.jpg", True),
        ("**/*_left.jpg", "sub/a_right.jpg", False),
    ],
)
def test_what_concerns_a_source(folder, source, path, concerned):
    watched = WatchedFolder.of(folder / source)
    assert watched.path == folder
    assert watched.concerns((folder / path).resolve()) == concerned


@pytest.mark.parametrize("source", ["s3://bucket/photos", ["a.jpg"], "file"])
def test_what_cannot_be_watched_is_refused_at_once(folder, source):
    source = folder / "cat_00.jpg" if source == "file" else source
    with pytest.raises(ValueError, match="refresh"):
        WatchedFolder.of(source)
    if not isinstance(source, str):
        with pytest.raises(ValueError, match="refresh"):
            ClusterExplorer(source, model="pixels", watch=True)


def test_an_explorer_follows_its_folder(folder, sample_folder):
    explorer = ClusterExplorer(folder, model="pixels", layout="pca", watch=True)
    before = explorer.data[["name", "x", "y"]]
    whole = (sample_folder / "brick_00.jpg").read_bytes()
    (folder / "brick_00.jpg").write_bytes(whole[: len(whole) // 20])
    eventually(lambda: len(explorer.errors) == 1, "the report of what is not whole")
    (folder / "brick_00.jpg").write_bytes(whole)
    eventually(lambda: len(explorer.data) == 5, "the new image")
    assert explorer.changes[["name", "what"]].values.tolist() == [["brick_00.jpg", "added"]]
    assert (explorer.data[["name", "x", "y"]].iloc[:4] == before).all(axis=None)

    # Written once more, with nothing new in it: what was said stays.
    version = explorer.widget.dataset.header["version"]
    (folder / "brick_00.jpg").write_bytes(whole)
    eventually(lambda: explorer.widget.dataset.header["version"] > version)
    assert explorer.changes["what"].tolist() == ["added"]
    (folder / "brick_00.jpg").unlink()
    eventually(lambda: len(explorer.data) == 4, "the removal")
    explorer.close()
    eventually(lambda: not threads(), "the end of the thread")


def test_an_empty_folder_fills_and_an_explorer_that_is_gone_watches_no_more(tmp_path, sample_folder):
    folder = tmp_path / "later"
    folder.mkdir()

    def follow():
        explorer = ClusterExplorer(folder, model="pixels", layout="pca", watch=True)
        with pytest.raises(ValueError, match="no image"):
            explorer.wait()
        time.sleep(0.3)
        for file in sorted(sample_folder.glob("cat_*.jpg")):
            shutil.copy(file, folder)
        eventually(lambda: len(explorer.data_so_far) == 4, "the images")
        return weakref.ref(explorer)

    gone = follow()
    gc.collect()
    assert gone() is None
    eventually(lambda: not threads(), "the end of the thread")
