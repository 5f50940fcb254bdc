"""Trees, side by side: seconds, memory and heights of ours, scipy, fastcluster, scikit-learn and Orange.

``python benchmarks/tree.py`` compares them on 1,000 to 20,000 vectors; each contender runs in a process of its own,
whose imports and compilation count, ours once with an empty numba cache (``cold``) and once with a filled one. Memory
is the peak beyond what the process had with the vectors loaded. ``--large`` runs ours alone on 50,000 and 100,000
vectors, and the float32 product of all pairs before it in the same process, to which its time is compared.

``--data mixture`` are groups of unequal width, ``uniform`` is the worst case, without any structure; ``photos`` are
SqueezeNet's embeddings of the photographs in ``IMGCLUST_TEST_DATA/flat2000``, each as it is and in random crops, half
of them mirrored, until there are 20,000 (about a minute; kept in ``--embeddings``); above that, copies of those with
Gaussian noise of a tenth of their standard deviation.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

CROPS = 10
BLOCK = 4096


def ours(vectors: np.ndarray, method: str) -> np.ndarray:
    from imgclust_jupyter.clustering import linkage

    return linkage(vectors, method, "cosine")[:, 2]


def scipy(vectors: np.ndarray, method: str) -> np.ndarray:
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import pdist

    return linkage(pdist(vectors, "euclidean" if method == "ward" else "cosine"), method)[:, 2]


def fastcluster(vectors: np.ndarray, method: str) -> np.ndarray:
    import fastcluster

    if method == "ward":
        return fastcluster.linkage_vector(vectors, "ward")[:, 2]
    return fastcluster.linkage(vectors, method, "cosine")[:, 2]


def sklearn(vectors: np.ndarray, method: str) -> np.ndarray:
    from sklearn.cluster import AgglomerativeClustering

    metric = "euclidean" if method == "ward" else "cosine"
    return AgglomerativeClustering(linkage=method, metric=metric, compute_distances=True).fit(vectors).distances_


def orange(vectors: np.ndarray, method: str) -> np.ndarray:
    from Orange.clustering.hierarchical import dist_matrix_linkage
    from Orange.distance import Cosine, Euclidean

    distances = (Euclidean if method == "ward" else Cosine)(vectors)
    return dist_matrix_linkage(distances, linkage=method)[:, 2]


CONTENDERS: dict[str, Callable[[np.ndarray, str], np.ndarray]] = {
    "ours, cold": ours,
    "ours": ours,
    "scipy": scipy,
    "fastcluster": fastcluster,
    "sklearn": sklearn,
    "orange": orange,
}


def photos(n: int, embeddings: Path) -> np.ndarray:
    if not embeddings.exists():
        np.save(embeddings, embed_crops(Path(os.environ["IMGCLUST_TEST_DATA"]) / "flat2000"))
    X = np.load(embeddings)
    if n > len(X):
        rng = np.random.default_rng(0)
        X = X[np.arange(n) % len(X)]
        X = X + 0.1 * X.std() * rng.normal(size=X.shape).astype(np.float32)
    return X[:n]


def embed_crops(folder: Path) -> np.ndarray:
    import torch
    from PIL import Image

    from imgclust_jupyter.embedding import get_network
    from imgclust_jupyter.imaging import decode

    network = get_network("squeezenet")

    def embed(numbered: tuple[int, Path]) -> np.ndarray:
        torch.set_num_threads(1)
        rng = np.random.default_rng(numbered[0])
        image = decode(numbered[1], min_side=2 * network.min_side).image
        versions = [image]
        for _ in range(CROPS - 1):
            width, height = (int(side * rng.uniform(0.5, 0.95)) for side in image.size)
            left, top = int(rng.integers(image.width - width + 1)), int(rng.integers(image.height - height + 1))
            crop = image.crop((left, top, left + width, top + height))
            versions.append(crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else crop)
        return network.forward(np.stack([np.asarray(network.preprocess(version)) for version in versions]))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        each = np.stack(list(pool.map(embed, enumerate(sorted(folder.glob("*.*"))))))
    return each.transpose(1, 0, 2).reshape(-1, each.shape[2])  # all photographs before their crops


def make(kind: str, n: int, d: int, embeddings: Path) -> np.ndarray:
    rng = np.random.default_rng(0)
    if kind == "photos":
        X = photos(n, embeddings)
    elif kind == "uniform":
        X = rng.normal(size=(n, d)).astype(np.float32)
    else:
        centres = rng.normal(size=(max(2, n // 100), d)).astype(np.float32)
        X = centres[rng.integers(0, len(centres), n)]
        X += rng.normal(size=(n, d)).astype(np.float32) * rng.uniform(0.3, 1.2, size=(n, 1)).astype(np.float32)
    X -= X.mean(axis=0)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return X


def multiply_all(vectors: np.ndarray) -> float:
    import torch

    started = time.perf_counter()
    X = torch.from_numpy(vectors)
    product = torch.empty((BLOCK, BLOCK))
    for i in range(0, len(X), BLOCK):
        for j in range(0, len(X), BLOCK):
            a, b = X[i : i + BLOCK], X[j : j + BLOCK]
            torch.mm(a, b.T, out=product if len(a) == len(b) == BLOCK else None)
    return time.perf_counter() - started


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run_alone(options: argparse.Namespace) -> None:
    vectors = np.load(options.vectors)
    product = multiply_all(vectors) if options.large else None
    before, started, cpu = peak(), time.perf_counter(), time.process_time()
    heights = CONTENDERS[options.contender](vectors, options.method)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    np.save(options.heights, np.sort(heights))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": peak() - before, "product": product}))


def compare(n: int, d: int, method: str, options: argparse.Namespace) -> None:
    reference = None
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        np.save(scratch / "vectors.npy", make(options.data, n, d, options.embeddings))
        for name in options.contenders:
            environment = dict(os.environ) | ({"NUMBA_CACHE_DIR": folder} if name == "ours, cold" else {})
            command = [sys.executable, __file__, "--contender", name, "--method", method]
            command += ["--vectors", str(scratch / "vectors.npy"), "--heights", str(scratch / "heights.npy")]
            command += ["--large"] if options.large else []
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3600, check=False)
            row = f"| {options.data} | {n:,} x {d} | {method} | {name} |"
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]
                print(row, reason[:60], "| | | | |", flush=True)
                continue
            found = json.loads(done.stdout.splitlines()[-1])
            heights = np.load(scratch / "heights.npy")
            reference = heights if reference is None else reference
            ratio = f"{found['seconds'] / found['product']:.2f} x {found['product']:.1f} s" if found["product"] else ""
            print(
                f"{row} {found['seconds']:.2f} | {found['cpu']:.2f} | {found['memory']:.2f} | "
                f"{np.abs(heights - reference).max():.0e} | {ratio} |",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, nargs="+", default=None)
    parser.add_argument("--d", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--methods", nargs="+", default=["average", "ward"])
    parser.add_argument("--data", choices=["mixture", "uniform", "photos"], default="mixture")
    parser.add_argument("--embeddings", type=Path, default=Path(tempfile.gettempdir()) / "photos.npy")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=None)
    parser.add_argument("--orange", action="store_true", help="with Orange's own path, where it is installed")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--method", help=argparse.SUPPRESS)
    parser.add_argument("--vectors", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--heights", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        run_alone(options)
        return
    if options.contenders is None:
        others = [name for name in CONTENDERS if name != "orange" or options.orange]
        options.contenders = ["ours"] if options.large else others
    sizes = options.n or ([50_000, 100_000] if options.large else [1000, 5000, 10_000, 20_000])
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n")
    print("| data | n x d | linkage | | s | CPU s | GiB beyond the vectors | heights differ by | time / product |")
    print("|---" * 9 + "|")
    for d in [512] if options.data == "photos" else options.d:
        for n in sizes:
            for method in options.methods:
                compare(n, d, method, options)
    print(f"\nload average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
