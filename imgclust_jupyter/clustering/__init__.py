"""Distances between feature vectors, linkage, and the tree that is drawn, cut and selected in."""

from imgclust_jupyter.clustering.distances import METRICS, Metric, condensed_distances, prepare
from imgclust_jupyter.clustering.leaf_order import order_leaves
from imgclust_jupyter.clustering.linkage import LINKAGES, linkage
from imgclust_jupyter.clustering.tree import Tree

__all__ = [
    "LINKAGES",
    "METRICS",
    "Metric",
    "Tree",
    "condensed_distances",
    "linkage",
    "order_leaves",
    "prepare",
]
