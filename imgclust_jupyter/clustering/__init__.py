"""Distances between feature vectors, linkage, and the tree that is drawn, cut and selected in."""

from imgclust_jupyter.clustering.auto_cut import auto_clusters
from imgclust_jupyter.clustering.cophenetic import cophenetic_correlation, cophenetic_distances
from imgclust_jupyter.clustering.distances import METRICS, Metric, condensed_distances, prepare
from imgclust_jupyter.clustering.leaf_order import order_leaves
from imgclust_jupyter.clustering.linkage import LINKAGES, linkage, plan_linkage
from imgclust_jupyter.clustering.medoids import medoids
from imgclust_jupyter.clustering.stability import stability
from imgclust_jupyter.clustering.tree import Tree

__all__ = [
    "LINKAGES",
    "METRICS",
    "Metric",
    "Tree",
    "auto_clusters",
    "condensed_distances",
    "cophenetic_correlation",
    "cophenetic_distances",
    "linkage",
    "medoids",
    "order_leaves",
    "plan_linkage",
    "prepare",
    "stability",
]
