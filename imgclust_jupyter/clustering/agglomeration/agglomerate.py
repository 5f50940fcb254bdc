"""From vectors to a linkage matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.duplicates import first_of_equals, merge_equals
from imgclust_jupyter.clustering.agglomeration.rounds import Agglomeration
from imgclust_jupyter.clustering.agglomeration.spanning_tree import spanning_tree
from imgclust_jupyter.clustering.distances import Vectors
from imgclust_jupyter.clustering.merges import to_linkage

__all__ = ["agglomerate"]


Merges = Iterable[tuple[npt.NDArray[np.integer], npt.NDArray[np.float64]]]


def agglomerate(
    vectors: Vectors, method: str, squared: bool, on_progress: Callable[[float], None]
) -> npt.NDArray[np.float64]:
    """Merge vectors into ever larger clusters, without the distances of all pairs.

    The result is that of scipy's `linkage` with heights to about 1e-7 of the largest distance; where several clusters
    are equally near, which two are merged first can differ. Equal vectors are merged beforehand. For time and memory
    see `Agglomeration` and `spanning_tree`.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
    method : {"average", "single", "ward"}
    squared : bool
        Whether heights are half squared Euclidean distances, as average linkage needs, or Euclidean distances.
    on_progress : callable
        Called with the share of the work done, at least once a second; may raise to stop.

    Returns
    -------
    ndarray of float64, shape (n - 1, 4)
    """
    scaled, scale = _scaled(vectors)
    first = first_of_equals(scaled)
    slots, size = np.unique(first, return_counts=True)
    pairs = [np.array(list(merge_equals(first)), dtype=np.int64).reshape(-1, 2)]
    height = [np.zeros(len(pairs[0]))]
    distinct = scaled if len(slots) == len(scaled) else scaled[slots]
    merges: Merges
    if method == "single":
        merges = spanning_tree(distinct, on_progress)
    else:
        merges = Agglomeration(distinct, size.astype(np.float64), method == "ward", on_progress).merges()
    for merged, at in merges:
        pairs.append(slots[merged])
        height.append(at * scale**2 if squared else np.sqrt(2 * at) * scale)
    return to_linkage(np.concatenate(pairs), np.concatenate(height))


def _scaled(vectors: Vectors) -> tuple[npt.NDArray[np.float32], float]:
    # Around their mean, which costs the fewest digits, and no longer than 1; by a power of two, which costs none.
    centre = vectors.mean(axis=0, dtype=np.float64)
    scaled = np.empty(vectors.shape, dtype=np.float32)
    rows = max(1, 2**22 // max(1, vectors.shape[1]))
    blocks = [slice(start, start + rows) for start in range(0, len(vectors), rows)]
    longest = max(float(np.linalg.norm(vectors[block] - centre, axis=1).max()) for block in blocks)
    scale = float(2.0 ** np.ceil(np.log2(longest))) if longest > 0 else 1.0
    for block in blocks:
        scaled[block] = (vectors[block] - centre) / scale
    scaled += 0.0  # makes negative zeros positive
    return scaled, scale
