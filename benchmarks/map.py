"""How long a map takes, and how well it keeps neighbourhoods, beside umap-learn as users call it, openTSNE and PaCMAP.

Each library runs in a process of its own, twice: the first time counts imports and compilation, the second does not.
Quality is of the same sample of 3,000 rows: trustworthiness among themselves, and the share of their 15 nearest of all
rows that are still among the 15 nearest on the map. The data are 50 groups on sheets with a decaying spectrum, with
noise in all directions, or embeddings from a file (float32, shape (m, d), in .npy) of which n rows are mixed: 60 to
100 % of one and the rest of a near one, with noise of a third of each feature's spread.

    .venv/bin/python benchmarks/map.py 20000 2048
    .venv/bin/python benchmarks/map.py 20000 512 --embeddings squeezenet.npy --only imgclust umap-learn
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

LIBRARIES = ("imgclust", "umap-learn", "openTSNE", "PaCMAP")
SAMPLE = 3000
K = 15


def synthetic(n: int, d: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    spectrum = np.arange(1, min(200, d) + 1) ** -0.5
    basis = rng.normal(size=(len(spectrum), d)) / np.sqrt(d)
    sheets = (
        rng.normal(size=(50, len(spectrum)))[rng.integers(50, size=n)] + rng.normal(size=(n, len(spectrum)))
    ) * spectrum
    return (sheets @ basis + 0.3 / np.sqrt(d) * rng.normal(size=(n, d))).astype(np.float32)


def mixed(file: Path, n: int) -> np.ndarray:
    from imgclust_jupyter.clustering import prepare
    from imgclust_jupyter.layout import nearest_neighbors

    X = np.load(file)
    rng = np.random.default_rng(0)
    near = nearest_neighbors(prepare(X, "cosine")[0], K).indices
    rows = np.arange(n) % len(X)
    share = rng.uniform(0.6, 1, size=(n, 1))
    noise = X.std(axis=0) / 3 * rng.normal(size=(n, X.shape[1]))
    return (share * X[rows] + (1 - share) * X[near[rows, rng.integers(1, K, size=n)]] + noise).astype(np.float32)


def ours(X: np.ndarray) -> np.ndarray:
    started = time.perf_counter()
    from imgclust_jupyter.clustering import prepare
    from imgclust_jupyter.layout import nearest_neighbors, pca_map, umap_map, warm_up

    vectors, _ = prepare(X, "cosine")
    lap = split(started, "import, prepare")
    warm_up()
    lap = split(lap, "compile")
    initial = pca_map(vectors)
    lap = split(lap, "start")
    neighbors = nearest_neighbors(vectors, K)
    lap = split(lap, f"neighbours (recall {neighbors.recall:.3f})")
    coordinates = umap_map(vectors, neighbors, initial)
    split(lap, "optimisation")
    return coordinates


def split(since: float, what: str) -> float:
    now = time.perf_counter()
    print(f"    {what:30} {now - since:7.1f} s", flush=True)
    return now


def umap_learn(X: np.ndarray) -> np.ndarray:
    import umap

    return umap.UMAP(metric="cosine").fit_transform(X)


def open_tsne(X: np.ndarray) -> np.ndarray:
    import openTSNE

    return np.asarray(openTSNE.TSNE(metric="cosine", n_jobs=-1, random_state=0).fit(X))


def pacmap(X: np.ndarray) -> np.ndarray:
    import pacmap

    return pacmap.PaCMAP(distance="angular", random_state=0).fit_transform(X)


RUN: dict[str, Callable[[np.ndarray], np.ndarray]] = dict(
    zip(LIBRARIES, (ours, umap_learn, open_tsne, pacmap), strict=True)
)


def quality(X: np.ndarray, layout: np.ndarray) -> str:
    from sklearn.manifold import trustworthiness

    from imgclust_jupyter.clustering import prepare
    from imgclust_jupyter.layout.exact_search import nearest_rows

    vectors, _ = prepare(X, "cosine")
    layout = np.ascontiguousarray(layout, dtype=np.float32)
    sample = np.random.default_rng(0).choice(len(X), min(SAMPLE, len(X)), replace=False)
    before, after = (nearest_rows(points[sample], points, K, themselves=sample)[0] for points in (vectors, layout))
    kept = np.mean([len(np.intersect1d(a, b)) / K for a, b in zip(before, after, strict=True)])
    trust = trustworthiness(vectors[sample], layout[sample], n_neighbors=K)
    return f"trustworthiness {trust:.4f}, neighbours kept {kept:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", type=int)
    parser.add_argument("d", type=int, help="of synthetic data")
    parser.add_argument("--embeddings", type=Path)
    parser.add_argument("--only", nargs="+", choices=LIBRARIES, default=LIBRARIES)
    parser.add_argument("--once", action="store_true", help="in a fresh process only")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.here:
        for library in options.only:
            subprocess.run([sys.executable, *without_only(sys.argv), "--here", "--only", library], check=True)
        return
    X = synthetic(options.n, options.d) if options.embeddings is None else mixed(options.embeddings, options.n)
    (library,) = options.only
    print(f"{library}, {X.shape[0]:,} x {X.shape[1]:,}, load {os.getloadavg()[0]:.1f}", flush=True)
    for state in ("fresh",) if options.once else ("fresh", "compiled"):
        started, cpu = time.perf_counter(), time.process_time()
        layout = RUN[library](X)
        print(f"  {state:9} {time.perf_counter() - started:7.1f} s, {time.process_time() - cpu:7.1f} CPU s", flush=True)
    print(f"  {quality(X, layout)}", flush=True)


def without_only(arguments: list[str]) -> list[str]:
    if "--only" not in arguments:
        return arguments
    first = arguments.index("--only")
    last = first + 1
    while last < len(arguments) and not arguments[last].startswith("--"):
        last += 1
    return arguments[:first] + arguments[last:]


if __name__ == "__main__":
    main()
