"""The map: pictures about where the images stand, and dots for those there is no room for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_map"]

_LARGEST, _SMALLEST = 60, 24  # pixels of a picture
_COVERED = 0.4  # of the pane, by pictures
_GAP = 4
_FARTHEST = 2  # cells that a picture may stand away from its image's place
_STRETCH = 1.6  # of one direction against the other, to fill the pane


def draw_map(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the images framed in their cluster's colour, and the clusters' numbers."""
    n = scene.tree.n
    side = float(np.clip(np.sqrt(_COVERED * box.width * box.height / n), _SMALLEST, _LARGEST))
    places = _fit(scene.coordinates, box, side / 2 + 2)
    colors = np.empty(n, dtype=object)
    colors[scene.tree.leaf_order] = [scene.colors[cluster] for cluster in scene.cluster_of]
    typical = [scene.typical(scene.rows(cluster)) for cluster in range(scene.n_clusters)]
    cells = _cells(_in_turn(scene, typical), places, box, side + _GAP)
    for row, (x, y) in enumerate(places.tolist()):
        if row not in cells:
            canvas.dot(x, y, 2.0 if n < 5_000 else 1.2, colors[row])
    for row, (x, y) in cells.items():
        canvas.picture(scene.thumbnails(row), Box(x - side / 2, y - side / 2, side, side), frame=colors[row])
    for cluster, row in enumerate(typical):
        if row in cells:
            x, y = cells[row]
            canvas.badge(x - side / 2 + 4, y - side / 2 + 4, str(cluster + 1), scene.colors[cluster])


def _fit(coordinates: npt.NDArray[np.floating], box: Box, margin: float) -> npt.NDArray[np.float64]:
    coordinates = coordinates.astype(np.float64) * [1, -1]  # up is up
    extent = np.ptp(coordinates, axis=0)
    room = np.array([box.width - 2 * margin, box.height - 2 * margin])
    scale = np.divide(room, extent, out=np.full(2, np.inf), where=extent > 0)
    scale = np.minimum(scale, _STRETCH * scale.min())
    scale[~np.isfinite(scale)] = 0
    center = np.array([box.left + box.width / 2, box.top + box.height / 2])
    return np.asarray((coordinates - coordinates.min(axis=0) - extent / 2) * scale + center)


def _in_turn(scene: Scene, first: list[int]) -> list[int]:
    # The typical images, then the others from all over the tree, coarsely before finely: in bit-reversed leaf order.
    bits = max(1, (scene.tree.n - 1).bit_length())
    order = sorted(range(scene.tree.n), key=lambda position: f"{position:0{bits}b}"[::-1])
    return list(dict.fromkeys([*first, *scene.tree.leaf_order[order].tolist()]))


def _cells(rows: list[int], places: npt.NDArray[np.float64], box: Box, side: float) -> dict[int, tuple[float, float]]:
    # Pictures stand in the cells of a lattice, each in the free one closest to its place, so that none covers another.
    columns, lines = int(box.width // side), int(box.height // side)
    left, top = box.left + (box.width - columns * side) / 2, box.top + (box.height - lines * side) / 2
    taken: set[tuple[int, int]] = set()
    middles = {}
    near = range(-_FARTHEST, _FARTHEST + 1)
    for row in rows:
        x, y = (places[row][0] - left) / side, (places[row][1] - top) / side
        column, line = min(max(int(x), 0), columns - 1), min(max(int(y), 0), lines - 1)
        free = [
            ((i + 0.5 - x) ** 2 + (j + 0.5 - y) ** 2, i, j)
            for i in (column + step for step in near)
            for j in (line + step for step in near)
            if 0 <= i < columns and 0 <= j < lines and (i, j) not in taken
        ]
        if free:
            _, i, j = min(free)
            taken.add((i, j))
            middles[row] = (left + (i + 0.5) * side, top + (j + 0.5) * side)
        if len(taken) == columns * lines:
            break
    return middles
