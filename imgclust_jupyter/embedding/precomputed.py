"""Embeddings that the user has computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.metadata import join

__all__ = ["precomputed"]


def precomputed(collection: Collection, features: Any) -> NDArray[np.float32]:
    """Return the user's embeddings of the readable images of a collection.

    Parameters
    ----------
    collection : Collection
    features : array-like of numbers, shape (n, d), or DataFrame
        An array has one row for each image of a list or of a DataFrame, unreadable ones too, in its order. The files of
        a folder, an archive or a URL are found in an order that nobody has stated, so theirs must be a DataFrame whose
        index names the images, as metadata do: by relative path, absolute path, URL or unique file name. All its
        columns are features; rows about other images are left out.

    Returns
    -------
    ndarray of float32, shape (n_readable, d)
        In the order of ``collection.readable``.

    Raises
    ------
    ValueError
        When the rows are not one for each image, or the features of a readable image are not finite as 32-bit floats.
    TypeError
        When they are no numbers, or an array for images without a stated order.

    Examples
    --------
    >>> collection = Collection.from_source([np.zeros((4, 4)), np.ones((4, 4))])
    >>> precomputed(collection, [[1, 2, 3], [4, 5, 6]]).tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    """
    values = _by_name(collection, features) if isinstance(features, pd.DataFrame) else _by_place(collection, features)
    if values.ndim != 2 or not values.shape[1]:
        raise ValueError(f"the features must be of shape (images, numbers of each), not {values.shape}")
    if len(values) != len(collection.items):
        raise ValueError(
            f"there are {len(values):,} rows of features and {len(collection.items):,} images; each image must have "
            "one, unreadable images too"
        )
    with np.errstate(over="ignore"):
        readable = values[collection.readable].astype(np.float32)
    bad = np.flatnonzero(~np.isfinite(readable).all(axis=1))
    if len(bad):
        first = collection.items[collection.readable[bad[0]]]
        raise ValueError(
            f"{len(bad):,} of {len(readable):,} images have no features, or some that are not finite numbers; the "
            f"first is {first.relative!r}"
        )
    return readable


def _by_place(collection: Collection, features: Any) -> NDArray[Any]:
    if not collection.ordered:
        raise TypeError(
            f"an array of features has no names, and the images of {collection.name!r} have no order of yours; make it "
            "a DataFrame whose index has their relative paths, or give the images as a list"
        )
    # A tensor comes from another device, and without what it takes for training.
    values = features.detach().cpu() if hasattr(features, "detach") else features
    return _numbers(np.asarray(values))


def _by_name(collection: Collection, features: pd.DataFrame) -> NDArray[Any]:
    if collection.ordered and isinstance(features.index, pd.RangeIndex) and len(features) == len(collection.items):
        return _numbers(features.to_numpy())
    places = pd.DataFrame({"place": np.arange(len(features))}, index=features.index)
    if not features.index.is_unique:
        repeated = features.index[features.index.duplicated()][0]
        raise ValueError(f"the features have more than one row {repeated!r}")
    try:
        row_of = join(collection.items, collection.name, places).rows["place"]
    except ValueError as error:
        named = repr(collection.items[0].relative)
        raise ValueError(
            f"no row of the features is about one of the images; their index must have file names such as {named}"
        ) from error
    values = _numbers(features.to_numpy())
    found = np.full((len(row_of), values.shape[1]), np.nan)
    known = row_of.notna().to_numpy()
    found[known] = values[row_of[known].astype(np.int64)]
    return found


def _numbers(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"the features must be numbers, not of type {values.dtype}")
    return values
