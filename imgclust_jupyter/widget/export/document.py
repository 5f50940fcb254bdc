"""What a page without a kernel must know: the traits of both models, and the answers to the browser's requests.

The twin that reads it is ``js/src/host/embedded.ts``.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd
from ipywidgets import DOMWidget

from imgclust_jupyter.collection import printable
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.widget import ordering
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.widget.paths import local, without_folders

__all__ = ["document", "texts"]

_SIMILAR = 13  # an image and the twelve that the large view shows

# What is of one page or of one kernel; a file begins without a past, and all of its work is done.
_PASSING = ("dataset", "progress", "step", "travel", "past")


def document(dataset: DatasetModel, widget: ExplorerWidget, results: Results, notices: list[str]) -> dict[str, Any]:
    """Return all but the texts and the pictures, ready for JSON.

    Parameters
    ----------
    dataset : DatasetModel
    widget : ExplorerWidget
        Its selection, cut, filters and colours are those that the file begins with.
    results : Results
        Of which the dataset tells.
    notices : list of str
        More that a person should know, about the file.

    Returns
    -------
    dict
        ``dataset`` and ``view``: the traits of the models, bytes as base64 apart from the rest; ``errors``; ``orders``
        by the columns that only the kernel can sort; ``similar``: of each row the nearest ones, where they are known.
    """
    data, view = _traits(dataset), _traits(widget)
    header = data["state"]["header"]
    data["state"]["header"] = {
        **header,
        "columns": [_without_folders(column) for column in header["columns"]],
        "notices": [*header["notices"], *notices],
        "changes": None,  # of which only the kernel has the list
        "offline": True,
    }
    view["state"]["filters"] = [_without_folders(each) for each in view["state"]["filters"]]
    assert results.collection is not None
    errors = results.collection.errors
    return {
        "dataset": data,
        "view": view,
        "errors": [
            {"path": local(path), "reason": without_folders(reason)}
            for path, reason in zip(errors["path"], errors["reason"], strict=True)
        ],
        "orders": _orders(results, {column["name"] for column in header["columns"]}),
        "similar": _similar(results),
    }


def texts(results: Results) -> list[dict[str, Any]]:
    """Return what the browser shows of images in words, by columns.

    Returns
    -------
    list of dict
        ``name``; ``values``, one for each row; and whether it ``isNumber``, which a search finds by its whole value.
    """
    assert results.collection is not None
    assert results.ids is not None
    rows = results.collection.text(results.ids.tolist())
    table = results.described()
    numbers = {
        printable(str(name))
        for name, kind in table.dtypes.items()
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
    }
    return [
        {"name": name, "isNumber": name in numbers, "values": [local(row[name]) for row in rows]}
        for name in (rows[0] if rows else ())
    ]


def _traits(model: DatasetModel | ExplorerWidget) -> dict[str, dict[str, Any]]:
    ours = {*model.trait_names(sync=True)} - {*DOMWidget.class_trait_names(sync=True), *_PASSING}
    values = {name: getattr(model, name) for name in sorted(ours) if not name.startswith("_")}
    return {
        "state": {name: value for name, value in values.items() if not isinstance(value, bytes)},
        "bytes": {name: _base64(value) for name, value in values.items() if isinstance(value, bytes)},
    }


def _without_folders(described: dict[str, Any]) -> dict[str, Any]:
    """Of a column or a filter, where categories may be paths, and the text that somebody has written may name some."""
    shortened: dict[str, Any] = {}
    for name in ("categories", "values"):
        if name in described:
            shortened[name] = [local(value) for value in described[name]]
    if "text" in described:
        shortened["text"] = without_folders(described["text"])
    return {**described, **shortened}


def _orders(results: Results, sortable: set[str]) -> dict[str, Any]:
    assert results.collection is not None
    assert results.ids is not None
    first = results.collection.text(results.ids[:1].tolist())
    orders = {}
    for name in (name for row in first for name in row if name not in sortable):
        answer, (ids,) = ordering.order(results, {"column": name})
        orders[name] = {**answer, "ids": _base64(ids)}
    return orders


def _similar(results: Results) -> dict[str, Any] | None:
    if results.neighbors is None or results.ids is None:
        return None
    indices = results.neighbors.indices[:, :_SIMILAR]
    distances = results.neighbors.distances[:, :_SIMILAR]
    return {
        "count": indices.shape[1],
        "ids": _base64(results.ids[indices].astype("<u4").tobytes()),
        "distances": _base64(np.asarray(distances, dtype="<f4").tobytes()),
    }


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
