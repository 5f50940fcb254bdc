"""Pictures for the rows of a table that has none."""

from __future__ import annotations

import io
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.collection.values import TEXT

__all__ = ["with_cards"]

_SIDE = 96
_MARGIN = 8
_PAPER, _LINE, _MISSING = (250, 250, 248), (190, 190, 190), (220, 220, 220)
_ABOVE, _BELOW = (38, 111, 176), (214, 122, 34)


def with_cards(table: pd.DataFrame, columns: Sequence[Hashable]) -> pd.DataFrame:
    """Return a table with a column of pictures, so that its rows can be looked at like images.

    A picture has a bar for each column: upwards for what is above the median, downwards for what is below, as long as
    its rank is far from the middle. Categories count by their place in the alphabet. A grey dot is a missing value.

    Parameters
    ----------
    table : DataFrame, n rows
    columns : sequence of hashable
        Those that are drawn.

    Returns
    -------
    DataFrame
        With a column ``image`` of `FileContent`, named by the labels of the index.

    Raises
    ------
    KeyError
        When there is no such column.

    Examples
    --------
    >>> with_cards(pd.DataFrame({"weight": [1, 2, 3]}), ["weight"])["image"].iloc[0].name
    '0'
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise KeyError(f"there is no column {missing[0]!r}; there are {', '.join(map(str, table.columns))}")
    heights = np.column_stack([_heights(table[name]) for name in columns])
    values = ["\t".join(map(repr, row)) for row in table[list(columns)].itertuples(index=False)]
    cards = [
        FileContent(str(label), _draw(row, text)) for label, row, text in zip(table.index, heights, values, strict=True)
    ]
    return table.assign(image=pd.Series(cards, index=table.index, dtype=object))


def _heights(column: pd.Series) -> npt.NDArray[np.float64]:
    """Return ranks from -1 to 1; not a number where there is no value."""
    comparable = pd.api.types.is_any_real_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)
    ranks = (column if comparable else column.astype(TEXT)).rank(method="average").to_numpy(dtype=np.float64)
    most = np.nanmax(ranks, initial=1.0)
    return np.asarray(2 * (ranks - 1) / max(most - 1, 1.0) - 1)


def _draw(heights: npt.NDArray[np.float64], values: str) -> bytes:
    picture = Image.new("RGB", (_SIDE, _SIDE), _PAPER)
    pen = ImageDraw.Draw(picture)
    middle, reach = _SIDE / 2, _SIDE / 2 - _MARGIN
    step = (_SIDE - 2 * _MARGIN) / len(heights)
    for i, height in enumerate(heights.tolist()):
        left, right = _MARGIN + i * step, _MARGIN + (i + 1) * step - max(1.0, step / 5)
        if np.isnan(height):
            pen.ellipse((left, middle - 2, left + 4, middle + 2), fill=_MISSING)
            continue
        top, bottom = sorted((middle, middle - height * reach))
        pen.rectangle((left, top, max(left, right), bottom), fill=_ABOVE if height > 0 else _BELOW)
    pen.line((_MARGIN, middle, _SIDE - _MARGIN, middle), fill=_LINE)
    # Rows that look the same are not the same.
    told = PngInfo()
    told.add_itxt("values", values)
    file = io.BytesIO()
    picture.save(file, "PNG", pnginfo=told)
    return file.getvalue()
