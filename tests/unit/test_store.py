"""What is put into the store comes out again, later and in other processes, and trouble with the disk stops nobody."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import imgclust_jupyter
from imgclust_jupyter.store import Record, Store, cache, open_store
from imgclust_jupyter.store import store as store_module
from imgclust_jupyter.store.database import Database
from imgclust_jupyter.store.mounts import on_network
from imgclust_jupyter.store.schema import FILE_NAME


def vector(number, dimensions=8):
    return np.random.default_rng(number).standard_normal(dimensions).astype(np.float32)


def record(number, **changes):
    values = {
        "hash": f"{number:032x}",
        "width": 640 + number,
        "height": 480,
        "embedding": vector(number),
        "thumbnails": {64: b"64 px of %d" % number, 128: b"128 px of %d" % number},
    }
    return Record(**values | changes)


def hashes(*numbers):
    return [f"{number:032x}" for number in numbers]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


class TestLookups:
    def test_what_was_put_comes_out_unchanged(self, store):
        store.put([record(i) for i in range(5)], "net")
        found = store.embeddings(hashes(0, 3, 99, 3), "net")
        assert list(found) == hashes(0, 3)
        assert found[hashes(3)[0]].dtype == np.float32
        np.testing.assert_array_equal(found[hashes(3)[0]], vector(3))
        assert store.thumbnails(hashes(1, 99), 128) == {hashes(1)[0]: b"128 px of 1"}
        assert store.shapes(hashes(2, 99)) == {hashes(2)[0]: (642, 480)}

    def test_nothing_is_asked_for_and_nothing_comes(self, store):
        assert store.embeddings([], "net") == store.thumbnails([], 64) == store.shapes([]) == {}
        assert store.hashes_of([]) == []
        store.put([], None)
        store.remember_files([])

    def test_another_store_in_the_same_folder_sees_it(self, store):
        store.put([record(1)], "net")
        other = Store(store.directory)
        np.testing.assert_array_equal(other.embeddings(hashes(1), "net")[hashes(1)[0]], vector(1))
        other.close()

    def test_networks_and_sizes_are_never_mixed(self, store):
        store.put([record(1)], "net")
        store.put([record(1, embedding=vector(100))], "other")
        np.testing.assert_array_equal(store.embeddings(hashes(1), "net")[hashes(1)[0]], vector(1))
        np.testing.assert_array_equal(store.embeddings(hashes(1), "other")[hashes(1)[0]], vector(100))
        assert store.embeddings(hashes(1), "third") == store.thumbnails(hashes(1), 256) == {}

    def test_what_a_later_record_does_not_have_stays(self, store):
        store.put([record(1)], "net")
        store.put([record(1, embedding=None, thumbnails={256: b"large"})], None)
        assert len(store.embeddings(hashes(1), "net")) == 1
        assert [store.thumbnails(hashes(1), size)[hashes(1)[0]] for size in (64, 256)] == [b"64 px of 1", b"large"]

    def test_an_embedding_needs_a_network(self, store):
        with pytest.raises(ValueError, match="network"):
            store.put([record(1)], None)
        assert store.shapes(hashes(1)) == {}

    def test_what_was_decoded_otherwise_is_not_found(self, store, monkeypatch):
        store.put([record(1)], "net")
        monkeypatch.setattr(store_module, "DECODE_VERSION", store_module.DECODE_VERSION + 1)
        assert store.embeddings(hashes(1), "net") == store.thumbnails(hashes(1), 64) == store.shapes(hashes(1)) == {}
        store.put([record(1, width=1)], "net")
        assert store.shapes(hashes(1)) == {hashes(1)[0]: (1, 480)}

    def test_thousands_of_images_are_one_query(self, store):
        store.put([record(i) for i in range(3000)], "net")
        wanted = hashes(*range(3000))
        statements = []
        with store._database._layers[0].connection() as connection:
            connection.set_trace_callback(statements.append)
        assert len(store.embeddings(wanted, "net")) == 3000
        assert len(store.thumbnails(wanted, 64)) == 3000
        store.hashes_of([(f"/{i}", i, i) for i in range(3000)])
        assert len(statements) == 3


class TestFiles:
    def test_a_file_is_known_as_long_as_it_does_not_change(self, store):
        store.remember_files([("/photos/a.jpg", 100, 1_700_000_000_000_000_001, "hash a")])
        asked = [("/photos/a.jpg", 100, 1_700_000_000_000_000_001), ("/photos/a.jpg", 101, 1_700_000_000_000_000_001)]
        asked += [("/photos/a.jpg", 100, 1_700_000_000_000_000_002), ("/photos/b.jpg", 100, 1_700_000_000_000_000_001)]
        assert store.hashes_of(asked) == ["hash a", None, None, None]

    def test_the_last_word_counts(self, store):
        store.remember_files([("a", 1, 1, "old")])
        store.remember_files([("a", 1, 1, "new")])
        assert store.hashes_of([("a", 1, 1)]) == ["new"]

    @pytest.mark.parametrize("name", ["mačka 猫 😀", "a'b\"c;--", "caf\udce9", "\ud83d", "line\nbreak", ""])
    def test_any_name(self, store, name):
        store.remember_files([(name, 1, 1, "hash")])
        assert store.hashes_of([(name, 1, 1), (name + "x", 1, 1)]) == ["hash", None]


class TestSharing:
    def test_many_threads(self, store):
        def work(number):
            store.put([record(number)], "net")
            return store.embeddings(hashes(number), "net")[hashes(number)[0]]

        with ThreadPoolExecutor(8) as pool:
            for number, found in enumerate(pool.map(work, range(80))):
                np.testing.assert_array_equal(found, vector(number))
        assert store.info()["images"] == 80

    def test_connections_do_not_pile_up_with_threads(self, store):
        for _ in range(20):
            thread = threading.Thread(target=store.shapes, args=([],))
            thread.start()
            thread.join()
        assert len(store._database._layers[0]._idle) == 1

    def test_several_processes(self, store):
        program = (
            "import sys; import numpy as np; from pathlib import Path; from imgclust_jupyter.store import *;"
            "s = Store(Path(sys.argv[1])); k = int(sys.argv[2]);"
            "[s.put([Record(f'{k}-{i}', 1, 1, np.full(4, i, np.float32), {64: b'x' * 999})], 'net') for i in range(50)]"
        )
        command = [sys.executable, "-W", "error", "-c", program, str(store.directory)]
        running = [subprocess.Popen([*command, str(k)], stderr=subprocess.PIPE) for k in range(3)]
        for process in running:
            _, errors = process.communicate()
            assert process.returncode == 0, errors.decode()
        assert store.info()["embeddings"] == {"net": 150}

    @pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill like that")
    def test_a_killed_process_loses_nothing_that_was_put(self, store):
        program = (
            "import os, signal, sys; import numpy as np; from pathlib import Path;"
            "from imgclust_jupyter.store import *;"
            "s = Store(Path(sys.argv[1]));"
            "[s.put([Record(str(i), 1, 1, np.ones(4, np.float32), {})], 'net') for i in range(20)];"
            "os.kill(os.getpid(), signal.SIGKILL)"
        )
        done = subprocess.run([sys.executable, "-c", program, str(store.directory)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert len(store.embeddings([str(i) for i in range(20)], "net")) == 20

    def test_it_works_again_after_close(self, store):
        store.put([record(1)], "net")
        store.close()
        assert len(store.embeddings(hashes(1), "net")) == 1


class TestTrouble:
    def test_a_file_that_is_no_database(self, store):
        store.directory.mkdir()
        (store.directory / FILE_NAME).write_text("this is no database, " * 1000)
        with pytest.warns(UserWarning, match="damaged") as caught:
            store.put([record(1)], "net")
        assert len(caught) == 1
        assert len(store.embeddings(hashes(1), "net")) == 1
        (aside,) = store.directory.glob(f"{FILE_NAME}.corrupt-*")
        assert aside.read_text().startswith("this is no database")
        assert re.fullmatch(rf"{FILE_NAME}\.corrupt-\d{{8}}-\d{{6}}", aside.name)

    @pytest.mark.parametrize("keep", [0.6, 0.1])
    def test_a_database_cut_short(self, store, keep):
        store.put([record(i, embedding=vector(i, 2048)) for i in range(200)], "net")
        store.close()
        file = store.directory / FILE_NAME
        os.truncate(file, int(keep * file.stat().st_size))
        with pytest.warns(UserWarning, match="damaged"):
            found = store.embeddings(hashes(*range(200)), "net")
        assert found == {}
        store.put([record(1)], "net")
        assert len(Store(store.directory).embeddings(hashes(1), "net")) == 1

    def test_damage_found_by_two_kernels_costs_one_database_only(self, tmp_path):
        first, second = Store(tmp_path), Store(tmp_path)
        first.put([record(1)], "net")
        assert len(second.embeddings(hashes(1), "net")) == 1
        damaged = [store._database._layers[0] for store in (first, second)]
        assert damaged[0].set_aside() is not None
        first.put([record(2)], "net")
        # The second comes later, and must leave the first one's new database alone.
        assert damaged[1].set_aside() is None
        second.put([record(3)], "net")
        assert len(first.embeddings(hashes(2, 3), "net")) == len(second.embeddings(hashes(2, 3), "net")) == 2
        assert len([file for file in tmp_path.glob("*.corrupt-*") if not file.name.endswith(("-wal", "-shm"))]) == 1

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        store = Store(tmp_path / "file" / "cache")
        with pytest.warns(UserWarning, match="cannot be used.*IMGCLUST_CACHE"):
            store.put([record(1)], "net")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # it has been said once
            store.remember_files([("a", 1, 1, "hash")])
            assert len(store.embeddings(hashes(1), "net")) == 1
            assert store.hashes_of([("a", 1, 1)]) == ["hash"]
        assert store.info()["path"] is None

    def test_a_store_in_memory_serves_many_threads(self, tmp_path):
        (tmp_path / "file").write_text("in the way")
        store = Store(tmp_path / "file" / "cache")
        with pytest.warns(UserWarning, match="memory only"):
            store.put([], None)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda i: store.put([record(i)], "net"), range(20)))
        assert len(store.embeddings(hashes(*range(20)), "net")) == 20

    def test_a_full_disk(self, store, monkeypatch):
        store.put([record(1)], "net")
        store.close()
        unlimited = Database._open

        def limited(database):
            connection = unlimited(database)
            if database.file is not None:
                connection.execute("PRAGMA max_page_count = 12")
            return connection

        monkeypatch.setattr(Database, "_open", limited)
        many = [record(i, thumbnails={128: bytes(8000)}) for i in range(100)]
        with pytest.warns(UserWarning, match="full") as caught:
            store.put(many, "net")
        assert len(caught) == 1
        assert len(store.thumbnails(hashes(*range(100)), 128)) == 100

    def test_mistakes_of_the_program_are_not_hidden(self, store):
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            store._read("SELECT * FROM missing")


class TestSize:
    def test_what_was_not_used_for_the_longest_time_goes_first(self, tmp_path, monkeypatch):
        now = [1_700_000_000.0]
        monkeypatch.setattr(time, "time", lambda: now[0])
        store = Store(tmp_path, max_bytes=2_000_000)
        for i in range(100):
            now[0] += 1
            store.put([record(i, thumbnails={128: bytes(10_000)})], "net")
        store.remember_files([(str(i), 1, 1, hashes(i)[0]) for i in range(100)])
        assert store.info()["images"] == 100
        now[0] += 200_000
        assert len(store.embeddings(hashes(*range(20)), "net")) == 20
        for i in range(100, 200):
            now[0] += 1
            store.put([record(i, thumbnails={128: bytes(10_000)})], "net")
        left = {int(key, 16) for key in store.shapes(hashes(*range(200)))}
        assert set(range(20)) <= left
        assert not left & set(range(20, 50))
        assert set(range(150, 200)) <= left
        assert store.info()["bytes"] <= 2_000_000
        assert store.hashes_of([("5", 1, 1), ("30", 1, 1)]) == [hashes(5)[0], None]
        store.close()
        assert (tmp_path / FILE_NAME).stat().st_size < 2_500_000

    def test_the_file_gets_smaller(self, tmp_path):
        store = Store(tmp_path)
        for start in range(0, 3000, 100):
            store.put([record(i, thumbnails={128: bytes(30_000)}) for i in range(start, start + 100)], "net")
        assert (tmp_path / FILE_NAME).stat().st_size > 90_000_000
        bounded = Store(tmp_path, max_bytes=5_000_000)
        bounded.put([record(3000)], "net")
        assert (tmp_path / FILE_NAME).stat().st_size <= 5_000_000
        assert set(hashes(*range(2900, 3001))) <= store.shapes(hashes(*range(3001))).keys()
        store.clear()
        assert (tmp_path / FILE_NAME).stat().st_size < 1_000_000
        assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size < 50_000_000
        with store._database._layers[0].connection() as connection:
            assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)

    def test_a_bound_that_nothing_fits_into(self, tmp_path):
        store = Store(tmp_path, max_bytes=0)
        store.put([record(1)], "net")
        assert store.info()["images"] == 0


class TestCache:
    def test_info_and_clear(self, cache_dir):
        open_store().put([record(1), record(2)], "net")
        open_store().remember_files([("a", 1, 1, "hash")])
        info = imgclust_jupyter.cache.info()
        assert info["path"] == str(cache_dir / FILE_NAME)
        assert (info["images"], info["embeddings"], info["thumbnails"]) == (2, {"net": 2}, 4)
        assert info["bytes"] > 0
        (cache_dir / f"{FILE_NAME}.corrupt-20260101-000000").write_text("damaged")
        cache.clear()
        assert cache.info()["images"] == cache.info()["thumbnails"] == 0
        assert cache.info()["embeddings"] == {}
        assert open_store().hashes_of([("a", 1, 1)]) == [None]
        assert not list(cache_dir.glob("*corrupt*"))

    def test_clear_while_another_kernel_reads(self, cache_dir):
        open_store().put([record(i, thumbnails={128: bytes(50_000)}) for i in range(50)], "net")
        reader = sqlite3.connect(cache_dir / FILE_NAME)
        reading = reader.execute("SELECT hash FROM images")
        reading.fetchone()
        cache.clear()
        assert cache.info()["images"] == 0
        reader.close()

    def test_the_environment_counts_when_it_is_opened(self, monkeypatch, tmp_path):
        first = open_store()
        monkeypatch.setenv("IMGCLUST_CACHE", str(tmp_path / "other"))
        assert open_store().directory == tmp_path / "other"
        assert open_store() is open_store() is not first

    def test_without_it_the_users_cache_folder_is_used(self, monkeypatch):
        monkeypatch.delenv("IMGCLUST_CACHE")
        assert open_store().directory.name == "imgclust_jupyter"

    def test_the_bound_from_the_environment(self, monkeypatch):
        monkeypatch.setenv("IMGCLUST_CACHE_BYTES", "5e6")
        assert open_store().max_bytes == 5_000_000
        monkeypatch.setenv("IMGCLUST_CACHE_BYTES", "much")
        with pytest.raises(ValueError, match="IMGCLUST_CACHE_BYTES is 'much'"):
            open_store()


class TestMounts:
    MOUNTS = (
        "/dev/sda1 / ext4 rw 0 0\n"
        "server:/home /home nfs4 rw 0 0\n"
        "/dev/sdb1 /home/local ext4 rw 0 0\n"
        "//nas/all /mnt/my\\040nas cifs rw 0 0\n"
    )

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("/var/cache", False),
            ("/home/me/.cache/imgclust", True),
            ("/homes/me", False),
            ("/home/local/me", False),
            ("/mnt/my nas/cache", True),
            ("\\\\server\\share", True),
        ],
    )
    def test_the_innermost_file_system_counts(self, tmp_path, path, expected):
        mounts = tmp_path / "mounts"
        mounts.write_text(self.MOUNTS)
        assert on_network(type(tmp_path)(path), mounts) is expected

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            *((kind, True) for kind in ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "fuse", "9p")),
            *((kind, True) for kind in ("lustre", "gpfs", "drvfs", "ceph", "virtiofs")),
            *((kind, False) for kind in ("ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "vfat", "apfs")),
        ],
    )
    def test_kinds_of_file_systems(self, tmp_path, kind, expected):
        mounts = tmp_path / "mounts"
        mounts.write_text(f"/dev/vda / ext4 rw 0 0\nsomething {tmp_path.resolve()} {kind} rw 0 0\n")
        assert on_network(tmp_path / "cache" / FILE_NAME, mounts) is expected
        assert not on_network(tmp_path.parent, mounts)

    def test_a_system_without_such_a_list(self, tmp_path):
        assert on_network(tmp_path, tmp_path / "missing") is False

    @pytest.mark.parametrize(("network", "mode"), [(False, "wal"), (True, "delete")])
    def test_no_write_ahead_log_over_a_network(self, store, monkeypatch, network, mode):
        monkeypatch.setattr("imgclust_jupyter.store.database.on_network", lambda path: network)
        store.put([record(1)], "net")
        assert self.journal_mode(store) == mode
        # A folder may come to be on another file system.
        store.close()
        monkeypatch.setattr("imgclust_jupyter.store.database.on_network", lambda path: not network)
        assert len(store.embeddings(hashes(1), "net")) == 1
        assert {mode, self.journal_mode(store)} == {"wal", "delete"}

    def journal_mode(self, store):
        with sqlite3.connect(store.directory / FILE_NAME) as connection:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        connection.close()
        return mode
