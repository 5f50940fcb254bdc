"""Thumbnails, previews and rows for the browser.

The browser names items by id, never by path; what it asks for is checked here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgclust_jupyter.collection import Collection, Item
from imgclust_jupyter.imaging import THUMBNAIL_SIZES, Limits, UnreadableImage, decode_guarded, encode_thumbnail
from imgclust_jupyter.store import Record, Store
from imgclust_jupyter.widget.rpc import Answer, BadRequestError

__all__ = ["MAX_ITEMS", "MAX_PREVIEW", "check_ids", "errors", "preview", "rows", "thumbnails", "tiles"]

MAX_ITEMS = 512
"""Items in one request; the browser asks for what it can see."""

MAX_PREVIEW = 2048
"""Pixels of the longer side of a preview."""


def thumbnails(collection: Collection, store: Store, body: dict[str, Any]) -> Answer:
    """Return the thumbnails of some items, made now where the store has none.

    Parameters
    ----------
    collection : Collection
    store : Store
    body : dict
        ``ids`` and ``size``, one of `THUMBNAIL_SIZES`.

    Returns
    -------
    body, buffers
        The ids again, uint32 offsets (one more than there are ids) and the tiles one after the other; an image that
        cannot be read has an empty tile.
    """
    items = check_ids(collection, body)
    size = body.get("size")
    if size not in THUMBNAIL_SIZES:
        raise BadRequestError(f"there are thumbnails of {THUMBNAIL_SIZES} pixels, not {size!r}")
    encoded = tiles(collection, store, items, size)
    offsets = np.concatenate([[0], np.cumsum([len(tile) for tile in encoded])]).astype("<u4")
    return {"ids": [item.id for item in items]}, [offsets.tobytes(), b"".join(encoded)]


def tiles(collection: Collection, store: Store, items: Sequence[Item], size: int) -> list[bytes]:
    """Return the encoded thumbnails of some items; empty for an image that cannot be read.

    Parameters
    ----------
    collection : Collection
    store : Store
        Has most of them, and gets those that are made now.
    items : sequence of Item
    size : int
        One of `THUMBNAIL_SIZES`.

    Returns
    -------
    list of bytes
    """
    known_hashes = collection.known_hashes(store, [item.id for item in items])
    hashes = [content or _hash(collection, item, store) for item, content in zip(items, known_hashes, strict=True)]
    known = store.thumbnails([h for h in hashes if h], size)
    made: list[Record] = []
    encoded: list[bytes] = []
    for item, content in zip(items, hashes, strict=True):
        tile = known.get(content, b"") if content else b""
        if content and not tile and (record := _make(item, content, size, collection.limits)):
            made.append(record)
            tile = known[content] = record.thumbnails[size]
        encoded.append(tile)
    if made:
        store.put(made, None)
    return encoded


def preview(collection: Collection, body: dict[str, Any]) -> Answer:
    """Return one image large enough to look at, as JPEG.

    Parameters
    ----------
    collection : Collection
    body : dict
        ``id``, and ``size``: at most so many pixels for the longer side.

    Returns
    -------
    body, buffers
        Width and height of the whole image in pixels, and the JPEG.
    """
    (item,) = check_ids(collection, {"ids": [body.get("id")]})
    size = body.get("size")
    if not isinstance(size, int) or not 1 <= size <= MAX_PREVIEW:
        raise BadRequestError(f"a preview has 1 to {MAX_PREVIEW} pixels, not {size!r}")
    try:
        decoded = decode_guarded(item.source, min_side=size, limits=collection.limits)
    except UnreadableImage as error:
        raise BadRequestError(f"{item.relative}: {error.reason}") from error
    image = decoded.image.copy()
    image.thumbnail((size, size))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return {"width": decoded.width, "height": decoded.height}, [buffer.getvalue()]


def rows(collection: Collection, body: dict[str, Any]) -> Answer:
    """Return the table's rows of some items."""
    items = check_ids(collection, body)
    return {"rows": collection.text([item.id for item in items])}, []


def errors(collection: Collection) -> Answer:
    """Return which files could not be read, and why."""
    return {"rows": collection.errors[["path", "reason"]].to_dict("records")}, []


def check_ids(collection: Collection, body: dict[str, Any]) -> list[Item]:
    """Return the items that a request names.

    Raises
    ------
    BadRequestError
        For anything but a list of at most `MAX_ITEMS` ids of the collection.
    """
    ids = body.get("ids")
    if not isinstance(ids, list) or len(ids) > MAX_ITEMS:
        raise BadRequestError(f"a request names at most {MAX_ITEMS} items in a list")
    if any(type(i) is not int or not 0 <= i < len(collection.items) for i in ids):
        raise BadRequestError(f"there are {len(collection.items)} items, and the request names others")
    return [collection.items[i] for i in ids]


def _hash(collection: Collection, item: Item, store: Store) -> str | None:
    try:
        return collection.content_hash(item, store)
    except (OSError, UnreadableImage):
        return None  # an empty tile; the embedding is what reports the file


def _make(item: Item, content: str, size: int, limits: Limits) -> Record | None:
    try:
        decoded = decode_guarded(item.source, min_side=size, limits=limits)
    except UnreadableImage:
        return None
    tile = encode_thumbnail(decoded.image, size)
    return Record(content, decoded.width, decoded.height, None, {size: tile})
