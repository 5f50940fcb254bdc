"""Finding the images in a folder."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from imgclust_jupyter.imaging import SUFFIXES

__all__ = ["find_images", "matches", "split_pattern"]

_MAGIC = set("*?[")


def find_images(
    root: Path, recursive: bool, on_error: Callable[[OSError], None], pattern: Sequence[str] = ("**",)
) -> Iterator[Path]:
    """Yield the images in a folder, in no order.

    Hidden files and folders (whose name starts with a full stop) are left out, and so is what has not a suffix of a
    picture. Links to folders are followed, but no folder is visited twice, so that a link to one's own parent does no
    harm; of a folder with several names, one that is no link is used.

    Parameters
    ----------
    root : Path
    recursive : bool
        Whether to look into subfolders.
    on_error : callable
        Called with the error of each subfolder that cannot be listed.
    pattern : sequence of str, optional
        A glob pattern, relative to `root` and split at its slashes, which the images must match.

    Yields
    ------
    Path
        A file with a picture's suffix, or anything else that is no folder and has one.
    """
    visited: set[tuple[int, int]] = set()
    folders = [root]
    links: list[Path] = []
    while folders or links:
        # Links wait until all real folders have been seen.
        folder = folders.pop() if folders else links.pop(0)
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            on_error(error)
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path = Path(entry.path)
            if _is_folder(entry):
                if recursive:
                    (links if entry.is_symlink() else folders).append(path)
            elif path.suffix.lower() in SUFFIXES and matches(path.relative_to(root).parts, tuple(pattern)):
                yield path


def split_pattern(pattern: str) -> tuple[Path, tuple[str, ...]]:
    """Split a glob pattern into the folder that it starts from and the parts that have wildcards.

    Examples
    --------
    >>> root, parts = split_pattern("photos/*/cat_??.jpg")
    >>> root.name, parts
    ('photos', ('*', 'cat_??.jpg'))
    """
    parts = Path(pattern).parts
    first = next(i for i, part in enumerate(parts) if _MAGIC & set(part))
    return Path(*parts[:first]), parts[first:]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself, which will be reported as an unreadable file


def matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Return whether a path matches a glob pattern, both split at their slashes.

    Examples
    --------
    >>> matches(("a", "b", "c.jpg"), ("**", "*.jpg"))
    True
    """
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(matches(parts[i:], pattern[1:]) for i in range(len(parts) + 1))
    return bool(parts) and fnmatch.fnmatch(parts[0], pattern[0]) and matches(parts[1:], pattern[1:])
