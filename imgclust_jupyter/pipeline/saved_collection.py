"""A collection in the file of a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any

import numpy as np

from imgclust_jupyter.collection.details import Details
from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.collection.state import CollectionState, SavedImage
from imgclust_jupyter.imaging import Limits
from imgclust_jupyter.workspace.session_file import Array
from imgclust_jupyter.workspace.table_codec import Arrays, decode_index, decode_table, encode_index, encode_table

__all__ = ["SavedCollection", "decode_collection", "encode_collection"]


@dataclass(frozen=True, eq=False)
class SavedCollection:
    """A collection as the file has it; its images are yet to be found.

    Attributes
    ----------
    state : CollectionState
        All items are a `SavedImage`; the digests are those of the images.
    places : mapping of int to str
        Where items were, by id, that had no place in the common folder.
    """

    state: CollectionState
    places: Mapping[int, str]


def encode_collection(
    state: CollectionState, tiles: Mapping[int, bytes], places: Mapping[int, str], arrays: Arrays
) -> tuple[dict[str, Any], list[str]]:
    """Take a collection apart.

    Parameters
    ----------
    state : CollectionState
    tiles : mapping of int to bytes
        Thumbnails to be taken along, by item id.
    places : mapping of int to str
        As in `SavedCollection`.
    arrays : dict of str to ndarray
        Gets what is better kept as an array.

    Returns
    -------
    dict
        The rest, as JSON has it.
    list of str
        Columns with values that have become text.
    """
    saved = {item.id: item.source for item in state.items if isinstance(item.source, SavedImage)}
    digests = [saved[i].digest or None if i in saved else digest for i, digest in enumerate(state.hashes)]
    arrays["items/size"] = np.array([item.size for item in state.items], dtype=np.int64)
    arrays["items/frame"] = np.array([item.frame for item in state.items], dtype=np.int64)
    arrays["items/shape"] = state.shapes
    arrays["items/file"] = np.array(
        [saved[item.id].was_file if item.id in saved else not item.in_memory for item in state.items], dtype=bool
    )
    arrays["tiles/ids"] = np.array(list(tiles), dtype=np.int64)
    arrays["tiles/ends"] = np.cumsum([0, *map(len, tiles.values())])
    arrays["tiles/bytes"] = np.frombuffer(b"".join(tiles.values()), dtype=np.uint8)
    details, lost = state.details, []
    tables = {"source": details.source_rows, "unmatched": details.unmatched}
    tables |= {} if details.rows is details.source_rows else {"rows": details.rows}
    tables |= {} if details.metadata is None else {"metadata": details.metadata}
    headers: dict[str, Any] = {}
    for name, table in tables.items():
        headers[name], columns = encode_table(table, f"table/{name}", arrays)
        lost += columns
    for name, index in (("source_index", details.source_index), ("index", details.index)):
        headers[name] = None if index is None else encode_index(index, f"table/{name}", arrays)
    return {
        "name": state.name,
        "names": [item.name for item in state.items],
        "relative": [item.relative for item in state.items],
        "digests": digests,
        "places": {str(i): place for i, place in places.items()},
        "removed": sorted(state.removed),
        "errors": [[i, *error] for i, error in sorted(state.errors.items())],
        "folder_errors": [list(error) for error in state.folder_errors],
        "notices": list(state.notices),
        "frames": state.frames,
        "limits": asdict(state.limits),
        "ordered": state.ordered,
        "tables": headers,
        "matched_on": details.matched_on,
        "table_notices": list(details.notices),
    }, list(dict.fromkeys(lost))


def decode_collection(saved: Mapping[str, Any], arrays: Mapping[str, Array]) -> SavedCollection:
    """Put a collection together again.

    Raises
    ------
    Exception
        Of several kinds, when it is damaged (`session_file.DAMAGE`).
    """
    names, relative, digests = _texts(saved["names"]), _texts(saved["relative"]), saved["digests"]
    n = len(names)
    size, frame, file = (_column(arrays[f"items/{name}"], n).tolist() for name in ("size", "frame", "file"))
    shapes = arrays["items/shape"].astype(np.int64)
    if len(relative) != n or len(digests) != n or shapes.shape != (n, 2) or (shapes < 0).any():
        raise ValueError("its images have names, digests and sizes of different numbers")
    if any(each is not None and not isinstance(each, str) for each in digests):
        raise ValueError("a digest is no text")
    for path, was_file in zip(relative, file, strict=True):
        if was_file and (PurePath(path).is_absolute() or {"..", ""} & {*PurePosixPath(path).parts, path}):
            raise ValueError(f"an image has the path {path!r}, which leads out of its folder")
    tiles = _tiles(arrays, n)
    items = tuple(
        Item(
            i, names[i], relative[i], SavedImage(names[i], tiles.get(i, b""), digests[i] or "", bool(file[i])),
            size[i], 0, frame=frame[i],
        )
        for i in range(n)
    )  # fmt: skip
    state = CollectionState(
        items,
        str(saved["name"]),
        _details(saved, arrays, n),
        frozenset(_ids(saved["removed"], n)),
        shapes,
        tuple(digests),
        {i: (stage, reason, kind) for (i, stage, reason, kind) in saved["errors"] if _ids([i], n)},
        tuple((path, stage, reason, kind) for path, stage, reason, kind in saved["folder_errors"]),
        tuple(_texts(saved["notices"])),
        {"first": "first", "all": "all"}[saved["frames"]],
        Limits(**saved["limits"]),
        bool(saved["ordered"]),
    )
    places = {int(i): str(place) for i, place in saved["places"].items()}
    return SavedCollection(state, {i: place for i, place in places.items() if _ids([i], n)})


def _details(saved: Mapping[str, Any], arrays: Mapping[str, Array], n: int) -> Details:
    tables = saved["tables"]
    frames = {
        name: decode_table(tables[name], arrays)
        for name in ("source", "rows", "metadata", "unmatched")
        if name in tables
    }
    indices = {
        name: None if tables[name] is None else decode_index(tables[name], arrays) for name in ("source_index", "index")
    }
    rows = frames.get("rows", frames["source"])
    if any(len(each) != n for each in (frames["source"], rows, *indices.values()) if each is not None):
        raise ValueError("the table has another number of rows than there are images")
    return Details(
        frames["source"],
        indices["source_index"],
        rows,
        indices["index"],
        frames.get("metadata"),
        saved["matched_on"],
        frames["unmatched"],
        tuple(_texts(saved["table_notices"])),
    )


def _tiles(arrays: Mapping[str, Array], n: int) -> dict[int, bytes]:
    ids, ends, content = arrays["tiles/ids"], arrays["tiles/ends"], arrays["tiles/bytes"]
    if len(ends) != len(ids) + 1 or (np.diff(ends) < 0).any() or ends[0] != 0 or ends[-1] != len(content):
        raise ValueError("its thumbnails do not fit together")
    whole = content.astype(np.uint8).tobytes()
    return {i: whole[ends[k] : ends[k + 1]] for k, i in enumerate(_ids(ids.tolist(), n))}


def _ids(values: Sequence[Any], n: int) -> list[int]:
    ids = [int(value) for value in values]
    if any(not 0 <= i < n for i in ids):
        raise ValueError(f"it speaks of images that are not among its {n}")
    return ids


def _column(array: Array, n: int) -> Array:
    if array.shape != (n,):
        raise ValueError(f"an array has the shape {array.shape}, and there are {n} images")
    return array


def _texts(values: Sequence[Any]) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("a list of texts has something else in it")
    return values
