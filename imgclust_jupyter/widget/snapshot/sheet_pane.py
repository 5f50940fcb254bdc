"""The contact sheet: pictures of every cluster, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.widget.snapshot.canvas import Box, Canvas
from imgclust_jupyter.widget.snapshot.scene import Scene

__all__ = ["draw_sheet"]

_MARGIN = 58  # left of the tiles, for the clusters' numbers and sizes
_NAMED_MARGIN = 116  # the same with their names
_TWO_LINES = 34
_GAP = 3
_GROUP_GAP, _WIDEST_GROUP_GAP = 6, 30
_LARGEST, _SMALLEST = 72, 22  # pixels of a tile
_FOOTER = 18


@dataclass(frozen=True)
class _Plan:
    columns: int
    side: float
    rows: list[int]  # of each cluster that is shown

    @property
    def height(self) -> float:
        return sum(self.rows) * (self.side + _GAP) + (len(self.rows) - 1) * (_GROUP_GAP - _GAP) - _GAP


def draw_sheet(canvas: Canvas, scene: Scene, box: Box) -> None:
    """Draw the clusters one under the other, with as many of their pictures as there is room for."""
    sizes = np.diff(scene.starts).tolist()
    margin = _NAMED_MARGIN if any(scene.names) else _MARGIN
    plan = _plan(sizes, Box(box.left + margin, box.top, box.width - margin, box.height))
    left_out = scene.n_clusters - len(plan.rows)
    spare = 0.0 if left_out else (box.height - plan.height) / max(1, len(plan.rows) - 1)
    y = box.top
    for cluster, rows in enumerate(plan.rows):
        middle = y + min(plan.side, 30) / 2
        canvas.badge(box.left + 10, middle, str(cluster + 1), scene.colors[cluster])
        canvas.text(box.left + 26, middle + 0.5, f"{sizes[cluster]:,}", 11, canvas.theme.muted)
        if any(scene.names):
            below = rows * (plan.side + _GAP) - _GAP >= _TWO_LINES
            x, y_name = (0, middle + 16) if below else (48, middle + 0.5)
            canvas.clipped(box.left + x, y_name, scene.names[cluster], 10, canvas.theme.text, margin - 8 - x)
        for i, row in enumerate(_spread(scene.rows(cluster), rows * plan.columns)):
            line, column = divmod(i, plan.columns)
            left = box.left + margin + column * (plan.side + _GAP)
            canvas.picture(scene.thumbnails(int(row)), Box(left, y + line * (plan.side + _GAP), plan.side, plan.side))
        y += rows * (plan.side + _GAP) - _GAP + _GROUP_GAP + min(spare, _WIDEST_GROUP_GAP - _GROUP_GAP)
    if left_out:
        text = f"and {left_out:,} more cluster{'' if left_out == 1 else 's'}"
        canvas.text(box.left + margin, box.bottom - 5, text, 11, canvas.theme.muted)


def _plan(sizes: list[int], box: Box) -> _Plan:
    # The largest tiles with which everything fits; else of each cluster as many rows as there is room for.
    fewest, most = (max(1, int((box.width + _GAP) // (side + _GAP))) for side in (_LARGEST, _SMALLEST))
    for whole in (True, False):
        for columns in range(fewest, most + 1):
            side = min(_LARGEST, (box.width + _GAP) / columns - _GAP)
            plan = _Plan(columns, side, [-(-size // columns) if whole else 1 for size in sizes])
            if plan.height <= box.height:
                return _fill(sizes, plan, box.height)
    shown = int((box.height - _FOOTER + _GROUP_GAP) // (side + _GROUP_GAP))
    return _Plan(columns, side, [1] * shown)


def _fill(sizes: list[int], plan: _Plan, height: float) -> _Plan:
    # The room that is left goes, row by row, to the cluster of which the smallest share is shown.
    rows = np.array(plan.rows)
    for _ in range(int((height - plan.height) // (plan.side + _GAP))):
        shares = rows * plan.columns / np.array(sizes)
        if shares.min() >= 1:
            break
        rows[shares.argmin()] += 1
    return _Plan(plan.columns, plan.side, rows.tolist())


def _spread(rows: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.int32]:
    # Some of the rows, from all along the branch.
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]
