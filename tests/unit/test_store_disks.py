"""Disks that are full or cannot be written to: real ones, mounted for a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.store import Record, Store
from imgclust_jupyter.store.schema import FILE_NAME

PROGRAM = """
import json, sys, threading, warnings
from pathlib import Path
import numpy as np
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.store import Record, Store

directory, images, undisturbed = map(Path, sys.argv[1:])

def record(i):
    return Record(f"old {i}", 1, 1, np.full(768, i, np.float32), {64: bytes(1000)})

def run(store):
    collection = Collection.from_source(images)
    return embed(collection, get_network("pixels"), store, threading.Event(), lambda done, total: None, 2)

def n_old(store):
    found = store.embeddings([f"old {i}" for i in range(20)], get_network("pixels").id)
    assert all((vector == int(digest.split()[1])).all() for digest, vector in found.items())
    return len(found)

store = Store(directory)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    if FILL:
        store.put([record(i) for i in range(20)], get_network("pixels").id)
    answer = {"old": n_old(store)}
    first, second = run(store), run(store)
    answer["new"] = store.info()["embeddings"].get(get_network("pixels").id, 0) - answer["old"]
    answer["path"] = store.info()["path"]
    answer["still"] = n_old(store)
answer["warnings"] = [str(warning.message) for warning in caught]
with warnings.catch_warnings(record=True):
    again = Store(directory)
    answer["reopened"] = n_old(again)
    np.testing.assert_array_equal(run(again), first)
np.testing.assert_array_equal(first, second)
np.testing.assert_array_equal(first, run(Store(undisturbed)))
print(json.dumps(answer))
"""

N_IMAGES = 300


@pytest.fixture(scope="module")
def place():
    """A folder that other users may enter, with images in it."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    (place / "images").mkdir()
    random = np.random.default_rng(0)
    for i in range(N_IMAGES):
        coarse = Image.fromarray(random.integers(0, 256, (6, 8, 3), dtype=np.uint8))
        coarse.resize((80, 60)).save(place / "images" / f"{i}.jpg")
    yield place
    shutil.rmtree(place)


@pytest.fixture
def cache(place):
    """An empty folder."""
    cache = Path(tempfile.mkdtemp(dir=place))
    cache.chmod(0o755)
    yield cache
    shutil.rmtree(cache)


def fill(cache):
    store = Store(cache)
    from imgclust_jupyter.embedding import get_network

    store.put(
        [Record(f"old {i}", 1, 1, np.full(768, i, np.float32), {64: bytes(1000)}) for i in range(20)],
        get_network("pixels").id,
    )
    return store


def execute(cache, place, *before, fills=False):
    """Run the program by way of other commands."""
    program = PROGRAM.replace("FILL", str(fills))
    with tempfile.TemporaryDirectory() as undisturbed:
        command = [*before, sys.executable, "-c", program, str(cache), str(place / "images"), undisturbed]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def mounting(commands, cache):
    """In a process's own view of the file systems, of which nothing is left when it ends."""
    return ["unshare", "--mount", "sh", "-ec", f'cache="$1"; shift; {commands}; exec "$@"', "sh", str(cache)]


def can_mount():
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


mounts = pytest.mark.skipif(not can_mount(), reason="mounting takes Linux and root")
READ_ONLY = 'mount --bind "$cache" "$cache"; mount -o remount,ro,bind "$cache"'


@mounts
@pytest.mark.parametrize(("size", "reopened"), [("4k", 0), ("200k", 0), ("1500k", 20), ("2500k", 20)])
def test_a_full_disk(cache, place, size, reopened):
    answer = execute(cache, place, *mounting(f'mount -t tmpfs -o size={size} tmpfs "$cache"', cache), fills=True)
    assert len(answer["warnings"]) == 1
    assert "IMGCLUST_CACHE" in answer["warnings"][0]
    assert answer["old"] == answer["still"] == 20
    assert answer["new"] == N_IMAGES
    assert answer["reopened"] == reopened


@mounts
@pytest.mark.parametrize("left", ["closed", "log", "log without index"])
def test_a_read_only_disk(cache, place, left):
    store = fill(cache)
    if left == "closed":
        store.close()
    assert Path(f"{store.file}-wal").exists() == (left != "closed")
    if left == "log without index":
        Path(f"{store.file}-shm").unlink()
    before = {file.name: file.read_bytes() for file in cache.iterdir()}
    answer = execute(cache, place, *mounting(READ_ONLY, cache))
    assert len(answer["warnings"]) == 1
    # Whoever reads a log needs its index, which cannot be made here.
    kept = 0 if left == "log without index" else 20
    assert answer["old"] == answer["still"] == answer["reopened"] == kept
    assert answer["new"] == N_IMAGES
    if left != "log":
        assert {file.name: file.read_bytes() for file in cache.iterdir()} == before


@mounts
def test_an_empty_read_only_disk(cache, place):
    answer = execute(cache, place, *mounting(READ_ONLY, cache))
    assert len(answer["warnings"]) == 1
    assert (answer["path"], answer["new"]) == (None, N_IMAGES)


# What lets root write everywhere is taken from it.
AS_ANYBODY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-dac_override"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are of another kind here")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may all")
@pytest.mark.parametrize("locked", ["folder", "file", "folder and file", "everything"])
def test_no_permission_to_write(cache, place, locked):
    store = fill(cache)
    store.close()
    store.file.chmod(0o444 if "file" in locked else 0o666)
    cache.chmod({"file": 0o777, "everything": 0o000}.get(locked, 0o555))
    try:
        answer = execute(cache, place, *(AS_ANYBODY if os.geteuid() == 0 else []))
    finally:
        cache.chmod(0o755)
    assert len(answer["warnings"]) == 1
    assert answer["old"] == answer["still"] == answer["reopened"] == (0 if locked == "everything" else 20)
    assert answer["new"] == N_IMAGES
    assert (cache / FILE_NAME).exists()
