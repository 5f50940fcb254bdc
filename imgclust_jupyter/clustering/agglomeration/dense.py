"""The last clusters, few enough for the matrix of their dissimilarities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.clusters import Clusters, lance_williams

__all__ = ["merge_by_matrix"]


def merge_by_matrix(clusters: Clusters, active: npt.NDArray[np.int32]) -> Iterator[tuple[int, int, float]]:
    """Merge what is left along chains of nearest neighbours (Murtagh 1983), in O(m²) time and memory.

    Parameters
    ----------
    clusters : Clusters
    active : ndarray of int32, shape (m,)
        The slots in use.

    Yields
    ------
    first, second : int
        Slots; the union takes the first.
    height : float
        Their dissimilarity.
    """
    matrix = _dissimilarities(clusters, active)
    size, height = clusters.size[active], clusters.height[active]
    chain: list[int] = []
    remaining = list(range(len(active)))[::-1]
    gone = np.zeros(len(active), dtype=bool)
    for _ in range(len(active) - 1):
        while not chain:
            start = remaining.pop()
            if not gone[start]:
                chain.append(start)
        while True:
            row = matrix[chain[-1]]
            nearest = int(row.argmin())
            # Of equally near ones the one before, or the chain would never end.
            if len(chain) > 1 and row[chain[-2]] <= row[nearest]:
                break
            chain.append(nearest)
        i, j = sorted((chain.pop(), chain.pop()))
        between = matrix[i, j]
        union = lance_williams(matrix[i], matrix[j], size[i], size[j], between, size, clusters.ward)
        union[[i, j]] = np.inf
        matrix[i] = matrix[:, i] = union
        matrix[j] = matrix[:, j] = np.inf
        size[i] += size[j]
        gone[j] = True
        remaining.append(i)
        height[i] = max(between, height[i], height[j])
        yield int(active[i]), int(active[j]), float(height[i])


def _dissimilarities(clusters: Clusters, active: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    means = clusters.mean[active].astype(np.float64)
    size, offset = clusters.size[active], clusters.offset[active]
    norm = np.einsum("ij,ij->i", means, means) / 2
    matrix = means @ means.T
    np.subtract(norm, matrix, out=matrix)
    matrix += norm[:, None]
    np.maximum(matrix, 0, out=matrix)
    if clusters.ward:
        matrix *= 2 * size[:, None] * size / (size[:, None] + size)
    matrix += offset
    matrix += offset[:, None]
    np.fill_diagonal(matrix, np.inf)
    return matrix
