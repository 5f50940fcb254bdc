"""From what the user hands over to a list of items."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from imgclust_jupyter.collection.items import Item, natural_key, printable
from imgclust_jupyter.collection.walk import find_images, split_pattern
from imgclust_jupyter.imaging import SUFFIXES

__all__ = ["PATH_COLUMNS", "Gathered", "check_source", "gather"]

PATH_COLUMNS = (
    "path", "filepath", "file_path", "file", "filename", "file_name", "image_path", "img_path", "image", "img",
)  # fmt: skip
"""Names, upper or lower case, under which the paths are looked for in a DataFrame; the first that is there counts."""

_EXPECTED = (
    "a folder, a glob pattern, a list of paths, a DataFrame with a column of paths, or a list of arrays or PIL images"
)


@dataclass(frozen=True)
class Gathered:
    """What was found.

    Attributes
    ----------
    items : list of Item
    name : str
        What to call the whole.
    rows : DataFrame or None
        One row per item, when the source was a DataFrame: all its columns, its index.
    path_column : hashable
        The column of `rows` with the paths.
    failures : list of (str, OSError)
        Folders that could not be listed.
    """

    items: list[Item]
    name: str
    rows: pd.DataFrame | None = None
    path_column: Any = None
    failures: list[tuple[str, OSError]] = field(default_factory=list)


def check_source(source: Any) -> None:
    """Raise at once what can be known to be wrong with a source without looking at every image.

    Parameters
    ----------
    source : object
        As for `Collection.from_source`.

    Raises
    ------
    FileNotFoundError
        When there is no such folder.
    TypeError
        When it is nothing that can be a source of images.
    ValueError
        When it is empty, or a DataFrame without a column of paths.
    """
    if isinstance(source, str | Path):
        _resolve(source)
    elif isinstance(source, pd.DataFrame):
        _path_column(source)
    elif isinstance(source, np.ndarray):
        # An array of shape (height, width, 3) may well be meant, but it would be taken apart into its rows.
        if source.ndim not in (3, 4) or (source.ndim == 3 and source.shape[2] in (3, 4)):
            raise TypeError(
                f"an array of shape {source.shape} is not a collection; it must be a list of arrays, or one of shape "
                "(n, height, width) or (n, height, width, 3)"
            )
    elif isinstance(source, Image.Image | bytes | dict) or not isinstance(source, Iterable):
        raise TypeError(f"the images must be {_EXPECTED}; this is a {type(source).__name__}")
    if not isinstance(source, str | Path) and hasattr(source, "__len__") and len(source) == 0:
        raise ValueError(f"there are no images in this empty {type(source).__name__}")


def gather(source: Any, recursive: bool = True) -> Gathered:
    """Return the images of a source; see `Collection.from_source`."""
    check_source(source)
    if isinstance(source, str | Path):
        return _from_folder(source, recursive)
    if isinstance(source, pd.DataFrame):
        column = _path_column(source)
        gathered = _from_list(source[column].tolist())
        return replace(gathered, rows=source, path_column=column)
    return _from_list(list(source))


def _from_folder(source: str | Path, recursive: bool) -> Gathered:
    path, pattern = _resolve(source)
    if path.is_file():
        return _from_list([path])
    failures: list[tuple[str, OSError]] = []

    def on_error(error: OSError) -> None:
        if Path(error.filename) == path:
            raise error
        failures.append((_relative(Path(error.filename), path), error))

    deep = recursive if pattern is None else len(pattern) > 1 or pattern == ("**",)
    files = find_images(path, deep, on_error, pattern or ("**",))
    named = sorted(((_relative(file, path), file) for file in files), key=lambda pair: natural_key(pair[0]))
    if not named:
        where = f"in {path} or its subfolders" if deep else f"in {path}"
        wanted = "" if pattern is None else f" that matches {'/'.join(pattern)!r}"
        suffixes = ", ".join(sorted(SUFFIXES))
        raise ValueError(f"there is no image {where}{wanted}; images are files with one of the suffixes {suffixes}")
    items = [_file_item(i, file, relative) for i, (relative, file) in enumerate(named)]
    return Gathered(items, printable(path.name) or str(path), failures=failures)


def _from_list(elements: list[Any]) -> Gathered:
    if not elements:
        raise ValueError("there are no images in this empty list")
    paths = {i: Path(e).expanduser().absolute() for i, e in enumerate(elements) if isinstance(e, str | os.PathLike)}
    root = _common_folder(list(paths.values()))
    items = []
    for i, element in enumerate(elements):
        if i in paths:
            items.append(_file_item(i, paths[i], _relative(paths[i], root or Path(paths[i].anchor))))
        elif isinstance(element, np.ndarray):
            items.append(Item(i, f"array {i}", f"array {i}", element, element.nbytes, 0))
        elif isinstance(element, Image.Image):
            size = element.width * element.height * len(element.getbands())
            items.append(Item(i, f"image {i}", f"image {i}", element, size, 0))
        else:
            raise TypeError(f"image {i} is {element!r}; it must be a path, an array or a PIL image")
    if len(paths) == len(items) and not any(os.path.lexists(path) for path in paths.values()):
        raise FileNotFoundError(
            f"none of the {len(items)} files exists; the first is {paths[0]}. Relative paths start from the current "
            f"folder, {Path.cwd()}"
        )
    return Gathered(items, printable(root.name) if root else "images")


def _resolve(source: str | Path) -> tuple[Path, tuple[str, ...] | None]:
    """Return the folder or file, and the pattern when it is one."""
    path = Path(source).expanduser().absolute()
    if path.is_file() and path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path} is no picture; the images must be {_EXPECTED}")
    if path.exists():
        return path, None
    if any(character in str(source) for character in "*?["):
        folder, pattern = split_pattern(str(path))
        if folder.is_dir():
            return folder, pattern
        path = folder
    raise FileNotFoundError(f"there is no folder {path}; relative paths start from the current folder, {Path.cwd()}")


def _common_folder(paths: list[Path]) -> Path | None:
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError:  # there are no paths, or they are on several drives of Windows
        return None


def _path_column(frame: pd.DataFrame) -> Any:
    by_name = {str(column).lower(): column for column in reversed(list(frame.columns))}
    for name in PATH_COLUMNS:
        if name in by_name:
            return by_name[name]
    raise ValueError(
        f"the DataFrame has no column of paths; its columns are {', '.join(map(str, frame.columns))}, and one of "
        f"{', '.join(PATH_COLUMNS)} is needed"
    )


def _file_item(number: int, path: Path, relative: str) -> Item:
    try:
        status = path.stat()
        size, mtime_ns = status.st_size, status.st_mtime_ns
    except OSError:
        size, mtime_ns = 0, 0  # found out and reported when it is read
    return Item(number, printable(path.name), relative, path, size, mtime_ns)


def _relative(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())
