"""The layouts that a map can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.layout.neighbors import Neighbors
from imgclust_jupyter.layout.pca import pca_map
from imgclust_jupyter.layout.tsne import tsne_map
from imgclust_jupyter.layout.umap import umap_map

__all__ = ["LAYOUTS", "Layout"]

Layout = Callable[[npt.NDArray[Any], Neighbors, npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""Prepared vectors (n, d), their neighbours and the map so far (n, 2) -> a map, float32 (n, 2)."""

LAYOUTS: dict[str, Layout] = {
    "pca": lambda vectors, neighbors, initial: pca_map(vectors),
    "umap": umap_map,
    "tsne": tsne_map,
}
"""The layouts by name; to add one, write its function and name it here."""
