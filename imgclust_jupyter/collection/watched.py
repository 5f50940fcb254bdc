"""Which folder has to be watched for a source, and what in it concerns the source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imgclust_jupyter.collection.remote import is_url
from imgclust_jupyter.collection.remote_listing import local_path
from imgclust_jupyter.collection.sources import resolve
from imgclust_jupyter.collection.walk import matches
from imgclust_jupyter.imaging import SUFFIXES

__all__ = ["WatchedFolder"]


@dataclass(frozen=True)
class WatchedFolder:
    """A folder, and which of its files are images of a source.

    Attributes
    ----------
    path : Path
        Absolute.
    pattern : tuple of str
        What the images match, relative to it.
    deep : bool
        Whether its subfolders matter.
    """

    path: Path
    pattern: tuple[str, ...]
    deep: bool

    @classmethod
    def of(cls, source: Any, recursive: bool = True) -> WatchedFolder:
        """Return what is to be watched for a source.

        Parameters
        ----------
        source, recursive
            As for `Collection.from_source`.

        Raises
        ------
        ValueError
            When it is no folder and no pattern of this machine.
        """
        what = type(source).__name__
        if isinstance(source, str) and is_url(source) and local_path(source) is None:
            what = "URL"
        elif isinstance(source, str | Path):
            path, pattern = resolve(source)
            if path.is_dir():
                deep = recursive if pattern is None else len(pattern) > 1 or pattern == ("**",)
                return cls(path, pattern or ("**",), deep)
            what = "file"
        raise ValueError(
            f"watch=True is for a folder, or a glob pattern, on this machine; this source is a {what}. Call refresh() "
            "when it has changed"
        )

    @property
    def identity(self) -> tuple[int, int] | None:
        """What tells the folder from another one of its name; None while there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def concerns(self, path: Path) -> bool:
        """Return whether a change of a file or a folder may be one of the images.

        Examples
        --------
        >>> folder = WatchedFolder(Path("/photos"), ("*.jpg",), deep=False)
        >>> folder.concerns(Path("/photos/cow.jpg")), folder.concerns(Path("/photos/.cow.jpg.part"))
        (True, False)
        """
        if not path.is_relative_to(self.path):
            return False
        parts = path.relative_to(self.path).parts
        if any(part.startswith(".") for part in parts):
            return False
        if path.suffix.lower() in SUFFIXES:
            return matches(parts, self.pattern)
        # A folder that came or went with all that is in it; of one that went, the name is all there is to go by.
        return self.deep and (path.is_dir() or not path.suffix)
