"""A session as one file: what was computed, the labels, and what is looked at."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgclust_jupyter.pipeline import Options, Results
from imgclust_jupyter.pipeline.restoring import captured, decoded
from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget import pictures
from imgclust_jupyter.workspace.filters import mend
from imgclust_jupyter.workspace.label_transcript import Transcript
from imgclust_jupyter.workspace.session_file import (
    DAMAGE,
    SessionFile,
    SessionFileError,
    read_session_file,
    write_session_file,
)
from imgclust_jupyter.workspace.table_codec import Arrays

if TYPE_CHECKING:
    from imgclust_jupyter.widget.session import Session

__all__ = ["Loaded", "load_session", "save_session"]

_TILE = 128
_BITS = ("selection", "excluded")
_TEXTS = ("color_by", "group_by")


@dataclass(frozen=True, eq=False)
class Loaded:
    """What a session begins with that was saved.

    Attributes
    ----------
    results : Results
    transcript : Transcript
        What was done with labels.
    view : mapping of str to object
        Traits of the widget.
    colors : list of int
        As in `Publisher`.
    """

    results: Results
    transcript: Transcript
    view: Mapping[str, Any]
    colors: list[int]


def save_session(path: Path, session: Session, results: Results, thumbnails: bool) -> list[str]:
    """Write a session.

    Parameters
    ----------
    path : Path
    session : Session
    results : Results
        Complete ones of it.
    thumbnails : bool
        Whether the thumbnails of all images are taken along, or only of those that are nowhere else.

    Returns
    -------
    list of str
        Columns of which some values have become text.

    Raises
    ------
    OSError
        When the file cannot be written; what was there before still is.
    """
    widget, store = session.widget, open_store()
    collection = results.collection
    assert collection is not None
    arrays: Arrays = {}
    items = [item for item in collection.present if thumbnails or item.in_memory]
    tiles: dict[int, bytes] = {}
    for first in range(0, len(items), pictures.MAX_ITEMS):
        some = items[first : first + pictures.MAX_ITEMS]
        made, _ = pictures.tiles(collection, store, some, _TILE)
        tiles |= {item.id: tile for item, tile in zip(some, made, strict=True) if tile}
    document, lost = captured(results, session.pipeline.options, tiles, path.parent, store, arrays)
    with widget.lock:
        view = {
            **{name: base64.b64encode(getattr(widget, name)).decode() for name in _BITS},
            **{name: getattr(widget, name) for name in (*_TEXTS, "selection_origin", "cut", "filters", "ui")},
            "colors": session.colors,
        }
    document |= {
        "saved": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "view": view,
        "labels": session.labels.transcript.encode(arrays),
    }
    write_session_file(path, SessionFile(document, arrays))
    return lost


def load_session(path: Path, source: Any, model: Any, storage_options: dict[str, Any] | None) -> tuple[Options, Loaded]:
    """Read a session, and find its images.

    Parameters
    ----------
    path : Path
    source : object
        Where the images are; None for where they were.
    model : object
        The network, where it is one that the file cannot name.
    storage_options : dict, optional

    Raises
    ------
    SessionFileError
        When it is no such file, is damaged, or was made by a newer version of the package.
    OSError, ValueError, TypeError, ImportError
        As `Collection.from_source`, for a `source` that is given.
    """
    session = read_session_file(path)
    try:
        made = decoded(session.document, session.arrays, model)
        transcript = Transcript.decode(session.document["labels"], session.arrays)
        view, colors = _view(session.document["view"])
    except DAMAGE as error:
        raise SessionFileError(f"{path} is damaged: {error}") from error
    options, results = made.relinked(path.absolute().parent, source, storage_options, open_store())
    return options, Loaded(results, transcript, view, colors)


def _view(saved: Mapping[str, Any]) -> tuple[dict[str, Any], list[int]]:
    origin, ui, colors = saved["selection_origin"], saved["ui"], saved["colors"]
    view: dict[str, Any] = {name: base64.b64decode(saved[name], validate=True) for name in _BITS}
    view |= {name: saved[name] for name in _TEXTS}
    view |= {"cut": saved["cut"], "filters": mend(saved["filters"]), "selection_origin": origin, "ui": ui}
    if not all(isinstance(view[name], str) for name in _TEXTS):
        raise ValueError("what its views are coloured by is no name of a column")
    if not all(isinstance(each, dict) for each in (origin, ui, view["cut"])):
        raise ValueError("what its views show is none")
    if sorted(colors) != list(range(len(colors))):
        raise ValueError("its colours are none")
    return view, colors
