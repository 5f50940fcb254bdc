"""Where a tree is cut, by number, by height, or by itself."""

from __future__ import annotations

import math
import operator
from typing import Literal

from imgclust_jupyter.clustering import Tree

__all__ = ["Cut", "resolve_cut"]

Cut = dict[str, int | float | None]
"""``n_clusters``, which is what counts, and the ``height`` at which the line is drawn (None: in the middle)."""


def resolve_cut(tree: Tree, auto: int, n_clusters: int | Literal["auto"] | None, height: float | None) -> Cut:
    """Check what a person asked for.

    Parameters
    ----------
    tree : Tree
    auto : int
        The number of clusters that there seem to be.
    n_clusters : int, "auto" or None
    height : float or None

    Returns
    -------
    Cut

    Raises
    ------
    TypeError
        When the number is not whole.
    ValueError
        When both or none are given, the number is not between 1 and the number of images, or the height is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> tree = Tree.from_linkage(np.array([[0, 1, 1, 2], [2, 3, 4, 3]], dtype=float))
    >>> resolve_cut(tree, 2, None, 2.5)
    {'n_clusters': 2, 'height': 2.5}
    """
    if (n_clusters is None) == (height is None):
        raise ValueError("give either n_clusters or height")
    if height is not None:
        height = float(height)
        if not math.isfinite(height):
            raise ValueError(f"the tree cannot be cut at the height {height}")
        n_clusters = tree.clusters_at(height)
    if isinstance(n_clusters, str):
        if n_clusters != "auto":
            raise ValueError(f"the number of clusters must be a whole number or 'auto', not {n_clusters!r}")
        n_clusters = auto
    k = operator.index(n_clusters)  # type: ignore[arg-type]  # None was ruled out
    if not 1 <= k <= tree.n:
        raise ValueError(f"{tree.n} images cannot be cut into {k} clusters")
    return {"n_clusters": k, "height": height}
