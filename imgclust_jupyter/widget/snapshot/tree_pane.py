"""The dendrogram, root left, with pictures along its leaves."""

from __future__ import annotations

import numpy as np

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_tree"]

_STRIP = 4  # the clusters' colours, between the leaves and the pictures
_GAP = 4
_SMALLEST, _LARGEST = 28, 56  # pixels of a picture
_BADGES = 28  # for the clusters' numbers


def draw_tree(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the tree as it is cut, a strip of the clusters' colours, typical pictures, and the clusters' numbers."""
    n = scene.tree.n
    pictures = min(n, int(box.height // (_SMALLEST + 2)))
    side = min(box.height / pictures - 2, _LARGEST)
    strip = box.right - _BADGES - side - _GAP - _STRIP
    _draw_merges(canvas, scene, Box(box.left, box.top, strip - _GAP - box.left, box.height))
    for slot in range(pictures):
        middle = box.top + (slot + 0.5) * box.height / pictures
        place = Box(strip + _STRIP + _GAP, middle - side / 2, side, side)
        canvas.picture(scene.thumbnails(_typical_of_slot(scene, slot, pictures)), place)
    per_leaf = box.height / n
    for cluster, color in enumerate(scene.colors):
        start, end = scene.starts[cluster], scene.starts[cluster + 1]
        top, height = box.top + start * per_leaf, (end - start) * per_leaf
        gap = min(1.0, height / 4)
        canvas.rectangle(Box(strip, top + gap / 2, _STRIP, height - gap), color, 1)
        if height >= 15:
            canvas.badge(box.right - _BADGES / 2 + _GAP, top + height / 2, str(cluster + 1), color)


def _typical_of_slot(scene: Scene, slot: int, slots: int) -> int:
    n = scene.tree.n
    positions = np.arange(slot * n // slots, (slot + 1) * n // slots)
    # A slot across the border of two clusters shows the one that is there in its middle.
    own = scene.cluster_of[positions] == scene.cluster_of[positions[len(positions) // 2]]
    return scene.typical(scene.tree.leaf_order[positions[own]])


def _draw_merges(canvas: Canvas, scene: Scene, box: Box) -> None:
    tree = scene.tree
    n, per_leaf = tree.n, box.height / tree.n
    if n == 1:
        canvas.line(box.left, box.top + box.height / 2, box.right, box.top + box.height / 2, scene.colors[0])
        return
    # Of every node, leaves first: where its leaves begin, how many they are, and how far left it stands.
    first = np.concatenate([np.argsort(tree.leaf_order), tree.left_start.astype(np.int64)])
    count = np.concatenate([np.ones(n, dtype=np.int64), tree.size.astype(np.int64)])
    height = np.concatenate([np.zeros(n), tree.height.astype(np.float64)])
    per_height = (box.width - 8) / (float(height[-1]) or 1.0)
    x = box.right - per_height * height
    y = box.top + (first + count / 2) * per_leaf

    def color_of(node: int) -> str:
        undone = node > 2 * n - 1 - scene.n_clusters
        return canvas.theme.muted if undone else scene.colors[scene.cluster_of[first[node]]]

    # A subtree lower than a pixel is one line from its parent to the leaves.
    drawn = count * per_leaf >= 1
    for merge in np.flatnonzero(drawn[n:])[::-1].tolist():
        node = n + merge
        children = tree.linkage_matrix[merge, :2].astype(np.int64).tolist()
        for child in children:
            canvas.line(x[node], y[child], x[child] if drawn[child] else box.right, y[child], color_of(child))
        canvas.line(x[node], y[children[0]], x[node], y[children[1]], color_of(node))
    if scene.n_clusters > 1:
        cut = box.right - per_height * tree.cut_height(scene.n_clusters)
        for top in np.arange(box.top, box.bottom, 7):
            canvas.line(cut, top, cut, min(top + 3, box.bottom), canvas.theme.text, 0.75)
