"""What is said of each image by its neighbours and by the network's own classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.embedding import predict
from imgclust_jupyter.insight import (
    CLOSENESS,
    duplicate_groups,
    local_outlier_factor,
    mean_distance,
    ranks,
    typical_distance,
)
from imgclust_jupyter.insight.cluster_names import BranchName, name_branches
from imgclust_jupyter.pipeline.results import Findings, Results
from imgclust_jupyter.store import Store

__all__ = ["NEIGHBORS", "duplicates", "find", "names_of"]

NEIGHBORS = 16  # an image and fifteen others, umap-learn's default


def find(results: Results, metric: str, store: Store, before: npt.NDArray[np.int64] | None = None) -> Findings:
    """Rank outliers, group duplicates and name what the network sees.

    Parameters
    ----------
    results : Results
        With neighbours.
    metric : str
    store : Store
        Knows the digests of the contents.
    before : ndarray of int64, shape (n,), optional
        Where `results` has findings of earlier rows: which of them each row is, and -1 for one that is not.

    Returns
    -------
    Findings
    """
    assert results.neighbors is not None
    return Findings(
        outlier=ranks(mean_distance(results.neighbors)),
        outlier_local=ranks(local_outlier_factor(results.neighbors)),
        duplicates=duplicates(results, metric, store),
        predicted=_predicted(results, before),
    )


def duplicates(results: Results, metric: str, store: Store, closeness: float = CLOSENESS) -> npt.NDArray[np.int32]:
    """Group images that are the same, as `duplicate_groups` does; with neighbours."""
    assert results.collection is not None
    assert results.ids is not None
    assert results.vectors is not None
    assert results.neighbors is not None
    contents = [content or "" for content in results.collection.known_hashes(store, results.ids.tolist())]
    return duplicate_groups(results.neighbors, typical_distance(results.vectors, metric), contents, closeness)


def names_of(results: Results, tree: Tree) -> Mapping[int, BranchName]:
    """Return what the branches of a tree are called, by merge; nothing where the network knows no classes."""
    network, embeddings = results.network, results.embeddings
    assert network is not None
    assert embeddings is not None
    if network.classes is None:
        return {}
    return name_branches(tree, network.classes, lambda rows: network.class_scores(embeddings[rows]))


def _predicted(
    results: Results, before: npt.NDArray[np.int64] | None
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float32]] | None:
    assert results.network is not None
    assert results.embeddings is not None
    if results.network.classes is None:
        return None
    if before is None or results.findings is None or results.findings.predicted is None:
        return predict(results.network, results.embeddings)
    names, shares = results.findings.predicted
    names, shares = names[before], shares[before]
    fresh = before < 0
    names[fresh], shares[fresh] = predict(results.network, results.embeddings[fresh])
    return names, shares
