"""The dendrogram, root left, with pictures along its leaves."""

from __future__ import annotations

import numpy as np

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_tree"]

_STRIP = 4  # the clusters' colours, between the leaves and the pictures
_GAP = 4
_SMALLEST, _LARGEST = 28, 56  # pixels of a picture
_NUMBERS = 22  # for the clusters' numbers


def draw_tree(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the tree as it is cut, a strip of the clusters' colours, typical pictures, and the clusters' numbers."""
    n = scene.tree.n
    pictures = min(n, int(box.height // (_SMALLEST + 2)))
    side = min(box.height / pictures - 2, _LARGEST)
    leaves = box.right - _NUMBERS - side - _GAP - _STRIP - _GAP
    _draw_merges(canvas, scene, Box(box.left, box.top, leaves - box.left, box.height))
    per_leaf = box.height / n
    for cluster, color in enumerate(scene.colors):
        start, end = scene.starts[cluster], scene.starts[cluster + 1]
        band = Box(leaves + _GAP, box.top + start * per_leaf, _STRIP, (end - start) * per_leaf)
        gap = min(1.0, band.height / 4)
        canvas.rectangle(Box(band.left, band.top + gap / 2, band.width, band.height - gap), color, 1)
        if band.height >= 11:
            middle = band.top + band.height / 2
            canvas.text(box.right, middle, str(cluster + 1), 11, canvas.theme.muted, "rm")
    for slot in range(pictures):
        row = _typical_of_slot(scene, slot, pictures)
        middle = box.top + (slot + 0.5) * box.height / pictures
        place = Box(leaves + _GAP + _STRIP + _GAP, middle - side / 2, side, side)
        canvas.picture(scene.thumbnails(row), place)


def _typical_of_slot(scene: Scene, slot: int, slots: int) -> int:
    n = scene.tree.n
    positions = np.arange(slot * n // slots, max((slot + 1) * n // slots, slot * n // slots + 1))
    # A slot across the border of two clusters shows the one that is there in its middle.
    own = scene.cluster_of[positions] == scene.cluster_of[positions[len(positions) // 2]]
    return scene.typical(scene.tree.leaf_order[positions[own]])


def _draw_merges(canvas: Canvas, scene: Scene, box: Box) -> None:
    tree = scene.tree
    n, per_leaf = tree.n, box.height / tree.n
    highest = float(tree.height[-1]) if n > 1 else 0.0
    per_height = (box.width - 8) / highest if highest else 0.0

    def x_of(height: float) -> float:
        return box.right - per_height * height

    first_undone = n - scene.n_clusters
    node_at: dict[int, int] = {}  # the node, a merge or -1 for a leaf, that begins at a position, as merges go down
    if n == 1:
        canvas.line(box.left, box.top + box.height / 2, box.right, box.top + box.height / 2, scene.colors[0])
    del node_at
    start, size, split = (values.astype(np.int64) for values in (tree.left_start, tree.size, tree.split))
    visible = np.flatnonzero(size * per_leaf >= 1)
    merge_of = {(int(start[m]), int(size[m])): int(m) for m in np.arange(n - 1)}
    for m in visible[::-1].tolist():
        color = canvas.theme.muted if m >= first_undone else scene.colors[scene.cluster_of[start[m]]]
        x = x_of(float(tree.height[m]))
        children = [(start[m], split[m]), (start[m] + split[m], size[m] - split[m])]
        middles = [box.top + (first + count / 2) * per_leaf for first, count in children]
        canvas.line(x, middles[0], x, middles[1], color, 1)
        for (first, count), middle in zip(children, middles, strict=True):
            child = merge_of.get((int(first), int(count)), -1)
            own = canvas.theme.muted if child >= first_undone else scene.colors[scene.cluster_of[first]]
            hidden = child < 0 or count * per_leaf < 1
            canvas.line(x, middle, box.right if hidden else x_of(float(tree.height[child])), middle, own, 1)
    if n > 1 and scene.n_clusters > 1:
        _draw_cut(canvas, x_of(tree.cut_height(scene.n_clusters)), box)


def _draw_cut(canvas: Canvas, x: float, box: Box) -> None:
    for y in np.arange(box.top, box.bottom, 7):
        canvas.line(x, y, x, min(y + 3, box.bottom), canvas.theme.text, 0.75)
