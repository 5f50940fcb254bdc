"""Explaining rows of results: the pictures are decoded again, for what the network sees at each place is not kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.collection import Item
from imgclust_jupyter.imaging import Limits, UnreadableImage, decode_guarded
from imgclust_jupyter.insight.explanation import Explanation, explain
from imgclust_jupyter.pipeline.results import Results

__all__ = ["explain_cluster", "explain_pair", "nearest_to_middle"]

_SAMPLE = 2_000


def explain_pair(results: Results, one: int, other: int) -> Explanation:
    """Say why two rows are alike, each seen from the other.

    Raises
    ------
    ValueError
        When there is nothing to explain by: features of one's own, or an explorer that was closed.
    UnreadableImage
        When a picture cannot be read any more.
    """
    values = _embeddings(results)
    return _explain(results, [one, other], [values[other], values[one]], np.array([one, other]))


def explain_cluster(results: Results, members: npt.NDArray[np.integer], shown: Sequence[int]) -> Explanation:
    """Say what binds some rows, shown on a few of them; raises as `explain_pair`."""
    middle = _embeddings(results)[members].mean(axis=0)
    return _explain(results, shown, [middle] * len(shown), members)


def nearest_to_middle(results: Results, members: npt.NDArray[np.integer], n: int) -> list[int]:
    """Return the n of some rows that are nearest to their mean; `ValueError` for less than one."""
    if n < 1:
        raise ValueError(f"at least one picture has to be shown, not {n}")
    assert results.vectors is not None
    vectors = results.vectors[members]
    away = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
    return [int(row) for row in members[np.argsort(away, kind="stable")[:n]]]


def _embeddings(results: Results) -> npt.NDArray[np.float32]:
    if results.embeddings is None or results.network is None:
        raise ValueError("what the network makes of the images is not known yet, or no longer; run the cell again")
    if results.network.name == "features":
        raise ValueError("nothing can be seen in the pictures: the numbers of these images are features of your own")
    return results.embeddings


def _explain(
    results: Results,
    shown: Sequence[int],
    targets: Sequence[npt.NDArray[np.floating]],
    members: npt.NDArray[np.integer],
) -> Explanation:
    assert results.network is not None
    assert results.collection is not None
    assert results.ids is not None
    values = _embeddings(results)
    items = [results.collection.items[results.ids[row]] for row in shown]
    images = [_picture(item, results.network.min_side, results.collection.limits) for item in items]
    some = values[:: max(1, len(values) // _SAMPLE)]
    names = [item.relative for item in items]
    # The mean that distances subtract, or for other metrics the same of the embeddings.
    mean = results.mean if results.mean is not None else values.mean(axis=0)
    return explain(results.network.original, images, names, targets, values[members], some, mean)


def _picture(item: Item, min_side: int, limits: Limits) -> Image.Image:
    try:
        return decode_guarded(item.source, min_side, limits=limits).image
    except UnreadableImage as error:
        raise UnreadableImage(f"{item.relative}: {error.reason}") from error
