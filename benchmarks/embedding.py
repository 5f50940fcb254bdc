"""How fast files become embeddings: this package, the ways in which it is usually done, and the limit of the machine.

``python benchmarks/embedding.py`` takes about five minutes on two cores; ``--network`` and ``--size`` choose parts.
``--data FOLDER`` takes photographs from there instead of scikit-image's; ``--orange PYTHON`` adds Orange's local
embedder, of an environment of its own: ``python -m venv o; o/bin/pip install Orange3-ImageAnalytics PyQt6
PyQt6-WebEngine``, then ``--orange o/bin/python``.

Each contender is a process of its own that is warm, networks compiled and files in the page cache. They take turns, so
that what else the machine does hits all of them; of the turns the median counts. Ours begins with an empty store each
time and also makes the thumbnails. Pictures of 640x480 are crops of photographs, those of 12 megapixels mosaics of such
crops, for as much detail as a photograph has. ResNet-50 has random weights. Ours runs SqueezeNet on 200x200 pixels, as
the package does, the others on 224x224 or 227x227. The limit is decoding and forward pass, one after the other, each
alone on all cores.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIZES = {"640x480": (640, 480), "12 Mpx": (4000, 3000)}
NETWORKS = {"resnet50": "ResNet-50", "squeezenet": "SqueezeNet"}
CELL = (640, 480)
NAIVE_BATCH = 32

# Images in one turn: as many as take some seconds.
TURNS = {
    "us": {"640x480": 384, "12 Mpx": 64},
    "decode only": {"640x480": 384, "12 Mpx": 64},
    "forward only": {"640x480": 384, "12 Mpx": 384},
    "torchvision loop": {"640x480": 64, "12 Mpx": 32},
    "DataLoader, 2 workers": {"640x480": 64, "12 Mpx": 32},
    "Orange": {"640x480": 24, "12 Mpx": 12},
}

ORANGE = """
import json, os, resource, sys, time
from orangecontrib.imageanalytics.image_embedder import ImageEmbedder
files = sys.argv[1:]
for _ in sys.stdin:
    embedder = ImageEmbedder(model="squeezenet")
    embedder.clear_cache()
    started, cpu = time.perf_counter(), time.process_time()
    assert all(row is not None for row in embedder(files))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("turn", json.dumps([seconds, cpu, peak / 1024]), flush=True)
