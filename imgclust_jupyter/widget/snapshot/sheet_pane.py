"""The contact sheet: pictures of every cluster, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_sheet"]

_HEADER = 20
_GROUP_GAP = 6
_GAP = 3
_LARGEST, _SMALLEST = 96, 26  # pixels of a tile


@dataclass(frozen=True)
class _Plan:
    columns: int
    side: float
    rows: list[int]  # of each cluster that is shown


def draw_sheet(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the clusters one under the other, with as many of their pictures as there is room for."""
    sizes = np.diff(scene.starts).tolist()
    plan = _plan(sizes, box)
    y = box.top
    for cluster, rows in enumerate(plan.rows):
        canvas.dot(box.left + 4, y + 7, 4, scene.colors[cluster])
        width = canvas.text(box.left + 14, y + 7.5, f"Cluster {cluster + 1}", 12, canvas.theme.text)
        count = f"{sizes[cluster]:,} image{'' if sizes[cluster] == 1 else 's'}"
        canvas.text(box.left + 14 + width + 8, y + 7.5, count, 11, canvas.theme.muted)
        y += _HEADER
        for i, row in enumerate(_spread(scene.rows(cluster), rows * plan.columns)):
            line, column = divmod(i, plan.columns)
            place = Box(
                box.left + column * (plan.side + _GAP), y + line * (plan.side + _GAP), plan.side, plan.side
            )
            canvas.picture(scene.thumbnails(int(row)), place)
        y += rows * (plan.side + _GAP) + _GROUP_GAP
    if left_out := scene.n_clusters - len(plan.rows):
        canvas.text(box.left, box.bottom - 6, f"and {left_out:,} more clusters", 11, canvas.theme.muted)


def _plan(sizes: list[int], box: Box) -> _Plan:
    # The largest tiles with which everything fits; else small ones, and of each cluster as many rows as there is room.
    fewest = max(1, int((box.width + _GAP) // (_LARGEST + _GAP)))
    most = max(fewest, int((box.width + _GAP) // (_SMALLEST + _GAP)))
    for columns in range(fewest, most + 1):
        plan = _rows(sizes, columns, box, max(sizes))
        if _height(plan) <= box.height:
            return plan
    for columns in range(fewest, most + 1):
        plan = _rows(sizes, columns, box, 1)
        if _height(plan) <= box.height:
            return _fill(sizes, plan, box)
    plan = _rows(sizes, most, box, 1)
    shown = int((box.height - 16) // (_HEADER + _GROUP_GAP + _GAP + plan.side))
    return _Plan(plan.columns, plan.side, plan.rows[: max(1, shown)])


def _rows(sizes: list[int], columns: int, box: Box, most: int) -> _Plan:
    side = min(_LARGEST, (box.width + _GAP) / columns - _GAP)
    return _Plan(columns, side, [min(most, -(-size // columns)) for size in sizes])


def _height(plan: _Plan) -> float:
    return sum(_HEADER + _GROUP_GAP + rows * (plan.side + _GAP) for rows in plan.rows) - _GROUP_GAP - _GAP


def _fill(sizes: list[int], plan: _Plan, box: Box) -> _Plan:
    # The room that is left goes, row by row, to the cluster of which the smallest share is shown.
    rows = list(plan.rows)
    spare = int((box.height - _height(plan)) // (plan.side + _GAP))
    for _ in range(spare):
        shares = [count * plan.columns / size for count, size in zip(rows, sizes, strict=True)]
        rows[int(np.argmin(shares))] += 1
    return _Plan(plan.columns, plan.side, rows)


def _spread(rows: np.ndarray, count: int) -> np.ndarray:
    # Some of the rows, from all along the branch.
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(int)]
