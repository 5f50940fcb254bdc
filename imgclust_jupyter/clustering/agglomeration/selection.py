"""The smallest entries of a matrix of bounds, by row and by column, kept while blocks of the matrix go by.

An entry is ``norm + norm' - product``, for Ward's linkage times ``2 s s'/(s + s')``. Most entries are no smaller than
those that a row has already, which is found out for a chunk of them at a time, as fast as they can be read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.compiled import vectorized

__all__ = ["Side", "Smallest", "empty_smallest", "select_by_column", "select_by_row"]

_CHUNK = 64
Array = npt.NDArray[Any]


class Side(NamedTuple):
    """What goes with the rows, or the columns, of a block.

    Attributes
    ----------
    position : ndarray of int32, shape (m,)
        Where they are in the whole matrix; those of columns follow each other.
    group : ndarray of int32, shape (m,)
        Entries of a row and a column of the same group are left out.
    norm : ndarray of float32 or float64, shape (m,)
    size : ndarray of the same dtype, shape (m,)
    """

    position: Array
    group: Array
    norm: Array
    size: Array


class Smallest(NamedTuple):
    """The k smallest entries so far of every row (or column), in any order.

    Attributes
    ----------
    value : ndarray of float32 or float64, shape (m, k)
    position : ndarray of int32, shape (m, k)
        Where they are in the other direction; -1 where there are fewer.
    largest : ndarray, shape (m,)
        The largest of the k, infinite where there are fewer.
    """

    value: Array
    position: Array
    largest: Array


def empty_smallest(m: int, k: int, dtype: npt.DTypeLike) -> Smallest:
    """Return the k smallest entries of m rows of which none has been seen."""
    return Smallest(np.full((m, k), np.inf, dtype), np.full((m, k), -1, np.int32), np.full(m, np.inf, dtype))


@vectorized
def _insert(smallest: Smallest, row: int, position: int, value: Any) -> None:
    values, largest = smallest.value[row], smallest.largest[row]
    at = 0
    while values[at] != largest:
        at += 1
    values[at] = value
    smallest.position[row, at] = position
    largest = value
    for k in range(len(values)):
        largest = max(largest, values[k])
    smallest.largest[row] = largest


# The chunks are looked through by loops without branches, which the compiler turns into vector instructions.


@vectorized
def _any_below(products: Array, norms: Array, norm: Any, limit: Any) -> bool:
    found = False
    for c in range(len(products)):
        found |= norm + norms[c] - products[c] < limit
    return found


@vectorized
def _any_below_ward(products: Array, norms: Array, sizes: Array, norm: Any, size: Any, limit: Any) -> bool:
    found = False
    for c in range(len(products)):
        difference = norm + norms[c] - products[c]
        found |= (difference + difference) * (size * sizes[c]) < limit * (size + sizes[c])
    return found


@vectorized
def _any_below_each(products: Array, norms: Array, norm: Any, limits: Array) -> bool:
    found = False
    for c in range(len(products)):
        found |= norm + norms[c] - products[c] < limits[c]
    return found


@vectorized
def _any_below_each_ward(products: Array, norms: Array, sizes: Array, norm: Any, size: Any, limits: Array) -> bool:
    found = False
    for c in range(len(products)):
        difference = norm + norms[c] - products[c]
        found |= (difference + difference) * (size * sizes[c]) < limits[c] * (size + sizes[c])
    return found


@vectorized
def select_by_row(
    product: Array, rows: Side, columns: Side, smallest: Smallest, begin: int, end: int, ward: bool
) -> None:
    """Keep the smallest entries of the rows ``begin`` to ``end`` of a block.

    Of equal entries a row keeps those that follow itself: were they the same for all rows, few pairs could merge.
    """
    width = product.shape[1]
    chunks = (width + _CHUNK - 1) // _CHUNK
    positions, groups = columns.position, columns.group
    norms, sizes, largest = columns.norm, columns.size, smallest.largest
    for r in range(begin, end):
        norm, size, own = rows.norm[r], rows.size[r], rows.position[r]
        row = product[r]
        inside = positions[0] <= own <= positions[width - 1]
        shift = (own - positions[0]) // _CHUNK if inside else 0
        for chunk in range(chunks):
            start = (chunk + shift) % chunks * _CHUNK
            stop = min(start + _CHUNK, width)
            limit = largest[r]
            if ward:
                found = _any_below_ward(row[start:stop], norms[start:stop], sizes[start:stop], norm, size, limit)
            else:
                found = _any_below(row[start:stop], norms[start:stop], norm, limit)
            if not found:
                continue
            for c in range(start, stop):
                entry = norm + norms[c] - row[c]
                if ward:
                    entry = (entry + entry) * (size * sizes[c]) / (size + sizes[c])
                if entry < largest[r] and groups[c] != rows.group[r]:
                    _insert(smallest, r, positions[c], entry)


@vectorized
def select_by_column(
    product: Array, rows: Side, columns: Side, smallest: Smallest, begin: int, end: int, ward: bool
) -> None:
    """Keep the smallest entries of the columns ``begin`` to ``end`` of a block that has none on the diagonal."""
    norms, sizes, limits = columns.norm, columns.size, smallest.largest
    for r in range(product.shape[0]):
        norm, size = rows.norm[r], rows.size[r]
        row = product[r]
        for start in range(begin, end, _CHUNK):
            stop = min(start + _CHUNK, end)
            if ward:
                found = _any_below_each_ward(
                    row[start:stop], norms[start:stop], sizes[start:stop], norm, size, limits[start:stop]
                )
            else:
                found = _any_below_each(row[start:stop], norms[start:stop], norm, limits[start:stop])
            if not found:
                continue
            for c in range(start, stop):
                entry = norm + norms[c] - row[c]
                if ward:
                    entry = (entry + entry) * (size * sizes[c]) / (size + sizes[c])
                if entry < limits[c] and columns.group[c] != rows.group[r]:
                    _insert(smallest, c, rows.position[r], entry)
