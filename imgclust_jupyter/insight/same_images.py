"""Which images of two collections are the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["same_images"]

Rows = npt.NDArray[np.int64]


def same_images(
    digests_a: Sequence[str | None], paths_a: Sequence[str], digests_b: Sequence[str | None], paths_b: Sequence[str]
) -> tuple[Rows, Rows, int]:
    """Pair the images of two collections.

    First those of the same content at the same path, then those of the same content, then those at the same path, which
    are another version of a picture. Each is in one pair at most.

    Parameters
    ----------
    digests_a, digests_b : sequence of str or None
        Of the contents; None where it is not known.
    paths_a, paths_b : sequence of str
        In the collection.

    Returns
    -------
    rows_a, rows_b : ndarray of int64, shape (m,)
        The pairs, in the order of a.
    by_path : int
        How many of them have the path in common only.

    Examples
    --------
    >>> same_images(["0a", "1b", "2c"], ["x", "y", "z"], ["2c", "3d", "0a"], ["v", "y", "x"])
    (array([0, 1, 2]), array([2, 1, 0]), 1)
    """
    partner: dict[int, int] = {}
    taken: set[int] = set()

    def pair(keys_a: Sequence[object], keys_b: Sequence[object]) -> int:
        waiting: defaultdict[object, list[int]] = defaultdict(list)
        for row in range(len(keys_b) - 1, -1, -1):  # from the end, since the first is to be taken first
            if row not in taken:
                waiting[keys_b[row]].append(row)
        before = len(partner)
        for row, key in enumerate(keys_a):
            if row not in partner and key is not None and waiting[key]:
                partner[row] = waiting[key].pop()
                taken.add(partner[row])
        return len(partner) - before

    pair(_both(digests_a, paths_a), _both(digests_b, paths_b))
    pair(digests_a, digests_b)
    by_path = pair(paths_a, paths_b)
    rows_a = np.array(sorted(partner), dtype=np.int64)
    return rows_a, np.array([partner[row] for row in rows_a.tolist()], dtype=np.int64), by_path


def _both(digests: Sequence[str | None], paths: Sequence[str]) -> list[tuple[str, str] | None]:
    return [None if digest is None else (digest, path) for digest, path in zip(digests, paths, strict=True)]
