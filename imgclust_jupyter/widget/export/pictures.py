"""Which pictures go into a file, and how many bytes they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.store import Store
from imgclust_jupyter.widget import pictures

__all__ = ["SIZE", "Choice", "Pictures", "Rows", "check_choice", "gather", "rank", "take"]

Choice = Literal["all", "medoids"] | int

SIZE = 128
"""Longest side in pixels."""

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Encoded pictures, in the order of the leaves, so that what is seen together lies together.

    Attributes
    ----------
    rows : ndarray of int64, shape (m,)
    tiles : list of bytes
        JPEG files.
    """

    rows: Rows
    tiles: list[bytes]

    def among(self, rows: Rows) -> Pictures:
        """Return those of some rows."""
        wanted = np.flatnonzero(np.isin(self.rows, rows))
        return Pictures(self.rows[wanted], [self.tiles[i] for i in wanted])


def check_choice(choice: Any) -> None:
    """Refuse what is no choice of pictures.

    Raises
    ------
    ValueError
    """
    is_number = isinstance(choice, int | np.integer) and not isinstance(choice, bool) and choice >= 0
    if choice not in ("all", "medoids") and not is_number:
        raise ValueError(f"thumbnails must be 'all', 'medoids' or how many there are to be, not {choice!r}")


def rank(medoids: npt.NDArray[np.integer], leaf_order: npt.NDArray[np.integer]) -> tuple[Rows, int]:
    """Return all rows, those first that show most of the collection, and how many of them stand for a branch.

    Parameters
    ----------
    medoids : ndarray of int, shape (n - 1,)
        The row that stands for each merge, the root last.
    leaf_order : ndarray of int, shape (n,)

    Returns
    -------
    rows : ndarray of int64, shape (n,)
        Those that stand for branches from the root down; then the others, in the order of the leaves.
    standing : int

    Examples
    --------
    >>> rows, standing = rank(np.array([3, 0, 3]), np.array([3, 2, 0, 1]))
    >>> rows.tolist(), standing
    ([3, 0, 2, 1], 2)
    """
    rows = np.concatenate([medoids[::-1], leaf_order]).astype(np.int64)
    _, first = np.unique(rows, return_index=True)
    return rows[np.sort(first)], len(np.unique(medoids))


def take(choice: Choice, ranked: Rows, standing: int) -> Rows:
    """Return the first of the ranked rows: all, those that stand for a branch, or as many as are asked for."""
    if choice == "all":
        return ranked
    return ranked[: standing if choice == "medoids" else int(choice)]


def gather(
    collection: Collection, store: Store, ids: Rows, rows: Rows, leaf_order: npt.NDArray[np.integer]
) -> Pictures:
    """Return the pictures of some rows; without those that cannot be read any more.

    Parameters
    ----------
    collection : Collection
    store : Store
        Has most of them.
    ids : ndarray of int64, shape (n,)
        Item ids of all rows.
    rows : ndarray of int64, shape (m,)
    leaf_order : ndarray of int, shape (n,)

    Returns
    -------
    Pictures
    """
    wanted = leaf_order[np.isin(leaf_order, rows)].astype(np.int64)
    tiles: list[bytes] = []
    for first in range(0, len(wanted), pictures.MAX_ITEMS):
        some = ids[wanted[first : first + pictures.MAX_ITEMS]].tolist()
        _, (offsets, joined) = pictures.thumbnails(collection, store, {"ids": some, "size": SIZE})
        ends = np.frombuffer(offsets, "<u4").tolist()
        tiles += [joined[start:end] for start, end in pairwise(ends)]
    there = [i for i, tile in enumerate(tiles) if tile]
    return Pictures(wanted[there], [tiles[i] for i in there])
