"""Every frame of a file as an image of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.collection.remote_listing import REMOTE_THREADS
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Frame, Limits, UnreadableImage
from imgclust_jupyter.imaging.guard import count_frames

__all__ = ["FRAMES", "all_frames", "files_of"]

FRAMES = ("first", "all")
"""What can become of a file with several pictures."""


def all_frames(
    files: Sequence[Item], limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Item], npt.NDArray[np.int64], dict[int, UnreadableImage]]:
    """Make one item of each frame.

    Parameters
    ----------
    files : sequence of Item
        Their headers are read.
    limits : Limits

    Returns
    -------
    items : list of Item
        Of a file with one picture, and of one whose header cannot be read, the same with a new id; of another file one
        for each frame, named like ``scan.tif [3]``, counted from 0.
    file_of : ndarray of int64, shape (n_items,)
        To which of the files each item belongs.
    failures : dict of int to UnreadableImage
        Why the frames of some files cannot be counted, by item id.
    """
    with ThreadPoolExecutor(REMOTE_THREADS, "imgclust-frames") as pool:
        counts = list(pool.map(partial(_count, limits=limits), files))
    items: list[Item] = []
    failures = {}
    n_items = [1 if isinstance(count, UnreadableImage) else count for count in counts]
    for file, counted, count in zip(files, counts, n_items, strict=True):
        if isinstance(counted, UnreadableImage):
            failures[len(items)] = counted
        for number in range(count):
            item = replace(file, id=len(items), frame=number)
            if count > 1 and not isinstance(file.source, np.ndarray | Image.Image | Frame):
                label = f" [{number}]"
                source = Frame(file.source, number)
                item = replace(item, name=file.name + label, relative=file.relative + label, source=source)
            items.append(item)
    return items, np.repeat(np.arange(len(files)), n_items), failures


def files_of(items: Sequence[Item]) -> tuple[list[Item], npt.NDArray[np.int64]]:
    """Return the files that images are of, named as the files are, and to which of them each image belongs.

    Parameters
    ----------
    items : sequence of Item
        As from `all_frames`, or a part of them.

    Returns
    -------
    files : list of Item
        With the id of their first image.
    file_of : ndarray of int64, shape (n_items,)
    """
    files: dict[object, Item] = {}
    keys: list[object] = []
    for item in items:
        if isinstance(item.source, Frame):
            label = f" [{item.frame}]"
            item = replace(item, name=item.name.removesuffix(label), relative=item.relative.removesuffix(label))
            keys.append(item.file)
        else:
            keys.append(item.id)
        files.setdefault(keys[-1], item)
    number = {key: i for i, key in enumerate(files)}
    return list(files.values()), np.array([number[key] for key in keys], dtype=np.int64)


def _count(file: Item, limits: Limits) -> int | UnreadableImage:
    try:
        return count_frames(file.source, limits)
    except UnreadableImage as error:
        return error
