"""Taking back what `copying` has made, and nothing else."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.workspace.copying import Step, move_new, words_for

__all__ = ["Copied", "Made"]


@dataclass(frozen=True)
class Made:
    """A file that was made.

    Attributes
    ----------
    path : Path
    origin : Path or None
        The file that it was made of; None where it was written.
    moved : bool
    state : tuple
        By which it is known to be as it was made.
    """

    path: Path
    origin: Path | None
    moved: bool
    state: tuple[object, ...]

    @classmethod
    def of(cls, path: Path, origin: Path | None = None, moved: bool = False) -> Made:
        """Take note of a file as it is now."""
        return cls(path, origin, moved, _state(path))


@dataclass(frozen=True)
class Copied:
    """What one call has made.

    Attributes
    ----------
    files : sequence of Made
    folders : sequence of Path
        Those that were not there before.
    """

    files: Sequence[Made]
    folders: Sequence[Path]

    @classmethod
    def of(cls, steps: Sequence[Step], more: Sequence[Path], folders: Sequence[Path]) -> Copied:
        """Take note of steps that were done, of files written beside them, and of folders made for them."""
        files = [
            Made.of(step.to, step.item.file if isinstance(step.item.file, Path) else None, step.what == "moved")
            for step in steps
            if step.to is not None and step.done
        ]
        return cls([*files, *map(Made.of, more)], folders)

    def undo(self) -> list[tuple[Path, Path | None, str]]:
        """Take back what is as it was made.

        Returns
        -------
        list of (Path, Path or None, str)
            Of each file where it was, where it is now, and what has become of it.
        """
        done = [_taken_back(made) for made in reversed(self.files)]
        for folder in sorted(self.folders, key=lambda folder: len(folder.parts), reverse=True):
            # Whatever else is in it now is not ours.
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        return done[::-1]


def _taken_back(made: Made) -> tuple[Path, Path | None, str]:
    path, origin = made.path, made.origin
    try:
        if _state(path) != made.state:
            return path, path, "left: it has changed"
        if made.moved and origin is not None:
            origin.parent.mkdir(parents=True, exist_ok=True)
            move_new(path, origin)
            return path, origin, "moved back"
        if origin is not None and not path.is_symlink() and not origin.exists():
            return path, path, f"left: {origin.name} is nowhere else any more"
        path.unlink()
    except FileNotFoundError:
        return path, None, "gone already"
    except (OSError, UnreadableImage) as error:
        return path, path, f"left: {words_for(error)}"
    return path, None, "removed"


def _state(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "link", str(path.readlink())
    return "file", status.st_size, status.st_mtime_ns, status.st_ino
