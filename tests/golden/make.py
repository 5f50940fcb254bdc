"""Write the bytes that Python sends, for vitest to read: run after a change of the wire format; look at the diff."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage

from imgclust_jupyter.clustering import Tree, medoids, order_leaves
from imgclust_jupyter.widget.colors import shown_colors
from imgclust_jupyter.widget.wire import DatasetMessage, encode_dataset
from imgclust_jupyter.workspace.selection import pack, unpack

HERE = Path(__file__).parent
TRAITS = ("ids", "coordinates", "leaf_order", "merges", "medoids", "columns")
SELECTED_ROWS = [0, 5, 19]
ID_COUNT = 23
COLORS = [2, 0, 3, 1]  # of the first four clusters, as after an addition


def example() -> tuple[DatasetMessage, Tree]:
    """Twenty rows of a collection of 23 files, of which three could not be read."""
    rng = np.random.default_rng(7)
    points = rng.normal(size=(20, 2)).astype(np.float32)
    points[:8] += 6
    points[8:13] -= 6
    ids = np.delete(np.arange(ID_COUNT), [3, 11, 12])
    table = pd.DataFrame(
        {
            "width": np.where(np.arange(20) == 4, np.nan, np.arange(20) * 10.0),
            "breed": pd.Series(np.where(np.arange(20) % 3 == 0, "pug", "boxer")).where(np.arange(20) != 9),
            "taken": pd.Series(pd.date_range("2024-03-30", periods=20, freq="h", tz="Europe/Berlin")).shift(1),
        }
    )
    Z = linkage(points, "ward")
    tree = Tree.from_linkage(Z, order_leaves(Z, points))
    header = {"version": 3, "id_count": ID_COUNT, "title": "photos", "network": "SqueezeNet 1.1", "metric": "cosine",
              "linkage": "ward", "layout": "umap", "auto": 3, "errors": 3,
              "notices": ["a <b>notice</b>"], "colors": COLORS}  # fmt: skip
    return encode_dataset(header, ids, table, tree, points, medoids(tree, points)), tree


def golden() -> tuple[dict[str, object], bytes]:
    """What the two files hold."""
    message, tree = example()
    offsets, blob = {}, b""
    for name in TRAITS:
        value = getattr(message, name)
        offsets[name] = [len(blob), len(value)]
        blob += value
    ids = unpack(message.ids, ID_COUNT)
    expected = {
        "labels_k3": (tree.cut(3) - 1).tolist(),
        "colors_k3": shown_colors(tree, 3, COLORS).tolist(),
        "labels_k7": (tree.cut(7) - 1).tolist(),
        "colors_k7": shown_colors(tree, 7, COLORS).tolist(),
        "ids": ids.tolist(),
        "leaf_order": tree.leaf_order.tolist(),
        "left_start": tree.left_start.tolist(),
        "size": tree.size.tolist(),
        "split": tree.split.tolist(),
        "medoids": medoids(tree, np.frombuffer(message.coordinates, "<f4").reshape(-1, 2)).tolist(),
        "selection": {"rows": SELECTED_ROWS, "bytes_hex": pack(ids[SELECTED_ROWS], ID_COUNT).hex()},
    }
    return {"header": message.header, "traits": offsets, "expected": expected}, blob


if __name__ == "__main__":
    text, blob = golden()
    (HERE / "dataset.json").write_text(json.dumps(text, indent=1) + "\n")
    (HERE / "dataset.bin").write_bytes(blob)
