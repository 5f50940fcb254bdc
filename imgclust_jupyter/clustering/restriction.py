"""The tree of a part of the images."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.tree import Tree

__all__ = ["restricted"]


def restricted(tree: Tree, rows: npt.NDArray[np.integer]) -> Tree:
    """Return what is left of a tree when all but some images are taken off it.

    Merges of which one side has no image left go too. All others keep their heights, and the leaves their order, so
    that two images come together where they did before, and a cut separates what it did.

    Parameters
    ----------
    tree : Tree
    rows : ndarray of int, shape (m,)
        At least one, each once.

    Returns
    -------
    Tree
        Its row ``i`` is ``rows[i]``.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float)
    >>> restricted(Tree.from_linkage(Z), np.array([2, 0])).linkage_matrix.tolist()
    [[0.0, 1.0, 4.0, 2.0]]
    """
    n, m = tree.n, len(rows)
    new_row = np.full(n, -1, dtype=np.int64)
    new_row[rows] = np.arange(m)
    # Of every node of the old tree, leaves first, its node in the new one; -1 where nothing is left.
    node = [*new_row.tolist(), *[-1] * (n - 1)]
    sizes = [1] * m
    Z: list[tuple[int, int, float, int]] = []
    for merge, (a, b, height, _) in enumerate(tree.linkage_matrix.tolist(), n):
        left, right = node[int(a)], node[int(b)]
        if left < 0 or right < 0:
            node[merge] = max(left, right)
            continue
        node[merge] = m + len(Z)
        sizes.append(sizes[left] + sizes[right])
        Z.append((left, right, height, sizes[-1]))
    order = new_row[tree.leaf_order]
    return Tree.from_linkage(np.array(Z, dtype=np.float64).reshape(-1, 4), order[order >= 0], tree.method)
