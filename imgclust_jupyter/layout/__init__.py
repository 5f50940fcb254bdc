"""Where images stand on the map."""

from imgclust_jupyter.layout.layouts import LAYOUTS, Layout
from imgclust_jupyter.layout.neighbors import Neighbors, extend_neighbors, nearest_neighbors
from imgclust_jupyter.layout.pca import pca_map
from imgclust_jupyter.layout.placing import place
from imgclust_jupyter.layout.tsne import tsne_map
from imgclust_jupyter.layout.umap import umap_map, warm_up

__all__ = [
    "LAYOUTS",
    "Layout",
    "Neighbors",
    "extend_neighbors",
    "nearest_neighbors",
    "pca_map",
    "place",
    "tsne_map",
    "umap_map",
    "warm_up",
]
