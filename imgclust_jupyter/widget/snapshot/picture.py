"""The snapshot as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.widget.snapshot.canvas import DARK, LIGHT, Box, Canvas, Thumbnails
from imgclust_jupyter.widget.snapshot.map_pane import draw_map
from imgclust_jupyter.widget.snapshot.scene import Scene
from imgclust_jupyter.widget.snapshot.sheet_pane import draw_sheet
from imgclust_jupyter.widget.snapshot.tree_pane import draw_tree

__all__ = ["snapshot"]

_MARGIN = 20
_HEADER = 44
_LONGEST_TITLE = 48  # characters


def snapshot(
    tree: Tree,
    coordinates: npt.NDArray[np.floating],
    n_clusters: int,
    thumbnails: Thumbnails,
    title: str = "",
    facts: Sequence[str] = (),
    *,
    permutation: Sequence[int] = (),
    names: Sequence[str] = (),
    width: int = 1200,
    dark: bool = False,
) -> Image.Image:
    """Draw a still picture of an explorer: dendrogram, contact sheet by cluster, and map.

    Parameters
    ----------
    tree : Tree
        Of n images.
    coordinates : ndarray of float, shape (n, 2)
        Where they are on the map.
    n_clusters : int
        Where the tree is cut.
    thumbnails : callable
        Gets a row and returns its picture, of any size (128 pixels are enough), or None. It is asked for some
        hundred rows at most.
    title : str
        What the collection is called.
    facts : sequence of str
        What is worth knowing about how it was made, such as the network.
    permutation : sequence of int
        Of the clusters' colours, as in `shown_colors`.
    names : sequence of str
        Of the clusters, empty for those without; k, or none at all.
    width : int
        Pixels, at least 800.
    dark : bool
        Whether to draw light on dark.

    Returns
    -------
    PIL.Image.Image
        In mode RGB, a bit more than half as high as wide.

    Raises
    ------
    ValueError
        When there is no room, or not one place for each image.
    """
    if width < 800:
        raise ValueError(f"a snapshot is at least 800 pixels wide, not {width}")
    if len(coordinates) != tree.n:
        raise ValueError(f"the tree has {tree.n} images, the map {len(coordinates)}")
    height = round(width * 0.56)
    canvas = Canvas(width, height, DARK if dark else LIGHT)
    scene = Scene.of(tree, coordinates, n_clusters, thumbnails, permutation, names)
    _draw_header(canvas, scene, title, facts, width)
    top = _HEADER + 14
    tall = height - top - _MARGIN
    room = width - 6 * _MARGIN
    first, second = round(0.28 * room), round(0.34 * room)
    tree_box = Box(_MARGIN, top, first, tall)
    sheet_box = Box(tree_box.right + 2 * _MARGIN, top, second, tall)
    map_box = Box(sheet_box.right + 2 * _MARGIN, top, room - first - second, tall)
    draw_tree(canvas, scene, tree_box)
    draw_sheet(canvas, scene, sheet_box)
    draw_map(canvas, scene, map_box)
    for box in (sheet_box, map_box):
        canvas.line(box.left - _MARGIN, _HEADER, box.left - _MARGIN, height, canvas.theme.line, 0.5)
    return canvas.finish()


def _draw_header(canvas: Canvas, scene: Scene, title: str, facts: Sequence[str], width: int) -> None:
    counts = [f"{scene.tree.n:,} image{'' if scene.tree.n == 1 else 's'}"]
    if scene.n_clusters > 1:
        counts.append(f"{scene.n_clusters:,} clusters")
    x = float(_MARGIN)
    title = " ".join(title.split())  # one line, whatever a folder may be called
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + "…"
    if title:
        x += canvas.text(x, _HEADER / 2, title, 16, canvas.theme.text) + 12
    canvas.text(x, _HEADER / 2 + 1, " · ".join([*counts, *facts]), 12, canvas.theme.muted)
    canvas.line(0, _HEADER, width, _HEADER, canvas.theme.line, 0.5)
