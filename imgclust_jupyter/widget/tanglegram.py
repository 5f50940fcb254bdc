"""Two trees that face each other, with a ribbon for each two clusters that share images.

What goes to the browser is described here; its twin is ``js/src/comparison/wire.ts``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import numpy as np
import numpy.typing as npt
import traitlets as t

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.insight.comparison import Agreement
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.pipeline.common import Common
from imgclust_jupyter.widget.colors import shown_colors
from imgclust_jupyter.widget.models import front_end
from imgclust_jupyter.widget.palette import cluster_color

__all__ = ["MOST_CLUSTERS", "TanglegramWidget", "drawing_of", "shares_of", "words_for"]

MOST_CLUSTERS = 200
"""On either side; more have no room, and nobody could follow their ribbons."""

Labels = npt.NDArray[np.integer]


class TanglegramWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget has no types
    """The drawing of a comparison; only the kernel writes its traits.

    Parameters
    ----------
    on_message : callable
        Called with each custom message: what is to be selected, or how many displays there are.
    """

    _esm = front_end("comparison.js")
    _css = front_end("comparison.css")

    drawing = t.Dict().tag(sync=True, echo_update=False)
    shares = t.Dict().tag(sync=True, echo_update=False)

    def __init__(self, on_message: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: on_message(content))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Leave out whatever a browser sends."""


def words_for(agreement: Agreement) -> str:
    """Return a comparison in words.

    Examples
    --------
    >>> import pandas as pd
    >>> words_for(Agreement(pd.DataFrame({"cluster_a": [1, 1, 2, 2], "cluster_b": [2, 2, 1, 1]})))
    'The clusterings agree to 1.00 (adjusted Rand index); none of 4 images moved'
    """
    moved = int(agreement.is_moved.sum())
    count = f"{moved:,} of {len(agreement.images):,} images" if moved else f"none of {len(agreement.images):,} images"
    return f"The clusterings agree to {agreement.rand_index:.2f} (adjusted Rand index); {count} moved"


def drawing_of(
    common: Common, agreement: Agreement, n_clusters: tuple[int, int], headers: tuple[dict[str, Any], dict[str, Any]]
) -> dict[str, Any]:
    """Return what is drawn.

    Parameters
    ----------
    common : Common
    agreement : Agreement
        Of its images.
    n_clusters : tuple of int
        Where each tree is cut.
    headers : tuple of dict
        What each explorer says about itself, with its colours (`Publisher`).

    Returns
    -------
    dict
        ``words``, ``moved`` and ``details``; ``sides``, each with ``title``, ``clusters`` (number, name, size, CSS
        colour or "" for one without counterpart) from the first to the last, ``merges`` as [child, child, height]
        (children below the number of clusters are clusters, the others merges, which are ascending) and ``base``, the
        height of the cut; ``ribbons`` as [left, right, count, whether they are counterparts].
    """
    table = agreement.table
    labels = tuple(agreement.images[name].to_numpy() for name in ("cluster_a", "cluster_b"))
    numbers = tuple(
        _numbers(tree, label, size) for tree, label, size in zip(common.trees, labels, table.shape, strict=True)
    )
    is_too_much = max(table.shape) > MOST_CLUSTERS
    colors = _colors(common, n_clusters[0], headers[0]["colors"])
    color_of = (
        {number: colors[number - 1] for number in numbers[0]},
        {other: colors[number - 1] for number, other in agreement.counterparts.items()},
    )
    titles = _titles(headers)
    drawing: dict[str, Any] = {
        "words": words_for(agreement),
        "moved": int(agreement.is_moved.sum()),
        "details": _details(common),
        "sides": [],
        "ribbons": [],
    }
    if is_too_much:
        drawing["details"] += (
            f"More than {MOST_CLUSTERS} clusters are too many to draw. Cut the trees into fewer, and they appear here.",
        )
        return drawing
    for side, tree in enumerate(common.trees):
        names = _names(common.results[side], n_clusters[side])
        sizes = table.sum(axis=1 - side)
        clusters = [
            {
                "number": number,
                "name": names.get(number, ""),
                "size": int(sizes[number]),
                "color": color_of[side].get(number, ""),
            }
            for number in numbers[side]
        ]
        drawing["sides"].append({"title": titles[side], "clusters": clusters, **_top(tree, len(clusters))})
    drawing["ribbons"] = [
        [i, j, int(table.at[a, b]), agreement.counterparts.get(a) == b]
        for i, a in enumerate(numbers[0])
        for j, b in enumerate(numbers[1])
        if table.at[a, b]
    ]
    return drawing


