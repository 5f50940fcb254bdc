"""The part of the explorer that says what its clusters are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imgclust_jupyter.clustering import stability
from imgclust_jupyter.insight.cluster_table import cluster_table
from imgclust_jupyter.insight.cut_table import cut_table
from imgclust_jupyter.insight.explanation import Explanation
from imgclust_jupyter.pipeline.explaining import explain_cluster, explain_pair, nearest_to_middle
from imgclust_jupyter.workspace.lookup import row_of

if TYPE_CHECKING:
    from imgclust_jupyter.pipeline import Results
    from imgclust_jupyter.widget.session import Session

__all__ = ["Meaning"]


_RESAMPLES, _MOST = 10, 1_000


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
        1, in a sample of some thousand images); stability (how much of the cluster comes back, from 0 to 1, in ten
        samples of at most 1,000 images; `cluster_stability` looks at more).
        """
        results = self._results()
        assert results.tree is not None
        assert results.medoids is not None
        assert results.vectors is not None
        n_clusters = self._session.widget.cut["n_clusters"]
        options = self._session.pipeline.options
        tree, vectors, metric = results.tree, results.vectors, options.metric
        table = cluster_table(tree, n_clusters, results.medoids, results.names, vectors, metric)
        found = stability(vectors, tree.cut(n_clusters), options.linkage, metric, _RESAMPLES, _MOST)
        return table.assign(medoid=self._session.table(results).index[table["medoid"]], stability=found)

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

    def silhouettes(self, numbers: Iterable[int] | None = None) -> pd.DataFrame:
        """Compare cuts into several numbers of clusters: how well apart these are, and how large.

        Parameters
        ----------
        numbers : iterable of int, optional
            Of clusters; default 2 to 30.

        Returns
        -------
        DataFrame
            By ``n_clusters``: ``silhouette``, the mean of all images, from -1 to 1; its standard ``error``, since of
            more than 2,000 images so many are looked at; of the clusters' sizes ``largest``, ``median`` and
            ``smallest``; and ``singles``, how many are of one image (`imgclust_jupyter.insight.cut_table.cut_table`).

        Raises
        ------
        ValueError
            When a number is not between 1 and the number of images.

        Examples
        --------
        >>> explorer.silhouettes([5, 10, 20])  # doctest: +SKIP
        """
        results = self._results()
        assert results.tree is not None
        assert results.vectors is not None
        return cut_table(results.tree, results.vectors, self._session.pipeline.options.metric, numbers)

    def explain(
        self,
        image: Hashable | None = None,
        other: Hashable | None = None,
        *,
        cluster: int | None = None,
        n: int = 6,
    ) -> Explanation:
        """Say why two images, or those of a cluster, are together: which classes bind them, and where in the pictures.

        Parameters
        ----------
        image, other : hashable
            Two images, each by its label in the index of `data`, its path in the collection, or its file name.
        cluster : int
            Instead of images, a cluster of the cut.
        n : int
            On how many pictures of the cluster it is shown, those in its middle.

        Returns
        -------
        Explanation
            Shows itself in a notebook, as the pictures with light on what binds them; ``classes`` is a DataFrame.

        Raises
        ------
        TypeError
            When neither two images nor a cluster is given.
        KeyError
            When there is no such image or cluster.
        ValueError
            When the numbers of the images are your own features, of which no picture is known.

        Examples
        --------
        >>> explorer.explain("milka.jpg", "berta.jpg")  # doctest: +SKIP
        >>> explorer.explain(cluster=3).classes  # doctest: +SKIP
        """
        results = self._results()
        data = self._session.table(results)
        if cluster is not None and image is None and other is None:
            members = np.flatnonzero(data["cluster"] == cluster)
            if not len(members):
                raise KeyError(f"there is no cluster {cluster!r}; there are 1 to {data['cluster'].max()}")
            return explain_cluster(results, members, nearest_to_middle(results, members, n))
        if cluster is None and image is not None and other is not None:
            rows = [row_of(each, data, results.relative_paths) for each in (image, other)]
            return explain_pair(results, *rows)
        raise TypeError("give two images, or a cluster")
