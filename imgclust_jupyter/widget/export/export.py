"""Making the file: what goes in, how large it will be, and writing it whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from imgclust_jupyter.pipeline import Options, Results
from imgclust_jupyter.store import Store
from imgclust_jupyter.widget.export.document import document, texts
from imgclust_jupyter.widget.export.page import Page, picture_bytes
from imgclust_jupyter.widget.export.pictures import Choice, Pictures, Rows, gather, rank, take
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.widget.snapshot import snapshot
from imgclust_jupyter.workspace.target import written_whole

__all__ = ["export_html"]

_MB = 1e6
_IN_INDEX = 8 * 4 / 3  # bytes, as base64


def export_html(
    path: Path,
    dataset: DatasetModel,
    widget: ExplorerWidget,
    results: Results,
    options: Options,
    store: Store,
    choice: Choice,
    max_mb: float,
    tell: Callable[[str], object],
) -> Path:
    """Write an explorer with finished results as one HTML file.

    Parameters
    ----------
    path : Path
    dataset : DatasetModel
    widget : ExplorerWidget
    results : Results
    options : Options
    store : Store
        Has the pictures.
    choice : "all", "medoids" or int
        Which of them.
    max_mb : float
        Millions of bytes that the file may have.
    tell : callable
        Gets a line that says what is about to be written, and how large it is.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        When the file would be larger; nothing is written then.
    OSError
        When it cannot be written; what was there before still is.
    """
    collection, ids, tree, medoids = results.collection, results.ids, results.tree, results.medoids
    assert collection is not None
    assert ids is not None
    assert tree is not None
    ranked, standing = rank(np.empty(0, np.int64) if medoids is None else medoids, tree.leaf_order)
    rows = take(choice, ranked, standing)
    pictures = gather(collection, store, ids, rows, tree.leaf_order)
    with widget.lock:
        content = document(dataset, widget, results, _notices(len(pictures.rows), len(ids)))
        n_clusters, colors = widget.cut["n_clusters"], dataset.header["colors"]
    words = texts(results)

    def page_with(some: Pictures) -> Page:
        still = _still(results, options, some, n_clusters, colors)
        return Page.of(collection.name, content, words, some, still)

    page = page_with(pictures)
    if page.size > max_mb * _MB:
        smaller: list[Choice] = ["medoids", 0] if choice == "all" else [0]
        sizes = {other: page_with(pictures.among(take(other, ranked, standing))).size for other in smaller}
        raise ValueError(_too_large(path, page, pictures, {choice: page.size, **sizes}, max_mb, rows))
    tell(f"{path.name}: {_count(len(ids), 'image')}, {_said(choice, len(pictures.rows))}, {_mb(page.size)}")
    _write(path, page)
    return path


def _notices(included: int, n: int) -> list[str]:
    if included == n:
        return []
    return [f"This file has the pictures of {included:,} of {n:,} images; the others are not included."]


def _still(results: Results, options: Options, pictures: Pictures, n_clusters: int, colors: list[int]) -> bytes:
    tiles = dict(zip(pictures.rows.tolist(), pictures.tiles, strict=True))
    assert results.collection is not None
    assert results.tree is not None
    assert results.coordinates is not None
    assert results.network is not None
    picture = snapshot(
        results.tree,
        results.coordinates,
        n_clusters,
        lambda row: Image.open(io.BytesIO(tiles[row])) if row in tiles else None,
        results.collection.name,
        [results.network.label, options.metric, options.linkage],
        permutation=colors,
        width=1000,
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=75, optimize=True)
    return file.getvalue()


def _too_large(path: Path, page: Page, pictures: Pictures, sizes: dict[Choice, int], max_mb: float, rows: Rows) -> str:
    """Say how large the file would be with each choice of pictures, and which are the most that fit."""
    tiles = dict(zip(pictures.rows.tolist(), map(picture_bytes, pictures.tiles), strict=True))
    # With none, one, two, … pictures, of which each has a number and a length in the index as well.
    rest = page.size - sum(tiles.values()) - _IN_INDEX * len(tiles)
    totals = rest + np.cumsum([tiles[row] + _IN_INDEX if row in tiles else 0 for row in rows.tolist()])
    fitting = int(np.searchsorted(totals, max_mb * _MB, side="right"))
    listed = ", ".join(f"{_mb(size)} with thumbnails={choice!r}" for choice, size in sizes.items())
    fits = sizes[0] <= max_mb * _MB
    advice = f"thumbnails={fitting} is the most that fits" if fits else "no choice of pictures fits"
    return f"{path.name} would have {listed}; {advice} into max_mb={max_mb:g}. Choose one of these, or a larger max_mb."


def _said(choice: Choice, included: int) -> str:
    if choice == "all":
        return "thumbnails of all"
    return f"thumbnails of {included:,}" if included else "no thumbnails"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _mb(size: float) -> str:
    return f"{size / _MB:,.1f} MB"


def _write(path: Path, page: Page) -> None:
    with written_whole(path) as file:
        file.writelines(page.parts())
