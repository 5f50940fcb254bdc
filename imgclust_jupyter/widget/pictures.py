"""Thumbnails, previews and rows for the browser.

The browser names items by id, never by path; what it asks for is checked here.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from imgclust_jupyter.collection import Collection, Item
from imgclust_jupyter.imaging import (
    THUMBNAIL_SIZES,
    Limits,
    UnreadableImage,
    decode_guarded,
    encode_thumbnail,
    reason_for,
)
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
        The ids again, and for each image that cannot be shown its id (as text, as JSON has no other keys) and why; then
        uint32 offsets (one more than there are ids) and the tiles one after the other, empty where there is none.
    """
    items = check_ids(collection, body)
    size = body.get("size")
    if size not in THUMBNAIL_SIZES:
        raise BadRequestError(f"there are thumbnails of {THUMBNAIL_SIZES} pixels, not {size!r}")
    encoded, reasons = tiles(collection, store, items, size)
    offsets = np.concatenate([[0], np.cumsum([len(tile) for tile in encoded])]).astype("<u4")
    body = {"ids": [item.id for item in items], "reasons": {str(item): reason for item, reason in reasons.items()}}
    return body, [offsets.tobytes(), b"".join(encoded)]


def tiles(collection: Collection, store: Store, items: Sequence[Item], size: int) -> tuple[list[bytes], dict[int, str]]:
    """Return the encoded thumbnails of some items.

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
    encoded : list of bytes
        Empty for an image that cannot be shown.
    reasons : dict of int to str
        Why not, in plain words, by item id.
    """
    known_hashes = collection.known_hashes(store, [item.id for item in items])
    known = store.thumbnails([content for content in known_hashes if content], size)
    made: list[Record] = []
    encoded: list[bytes] = []
    reasons: dict[int, str] = {}
    for item, known_hash in zip(items, known_hashes, strict=True):
        try:
            content = known_hash or collection.content_hash(item, store)
            # Read only now, it may be a copy of one that has a tile.
            if known_hash is None:
                known |= store.thumbnails([content], size)
            if content not in known:
                made.append(_make(item, content, size, collection.limits))
                known[content] = made[-1].thumbnails[size]
            encoded.append(known[content])
        except (OSError, UnreadableImage) as error:
            encoded.append(b"")
            reasons[item.id] = reason_for(error)
    if made:
        store.put(made, None)
    return encoded, reasons


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


def _make(item: Item, content: str, size: int, limits: Limits) -> Record:
    decoded = decode_guarded(item.source, min_side=size, limits=limits)
    return Record(content, decoded.width, decoded.height, None, {size: encode_thumbnail(decoded.image, size)})
