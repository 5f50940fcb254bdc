"""Orders of the images that only the kernel can make: by likeness to one of them, and by any column of the table.

The browser has numbers and categories of its own; names, long texts and the vectors stay here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.collection import natural_key, printable
from imgclust_jupyter.insight import similar as nearest
from imgclust_jupyter.pipeline import Results
from imgclust_jupyter.widget.rpc import Answer, BadRequestError

__all__ = ["order", "similar"]


def similar(results: Results, metric: str, body: dict[str, Any]) -> Answer:
    """Return the images nearest to one.

    Parameters
    ----------
    results : Results
    metric : str
        That of the tree.
    body : dict
        ``id``, and ``k``: how many, itself included; all where it is left out.

    Returns
    -------
    body, buffers
        Nothing; ids as uint32 with the image itself first, and their distances as float32.
    """
    ids = _ids(results)
    if results.vectors is None:
        raise BadRequestError("which images are alike is not known yet, or no longer; run the cell again")
    item = body.get("id")
    if type(item) is not int or item not in ids:
        raise BadRequestError(f"there is no image {item!r} that could be read")
    row = int(np.flatnonzero(ids == item)[0])
    k = body.get("k", len(ids))
    if type(k) is not int or k < 1:
        raise BadRequestError(f"there cannot be {k!r} similar images")
    rows, distances = nearest(results.vectors, results.vectors[row], k, metric)
    # A copy may lie as near, and come before it.
    first = np.argsort(rows != row, kind="stable")
    return {}, [ids[rows[first]].astype("<u4").tobytes(), distances[first].astype("<f4").tobytes()]


def order(results: Results, body: dict[str, Any]) -> Answer:
    """Return all images in the order of a column: numbers and dates as such, texts with 2 before 10.

    Parameters
    ----------
    results : Results
    body : dict
        ``column``, a column of the table by its name in the browser.

    Returns
    -------
    body, buffers
        ``missing``, how many of the last have no value; all ids as uint32.
    """
    ids = _ids(results)
    table = results.described()
    columns = {printable(str(name)): name for name in table.columns}
    name = body.get("column")
    if not isinstance(name, str) or name not in columns:
        raise BadRequestError(f"there is no column {name!r}")
    values = pd.Series(results.relative_paths) if name == "path" else table[columns[name]].reset_index(drop=True)
    rows = _ascending(values)
    missing = np.flatnonzero(values.isna())
    return {"missing": len(missing)}, [ids[np.concatenate([rows, missing])].astype("<u4").tobytes()]


def _ascending(values: pd.Series) -> npt.NDArray[np.intp]:
    present = np.flatnonzero(values.notna())
    column = values.iloc[present]
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return present[np.argsort(column.to_numpy(), kind="stable")]
    keys = [natural_key(str(value)) for value in column]
    return present[sorted(range(len(keys)), key=keys.__getitem__)]


def _ids(results: Results) -> npt.NDArray[np.int64]:
    if results.ids is None:
        raise BadRequestError("the images are still being looked for")
    return results.ids
