"""From what the user hands over to a list of items."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from imgclust_jupyter.collection.archives import is_archive, list_archive
from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.collection.items import Item, natural_key, printable
from imgclust_jupyter.collection.remote import RemoteFile, check_protocols, file_system, is_url, public_url
from imgclust_jupyter.collection.remote_listing import find_remote, local_path, look_up, place
from imgclust_jupyter.collection.walk import find_images, split_pattern
from imgclust_jupyter.imaging import SUFFIXES

__all__ = ["PATH_COLUMNS", "Gathered", "check_source", "gather", "path_column", "resolve"]

PATH_COLUMNS = (
    "path", "filepath", "file_path", "file", "filename", "file_name", "image_path", "img_path", "image", "img", "url",
    "uri", "image_url", "img_url",
)  # fmt: skip
"""Names, upper or lower case, under which the paths are looked for in a DataFrame; the first that is there counts."""

_EXPECTED = (
    "a folder, a glob pattern, a zip or tar archive, a URL, a list of paths or URLs, a DataFrame with a column of "
    "them, or a list of arrays or PIL images"
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
    failures : list of (str, Exception)
        Folders that could not be listed.
    notices : list of str
        What a person should know about the source.
    ordered : bool
        Whether the user has put the images into their order.
    """

    items: list[Item]
    name: str
    rows: pd.DataFrame | None = None
    path_column: Any = None
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ordered: bool = False


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
        When it is empty, a DataFrame without a column of paths, or a URL with an unknown protocol.
    ImportError
        When a package for the protocol of a URL is not installed.
    """
    if isinstance(source, str) and is_url(source) and local_path(source) is None:
        check_protocols(source)
    elif isinstance(source, str | Path):
        resolve(source)
    elif isinstance(source, pd.DataFrame):
        _needed_path_column(source)
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


def gather(source: Any, recursive: bool = True, storage_options: dict[str, Any] | None = None) -> Gathered:
    """Return the images of a source; see `Collection.from_source`."""
    check_source(source)
    options = storage_options or {}
    if isinstance(source, str) and is_url(source) and local_path(source) is None:
        return _from_url(source, recursive, options)
    if isinstance(source, str | Path):
        return _from_folder(source, recursive)
    if isinstance(source, pd.DataFrame):
        column = _needed_path_column(source)
        gathered = _from_list(source[column].tolist(), options)
        if isinstance(source[column].iloc[0], FileContent):
            # The column says nothing that the pictures do not.
            return replace(gathered, rows=source.drop(columns=column), name="rows")
        return replace(gathered, rows=source, path_column=column)
    return _from_list(list(source), options)


def _from_url(url: str, recursive: bool, options: dict[str, Any]) -> Gathered:
    root, files = find_remote(url, options, recursive)
    if not files:
        raise _no_image(f"at {public_url(url)}")
    links = [place(link).name for link in root.split("::")]
    return Gathered(
        [
            Item(i, printable(PurePosixPath(relative).name), relative, file, file.size, 0)
            for i, (relative, file) in enumerate(files)
        ],
        printable(next(filter(None, links), "")) or "images",
    )


def _from_archive(path: Path) -> Gathered:
    listing = list_archive(path)
    if not listing.members:
        raise _no_image(f"in {path}")
    items = [
        Item(i, PurePosixPath(relative).name, relative, member, member.size, member.archive.mtime_ns)
        for i, (relative, member) in enumerate(listing.members)
    ]
    return Gathered(items, printable(path.name), failures=listing.failures, notices=listing.notices)


def _no_image(where: str) -> ValueError:
    suffixes = ", ".join(sorted(SUFFIXES))
    return ValueError(f"there is no image {where}; images are files with one of the suffixes {suffixes}")


def _from_folder(source: str | Path, recursive: bool) -> Gathered:
    path, pattern = resolve(source)
    if path.is_file():
        return _from_archive(path) if is_archive(path.name) else _from_list([path], {})
    failures: list[tuple[str, Exception]] = []

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
        raise _no_image(where + wanted)
    items = [_file_item(i, file, relative) for i, (relative, file) in enumerate(named)]
    return Gathered(items, printable(path.name) or str(path), failures=failures)


def _from_list(elements: list[Any], options: dict[str, Any]) -> Gathered:
    if not elements:
        raise ValueError("there are no images in this empty list")
    remote = _remote_files(elements, options)
    paths = {i: _local(e) for i, e in enumerate(elements) if isinstance(e, str | os.PathLike) and i not in remote}
    root = _common_folder(list(paths.values()))
    remote_root = _common_place([place(file.public) for file in remote.values()])
    items = []
    for i, element in enumerate(elements):
        given = element if is_url(element) else ""
        if i in remote:
            where = place(remote[i].public)
            relative = printable(where.relative_to(remote_root).as_posix())
            items.append(Item(i, printable(where.name), relative, remote[i], remote[i].size, 0, given))
        elif i in paths:
            relative = _relative(paths[i], root or Path(paths[i].anchor))
            items.append(replace(_file_item(i, paths[i], relative), given=given))
        elif isinstance(element, FileContent):
            name = printable(element.name)
            items.append(Item(i, name, name, element, len(element.content), 0))
        elif isinstance(element, np.ndarray):
            items.append(Item(i, f"array {i}", f"array {i}", element, element.nbytes, 0))
        elif isinstance(element, Image.Image):
            size = element.width * element.height * len(element.getbands())
            items.append(Item(i, f"image {i}", f"image {i}", element, size, 0))
        else:
            raise TypeError(f"image {i} is {element!r}; it must be a path, a URL, an array or a PIL image")
    if len(paths) == len(items) and not any(os.path.lexists(path) for path in paths.values()):
        raise FileNotFoundError(
            f"none of the {len(items)} files exists; the first is {paths[0]}. Relative paths start from the current "
            f"folder, {Path.cwd()}"
        )
    title = remote_root.name if remote else root.name if root else ""
    return Gathered(items, printable(title) or "images", ordered=True)


def _remote_files(elements: list[Any], options: dict[str, Any]) -> dict[int, RemoteFile]:
    urls = {i: e for i, e in enumerate(elements) if is_url(e) and local_path(e) is None}
    return dict(
        zip(urls, look_up([(*file_system(url, options), public_url(url)) for url in urls.values()]), strict=True)
    )


def _local(path: str | os.PathLike[str]) -> Path:
    local = local_path(path) if isinstance(path, str) and is_url(path) else None
    return (local or Path(path)).expanduser().absolute()


def _common_place(places: list[PurePosixPath]) -> PurePosixPath:
    folders = [place.parent for place in places]
    # What has a server of its own, too, is "."; so are no places.
    return PurePosixPath(os.path.commonpath(folders) if folders else "")


def resolve(source: str | Path) -> tuple[Path, tuple[str, ...] | None]:
    """Return the folder or file that a source is, and the rest of it when it is a pattern.

    Raises
    ------
    FileNotFoundError, ValueError
        When there is no such folder, and for a file that is neither picture nor archive.
    """
    if not str(source).strip():
        raise ValueError("the path is empty; the current folder is '.'")
    path = _local(source)
    if path.is_file() and path.suffix.lower() not in SUFFIXES and not is_archive(path.name):
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


def path_column(frame: pd.DataFrame) -> Any:
    """Return the column of a table that has the paths, or None."""
    by_name = {str(column).lower(): column for column in reversed(list(frame.columns))}
    return next((by_name[name] for name in PATH_COLUMNS if name in by_name), None)


def _needed_path_column(frame: pd.DataFrame) -> Any:
    column = path_column(frame)
    if column is None:
        raise ValueError(
            f"the DataFrame has no column of paths; its columns are {', '.join(map(str, frame.columns))}, and one of "
            f"{', '.join(PATH_COLUMNS)} is needed, or features=[columns] to compare its rows without images"
        )
    return column


def _file_item(number: int, path: Path, relative: str) -> Item:
    try:
        status = path.stat()
        size, mtime_ns = status.st_size, status.st_mtime_ns
    except OSError:
        size, mtime_ns = 0, 0  # found out and reported when it is read
    return Item(number, printable(path.name), relative, path, size, mtime_ns)


def _relative(path: Path, root: Path) -> str:
    return printable(path.relative_to(root).as_posix())
