"""The map: a dot for every image, and pictures where there is room for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_map"]

_LARGEST, _SMALLEST = 72, 30  # pixels of a picture
_COVERED = 0.55  # of the pane, by pictures
_MOST_PICTURES = 400


def draw_map(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the images where they stand, framed in their cluster's colour, and the clusters' numbers."""
    n = scene.tree.n
    side = float(np.clip(np.sqrt(_COVERED * box.width * box.height / n), _SMALLEST, _LARGEST))
    places = _fit(scene.coordinates, box, side / 2 + 2)
    cluster = np.empty(n, dtype=np.int64)
    cluster[scene.tree.leaf_order] = scene.cluster_of
    radius = 2.0 if n < 5_000 else 1.2
    for row in range(n):
        canvas.dot(*places[row], radius, scene.colors[cluster[row]])
    typical = [scene.typical(scene.rows(c)) for c in range(scene.n_clusters)]
    for row in _without_overlap(_in_turn(scene, typical), places, side + 4):
        x, y = places[row]
        place = Box(x - side / 2, y - side / 2, side, side)
        canvas.picture(scene.thumbnails(row), place, frame=scene.colors[cluster[row]])
    for c, row in enumerate(typical):
        _draw_number(canvas, c + 1, *places[row] - side / 2, scene.colors[c])


def _draw_number(canvas: Canvas, number: int, x: float, y: float, color: str) -> None:
    width = 9 + 6 * len(str(number))
    canvas.rectangle(Box(x - width / 2 - 1, y - 8, width + 2, 16), canvas.theme.background, 8)
    canvas.rectangle(Box(x - width / 2, y - 7, width, 14), color, 7)
    canvas.text(x, y + 0.5, str(number), 10, "#ffffff", "mm")


def _fit(coordinates: npt.NDArray[np.floating], box: Box, margin: float) -> npt.NDArray[np.float64]:
    # One scale for both directions: distances on the map mean something. Up is up.
    coordinates = coordinates.astype(np.float64) * [1, -1]
    low, extent = coordinates.min(axis=0), np.ptp(coordinates, axis=0)
    room = np.array([box.width - 2 * margin, box.height - 2 * margin])
    scale = min((room[axis] / extent[axis] for axis in (0, 1) if extent[axis] > 0), default=0.0)
    center = np.array([box.left + box.width / 2, box.top + box.height / 2])
    return (coordinates - low - extent / 2) * scale + center


def _in_turn(scene: Scene, first: list[int]) -> list[int]:
    # The typical images, then every cluster's others along its branch, coarsely before finely.
    n = scene.tree.n
    order = np.argsort([int(f"{i:0{max(1, (n - 1).bit_length())}b}"[::-1], 2) for i in range(n)])
    return list(dict.fromkeys([*first, *scene.tree.leaf_order[order].tolist()]))


def _without_overlap(rows: list[int], places: npt.NDArray[np.float64], side: float) -> list[int]:
    # Cells as large as a picture: whatever overlaps it stands in one of the nine around.
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    kept = []
    for row in rows:
        x, y = places[row].tolist()
        column, line = int(x // side), int(y // side)
        around = [p for i in (-1, 0, 1) for j in (-1, 0, 1) for p in taken.get((column + i, line + j), [])]
        if all(abs(x - other_x) >= side or abs(y - other_y) >= side for other_x, other_y in around):
            taken.setdefault((column, line), []).append((x, y))
            kept.append(row)
            if len(kept) == _MOST_PICTURES:
                break
    return kept
