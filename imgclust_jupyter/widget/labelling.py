"""The browser's requests about labels."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.insight.label_suggestions import LabelModel, next_branch
from imgclust_jupyter.pipeline import Pipeline, Results
from imgclust_jupyter.widget.label_keeper import LabelKeeper
from imgclust_jupyter.widget.models import ExplorerWidget
from imgclust_jupyter.widget.rpc import Answer, BadRequestError, Handler
from imgclust_jupyter.workspace.labels import LabelTable, label_text
from imgclust_jupyter.workspace.selection import pack, unpack

__all__ = ["IMMEDIATE", "NextCluster", "handlers", "next_cluster", "suggestions"]

IMMEDIATE = ("label", "rename_label", "refuse")
"""What is answered in the order in which it was asked."""

Ids = npt.NDArray[np.int64]

_MOST_SUGGESTIONS = 512
_LIKELY = 0.5  # on average over a branch, for its guess to be worth a person's look
_AGREED = 0.3  # of a branch's images, that the network takes for the same class


def handlers(keeper: LabelKeeper, pipeline: Pipeline, widget: ExplorerWidget) -> Mapping[str, Handler]:
    """Return what answers each kind of request.

    Parameters
    ----------
    keeper : LabelKeeper
    pipeline : Pipeline
    widget : ExplorerWidget
        Its cut says what the clusters are.
    """

    def label(body: dict[str, Any]) -> Answer:
        value, keep = body.get("value"), body.get("keep", False)
        if not isinstance(keep, bool):
            raise BadRequestError(f"keep must be true or false, not {keep!r}")
        changed, kept = keeper.label(value, _items(pipeline.results, body), _text(body, "column"), keep, "views")
        return {"changed": changed, "kept": kept}, []

    def rename(body: dict[str, Any]) -> Answer:
        changed = keeper.rename(_text(body, "column"), _text(body, "value"), _text(body, "to"), "views")
        return {"changed": changed}, []

    def refuse(body: dict[str, Any]) -> Answer:
        keeper.refuse(_text(body, "column"), _text(body, "value"), _items(pipeline.results, body), "views")
        return {}, []

    def suggest(body: dict[str, Any]) -> Answer:
        k = body.get("k")
        if type(k) is not int or not 1 <= k <= _MOST_SUGGESTIONS:
            raise BadRequestError(f"k must be a whole number from 1 to {_MOST_SUGGESTIONS}, not {k!r}")
        ids, scores = suggestions(pipeline, keeper.table, _text(body, "column"), _text(body, "value"), k)
        return {}, [ids.astype("<u4").tobytes(), scores.astype("<f4").tobytes()]

    def following(body: dict[str, Any]) -> Answer:
        items, column = _items(pipeline.results, body, "after"), _text(body, "column")
        found = next_cluster(pipeline, keeper.table, column, items, widget.cut["n_clusters"])
        if not len(found.ids):
            return {"count": 0}, []
        collection = pipeline.results.collection
        assert collection is not None
        bits = base64.b64encode(pack(found.ids, len(collection.items))).decode()
        return {"items": bits, "count": len(found.ids), **found.said}, []

    answers = {"label": label, "rename_label": rename, "refuse": refuse, "suggest": suggest, "next_cluster": following}
    return {kind: _checked(keeper, answer) for kind, answer in answers.items()}


class NextCluster(NamedTuple):
    """The branch to label next.

    Attributes
    ----------
    ids : ndarray of int64
        Item ids of its images; none when all have a label.
    text : str
        What the branch is, in words.
    guess : str or None
        What it may be of, by the labels that there are, or by the network.
    share : float or None
        How likely that is, 0 … 1.
    """

    ids: Ids
    text: str = ""
    guess: str | None = None
    share: float | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What there is to say of it."""
        return {"text": self.text, "guess": self.guess, "share": self.share}


def suggestions(
    pipeline: Pipeline, table: LabelTable, column: str, value: str, k: int
) -> tuple[Ids, npt.NDArray[np.float32]]:
    """Return the ids of the images without a label that are most likely of one, and how likely they are, 0 … 1.

    Raises
    ------
    KeyError
        When there is no such label.
    """
    results = pipeline.results
    assert results.ids is not None
    categories = table.column(column).categories
    if value not in categories:
        raise KeyError(f"there is no label {value!r} in the column {column!r}")
    refused = table.refused.get((column, value), frozenset())
    rows = np.flatnonzero(np.isin(results.ids, list(refused)))
    chosen, scores = _model(pipeline, results, table, column).suggest(categories.index(value), k, rows.tolist())
    return results.ids[chosen], scores


def next_cluster(pipeline: Pipeline, table: LabelTable, column: str, after: Ids, n_clusters: int) -> NextCluster:
    """Return the branch to label next after some images that are being looked at."""
    results = pipeline.results
    assert results.ids is not None
    if results.tree is None:
        raise BadRequestError("there are no clusters yet")
    codes = table.column(column).codes_of(results.ids)
    rows = next_branch(results.tree, n_clusters, codes >= 0, np.flatnonzero(np.isin(results.ids, after)).tolist())
    if not len(rows):
        return NextCluster(results.ids[:0])
    clusters = results.tree.cut(n_clusters)
    own = clusters == clusters[rows[0]]
    part = "" if own.sum() == len(rows) else "a part of "
    text = f"{part}cluster {clusters[rows[0]]}"
    return NextCluster(results.ids[rows], text, *_guess(pipeline, results, table, column, rows))


def _guess(
    pipeline: Pipeline, results: Results, table: LabelTable, column: str, rows: Ids
) -> tuple[str | None, float | None]:
    categories = table.column(column).categories
    if categories and results.vectors is not None:
        best, likely = _model(pipeline, results, table, column).guess(rows)
        if likely >= _LIKELY:
            return categories[best], likely
    if results.findings is not None and results.findings.predicted is not None:
        (name, count), *_ = Counter(results.findings.predicted[0][rows].tolist()).most_common(1)
        if count >= _AGREED * len(rows):
            return label_text(name), count / len(rows)
    return None, None


def _model(pipeline: Pipeline, results: Results, table: LabelTable, column: str) -> LabelModel:
    if results.vectors is None or results.ids is None:
        raise BadRequestError("which images are alike is not known any longer; run the cell again")
    labels = table.column(column)
    codes = labels.codes_of(results.ids)
    return LabelModel.fit(results.vectors, codes, len(labels.categories), pipeline.options.metric)


def _checked(keeper: LabelKeeper, answer: Handler) -> Handler:
    def checked(body: dict[str, Any]) -> Answer:
        if not keeper.ready:
            raise BadRequestError("labels can be given as soon as all images have been read")
        keeper.catch_up()
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


def _items(results: Results, body: dict[str, Any], name: str = "items") -> Ids:
    """Return which of the images that are shown are meant."""
    assert results.collection is not None
    assert results.ids is not None
    try:
        bits = base64.b64decode(_text(body, name), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequestError(f"{name} must be bits as base64") from error
    return np.intersect1d(unpack(bits, len(results.collection.items)), results.ids, assume_unique=True)
