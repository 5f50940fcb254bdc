"""What is stored under a file's digest was computed from the bytes that the digest is of."""

import itertools
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection import collection as collection_module
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.embedding import work as work_module
from imgclust_jupyter.embedding.batch import embed_pictures
from imgclust_jupyter.store import Store

COLORS = ("red", "green", "blue", "orange", "purple")


_MOMENTS = itertools.count(1_700_000_000_123_456_789, 10_000_000)


def save(path: Path, color: str) -> None:
    """Replace a file at once, as careful programs do, at another time by the clock of any system."""
    new, moment = path.with_suffix(".tmp"), next(_MOMENTS)
    Image.new("RGB", (40, 30), color).save(new, "PNG")
    os.utime(new, ns=(moment, moment))
    new.replace(path)


def pixels(color: str) -> np.ndarray:
    return run(Collection.from_source([Image.new("RGB", (40, 30), color)]))[0]


def run(collection: Collection, n_jobs: int = 1) -> np.ndarray:
    # One thread, for what happens between digest and decoding to happen to the batch that it is meant for.
    return embed(collection, get_network("pixels"), Store(), threading.Event(), lambda done, total: None, n_jobs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, color in zip("abc", ("red", "red", "green"), strict=True):
        save(tmp_path / f"{name}.png", color)
    return tmp_path


@pytest.fixture
def before_decoding(monkeypatch: pytest.MonkeyPatch) -> list:
    """Functions to be called one after the other, each between a batch's digests and its decoding."""
    steps: list = []

    def watched(network, sources, *options):
        if sources and steps:
            steps.pop(0)()
        return embed_pictures(network, sources, *options)

    monkeypatch.setattr(work_module, "embed_pictures", watched)
    return steps


def test_a_file_that_changes_between_digest_and_decoding(folder, before_decoding):
    before_decoding.append(lambda: save(folder / "a.png", "blue"))
    before_decoding.append(lambda: None)
    found = run(Collection.from_source(folder))
    np.testing.assert_array_equal(found, [pixels(color) for color in ("blue", "red", "green")])
    again = run(Collection.from_source(folder))
    np.testing.assert_array_equal(again, found)


def test_a_file_that_has_changed_since_it_was_listed_and_was_known(folder, before_decoding):
    run(Collection.from_source(folder))
    collection = Collection.from_source(folder)
    save(folder / "c.png", "orange")
    network = get_network("pixels")
    other = replace(network, version=network.version + 1)
    found = embed(collection, other, Store(), threading.Event(), lambda done, total: None, n_jobs=1)
    np.testing.assert_array_equal(found, [pixels(color) for color in ("red", "red", "orange")])
    save(folder / "c.png", "green")
    np.testing.assert_array_equal(run(Collection.from_source(folder))[2], pixels("green"))


def test_a_file_that_vanishes_before_it_is_decoded_does_not_cost_its_copy(folder, before_decoding):
    before_decoding.append((folder / "a.png").unlink)
    collection = Collection.from_source(folder)
    found = run(collection)
    np.testing.assert_array_equal(found, [pixels("red"), pixels("green")])
    assert list(collection.errors["path"]) == ["a.png"]


def test_a_file_that_never_stops_changing_is_reported(folder, before_decoding):
    before_decoding.extend([lambda shade=shade: save(folder / "c.png", f"#0000{shade}") for shade in range(10, 30)])
    collection = Collection.from_source(folder)
    found = run(collection)
    np.testing.assert_array_equal(found, [pixels("red"), pixels("red")])
    assert list(collection.errors["path"]) == ["c.png"]
    assert "changed again and again" in collection.errors["reason"].iloc[0]
    assert Store().info()["images"] <= 2


def test_a_writer_that_never_rests_leaves_nothing_wrong_in_the_store(tmp_path):
    names = [tmp_path / f"{i}.png" for i in range(6)]
    for name in names:
        save(name, "red")
    done = threading.Event()

    def write():
        turn = 0
        while not done.is_set():
            turn += 1
            save(names[turn % len(names)], COLORS[turn % len(COLORS)])
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            run(Collection.from_source(tmp_path), n_jobs=2)
    finally:
        done.set()
        writer.join()
    for color in COLORS:
        save(names[0], color)
        collection = Collection.from_source([names[0]])
        np.testing.assert_array_equal(run(collection)[0], pixels(color))


class TestWhatIsTheSameFile:
    def known(self, folder: Path) -> list[bool]:
        return [known is not None for known in Collection.from_source(folder).known_hashes(Store())]

    def embedded(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
        count = []
        with monkeypatch.context() as patch:
            patch.setattr(
                work_module,
                "embed_pictures",
                lambda network, sources, *options: (
                    count.append(len(sources)) or embed_pictures(network, sources, *options)
                ),
            )
            run(Collection.from_source(folder))
        return sum(count)

    def test_renamed_moved_and_linked_files_are_not_embedded_again(self, folder, monkeypatch):
        run(Collection.from_source(folder))
        (folder / "deep").mkdir()
        (folder / "a.png").rename(folder / "deep" / "renamed.png")
        os.link(folder / "c.png", folder / "link.png")
        assert self.embedded(folder, monkeypatch) == 0

    @pytest.mark.parametrize("when", [4_000_000_000, 0, -86_400, 1_000_000_000.5])
    def test_any_time_of_modification(self, folder, monkeypatch, when):
        for file in folder.iterdir():
            os.utime(file, (when, when))
        assert self.embedded(folder, monkeypatch) == 2
        assert self.known(folder) == [True] * 3
        # Written again, with another time.
        save(folder / "b.png", "blue")
        assert self.known(folder) == [True, False, True]
        assert self.embedded(folder, monkeypatch) == 1

    def test_a_file_of_another_size_with_its_old_time(self, folder, monkeypatch):
        run(Collection.from_source(folder))
        status = (folder / "c.png").stat()
        Image.effect_noise((40, 30), 50).save(folder / "c.png")
        os.utime(folder / "c.png", ns=(status.st_atime_ns, status.st_mtime_ns))
        assert self.embedded(folder, monkeypatch) == 1

    def test_a_time_of_whole_seconds_is_trusted_when_it_was_over_before_the_file_was_read(self, folder, monkeypatch):
        now = 2_000_000_000
        digest = collection_module.digest

        def slow(item, limits):
            nonlocal now
            now += 100
            return digest(item, limits)

        for name, when in (("a", now), ("b", now - 10), ("c", now - 20.5)):
            os.utime(folder / f"{name}.png", (when, when))
        monkeypatch.setattr(collection_module, "time", SimpleNamespace(time_ns=lambda: now * 10**9))
        monkeypatch.setattr(collection_module, "digest", slow)
        collection = Collection.from_source(folder)
        collection.content_hashes(Store())
        now = 2_000_000_000
        Collection.from_source(folder).content_hash(collection.items[0], Store())
        assert self.known(folder) == [False, True, True]
