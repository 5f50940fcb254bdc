"""What a Dask cluster costs: the same images on two workers of one thread, and on two threads of this process.

Both on this machine, so that the difference is what Dask adds: other processes, messages, and results that travel. The
rounds of both are interleaved, each with an empty store; the workers and the network are warm. The bytes are those that
went over the loopback interface.

    .venv/bin/python benchmarks/dask_cluster.py --images 512 --rounds 3
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from distributed import Client, LocalCluster
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.store import Store


def make_photos(folder: Path, n: int) -> None:
    """Write n different JPEG files of 640 x 480."""
    rng = np.random.default_rng(0)
    for i in range(n):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        coarse.resize((640, 480), Image.Resampling.BICUBIC).save(folder / f"{i}.jpg", quality=90)


def loopback_bytes() -> int:
    for line in Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith("lo:"):
            return int(line.split()[1])
    return 0


def cpu_seconds(client: Client | None) -> float:
    """Return what this process, or it and the workers, have used."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    return used() + (sum(client.run(used).values()) if client else 0.0)


def run(folder: Path, network: Any, client: Client | None, store: Path) -> tuple[float, float, int]:
    collection = Collection.from_source(folder)
    cpu, sent, started = cpu_seconds(client), loopback_bytes(), time.perf_counter()
    embed(collection, network, Store(store), threading.Event(), lambda done, total: None, n_jobs=2, client=client)
    wall, sent = time.perf_counter() - started, loopback_bytes() - sent
    return wall, cpu_seconds(client) - cpu, sent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="+", default=["squeezenet", "pixels"])
    options = parser.parse_args()
    print(
        f"{options.images} JPEG files of 640 x 480, load {os.getloadavg()[0]:.1f}, medians of {options.rounds} rounds"
    )
    print(f"{'network':12}{'':10}{'images/s':>10}{'CPU ms':>10}{'ratio':>8}{'sent/image':>14}{'network':>12}")
    with (
        tempfile.TemporaryDirectory() as temporary,
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        here = Path(temporary)
        (here / "photos").mkdir()
        make_photos(here / "photos", options.images)
        for name in options.networks:
            network = get_network(name)
            ways = {"threads": None, "Dask": client}
            measured: dict[str, list[tuple[float, float, int]]] = {way: [] for way in ways}
            for number in range(options.rounds + 1):
                for way, used in ways.items():
                    result = run(here / "photos", network, used, here / f"{name}-{way}-{number}")
                    if number:  # the first one loads torch
                        measured[way].append(result)
            reference = statistics.median(wall for wall, _, _ in measured["threads"])
            for way, rounds in measured.items():
                wall, cpu, sent = (statistics.median(values) for values in zip(*rounds, strict=True))
                print(
                    f"{name:12}{way:10}{options.images / wall:10.1f}{1000 * cpu / options.images:10.1f}"
                    f"{reference / wall:8.2f}{sent / options.images / 1000:11.1f} kB"
                    f"{len(pickle.dumps(network)) / 1e6:9.2f} MB"
                )


if __name__ == "__main__":
    main()
