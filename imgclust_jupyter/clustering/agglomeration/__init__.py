"""Exact average, single and Ward's linkage without a matrix of distances."""

from imgclust_jupyter.clustering.agglomeration.agglomerate import agglomerate

__all__ = ["agglomerate"]
