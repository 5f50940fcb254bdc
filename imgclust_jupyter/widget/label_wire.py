"""The labels as the browser gets them: a JSON header and one array (twin: ``js/src/labels.ts``).

They are apart from the dataset, since they change without it. The array has int16 codes, little-endian: by item id the
place of its label among the column's categories, -1 for none; one column after the other, all of one length. Items
beyond it have none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imgclust_jupyter.workspace.labels import LabelTable

__all__ = ["encode_labels"]


def encode_labels(labels: LabelTable, version: int, id_count: int) -> tuple[dict[str, Any], bytes]:
    r"""Encode the labels of all items.

    Parameters
    ----------
    labels : LabelTable
    version : int
    id_count : int
        How many ids have been given out.

    Returns
    -------
    dict
        ``version``, and of each of the ``columns`` its ``name`` and ``categories``.
    bytes
        Two bytes a value, `id_count` values a column.

    Examples
    --------
    >>> encode_labels(LabelTable().assign("label", "cow", [1]), 7, 3)
    ({'version': 7, 'columns': [{'name': 'label', 'categories': ['cow']}]}, b'\xff\xff\x00\x00\xff\xff')
    """
    columns = [{"name": name, "categories": list(column.categories)} for name, column in labels.columns.items()]
    ids = np.arange(id_count)
    codes = b"".join(column.codes_of(ids).astype("<i2").tobytes() for column in labels.columns.values())
    return {"version": version, "columns": columns}, codes
