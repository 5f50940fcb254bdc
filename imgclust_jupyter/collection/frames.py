"""Every frame of a file as an image of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.collection.remote_listing import REMOTE_THREADS
from imgclust_jupyter.imaging import Frame, UnreadableImage
from imgclust_jupyter.imaging.guard import count_frames

__all__ = ["FRAMES", "all_frames"]

FRAMES = ("first", "all")
"""What can become of a file with several pictures."""


def all_frames(files: Sequence[Item]) -> tuple[list[Item], npt.NDArray[np.int64]]:
    """Make one item of each frame.

    Parameters
    ----------
    files : sequence of Item
        Their headers are read.

    Returns
    -------
    items : list of Item
        Of a file with one picture, and of one whose header cannot be read, the same with a new id; of another file one
        for each frame, named like ``scan.tif [3]``, counted from 0.
    file_of : ndarray of int64, shape (n_items,)
        To which of the files each item belongs.
    """
    with ThreadPoolExecutor(REMOTE_THREADS, "imgclust-frames") as pool:
        counts = list(pool.map(_count, files))
    items: list[Item] = []
    for file, count in zip(files, counts, strict=True):
        for number in range(count):
            item = replace(file, id=len(items), frame=number)
            if count > 1 and not isinstance(file.source, np.ndarray | Image.Image | Frame):
                label = f" [{number}]"
                source = Frame(file.source, number)
                item = replace(item, name=file.name + label, relative=file.relative + label, source=source)
            items.append(item)
    return items, np.repeat(np.arange(len(files)), counts)


def _count(file: Item) -> int:
    try:
        return count_frames(file.source)
    except UnreadableImage:
        return 1  # reported when its picture is read
