"""The candidates of clusters among all of them, by matrix products in blocks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.clusters import Clusters, Lists
from imgclust_jupyter.clustering.agglomeration.selection import (
    Side,
    empty_smallest,
    select_by_column,
    select_by_row,
)

__all__ = ["scan"]

_BLOCK = 2048  # rows and columns of a block of products: 16 MiB of float32
_THREADS = 2  # that select; the product is made by as many as numpy's BLAS has

Slots = npt.NDArray[np.int32]


def scan(
    clusters: Clusters,
    lists: Lists,
    rows: Slots,
    active: Slots,
    dtype: npt.DTypeLike,
    on_block: Callable[[float], None],
    group: Slots | None = None,
) -> None:
    """Make the lists of some clusters anew: the k smallest bounds of all, and the largest of them for the rest.

    The dissimilarity of two clusters is made of the product of their means and of terms of either alone. Whatever the
    order of its sum, a product of d numbers with unit roundoff u is off by at most about ``d u |c| |c'|`` (Higham,
    Accuracy and Stability of Numerical Algorithms, section 3.1), and that is at most ``d u (|c|²/2 + |c'|²/2)``. So
    with each ``|c|²/2`` lowered by twice its share, which covers the few roundings after the sum as well, every entry
    is a lower bound. Where all clusters are scanned, each pair is multiplied once.

    Parameters
    ----------
    clusters, lists : Clusters, Lists
    rows : ndarray of int32, shape (r,)
        Slots whose lists are made; either `active` or some of it, ascending.
    active : ndarray of int32, shape (m,)
        The slots in use, ascending.
    dtype : {float32, float64}
        Of the products.
    on_block : callable
        Called after each block with the share of the blocks done; may raise to stop.
    group : ndarray of int32, shape (m,), optional
        Clusters of the same group are no candidates of each other. Default: each is a group of its own.
    """
    everything = len(rows) == len(active)
    columns = _side(clusters, active, dtype, group)
    position = np.searchsorted(active, rows).astype(np.int32)
    sides = Side(position, columns.group[position], columns.norm[position], columns.size[position])
    smallest = empty_smallest(len(rows), lists.member.shape[1], dtype)
    blocks = [(i, j) for i in range(0, len(rows), _BLOCK) for j in range(0, len(active), _BLOCK)]
    if everything:
        # The diagonal first: there a row finds those that follow it, see `select_by_row`.
        blocks = sorted(((i, j) for i, j in blocks if i <= j), key=lambda block: (block[0] != block[1], block))
    with ThreadPoolExecutor(_THREADS) as pool:
        for done, (i, j) in enumerate(blocks, 1):
            slots = rows[i : i + _BLOCK], active[j : j + _BLOCK]
            first, second = (clusters.mean[part].astype(dtype, copy=False) for part in slots)
            products = first @ second.T
            block = products, _part(sides, i), _part(columns, j)
            _in_threads(pool, select_by_row, *block, _part(smallest, i), products.shape[0], clusters.ward)
            if everything and i != j:
                _in_threads(pool, select_by_column, *block, _part(smallest, j), products.shape[1], clusters.ward)
            on_block(done / len(blocks))
    lists.member[rows] = np.where(smallest.position >= 0, active[smallest.position], -1)
    lists.low[rows] = smallest.value
    lists.exact[rows] = False
    lists.rest[rows] = smallest.largest


def _side(clusters: Clusters, active: Slots, dtype: npt.DTypeLike, group: Slots | None) -> Side:
    unit = np.finfo(dtype).eps / 2
    lowered = 1 - 2 * (clusters.mean.shape[1] + 8) * unit
    norm = np.empty(len(active))
    for start in range(0, len(active), _BLOCK):
        means = clusters.mean[active[start : start + _BLOCK]].astype(np.float64)
        norm[start : start + _BLOCK] = np.einsum("ij,ij->i", means, means) / 2
    norm = lowered * norm + (1 - 8 * unit) * clusters.offset[active]
    position = np.arange(len(active), dtype=np.int32)
    group = position if group is None else group
    return Side(position, group, norm.astype(dtype), clusters.size[active].astype(dtype))


def _part(arrays: Any, start: int) -> Any:
    return type(arrays)(*(array[start : start + _BLOCK] for array in arrays))


def _in_threads(pool: ThreadPoolExecutor, select: Callable[..., None], *args: Any) -> None:
    *block, total, ward = args
    share = -(-total // _THREADS)
    for _ in pool.map(lambda begin: select(*block, begin, min(begin + share, total), ward), range(0, total, share)):
        pass
