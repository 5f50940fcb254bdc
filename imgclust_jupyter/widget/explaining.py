"""Why an image is in its cluster, for the page."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.insight.evidence import spotlight
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.pipeline.explaining import explain_cluster, nearest_to_middle
from imgclust_jupyter.widget.rpc import Answer, BadRequestError

__all__ = ["why"]

_SIDE = 320
_CLASSES = 5


def why(results: Results, n_clusters: int, body: dict[str, Any]) -> Answer:
    """Say what binds an image to its cluster.

    Parameters
    ----------
    results : Results
    n_clusters : int
        Where the tree is cut.
    body : dict
        ``id``.

    Returns
    -------
    body, buffers
        ``shown``, the ids of the image and of the one in the middle of its cluster; for each of them ``similarity`` to
        the cluster; ``exact``, as in `Evidence`; ``classes``, with ``name``, ``share`` and ``elsewhere``. Then the
        pictures with light on what is alike, as JPEG.
    """
    if results.tree is None or results.ids is None:
        raise BadRequestError("there are no clusters yet")
    item = body.get("id")
    rows = np.flatnonzero(results.ids == item)
    if type(item) is not int or len(rows) != 1:
        raise BadRequestError(f"there is no image {item!r} that could be read")
    labels, row = results.tree.cut(n_clusters), int(rows[0])
    members = np.flatnonzero(labels == labels[row])
    middle = next((each for each in nearest_to_middle(results, members, 2) if each != row), row)
    shown = [row, middle] if middle != row else [row]
    try:
        found = explain_cluster(results, members, shown)
    except (ValueError, UnreadableImage) as error:
        raise BadRequestError(str(error)) from error
    classes = found.classes.sort_values("share", ascending=False).head(_CLASSES)
    answer = {
        "shown": [int(results.ids[each]) for each in shown],
        "similarity": [each.similarity for each in found.evidence],
        "exact": all(each.exact for each in found.evidence),
        "classes": [
            {"name": name, "share": share, "elsewhere": elsewhere}
            for name, share, elsewhere in zip(classes.index, classes["share"], classes["elsewhere"], strict=True)
        ],
    }
    return answer, [_jpeg(spotlight(each, _SIDE)) for each in found.evidence]


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
