"""Vectors that are the same, merged before all others."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

__all__ = ["first_of_equals", "merge_equals"]


def first_of_equals(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return for every row the first one that is equal to it.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n, d)
        C-contiguous, without negative zeros.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> first_of_equals(np.array([[1], [2], [1]], dtype=np.float32)).tolist()
    [0, 1, 0]
    """
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(blake2b(row, digest_size=16).digest(), i) for i, row in enumerate(vectors)])


def merge_equals(first: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Merge equal rows, pairs first, then pairs of pairs, so that their tree is no deeper than it has to be.

    Parameters
    ----------
    first : ndarray of int64, shape (n,)
        As `first_of_equals` returns it.

    Yields
    ------
    first, second : int
        Slots; the union takes the first.

    Examples
    --------
    >>> list(merge_equals(np.array([0, 0, 2, 0, 0])))
    [(0, 1), (3, 4), (0, 3)]
    """
    order = np.argsort(first, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(first[order])) + 1):
        slots = group.tolist()
        while len(slots) > 1:
            yield from zip(slots[::2], slots[1::2], strict=False)
            slots = slots[::2]
