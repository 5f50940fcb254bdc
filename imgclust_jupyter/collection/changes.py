"""Files that change while they are being read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from imgclust_jupyter.collection.items import Item

__all__ = ["is_settled", "state_now"]


def state_now(item: Item) -> tuple[str, int, int] | None:
    """Return the state, as in `Item.state`, that an image's file has by now."""
    if not isinstance(item.file, Path):
        return item.state
    try:
        status = item.file.stat()
    except OSError:
        return replace(item, size=0, mtime_ns=0).state  # found out and reported when it is read
    return replace(item, size=status.st_size, mtime_ns=status.st_mtime_ns).state


def is_settled(state: tuple[str, int, int], read_at: int) -> bool:
    """Return whether a file that was written once more, after it was read, would have another time of modification.

    Parameters
    ----------
    state : (str, int, int)
        As in `Item.state`.
    read_at : int
        When it was read at the earliest, in nanoseconds since 1970.
    """
    _, _, mtime_ns = state
    age = read_at - mtime_ns
    # A file system that keeps whole seconds may keep every second one only; others go by a clock of milliseconds.
    return mtime_ns % 1_000_000_000 != 0 or not 0 <= age < 2_000_000_000
