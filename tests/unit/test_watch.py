"""Folders that are watched: real files, real events, and an explorer that takes them up."""

import gc
import itertools
import shutil
import threading
import time
import weakref
from pathlib import Path

import pytest
import watchfiles

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.collection.watched import WatchedFolder
from imgclust_jupyter.pipeline import watcher as module
from imgclust_jupyter.pipeline.watcher import Watcher

SECONDS = 60


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
    """Is told of changes by a watcher, and knows what the system has told the watcher."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.times = 0
        self.left = 0  # how often a watch has ended
        self.taken_up = set()  # what has happened to which files, of concern or not, once the watcher is done with it
        self.marks = itertools.count()
        original = watchfiles.watch

        def noted(*paths, **options):
            try:
                for changes in original(*paths, **options):
                    yield changes
                    self.taken_up |= {(change.raw_str(), Path(path).name) for change, path in changes}
            finally:
                self.left += 1

        monkeypatch.setattr(watchfiles, "watch", noted)

    def change(self):
        self.times += 1

    def settle(self):
        """Wait until all that has happened by now was taken up: the system tells of it in its order."""
        last = f"{next(self.marks)}.txt"
        (self.folder / last).touch()
        (self.folder / last).unlink()
        eventually(lambda: ("deleted", last) in self.taken_up, "news of the last file")


@pytest.fixture
def listener(folder, monkeypatch):
    listener = Listener(folder, monkeypatch)
    watcher = Watcher(WatchedFolder.of(folder), listener.change)
    watcher.start()
    watcher.start()
    assert len(threads()) == 1
    eventually(lambda: listener.times, "the look at what came before the watch")
    listener.times = 0
    yield listener
    watcher.stop()


def test_pictures_that_come_change_and_go_are_told_of_and_nothing_else(folder, listener):
    for noise in (".hidden.jpg", "notes.txt", "cow.jpg.part", ".git/a.jpg"):
        (folder / noise).parent.mkdir(exist_ok=True)
        (folder / noise).write_bytes(b"x")
    listener.settle()
    assert ("added", "notes.txt") in listener.taken_up
    assert listener.times == 0
    changes = [
        lambda: (folder / "sub" / "new.PNG").write_bytes(b"x"),
        (folder / "cat_00.jpg").unlink,
        lambda: shutil.move(folder / "sub", folder / "other"),
    ]
    for change in changes:
        listener.times = 0
        change()
        listener.settle()
        assert listener.times


def test_many_changes_at_once_are_few_calls(folder, monkeypatch, request):
    monkeypatch.setattr(module, "_QUIET_MS", 400)
    listener = request.getfixturevalue("listener")
    for i in range(300):
        (folder / f"{i}.jpg").write_bytes(b"x")
    listener.settle()
    assert ("added", "299.jpg") in listener.taken_up
    assert 1 <= listener.times <= 30


def test_what_came_before_the_watch_stood_is_told_of(folder, monkeypatch):
    listener = Listener(folder, monkeypatch)
    started = watchfiles.watch

    def late(*paths, **options):
        (folder / "new.jpg").write_bytes(b"x")
        assert listener.times == 0
        return started(*paths, **options)

    monkeypatch.setattr(watchfiles, "watch", late)
    watcher = Watcher(WatchedFolder.of(folder), listener.change)
    watcher.start()
    eventually(lambda: listener.times)
    watcher.stop()


def test_a_folder_that_vanishes_and_comes_back_is_watched_again(folder, listener, tmp_path):
    shutil.move(folder, tmp_path / "away")
    eventually(lambda: listener.left, "the end of the watch")
    listener.times = 0
    shutil.move(tmp_path / "away", folder)
    eventually(lambda: listener.times, "the look at what has come back")
    listener.times = 0
    (folder / "new.jpg").write_bytes(b"x")
    listener.settle()
    assert listener.times


def test_the_thread_ends_with_the_object_that_it_calls(folder):
    class Called:
        def change(self):
            """Do nothing."""

    called = Called()
    Watcher(WatchedFolder.of(folder), called.change).start()
    assert threads()
    del called
    eventually(lambda: not threads(), "the end of the thread")


def test_a_system_that_watches_no_more_folders_is_done_without(folder, monkeypatch, caplog):
    listener = Listener(folder, monkeypatch)
    noted = watchfiles.watch
    polled = []

    def full(*paths, force_polling=None, **options):
        polled.append(force_polling)
        if not force_polling:
            raise OSError(28, "OS file watch limit reached")
        return noted(*paths, force_polling=True, poll_delay_ms=50, **options)

    monkeypatch.setattr(watchfiles, "watch", full)
    watcher = Watcher(WatchedFolder.of(folder), listener.change)
    watcher.start()
    eventually(lambda: listener.times, "the look at what came before the watch")
    listener.times = 0
    (folder / "new.jpg").write_bytes(b"x")
    eventually(lambda: listener.times, "news of a change")
    watcher.stop()
    assert polled == [None, True]
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


def put(file, content):
    """Replace a file at once: one that is seen half written is told of as unreadable."""
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(content)
    part.replace(file)


def test_an_explorer_follows_its_folder(folder, sample_folder):
    explorer = ClusterExplorer(folder, model="pixels", layout="pca", watch=True)
    before = explorer.data[["name", "x", "y"]]
    whole = (sample_folder / "brick_00.jpg").read_bytes()
    put(folder / "brick_00.jpg", whole[: len(whole) // 20])
    eventually(lambda: len(explorer.errors) == 1, "the report of what is not whole")
    put(folder / "brick_00.jpg", whole)
    eventually(lambda: len(explorer.data) == 5, "the new image")
    assert explorer.changes[["name", "what"]].values.tolist() == [["brick_00.jpg", "added"]]
    assert (explorer.data[["name", "x", "y"]].iloc[:4] == before).all(axis=None)

    # Written once more, with nothing new in it: what was said stays.
    version = explorer.widget.dataset.header["version"]
    put(folder / "brick_00.jpg", whole)
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
        for file in sorted(sample_folder.glob("cat_*.jpg")):
            put(folder / file.name, file.read_bytes())
        eventually(lambda: len(explorer.data_so_far) == 4, "the images")
        return weakref.ref(explorer)

    gone = follow()
    eventually(lambda: gc.collect() >= 0 and gone() is None, "the end of the explorer")
    eventually(lambda: not threads(), "the end of the thread")
