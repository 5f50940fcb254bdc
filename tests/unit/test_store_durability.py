"""Kernels that are killed, several at once, damaged databases: with real processes, and the disk as it is."""

import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.store import Record, Store, database
from imgclust_jupyter.store.schema import FILE_NAME

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no fork server, nor SIGKILL")

N_IMAGES = 200
KILLS = int(os.environ.get("IMGCLUST_KILLS", "10"))


@pytest.fixture(scope="module")
def processes():
    """Processes that have everything imported when they start."""
    context = multiprocessing.get_context("forkserver" if hasattr(signal, "SIGKILL") else "spawn")
    context.set_forkserver_preload(["imgclust_jupyter.embedding", "imgclust_jupyter.embedding.run", "PIL.Image"])
    return context


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    for i in range(N_IMAGES):
        coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        coarse.resize((160, 120)).save(folder / f"{i:03}.jpg")
    return folder


@pytest.fixture(scope="module")
def expected(folder, tmp_path_factory):
    """What comes out undisturbed: embeddings, and thumbnails by digest."""
    store = Store(tmp_path_factory.mktemp("undisturbed"))
    return run(folder, store), thumbnails(folder, store)


def run(folder, store):
    collection = Collection.from_source(folder)
    return embed(collection, get_network("pixels"), store, threading.Event(), lambda done, total: None, 2)


def thumbnails(folder, store):
    return store.thumbnails(Collection.from_source(folder).content_hashes(store), 128)


def assert_sound(directory):
    with sqlite3.connect(directory / FILE_NAME) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


class NotingStore(Store):
    """Writes the digests of what it has put to a file, each at once, so that they outlive the process."""

    def put(self, records, network_id):
        super().put(records, network_id)
        with (self.directory / "noted").open("a") as noted:
            noted.write("".join(f"{record.hash}\n" for record in records))


def noted_in(directory):
    return (directory / "noted").read_text().split()


def embed_noting(folder, directory, network):
    database.on_network = lambda path: network
    run(folder, NotingStore(directory))


@pytest.mark.parametrize("network", [False, True], ids=["write-ahead log", "rollback journal"])
def test_killed_at_any_moment(processes, folder, expected, tmp_path, monkeypatch, network):
    monkeypatch.setattr(database, "on_network", lambda path: network)
    random_moment = random.Random(0)
    store = NotingStore(tmp_path)
    (tmp_path / "noted").touch()
    interrupted = 0
    for _ in range(KILLS):
        if len(store.embeddings(sorted(expected[1]), get_network("pixels").id)) == N_IMAGES:
            store.clear()
            (tmp_path / "noted").write_text("")
        store.close()
        # By what it has done and not by the clock, since other work may hold it up.
        enough = random_moment.uniform(len(noted_in(tmp_path)), N_IMAGES)
        process = processes.Process(target=embed_noting, args=(folder, tmp_path, network))
        process.start()
        while process.is_alive() and len(noted_in(tmp_path)) < enough:
            time.sleep(0.001)
        time.sleep(random_moment.uniform(0, 0.02))  # within a transaction as well as between two
        process.kill()
        process.join()
        assert process.exitcode in (-signal.SIGKILL, 0)
        noted = set(noted_in(tmp_path))
        assert_sound(tmp_path)
        kept = store.embeddings(sorted(expected[1]), get_network("pixels").id)
        assert noted <= set(kept)
        interrupted += 0 < len(kept) < N_IMAGES
    assert interrupted >= KILLS // 4
    np.testing.assert_array_equal(run(folder, store), expected[0])
    assert thumbnails(folder, store) == expected[1]
    assert_sound(tmp_path)


def embed_strictly(folder, directory, network, barrier, answers):
    database.on_network = lambda path: network
    warnings.simplefilter("error")
    store = Store(directory)
    barrier.wait()
    for _ in range(3):
        answers.put(run(folder, store))


def clear_often(directory, network, barrier, done):
    database.on_network = lambda path: network
    warnings.simplefilter("error")
    store = Store(directory)
    barrier.wait()
    while not done.wait(0.05):
        store.info()
        store.clear()