"""


def make_pictures(photographs: list[Path], folder: Path, size: tuple[int, int], n: int) -> list[Path]:
    rng = np.random.default_rng(0)
    loaded = [Image.open(file).convert("RGB") for file in photographs]

    def cell() -> Image.Image:
        photograph = loaded[rng.integers(len(loaded))]
        width = min(photograph.width, photograph.height * 4 // 3, 640) * rng.uniform(0.9, 1)
        left, top = rng.uniform(0, photograph.width - width), rng.uniform(0, photograph.height - width * 3 / 4)
        return photograph.resize(CELL, Image.Resampling.BICUBIC, (left, top, left + width, top + width * 3 / 4))

    folder.mkdir()
    files = [folder / f"{number:04}.jpg" for number in range(n)]
    for file in files:
        picture = Image.new("RGB", size)
        for top in range(0, size[1], CELL[1]):
            for left in range(0, size[0], CELL[0]):
                picture.paste(cell(), (left, top))
        picture.save(file, quality=90)
    return files


def photographs_of(data: Path | None) -> list[Path]:
    package = find_spec("skimage")
    assert package
    assert package.origin
    folder = data or Path(package.origin).parent / "data"
    files = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in (".jpg", ".jpeg", ".png")]
    large = []
    for file in files:
        with Image.open(file) as image:
            if min(image.size) >= 300 and image.mode == "RGB":
                large.append(file)
    if not large:
        raise SystemExit(f"{folder} has no colour photographs of 300 pixels and more")
    return large[:100]


def ours(name: str) -> Any:
    from imgclust_jupyter.embedding import get_network, load_torchvision
    from imgclust_jupyter.embedding.torchvision_networks import from_classifier

    return from_classifier(name, load_torchvision().models.resnet50()) if name == "resnet50" else get_network(name)


def us(name: str, files: list[Path]) -> Callable[[], None]:
    from imgclust_jupyter.collection import Collection
    from imgclust_jupyter.embedding import embed
    from imgclust_jupyter.store import Store

    network = ours(name)

    def turn() -> None:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder))
            embed(Collection.from_source(files), network, store, threading.Event(), lambda done, total: None)
            store.close()

    return turn


def on_all_cores(network: Any, tasks: list[Any], function: Callable[[Any], Any]) -> None:
    from joblib import cpu_count

    with ThreadPoolExecutor(cpu_count(only_physical_cores=True), initializer=network.prepare_thread) as pool:
        list(pool.map(function, tasks))


def decode_only(name: str, files: list[Path]) -> Callable[[], None]:
    from imgclust_jupyter.imaging import decode

    network = ours(name)
    return lambda: on_all_cores(network, files, lambda file: network.preprocess(decode(file, network.min_side).image))


def forward_only(name: str, files: list[Path]) -> Callable[[], None]:
    import torch

    network = ours(name)
    picture = network.preprocess(Image.open(files[0]))
    with torch.inference_mode():
        batch = network.scale(torch.from_numpy(np.stack([picture] * network.batch_size))).to(network.dtype)

    def run(_: int) -> None:
        with torch.inference_mode():
            network._run(batch)

    return lambda: on_all_cores(network, list(range(len(files) // network.batch_size)), run)


def usual(name: str) -> tuple[Any, Any]:
    import torch

    from imgclust_jupyter.embedding import load_torchvision

    models = load_torchvision().models
    name = {"squeezenet": "squeezenet1_1"}.get(name, name)
    module = models.get_model(name).eval()
    setattr(module, "fc" if name == "resnet50" else "classifier", torch.nn.Identity())
    return module, models.get_model_weights(name).DEFAULT.transforms()


def torchvision_loop(name: str, files: list[Path]) -> Callable[[], None]:
    import torch

    module, transforms = usual(name)

    def turn() -> None:
        with torch.no_grad():
            for start in range(0, len(files), NAIVE_BATCH):
                pictures = [Image.open(file).convert("RGB") for file in files[start : start + NAIVE_BATCH]]
                module(torch.stack([transforms(picture) for picture in pictures]))

    return turn


class Pictures:
    """What a DataLoader loads."""

    def __init__(self, files: list[Path], transforms: Any) -> None:
        self.files, self.transforms = files, transforms

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Any:
        return self.transforms(Image.open(self.files[index]).convert("RGB"))


def data_loader(name: str, files: list[Path]) -> Callable[[], None]:
    import torch

    module, transforms = usual(name)
    pictures: Any = Pictures(files, transforms)

    def turn() -> None:
        with torch.no_grad():
            for batch in torch.utils.data.DataLoader(pictures, batch_size=NAIVE_BATCH, num_workers=2):
                module(batch)

    return turn


CONTENDERS: dict[str, Callable[[str, list[Path]], Callable[[], None]]] = {
    "us": us,
    "decode only": decode_only,
    "forward only": forward_only,
    "torchvision loop": torchvision_loop,
    "DataLoader, 2 workers": data_loader,
}


def contend(contender: str, network: str, files: list[Path]) -> None:
    """Be one contender: take a turn for each line on standard input."""
    turn = CONTENDERS[contender](network, files)
    for _ in sys.stdin:
        started, cpu = time.perf_counter(), sum(os.times()[:4])
        turn()
        seconds, cpu = time.perf_counter() - started, sum(os.times()[:4]) - cpu
        # Of processes that it started, only the largest is known; the DataLoader's are alike.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak += 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (contender == "DataLoader, 2 workers")
        print("turn", json.dumps([seconds, cpu, peak / 1024]), flush=True)


def take_turn(process: subprocess.Popen[str]) -> list[float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write("go\n")
    process.stdin.flush()
    for line in process.stdout:
        if line.startswith("turn "):
            turn: list[float] = json.loads(line.removeprefix("turn "))
            return turn
    raise SystemExit(f"{process.args!r:.300} ended without a result")


def compare(network: str, size: str, files: list[Path], rounds: int, orange: Path | None) -> None:
    counts = {name: min(n[size], len(files)) if name != "forward only" else n[size] for name, n in TURNS.items()}
    with ExitStack() as stack:

        def start(name: str) -> subprocess.Popen[str]:
            given = [str(files[i % len(files)]) for i in range(counts[name])]
            command = [sys.executable, "-W", "ignore", __file__, "--network", network, "--contender", name, *given]
            if name == "Orange":
                command = [str(orange), "-W", "ignore", "-c", ORANGE, *given]
            # Orange imports its windows with its embedder.
            environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        names = [*CONTENDERS, *(["Orange"] if orange and network == "squeezenet" else [])]
        processes = {name: start(name) for name in names}
        for process in processes.values():
            take_turn(process)  # to warm up
        load = os.getloadavg()[0]
        turns = [{name: take_turn(process) for name, process in processes.items()} for _ in range(rounds)]
        load = (load + os.getloadavg()[0]) / 2
    rates = {name: statistics.median(counts[name] / turn[name][0] for turn in turns) for name in names}
    # Of each round for itself, as others may have been slowed down.
    to_naive = {
        name: statistics.median(ratio(turn, name, "torchvision loop", counts) for turn in turns) for name in names
    }
    limit = 1 / (1 / rates["decode only"] + 1 / rates["forward only"])
    print(f"\n**{NETWORKS[network]}, {size}** (load average {load:.1f}, {os.cpu_count()} cores, {rounds} rounds)\n")
    print("| | images/s | x torchvision loop | CPU ms per image | peak MB | of the limit |\n|---|---|---|---|---|---|")
    for name in names:
        cpu = statistics.median(1000 * turn[name][1] / counts[name] for turn in turns)
        peak = max(turn[name][2] for turn in turns)
        row = f"| {name} | {rates[name]:.1f} | {to_naive[name]:.1f} | {cpu:.1f} | {peak:.0f} |"
        print(f"{row} {rates[name] / limit:.0%} |" if "only" not in name else f"{row} |")
    print(f"| limit: decode, then forward | {limit:.1f} | | | | 100% |", flush=True)
    if "Orange" in names:
        print(f"\nOurs is {statistics.median(ratio(turn, 'us', 'Orange', counts) for turn in turns):.1f} x Orange's.")


def ratio(turn: dict[str, list[float]], name: str, other: str, counts: dict[str, int]) -> float:
    return (counts[name] / turn[name][0]) / (counts[other] / turn[other][0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=NETWORKS, action="append")
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--orange", type=Path, help="its Python")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("files", type=Path, nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.contender:
        contend(given.contender, given.network[0], given.files)
        return
    with tempfile.TemporaryDirectory() as folder:
        photographs = photographs_of(given.data)
        for size in given.size or SIZES:
            files = make_pictures(photographs, Path(folder) / size, SIZES[size], TURNS["us"][size])
            for network in given.network or NETWORKS:
                compare(network, size, files, given.rounds, given.orange)


if __name__ == "__main__":
    main()
