"""A DataFrame as JSON and arrays, with its types, and back."""

from __future__ import annotations

import datetime
import decimal
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Arrays", "decode_index", "decode_table", "encode_index", "encode_table", "pack_value", "unpack_value"]

Arrays = dict[str, npt.NDArray[Any]]
Header = dict[str, Any]

_TIME = re.compile(r"(datetime64|timedelta64)\[(s|ms|us|ns)(?:, ([\w/+:-]{1,64}))?\]")
_MASKED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")


def encode_table(table: pd.DataFrame, key: str, arrays: Arrays) -> tuple[Header, list[str]]:
    """Take a table apart.

    Parameters
    ----------
    table : DataFrame, n rows
        Any columns and index; what a value is that is neither number, text, time nor category is lost: it becomes text.
    key : str
        What the names of the arrays begin with.
    arrays : dict of str to ndarray
        Gets what is better kept as an array.

    Returns
    -------
    dict
        The rest, as JSON has it.
    list of str
        The columns of which some values have become text.

    Examples
    --------
    >>> arrays = {}
    >>> header, _ = encode_table(pd.DataFrame({"breed": ["pug", None], "weight": [8.5, 30]}), "table", arrays)
    >>> list(arrays), decode_table(header, arrays)["breed"].tolist()[0]
    (['table/1'], 'pug')
    """
    lost: list[str] = []
    columns = []
    for number, name in enumerate(table.columns):
        column, whole = _encode(table.iloc[:, number], f"{key}/{number}", arrays)
        columns.append({"name": pack_value(name)[0], **column})
        lost += [] if whole else [str(name)]
    return {"rows": len(table), "columns": columns, "index": encode_index(table.index, f"{key}/index", arrays)}, lost


def decode_table(header: Header, arrays: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """Put a table together again.

    Parameters
    ----------
    header : dict
    arrays : mapping of str to ndarray

    Returns
    -------
    DataFrame

    Raises
    ------
    Exception
        Of several kinds, when the two are not what `encode_table` has made (`session_file.DAMAGE`).
    """
    n = int(header["rows"])
    index = decode_index(header["index"], arrays)
    columns = [_decode(column, arrays) for column in header["columns"]]
    if len(index) != n or any(len(column) != n for column in columns):
        raise ValueError("a table has columns of different lengths")
    table = pd.DataFrame(dict(enumerate(columns)), index=pd.RangeIndex(n)).set_axis(index, axis=0)
    names = [unpack_value(column["name"]) for column in header["columns"]]
    return table.set_axis(pd.Index(names) if names else table.columns, axis=1)


def encode_index(index: pd.Index, key: str, arrays: Arrays) -> Header:
    """Take an index apart, of one level or several; as `encode_table`."""
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "names": [pack_value(index.name)[0]]}
    levels = [
        _encode(pd.Series(index.get_level_values(level)), f"{key}/{level}", arrays)[0] for level in range(index.nlevels)
    ]
    return {"levels": levels, "names": [pack_value(name)[0] for name in index.names]}


def decode_index(header: Header, arrays: Mapping[str, npt.NDArray[Any]]) -> pd.Index:
    """Put an index together again; as `decode_table`."""
    names = [unpack_value(name) for name in header["names"]]
    if "range" in header:
        return pd.RangeIndex(*map(int, header["range"]), name=names[0])
    levels = [pd.Index(_decode(level, arrays)) for level in header["levels"]]
    return levels[0].rename(names[0]) if len(levels) == 1 else pd.MultiIndex.from_arrays(levels, names=names)