@pytest.mark.parametrize("network", [False, True], ids=["write-ahead log", "rollback journal"])
def test_several_kernels_while_one_clears_the_cache(processes, folder, expected, tmp_path, network):
    half = sorted(folder.iterdir())[: N_IMAGES // 2]
    sources = [folder, folder, half]
    barrier, done, answers = processes.Barrier(len(sources) + 1), processes.Event(), processes.Queue()
    running = [
        processes.Process(target=embed_strictly, args=(source, tmp_path, network, barrier, answers))
        for source in sources
    ]
    clearing = processes.Process(target=clear_often, args=(tmp_path, network, barrier, done))
    for process in [*running, clearing]:
        process.start()
    found = [answers.get(timeout=300) for _ in range(3 * len(sources))]
    done.set()
    for process in [*running, clearing]:
        process.join()
        assert process.exitcode == 0
    assert sorted(map(len, found)) == 3 * [N_IMAGES // 2] + 6 * [N_IMAGES]
    for embeddings in found:
        np.testing.assert_array_equal(embeddings, expected[0][: len(embeddings)])
    assert_sound(tmp_path)
    np.testing.assert_array_equal(run(folder, Store(tmp_path)), expected[0])


def put_some(directory, number, barrier, max_bytes):
    store = Store(directory, max_bytes)
    barrier.wait()
    for i in range(30):
        record = Record(f"{number}-{i}", 1, 1, np.full(4, number, np.float32), {64: bytes(10_000)})
        store.put([record], "net")
        # What has just been put is not what has to go.
        assert list(store.embeddings([record.hash], "net")) == [record.hash]


def together(processes, target, *arguments, n=4):
    barrier = processes.Barrier(n)
    running = [processes.Process(target=target, args=(arguments[0], k, barrier, *arguments[1:])) for k in range(n)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0


@pytest.mark.filterwarnings("ignore")
def test_a_damaged_database_that_several_kernels_find_is_set_aside_once(processes, tmp_path):
    (tmp_path / FILE_NAME).write_bytes(random.Random(1).randbytes(200_000))
    together(processes, put_some, tmp_path, 10**9)
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1
    assert Store(tmp_path).info()["images"] == 120
    assert_sound(tmp_path)


def test_several_kernels_keep_one_bound(processes, tmp_path):
    together(processes, put_some, tmp_path, 1_500_000)
    store = Store(tmp_path)
    assert 75 < store.info()["images"] < 120
    assert store.info()["bytes"] <= 1_500_000
    assert_sound(tmp_path)


@pytest.mark.parametrize("what", ["header", "page", "end", "wal", "folder", "empty", "deleted"])
def test_damage_while_a_kernel_is_using_it(folder, expected, tmp_path, what):
    store = Store(tmp_path)
    run(folder, store)
    if what != "wal":
        store.close()
    file = tmp_path / FILE_NAME
    size = file.stat().st_size
    if what == "wal":
        Path(f"{file}-wal").write_bytes(b"\x37\x7f\x06\x82" + random.Random(2).randbytes(100_000))
        store.close()
    elif what == "folder":
        file.unlink()
        file.mkdir()
    elif what == "deleted":
        for name in tmp_path.iterdir():
            name.unlink()
    else:
        with file.open("r+b") as opened:
            if what == "header":
                opened.write(bytes(range(256)))
            elif what == "page":
                for page in range(2, size // 32768, 3):
                    opened.seek(page * 32768)
                    opened.write(random.Random(page).randbytes(32768))
            else:
                opened.truncate({"end": size // 2, "empty": 0}[what])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        again = Store(tmp_path)
        for _ in range(2):
            np.testing.assert_array_equal(run(folder, again), expected[0])
            assert thumbnails(folder, again) == expected[1]
    assert len(caught) == (what in ("header", "page", "end", "folder"))
    assert len(list(tmp_path.glob(f"{FILE_NAME}.corrupt-*[0-9]"))) == (what in ("header", "page", "end"))
    if what != "folder":
        assert_sound(tmp_path)


def test_a_database_that_is_deleted_under_a_kernel_is_begun_anew(tmp_path):
    store = Store(tmp_path / "cache")
    store.put([Record("a", 1, 1, np.ones(4, np.float32), {})], "net")
    for file in store.directory.iterdir():
        file.unlink()
    store.directory.rmdir()
    store.put([Record("b", 1, 1, np.ones(4, np.float32), {})], "net")
    assert list(Store(store.directory).embeddings(["a", "b"], "net")) == ["b"]


def test_a_database_of_another_version_is_left_alone(tmp_path):
    Store(tmp_path).put([Record("a", 1, 1, np.ones(4, np.float32), {})], "net")
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    store = Store(tmp_path)
    with pytest.warns(UserWarning, match="version 99") as caught:
        store.put([Record("b", 1, 1, np.ones(4, np.float32), {})], "net")
    assert len(caught) == 1
    assert list(store.embeddings(["a", "b"], "net")) == ["b"]
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("SELECT hash FROM images").fetchall() == [("a",)]
    connection.close()


def count_open_files(directory, answers):
    store = Store(directory)

    def use(number):
        store.put([Record(str(number), 1, 1, np.ones(4, np.float32), {})], "net")
        store.embeddings([str(number)], "net")

    before = len(list(Path("/proc/self/fd").iterdir()))
    for start in range(0, 60, 6):
        threads = [threading.Thread(target=use, args=(start + i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    during = len(list(Path("/proc/self/fd").iterdir()))
    store.close()
    answers.put((before, during, len(list(Path("/proc/self/fd").iterdir()))))
    use(99)  # and the interpreter's end closes what is open


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not list open files there")
def test_connections_do_not_leak(processes, tmp_path):
    answers = processes.Queue()
    process = processes.Process(target=count_open_files, args=(tmp_path, answers))
    process.start()
    before, during, after = answers.get(timeout=300)
    process.join()
    assert during - before <= 3 * 6 + 1  # database, log and its index for each thread that was alive at once
    assert after == before
    assert Store(tmp_path).info()["images"] == 61