def shares_of(drawing: dict[str, Any], agreement: Agreement, selected: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return how many selected images there are in each cluster and in each ribbon of a drawing.

    Parameters
    ----------
    drawing : dict
        As from `drawing_of`.
    agreement : Agreement
    selected : ndarray of bool, shape (n,)

    Returns
    -------
    dict
        ``count``, ``sides`` and ``ribbons``, in the orders of the drawing.
    """
    counts = Agreement(agreement.images[selected]).table
    a, b = counts.sum(axis=1).to_dict(), counts.sum().to_dict()
    sides = [[c["number"] for c in side["clusters"]] for side in drawing["sides"]]
    cells = counts.stack().to_dict()
    return {
        "count": int(selected.sum()),
        "sides": [[int(total.get(number, 0)) for number in side] for side, total in zip(sides, (a, b), strict=False)],
        "ribbons": [int(cells.get((sides[0][i], sides[1][j]), 0)) for i, j, *_ in drawing["ribbons"]],
    }


def _numbers(tree: Tree, labels: Labels, k: int) -> list[int]:
    """Return the numbers of the clusters in the order of the leaves."""
    return [int(number) for number in labels[tree.leaf_order[tree.cluster_starts(k)]]]


def _top(tree: Tree, k: int) -> dict[str, Any]:
    """Return the merges above the clusters of a cut, and its height."""
    starts = tree.cluster_starts(k)
    kept = tree.n - k  # how many merges are below
    place = np.empty(tree.n, dtype=np.int64)
    place[tree.leaf_order] = np.arange(tree.n)

    def child(node: int) -> int:
        if node >= tree.n + kept:
            return k + node - tree.n - kept
        first = place[node] if node < tree.n else int(tree.left_start[node - tree.n])
        return int(np.searchsorted(starts, first))

    above = tree.linkage_matrix[kept:, :3].tolist()
    merges = [[child(int(a)), child(int(b)), height] for a, b, height in above]
    return {"merges": merges, "base": tree.cut_height(k)}


def _names(results: Results, n_clusters: int) -> dict[int, str]:
    """Return the names of clusters by their numbers."""
    tree = results.tree
    assert tree is not None
    starts = tree.cluster_starts(n_clusters)
    kept = tree.n - len(starts)
    roots = tree.linkage_matrix[kept:, :2].astype(np.int64).ravel() - tree.n if kept < tree.n - 1 else [tree.n - 2]
    return {
        int(np.searchsorted(starts, tree.left_start[merge])) + 1: results.names[merge].text
        for merge in map(int, roots)
        if 0 <= merge < kept and merge in results.names
    }


def _colors(common: Common, n_clusters: int, permutation: list[int]) -> list[str]:
    tree = common.results[0].tree
    assert tree is not None
    return [cluster_color(int(index)) for index in shown_colors(tree, n_clusters, permutation)]


def _titles(headers: tuple[dict[str, Any], dict[str, Any]]) -> list[str]:
    """Say of each what the other is not."""
    kinds = {"title": "{}", "network": "{}", "metric": "{} metric", "linkage": "{} linkage"}
    different = [key for key in kinds if headers[0][key] != headers[1][key]] or list(kinds)[1:]
    return [" · ".join(kinds[key].format(header[key]) for key in different if header[key]) for header in headers]


def _details(common: Common) -> tuple[str, ...]:
    details = []
    if np.isfinite(common.cophenetic):
        trees = f"Heights in the trees correlate by {common.cophenetic:.2f} (cophenetic)"
        details.append(f"{trees}; entanglement {common.entanglement:.2f}.")
    sides = common.left_out["only_in"].value_counts()
    if sides.get("a") or sides.get("b"):
        left, right = (_images(int(sides.get(side, 0))) for side in "ab")
        details.append(f"Left out: {left} only on the left, {right} only on the right.")
    if common.by_path:
        details.append(f"Paired by their paths: {_images(common.by_path)} of another content on the other side.")
    return tuple(details)


def _images(count: int) -> str:
    return f"{count:,} image{'' if count == 1 else 's'}"
