"""What stands out in a collection: outliers, duplicates, and what is like a given image."""

from imgclust_jupyter.insight.duplicates import CLOSENESS, duplicate_groups, typical_distance
from imgclust_jupyter.insight.outliers import local_outlier_factor, mean_distance, ranks
from imgclust_jupyter.insight.similar import similar

__all__ = [
    "CLOSENESS",
    "duplicate_groups",
    "local_outlier_factor",
    "mean_distance",
    "ranks",
    "similar",
    "typical_distance",
]
