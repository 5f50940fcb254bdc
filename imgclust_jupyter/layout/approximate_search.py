"""The nearest rows by descending a graph of neighbours, for collections too large to compare all with all."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["descended_rows"]


def descended_rows(
    vectors: npt.NDArray[Any], k: int, metric: str, seed: int = 0
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Find k rows near to every row, most of which are the nearest ones; itself is usually among them.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
    k : int
        At most n.
    metric : {"euclidean", "manhattan"}
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    indices : ndarray of int32, shape (n, k)
        By distance; -1 where fewer were found.
    distances : ndarray of float32, shape (n, k)

    References
    ----------
    Dong, Moses, Li: Efficient k-nearest neighbor graph construction for generic similarity measures, WWW 2011;
    pynndescent's implementation, which takes some 20 s to compile in a fresh process.
    """
    from pynndescent import NNDescent

    indices, distances = NNDescent(vectors, metric=metric, n_neighbors=k, random_state=seed).neighbor_graph
    return indices, distances