def _encode(column: pd.Series, key: str, arrays: Arrays) -> tuple[Header, bool]:
    """Return what JSON has of a column, and whether all its values stay what they are."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        arrays[key] = column.cat.codes.to_numpy(dtype=np.int32)
        categories, whole = _encode(pd.Series(dtype.categories), f"{key}/categories", arrays)
        return {"kind": "category", "array": key, "ordered": bool(dtype.ordered), "categories": categories}, whole
    if _TIME.fullmatch(str(dtype)):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None) if isinstance(dtype, pd.DatetimeTZDtype) else column
        arrays[key] = utc.to_numpy().view(np.int64)
        return {"kind": "time", "array": key, "dtype": str(dtype)}, True
    if _MASKED.fullmatch(str(dtype)):
        missing = column.isna()
        arrays[f"{key}/missing"] = missing.to_numpy(dtype=bool)
        arrays[key] = column.where(~missing, dtype.type(0)).to_numpy(dtype=dtype.numpy_dtype)
        return {"kind": "masked", "array": key, "dtype": str(dtype)}, True
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc" and dtype.itemsize <= 2 * 8:
        arrays[key] = column.to_numpy()
        return {"kind": "numbers", "array": key}, True
    if isinstance(dtype, pd.StringDtype):
        kind = "string" if dtype.na_value is pd.NA else "str"
        return {"kind": kind, "values": [None if pd.isna(value) else value for value in column.tolist()]}, True
    packed = [pack_value(value) for value in column.tolist()]
    return {"kind": "object", "values": [value for value, _ in packed]}, all(whole for _, whole in packed)


def _decode(header: Header, arrays: Mapping[str, npt.NDArray[Any]]) -> pd.Series:
    kind = header["kind"]
    if kind == "object":
        return pd.Series([unpack_value(value) for value in header["values"]], dtype=object)
    if kind in ("str", "string"):
        if not all(value is None or isinstance(value, str) for value in header["values"]):
            raise ValueError("a column of text has something else in it")
        dtype = "string" if kind == "string" else pd.api.types.pandas_dtype("str")
        # Before pandas 3 columns of text were objects.
        return pd.Series(header["values"], dtype=object if isinstance(dtype, np.dtype) else dtype)
    array = arrays[header["array"]]
    if array.ndim != 1:
        raise ValueError(f"a column has the shape {array.shape}")
    if kind == "category":
        categories = pd.Index(_decode(header["categories"], arrays))
        return pd.Series(pd.Categorical.from_codes(array, categories, ordered=bool(header["ordered"])))
    if kind == "masked" and _MASKED.fullmatch(header["dtype"]):
        masked = pd.api.types.pandas_dtype(header["dtype"])
        missing = arrays[f"{header['array']}/missing"].astype(bool)
        return pd.Series(masked.construct_array_type()(array.astype(masked.numpy_dtype), missing))
    if kind == "time" and (time := _TIME.fullmatch(header["dtype"])):
        values = pd.Series(array.astype(np.int64).view(f"{time[1]}[{time[2]}]"))
        return values if time[3] is None else values.dt.tz_localize("UTC").astype(header["dtype"])
    if kind == "numbers":
        return pd.Series(array)
    raise ValueError(f"a column is of an unknown kind {kind!r}")


# Of each type, by the name that its values have in the file, how they are written and read. The first that fits counts.
_TYPES: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "missing": (type(pd.NA), lambda _: None, lambda _: pd.NA),
    "no time": (type(pd.NaT), lambda _: None, lambda _: pd.NaT),
    "float": (float, repr, float),
    "timestamp": (pd.Timestamp, lambda value: value.isoformat(), pd.Timestamp),
    "timedelta": (pd.Timedelta, lambda value: value.isoformat(), pd.Timedelta),
    "datetime": (datetime.datetime, lambda value: value.isoformat(), datetime.datetime.fromisoformat),
    "date": (datetime.date, lambda value: value.isoformat(), datetime.date.fromisoformat),
    "decimal": (decimal.Decimal, str, decimal.Decimal),
    "tuple": (tuple, lambda value: [pack_value(each)[0] for each in value], lambda v: tuple(map(unpack_value, v))),
}


def pack_value(value: Any) -> tuple[Any, bool]:
    """Return a value of a table as JSON has it, and whether `unpack_value` gives it back, or a text in its place."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value, True
    for name, (kind, write, _) in _TYPES.items():
        if isinstance(value, kind):
            return {name: write(value)}, True
    return str(value), False


def unpack_value(value: Any) -> Any:
    """Return the value that JSON has."""
    if isinstance(value, dict):
        ((name, content),) = value.items()
        return _TYPES[name][2](content)
    if isinstance(value, list):
        raise ValueError("a value is a list")
    return value
