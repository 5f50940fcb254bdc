"""Which layer, which size, which network: quality on labelled photographs, and images per second.

``IMGCLUST_TEST_DATA=<folder> python benchmarks/networks.py``; in the folder ``animals/<label>/``, ``things/<label>/``,
``flat2000/<label>__<name>`` and ``weights/mobilenet_v2_coral_dequant.pth``. Quality is the share of an image's five
nearest neighbours that have its label, and the adjusted Rand index of the Ward tree cut into as many clusters as there
are labels, both on embeddings minus their mean, normalised. Speed is from files to embeddings in an empty store.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from joblib import cpu_count
from PIL import Image
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize
from torch import nn

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Network, embed, get_network, load_torchvision
from imgclust_jupyter.embedding.geometry import crop, squash
from imgclust_jupyter.embedding.squeezenet import classifier
from imgclust_jupyter.embedding.torch_network import torch_network
from imgclust_jupyter.embedding.torchvision_networks import from_classifier
from imgclust_jupyter.imaging import decode
from imgclust_jupyter.samples import make_samples
from imgclust_jupyter.store import Store

Resize = Callable[[Image.Image], Image.Image]
Pictures = list[Image.Image]

N_NEIGHBORS = 5
BATCH = 8
WEIGHTS = "mobilenet_v2_coral_dequant.pth"


def letterbox(image: Image.Image, side: int) -> Image.Image:
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    box = Image.new("RGB", (side, side), (123, 117, 104))
    box.paste(image.resize((width, height), Image.Resampling.BILINEAR), ((side - width) // 2, (side - height) // 2))
    return box


def grey(image: Image.Image, side: int) -> Image.Image:
    return squash(image.convert("L"), side)


RESIZES: dict[str, Resize] = {
    **{f"squash {side}": partial(squash, side=side) for side in (160, 176, 192, 200, 208, 224, 227, 256)},
    **{f"crop {side}": partial(crop, shorter=side, side=side) for side in (200, 227)},
    "crop 227 of 256": partial(crop, shorter=256, side=227),
    **{f"letterbox {side}": partial(letterbox, side=side) for side in (200, 227)},
}
PIXELS: dict[str, Resize] = {
    **{f"grey {side}x{side}": partial(grey, side=side) for side in (8, 16)},
    **{f"colour {side}x{side}": partial(squash, side=side) for side in (8, 16, 32)},
}


def labelled_sets(data: Path, scratch: Path) -> dict[str, tuple[list[Path], list[str]]]:
    samples = make_samples(scratch / "samples")
    flat = sorted((data / "flat2000").glob("*.*"))
    of_folders = {name: sorted((data / name).glob("*/*.*")) for name in ("animals", "things")}
    return {
        **{name: (files, [file.parent.name for file in files]) for name, files in of_folders.items()},
        "flat2000": (flat, [file.name.split("__")[0] for file in flat]),
        "samples": ([scratch / "samples" / file for file in samples["file"]], list(samples["subject"])),
    }


def quality(embeddings: np.ndarray, labels: list[str]) -> tuple[float, float]:
    vectors = normalize(embeddings - embeddings.mean(axis=0, dtype=np.float64))
    codes = np.unique(labels, return_inverse=True)[1]
    # Without a query, an image is not its own neighbour.
    neighbors = NearestNeighbors(n_neighbors=N_NEIGHBORS).fit(vectors).kneighbors(return_distance=False)
    clusters = fcluster(linkage(vectors, "ward"), codes.max() + 1, "maxclust")
    return float(np.mean(codes[neighbors] == codes[:, None])), float(adjusted_rand_score(codes, clusters))


def squeezenet_layers(pictures: Pictures, resize: Resize, module: nn.Module) -> dict[str, np.ndarray]:
    fire9, conv10 = [], []
    mean = torch.tensor([123.0, 117.0, 104.0]).view(1, 3, 1, 1)
    with torch.inference_mode():
        for batch in batches(pictures, resize):
            features = module.features(torch.from_numpy(batch).permute(0, 3, 1, 2).float() - mean)
            fire9.append(features.mean((2, 3)).numpy())
            conv10.append(module.classifier[1](features).mean((2, 3)).numpy())
    layers = {"fire9": np.concatenate(fire9), "conv10": np.concatenate(conv10)}
    # Each with the same weight, as they differ in scale.
    both = [normalize(layer - layer.mean(axis=0)) for layer in layers.values()]
    return layers | {"both": np.hstack(both)}


def batches(pictures: Pictures, resize: Resize) -> Iterator[np.ndarray]:
    for start in range(0, len(pictures), BATCH):
        yield np.stack([np.asarray(resize(picture)) for picture in pictures[start : start + BATCH]])


def mobilenet(weights: Path) -> Network:
    module = load_torchvision().models.mobilenet_v2()
    module.load_state_dict(torch.load(weights, weights_only=True))
    pooled = nn.Sequential(module.features, nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
    return torch_network(
        pooled, name="mobilenet_v2", label="MobileNetV2", dimensions=1280, min_side=224, version=0,
        resize=partial(squash, side=224), mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375),
    )  # fmt: skip


def random_resnet50() -> Network:
    return from_classifier("resnet50", load_torchvision().models.resnet50())


def through(network: Network, pictures: Pictures) -> np.ndarray:
    return np.concatenate([network.forward(batch) for batch in batches(pictures, network.preprocess)])


def print_row(name: str, layer: str, scores: Mapping[str, tuple[float, float]]) -> None:
    means = np.mean(list(scores.values()), axis=0)
    cells = [f"{neighbors:.3f} {rand:.3f}" for neighbors, rand in (*scores.values(), means)]
    print(f"| {name:<20} | {layer:<7} | " + " | ".join(cells) + " |", flush=True)


def compare_quality(data: Path, scratch: Path) -> None:
    sets = labelled_sets(data, scratch)
    pictures = {name: [decode(file).image for file in files] for name, (files, _) in sets.items()}
    labels = {name: of_set for name, (_, of_set) in sets.items()}
    print("| network, size | layer | " + " | ".join(f"{name}: 5-nn, Ward" for name in sets) + " | mean |")
    print("|---" * (len(sets) + 3) + "|")

    def evaluate(name: str, layer: str, embeddings: Callable[[Pictures], np.ndarray]) -> None:
        print_row(name, layer, {key: quality(embeddings(pictures[key]), labels[key]) for key in sets})

    module = classifier().eval()
    for size, resize in RESIZES.items():
        layers = {key: squeezenet_layers(of_set, resize, module) for key, of_set in pictures.items()}
        for layer in ("fire9", "conv10", "both"):
            print_row(size, layer, {key: quality(layers[key][layer], labels[key]) for key in sets})
    for name, resize in PIXELS.items():
        evaluate(name, "", lambda of_set, f=resize: np.stack([np.asarray(f(p)).ravel() for p in of_set]))
    for network in (get_network("squeezenet"), get_network("pixels"), mobilenet(data / "weights" / WEIGHTS)):
        evaluate(network.name, "as is", partial(through, network))


def measure_speed(folder: Path, scratch: Path) -> None:
    collection = Collection.from_source(folder)
    for network in (get_network("squeezenet"), random_resnet50(), get_network("pixels")):
        with tempfile.TemporaryDirectory(dir=scratch) as empty:
            store, started, cpu = Store(Path(empty)), time.perf_counter(), time.process_time()
            embed(collection, network, store, threading.Event(), lambda done, total: None)
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
            store.close()
        n = len(collection.readable)
        print(f"{network.name}: {n / seconds:.0f} images/s, {n / cpu:.0f} per CPU second", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed-only", action="store_true")
    parser.add_argument("--folder", type=Path, help="images for the speed (default: animals)")
    options = parser.parse_args()
    data = Path(os.environ["IMGCLUST_TEST_DATA"])
    with tempfile.TemporaryDirectory() as scratch:
        if not options.speed_only:
            compare_quality(data, Path(scratch))
        print(f"{cpu_count(only_physical_cores=True)} cores, {get_network('squeezenet').dtype}")
        measure_speed(options.folder or data / "animals", Path(scratch))


if __name__ == "__main__":
    main()
