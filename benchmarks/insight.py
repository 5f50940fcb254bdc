"""How many planted duplicates and outliers are found among labelled photographs.

    python benchmarks/insight.py PHOTOS [--model MODEL ...]

PHOTOS is a folder of images whose label is the part of the name before "__". Copies of 200 of them, changed in ten
ways, are planted among all; then, twenty times, single images of other labels among those of twelve. Results are
Markdown.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageEnhance, ImageOps
from sklearn.metrics import average_precision_score

from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.insight import duplicate_groups, local_outlier_factor, mean_distance, typical_distance
from imgclust_jupyter.layout import nearest_neighbors
from imgclust_jupyter.store import open_store

Change = Callable[[Image.Image, Path], None]
_NEIGHBORS = 16


def _saved(change: Callable[[Image.Image], Image.Image], quality: int = 90) -> Change:
    return lambda image, file: change(image).save(file, quality=quality)


def _turned(image: Image.Image, file: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    image.rotate(90, expand=True).save(file, quality=92, exif=exif)


def _captioned(image: Image.Image) -> Image.Image:
    image = image.copy()
    ImageDraw.Draw(image).text((5, 5), "copyright 2020", fill="white")
    return image


def _cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((int(0.03 * width), int(0.03 * height), int(0.98 * width), int(0.97 * height)))


CHANGES: dict[str, Change] = {
    "saved as PNG": lambda image, file: image.save(file.with_suffix(".png")),
    "JPEG quality 50": _saved(lambda image: image, quality=50),
    "half the size": _saved(lambda image: image.resize((image.width // 2, image.height // 2))),
    "margins cut off (3 %)": _saved(_cropped),
    "20 % brighter": _saved(lambda image: ImageEnhance.Brightness(image).enhance(1.2)),
    "mirrored": _saved(ImageOps.mirror),
    "turned by EXIF": _turned,
    "turned by 3°": _saved(lambda image: image.rotate(3)),
    "a line of text": _saved(_captioned),
    "without colour": _saved(lambda image: image.convert("L")),
}


def vectors_of(folder: Path, model: str) -> tuple[npt.NDArray[np.float32], list[str]]:
    collection = Collection.from_source(folder)
    embeddings = embed(collection, get_network(model), open_store(), threading.Event(), lambda done, total: None)
    return embeddings, [Path(collection.items[i].relative).stem for i in collection.readable]


def duplicates(photos: Path, model: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        originals = sorted(photos.iterdir())
        planted: dict[str, tuple[str, str]] = {}
        for file in originals:
            shutil.copy(file, folder)
        for i, file in enumerate(random.Random(0).sample(originals, 200)):
            change = list(CHANGES)[i % len(CHANGES)]
            copy = f"{file.stem}~copy"
            planted[copy] = file.stem, change
            CHANGES[change](Image.open(file).convert("RGB"), folder / f"{copy}.jpg")
        embeddings, names = vectors_of(folder, model)
    vectors, _ = prepare(embeddings, "cosine")
    found_groups = duplicate_groups(nearest_neighbors(vectors, _NEIGHBORS), typical_distance(vectors, "cosine"))
    groups = dict(zip(names, found_groups.tolist(), strict=True))
    found = {copy: groups[copy] > 0 and groups[copy] == groups[original] for copy, (original, _) in planted.items()}
    print(f"\n{model}: {sum(found.values())} of {len(planted)} planted copies found among {len(originals):,} images\n")
    print("| change | found |\n|---|---|")
    for change in CHANGES:
        copies = [copy for copy, (_, how) in planted.items() if how == change]
        print(f"| {change} | {sum(found[copy] for copy in copies)} of {len(copies)} |")
    with_a_copy = {groups[copy] for copy in planted}
    others = {name: group for name, group in groups.items() if group and group not in with_a_copy}
    print(f"\nOther groups: {len(set(others.values()))}, of {len(others)} photographs, to be judged by eye:\n")
    for group in sorted(set(others.values())):
        print("-", ", ".join(name for name, other in others.items() if other == group))


def outliers(photos: Path, model: str) -> None:
    embeddings, names = vectors_of(photos, model)
    labels = np.array([name.split("__")[0] for name in names])
    precision: dict[str, list[float]] = {"mean distance": [], "local outlier factor": []}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        kinds = rng.permutation(np.unique(labels))
        (inside,), (outside,) = np.nonzero(np.isin(labels, kinds[:12])), np.nonzero(np.isin(labels, kinds[12:]))
        chosen = rng.choice(outside, 12, replace=False)
        planted = np.repeat([False, True], [len(inside), len(chosen)])
        vectors, _ = prepare(embeddings[np.concatenate([inside, chosen])], "cosine")
        neighbors = nearest_neighbors(vectors, _NEIGHBORS)
        precision["mean distance"].append(average_precision_score(planted, mean_distance(neighbors)))
        precision["local outlier factor"].append(average_precision_score(planted, local_outlier_factor(neighbors)))
    print(f"\n{model}: 12 photographs of other things among about {len(inside)}, twenty times\n")
    print("| score | mean average precision |\n|---|---|")
    for score, values in precision.items():
        print(f"| {score} | {np.mean(values):.2f} |")
    print(f"| chance | {planted.mean():.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--model", nargs="+", default=["squeezenet"])
    arguments = parser.parse_args()
    for model in arguments.model:
        duplicates(arguments.photos, model)
        outliers(arguments.photos, model)


if __name__ == "__main__":
    main()
