"""Which metric and linkage: agreement of clusters with labels, over every labelled set at hand.

``IMGCLUST_TEST_DATA=<folder> python benchmarks/defaults.py`` prints Markdown: for each set and network the share of an
image's five nearest neighbours that have its label, and the adjusted Rand index of the tree cut into as many clusters
as there are labels, and as `auto_clusters` says. Which layer of the network is decided by ``networks.py``.
"""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
from networks import N_NEIGHBORS, WEIGHTS, labelled_sets
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter.clustering import LINKAGES, METRICS, Tree, auto_clusters, linkage, prepare
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.layout import nearest_neighbors
from imgclust_jupyter.store import open_store

Vectors = npt.NDArray[np.floating]


def not_centred(X: Vectors) -> Vectors:
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def prepared(X: Vectors) -> dict[str, tuple[Vectors, str]]:
    """Return by name the vectors, and the metric that they are compared by."""
    ways = {name: (prepare(X, name)[0], name) for name in METRICS}
    return {"cosine, not centred": (not_centred(X), "cosine"), **ways}


def agreement(vectors: Vectors, metric: str, labels: npt.NDArray[np.int64]) -> float:
    indices, _ = nearest_neighbors(vectors, N_NEIGHBORS + 1, metric)
    return float((labels[indices[:, 1:]] == labels[:, None]).mean())


def embedded(scratch: Path) -> dict[str, tuple[Vectors, npt.NDArray[np.int64]]]:
    data = Path(os.environ["IMGCLUST_TEST_DATA"])
    sets: dict[str, tuple[Vectors, npt.NDArray[np.int64]]] = {}
    for name, (files, names) in labelled_sets(data, scratch).items():
        labels = np.unique(names, return_inverse=True)[1]
        for label, model in (("squeezenet", "squeezenet"), ("mobilenet_v2", str(data / "weights" / WEIGHTS))):
            network = get_network(model)
            collection = Collection.from_source(files)
            embeddings = embed(collection, network, open_store(), threading.Event(), lambda done, total: None)
            sets[f"{name}, {label}"] = embeddings, labels[collection.readable]
    digits, kinds = load_digits(return_X_y=True)
    return {**sets, "digits, grey values": (digits, kinds)}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        sets = embedded(Path(scratch))
    scores: dict[str, dict[str, list[str]]] = {"5-nn": {}, "labels": {}, "auto": {}}
    total: dict[str, dict[str, list[float]]] = {"5-nn": {}, "labels": {}, "auto": {}}

    def note(table: str, row: str, value: float, text: str = "") -> None:
        scores[table].setdefault(row, []).append(text or f"{value:.2f}")
        total[table].setdefault(row, []).append(value)

    for X, labels in sets.values():
        for way, (vectors, metric) in prepared(X).items():
            note("5-nn", way, agreement(vectors, metric, labels))
            for method in LINKAGES:
                if method == "ward" and not METRICS[metric].euclidean:
                    continue
                tree = Tree.from_linkage(linkage(vectors, method, metric))
                row = f"{method}, {way}"
                note("labels", row, adjusted_rand_score(labels, tree.cut(len(np.unique(labels)))))
                k = auto_clusters(tree, vectors, method, metric)
                found = adjusted_rand_score(labels, tree.cut(k))
                note("auto", row, found, f"{found:.2f} ({k})")
    titles = {
        "5-nn": "Nearest neighbours with the same label",
        "labels": "Adjusted Rand index, as many clusters as labels",
        "auto": "Adjusted Rand index, clusters chosen (their number)",
    }
    for table, rows in scores.items():
        print(f"\n## {titles[table]}\n")
        print("| |", " | ".join(f"{name} ({len(np.unique(labels))})" for name, (_, labels) in sets.items()), "| mean |")
        print("|---" * (len(sets) + 2) + "|")
        for row in sorted(rows, key=lambda row: -np.mean(total[table][row])):
            print(f"| {row} |", " | ".join(rows[row]), f"| {np.mean(total[table][row]):.3f} |")


if __name__ == "__main__":
    main()
