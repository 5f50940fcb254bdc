"""The part of the explorer that says what its clusters are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from imgclust_jupyter.clustering import stability
from imgclust_jupyter.insight.cluster_table import cluster_table

if TYPE_CHECKING:
    from imgclust_jupyter.pipeline import Results
    from imgclust_jupyter.widget.session import Session

__all__ = ["Meaning"]


class Meaning:
    """What the clusters are like, in words and numbers."""

    _session: Session
    _results: Callable[[], Results]

    @property
    def clusters(self) -> pd.DataFrame:
        """The clusters of the cut, one row for each; waits for all.

        size; medoid (the label in `data` of the image that stands for the cluster); name and classes (what the network
        takes its images for, with mean shares; empty where the network has no classes); height (of the merge that makes
        the cluster); cohesion (mean distance to the medoid, less is tighter); separation (mean silhouette, from -1 to
        1, in a sample of some thousand images). `cluster_stability` says which come back in samples.
        """
        results = self._results()
        assert results.tree is not None
        assert results.medoids is not None
        assert results.vectors is not None
        n_clusters = self._session.widget.cut["n_clusters"]
        metric = self._session.pipeline.options.metric
        table = cluster_table(results.tree, n_clusters, results.medoids, results.names, results.vectors, metric)
        return table.assign(medoid=self._session.data_so_far.index[table["medoid"]])

    def cluster_stability(self, resamples: int = 20) -> pd.Series:
        """Find out which clusters of the cut come back when only a part of the images is clustered.

        Parameters
        ----------
        resamples : int
            How many samples of four fifths of the images, but of at most 5,000, are clustered.

        Returns
        -------
        Series
            Of each cluster the mean Jaccard index with the branch that is most like it, from 0 to 1: above 0.75 it can
            be called stable, below 0.5 it says little about the images (`imgclust_jupyter.clustering.stability`).
        """
        results = self._results()
        assert results.tree is not None
        assert results.vectors is not None
        options = self._session.pipeline.options
        labels = results.tree.cut(self._session.widget.cut["n_clusters"])
        values = stability(results.vectors, labels, options.linkage, options.metric, resamples)
        return pd.Series(values, index=pd.RangeIndex(1, len(values) + 1, name="cluster"), name="stability")
