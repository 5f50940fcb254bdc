"""How long it takes to have all embeddings of a folder that was embedded before.

Small JPEG files, made from the sample images, embeddings of 2,048 numbers, and thumbnails, in a store of their own.
Each round is a fresh process for each way: our store, split by step, and what else a person would keep embeddings in,
without the scan and the check whether a file has changed, which those do not do. "cold": the page cache was dropped
before (Linux and root only).

    .venv/bin/python benchmarks/store.py 20000
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Network, embed
from imgclust_jupyter.samples import make_samples
from imgclust_jupyter.store import Record, Store

DIMENSIONS = 2048
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


@dataclass(frozen=True, kw_only=True)
class Untouched(Network):
    """A network that must not be run, since everything is known."""

    name: str = "untouched"
    label: str = "untouched"
    dimensions: int = DIMENSIONS
    min_side: int = 224
    version: int = 1

    def preprocess(self, image: Image.Image) -> np.ndarray:
        """Fail."""
        raise AssertionError("an image is not known")

    def forward(self, batch: np.ndarray) -> np.ndarray:
        """Fail."""
        raise AssertionError("an image is not known")


def prepare(here: Path, n: int) -> None:
    """Make the images, and what each way keeps of them."""
    make_samples(here / "samples", per_subject=16)
    samples = [file.read_bytes() for file in sorted((here / "samples").glob("*.jpg"))]
    for i in range(n):
        folder = here / "photos" / f"{i // 1000:03}"
        folder.mkdir(parents=True, exist_ok=True)
        # A comment makes each file another content.
        comment = f"{i:08}".encode()
        sample = samples[i % len(samples)]
        (folder / f"{i:06}.jpg").write_bytes(sample[:2] + b"\xff\xfe\x00\x0a" + comment + sample[2:])
    store = Store(here / "cache")
    random = np.random.default_rng(0)
    vectors = random.standard_normal((n, DIMENSIONS), dtype=np.float32)
    hashes = Collection.from_source(here / "photos").content_hashes(store)
    for start in range(0, n, 64):
        part = range(start, min(start + 64, n))
        store.put(
            [
                Record(str(hashes[i]), 320, 240, vectors[i], {64: random.bytes(1500), 128: random.bytes(4000)})
                for i in part
            ],
            Untouched().id,
        )
    store.close()
    (here / "npy").mkdir()
    for i in range(n):
        np.save(here / "npy" / f"{i}.npy", vectors[i])
    np.savez(here / "all.npz", vectors=vectors)
    from joblib import Memory

    kept = Memory(here / "joblib", verbose=0).cache(embedding_of)
    for i in range(n // 10):  # a tenth, since it takes minutes
        kept(i)
    os.sync()


def embedding_of(number: int) -> np.ndarray:
    return np.random.default_rng(number).standard_normal(DIMENSIONS, dtype=np.float32)


def our_store(here: Path, n: int, step: Callable) -> None:
    with step("scan"):
        collection = Collection.from_source(here / "photos")
    store = Store(here / "cache")
    with step("known hashes"):
        hashes = [str(known) for known in collection.known_hashes(store)]
    with step("embeddings"):
        found = store.embeddings(hashes, Untouched().id)
    with step("shapes"):
        store.shapes(hashes)
    assert len(found) == n
    del found
    with step("embed()"):
        embeddings = embed(collection, Untouched(), store, threading.Event(), lambda done, total: None)
    assert embeddings.shape == (n, DIMENSIONS)


def whole(here: Path, n: int, step: Callable) -> None:
    with step("scan to embeddings"):
        collection = Collection.from_source(here / "photos")
        embed(collection, Untouched(), Store(here / "cache"), threading.Event(), lambda done, total: None)


def npy_files(here: Path, n: int, step: Callable) -> None:
    with step("n .npy files"):
        np.stack([np.load(here / "npy" / f"{i}.npy") for i in range(n)])


def one_npz(here: Path, n: int, step: Callable) -> None:
    with step("one .npz"):
        np.load(here / "all.npz")["vectors"]


def joblib_memory(here: Path, n: int, step: Callable) -> None:
    from joblib import Memory

    kept = Memory(here / "joblib", verbose=0).cache(embedding_of)
    with step("joblib.Memory"):
        np.stack([kept(i) for i in range(n // 10)])


WAYS = {way.__name__: way for way in (whole, our_store, npy_files, one_npz, joblib_memory)}


def memory(name: str) -> float:
    """Return a figure in MB of what Linux says about this process's memory."""
    status = Path("/proc/self/status")
    found = re.search(rf"{name}:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1000 if found else float("nan")


def measure(way: str, here: Path, n: int) -> None:
    """Print the seconds of each step, and the memory in MB that it took at most."""
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        seconds[name] = (time.perf_counter() - started) * (10 if name == "joblib.Memory" else 1)

    before = memory("VmRSS")
    WAYS[way](here, n, step)
    peak = memory("VmHWM") - before
    print(json.dumps({"seconds": seconds, "peak": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", type=int, help="number of images")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--here", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    n = arguments.n
    if arguments.way:
        measure(arguments.way, arguments.here, n)
        return
    with tempfile.TemporaryDirectory() as temporary:
        here = Path(temporary)
        started = time.perf_counter()
        prepare(here, n)
        size = sum(file.stat().st_size for file in (here / "cache").iterdir()) / 1e6
        print(f"{n:,} images, a store of {size:,.0f} MB, made in {time.perf_counter() - started:.0f} s")
        for state in ("warm", "cold"):
            if state == "cold" and not os.access(DROP_CACHES, os.W_OK):
                continue
            results: dict[str, list[float]] = {}
            peaks: dict[str, list[float]] = {}
            for _ in range(arguments.rounds):
                for way in WAYS:
                    if state == "cold":
                        DROP_CACHES.write_text("3")
                    command = [sys.executable, __file__, str(n), "--way", way, "--here", temporary]
                    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                    peaks.setdefault(way, []).append(answer["peak"])
                    for name, seconds in answer["seconds"].items():
                        results.setdefault(name, []).append(seconds)
            base = statistics.median(results["scan to embeddings"])
            print(f"{state:22}{'seconds':>9}{'ratio':>8}")
            for name, values in results.items():
                median = statistics.median(values)
                print(f"  {name:20}{median:9.2f}{median / base:8.2f}")
            print(
                "  peak MB above imports: "
                + ", ".join(f"{way} {statistics.median(p):,.0f}" for way, p in peaks.items())
            )


if __name__ == "__main__":
    main()
