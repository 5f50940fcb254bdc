"""Images as files in folders of their own: what is to be done, and doing it.

Nothing is ever overwritten: a file is made only where there is none, by the system's own word. Nothing is ever lost: a
file that is moved is there twice before it is there once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal, get_args

import numpy as np
from PIL import Image

from imgclust_jupyter.collection import Item
from imgclust_jupyter.collection.changes import state_now
from imgclust_jupyter.collection.state import SavedImage
from imgclust_jupyter.imaging import Openable, UnreadableImage, open_source
from imgclust_jupyter.workspace.safe_names import name_key, safe_name, unused_name

__all__ = ["MODES", "Mode", "Step", "folder_names", "move_new", "perform", "plan", "words_for", "write_new"]

Mode = Literal["copy", "hardlink", "symlink", "move"]

MODES: tuple[Mode, ...] = get_args(Mode)

_DONE = {
    "copy": "copied", "hard link": "hard link made", "symbolic link": "symbolic link made", "move": "moved",
    "write": "written",
}  # fmt: skip
_DO = {"copy": "copy", "hardlink": "hard link", "symlink": "symbolic link", "move": "move"}
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16")


@dataclass(frozen=True)
class Step:
    """What is to be done, or was, with one image.

    Attributes
    ----------
    item : Item
    to : Path or None
        The file to be made, or that was; None for none.
    what : str
        "copy", "hard link", "symbolic link", "move" or "write" while it is to be done; after that how it went.
    """

    item: Item
    to: Path | None
    what: str

    @property
    def done(self) -> bool:
        """Whether it has made a file."""
        return self.to is not None and self.what in _DONE.values()


def folder_names(values: Iterable[str]) -> dict[str, str]:
    """Return a folder for each value, none of them twice also where upper and lower case are the same.

    Examples
    --------
    >>> folder_names(["cow", "a/b", "a:b", "Cow"])
    {'cow': 'cow', 'a/b': 'a_b', 'a:b': 'a_b (2)', 'Cow': 'Cow (2)'}
    """
    folders: dict[str, str] = {}
    taken: set[str] = set()
    for value in dict.fromkeys(values):
        folders[value] = unused_name(safe_name(value), taken)
        taken.add(name_key(folders[value]))
    return folders


def plan(items: Sequence[Item], folders: Sequence[str], target: Path, mode: Mode) -> list[Step]:
    """Say what would be done; nothing is.

    Parameters
    ----------
    items : sequence of Item
    folders : sequence of str
        Of each item the folder in `target`; "" for that itself.
    target : Path
        Absolute.
    mode : {"copy", "hardlink", "symlink", "move"}
        Of files on this machine; what is none is written.

    Returns
    -------
    list of Step
    """
    taken: dict[Path, set[str]] = {}
    made: dict[object, str] = {}
    steps = []
    for item, name in zip(items, folders, strict=True):
        folder = target / name if name else target
        key = (item.file, None if mode == "move" else folder)
        if isinstance(item.source, SavedImage):
            steps.append(Step(item, None, "left out: it was not found when the session was loaded"))
        elif item.file is not None and key in made:
            steps.append(Step(item, None, f"left out: in one file with {made[key]}"))
        else:
            if folder not in taken:
                taken[folder] = {name_key(each.name) for each in folder.iterdir()} if folder.is_dir() else set()
            file = unused_name(safe_name(_file_name(item)), taken[folder])
            taken[folder].add(name_key(file))
            made[key] = item.relative
            steps.append(Step(item, folder / file, _DO[mode] if isinstance(item.file, Path) else "write"))
    return steps


def words_for(error: Exception) -> str:
    """Return why a file could not be made, in words."""
    if isinstance(error, UnreadableImage):
        return error.reason
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def write_new(path: Path, content: BinaryIO) -> None:
    """Write a file that must not be there yet; what is written of one that cannot be finished goes again.

    Raises
    ------
    FileExistsError, OSError
    """
    with path.open("xb") as file:
        try:
            shutil.copyfileobj(content, file, 1 << 20)
        except BaseException:
            file.close()
            path.unlink()
            raise


def perform(step: Step) -> Step:
    """Do what was planned, and return how it went; an error is that of one file only."""
    if step.to is None:
        return step
    item, what = step.item, step.what
    try:
        step.to.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(item.file, Path):
            _place(item, item.file, step.to, what)
        elif isinstance(item.file, Openable):
            with open_source(item.file) as content:
                write_new(step.to, content)
        else:
            _write_pixels(item, step.to)
    except (OSError, UnreadableImage, ValueError) as error:
        return replace(step, to=None, what=f"failed: {words_for(error)}")
    return replace(step, what=_DONE[what])


def _place(item: Item, file: Path, to: Path, what: str) -> None:
    if what == "symbolic link":
        file.stat()  # a link to nothing helps nobody
        to.symlink_to(file)
    elif what == "hard link":
        os.link(file, to)
    elif what == "copy":
        _copy(file, to)
    elif file.is_symlink():
        raise UnreadableImage("it is a link to a file elsewhere, which would be lost on the way")
    elif state_now(item) != item.state:
        raise UnreadableImage("it has changed since it was read")
    else:
        move_new(file, to)


def move_new(file: Path, to: Path) -> None:
    """Move a file to where none is.

    Raises
    ------
    FileExistsError, OSError
    """
    before = file.stat()
    try:
        os.link(file, to)
    except FileExistsError:
        raise
    except OSError:  # another disk, or one without hard links
        _copy(file, to)
        now = file.stat()
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            to.unlink()
            raise UnreadableImage("it has changed while it was being moved") from None
    file.unlink()


def _copy(file: Path, to: Path) -> None:
    with file.open("rb") as content:
        write_new(to, content)
    shutil.copystat(file, to)


def _file_name(item: Item) -> str:
    source = item.source
    if isinstance(source, np.ndarray):
        return f"{item.name}.png" if _is_picture(source) else f"{item.name}.npy"
    if isinstance(source, Image.Image):
        return f"{item.name}.png" if source.mode in _PNG_MODES else f"{item.name}.tif"
    return item.file.name if isinstance(item.file, Path) else item.name


def _is_picture(pixels: np.ndarray) -> bool:
    if pixels.ndim == 2:
        return pixels.dtype in (np.uint8, np.uint16)
    return pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] in (3, 4)


def _write_pixels(item: Item, to: Path) -> None:
    source = item.source
    with to.open("xb") as file:
        try:
            if isinstance(source, np.ndarray) and not _is_picture(source):
                np.save(file, source, allow_pickle=False)
            else:
                image = source if isinstance(source, Image.Image) else Image.fromarray(np.ascontiguousarray(source))
                image.save(file, "PNG" if to.suffix == ".png" else "TIFF")
        except BaseException:
            file.close()
            to.unlink()
            raise
