"""Which row a person means."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.workspace.selection import Wanted, resolve

__all__ = ["named", "row_of"]


def named(wanted: Wanted, table: pd.DataFrame, relative: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which rows are meant, by all that `resolve` takes, and by what images are called.

    Parameters
    ----------
    wanted : str, boolean mask, index labels, callable or None
        As for `resolve`; a string, or each element of a list, may also be what `row_of` takes.
    table : DataFrame, n rows
    relative : sequence of str, length n

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    KeyError, ValueError
        As `resolve`.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["a.jpg", "b.jpg"], "path": ["/photos/a.jpg", "/photos/b.jpg"]})
    >>> named(["b.jpg"], table, ["a.jpg", "b.jpg"]).tolist(), named("b.jpg", table, ["a.jpg", "b.jpg"]).tolist()
    ([False, True], [False, True])
    """
    if isinstance(wanted, str):
        called = (table.index == wanted) | (np.array(relative) == wanted) | (table["name"] == wanted).to_numpy()
        names = [wanted] if called.any() else []
    else:
        names = wanted if isinstance(wanted, list) and all(isinstance(each, str) for each in wanted) else []
    if not names:
        return resolve(wanted, table)
    if table.index.isin(names).any():
        return resolve(names, table)
    mask = np.zeros(len(table), dtype=bool)
    mask[[row_of(name, table, relative) for name in names]] = True
    return mask


def row_of(image: Hashable, table: pd.DataFrame, relative: Sequence[str]) -> int:
    """Find an image by what it is called.

    Parameters
    ----------
    image : hashable
        A label of the table's index; else a path relative to the collection, an absolute path, or a file name.
    table : DataFrame, n rows
        With columns ``name`` and ``path``.
    relative : sequence of str, length n
        Paths relative to the collection.

    Returns
    -------
    int
        0 … n - 1.

    Raises
    ------
    KeyError
        When there is no such image, or more than one.

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["a.jpg", "b.jpg"], "path": ["/photos/a.jpg", "/photos/b.jpg"]})
    >>> row_of("b.jpg", table, ["a.jpg", "b.jpg"])
    1
    """
    ways = (
        ("label", table.index == image),
        ("path", np.array(relative) == str(image)),
        ("path", (table["path"] == str(image)).to_numpy()),
        ("name", (table["name"] == str(image)).to_numpy()),
    )
    for what, matches in ways:
        rows = np.flatnonzero(matches)
        if len(rows) == 1:
            return int(rows[0])
        if len(rows) > 1:
            of_them = ", ".join(relative[row] for row in rows[:3])
            raise KeyError(f"{len(rows)} images have the {what} {image!r}: {of_them}…; give the path")
    close = get_close_matches(str(image), relative, n=3)
    meant = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    raise KeyError(f"there is no image {image!r} among those that could be read{meant}")
