"""The browser's requests about labels."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.pipeline import Pipeline
from imgclust_jupyter.widget.label_keeper import LabelKeeper
from imgclust_jupyter.widget.rpc import Answer, BadRequestError, Handler
from imgclust_jupyter.workspace.selection import unpack

__all__ = ["IMMEDIATE", "handlers"]

IMMEDIATE = ("label", "rename_label", "refuse")
"""What is answered in the order in which it was asked."""

Ids = npt.NDArray[np.int64]


def handlers(keeper: LabelKeeper, pipeline: Pipeline) -> Mapping[str, Handler]:
    """Return what answers each kind of request.

    Parameters
    ----------
    keeper : LabelKeeper
    pipeline : Pipeline
    """

    def label(body: dict[str, Any]) -> Answer:
        value, keep = body.get("value"), body.get("keep", False)
        if not isinstance(keep, bool):
            raise BadRequestError(f"keep must be true or false, not {keep!r}")
        changed, kept = keeper.label(value, _items(pipeline, body), _text(body, "column"), keep, "views")
        return {"changed": changed, "kept": kept}, []

    def rename(body: dict[str, Any]) -> Answer:
        changed = keeper.rename(_text(body, "column"), _text(body, "value"), _text(body, "to"), "views")
        return {"changed": changed}, []

    def refuse(body: dict[str, Any]) -> Answer:
        keeper.refuse(_text(body, "column"), _text(body, "value"), _items(pipeline, body), "views")
        return {}, []

    answers = {"label": label, "rename_label": rename, "refuse": refuse}
    return {kind: _checked(keeper, answer) for kind, answer in answers.items()}


def _checked(keeper: LabelKeeper, answer: Handler) -> Handler:
    def checked(body: dict[str, Any]) -> Answer:
        if not keeper.ready:
            raise BadRequestError("labels can be given as soon as all images have been read")
        try:
            return answer(body)
        except (ValueError, KeyError) as error:
            raise BadRequestError(str(error.args[0])) from error

    return checked


def _text(body: dict[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str):
        raise BadRequestError(f"{name} must be text, not {text!r}")
    return text


def _items(pipeline: Pipeline, body: dict[str, Any], name: str = "items") -> Ids:
    """Return which of the images that are shown are meant."""
    results = pipeline.results
    assert results.collection is not None
    assert results.ids is not None
    try:
        bits = base64.b64decode(_text(body, name), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequestError(f"{name} must be bits as base64") from error
    return np.intersect1d(unpack(bits, len(results.collection.items)), results.ids, assume_unique=True)
