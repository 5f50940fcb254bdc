"""Files that are dropped onto the page: sent in pieces, put together in memory, never written to a disk.

First the browser says what it has, and hears what of it is wanted; then it sends those files piece by piece, each after
the answer to the one before; then it says that this was all. What the bounds are is here and in ``js/src/upload.ts``.
"""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.imaging import SUFFIXES
from imgclust_jupyter.widget.rpc import Answer, BadRequestError, Handler

__all__ = ["DROP_BYTES", "FILE_BYTES", "HELD_BYTES", "MAX_FILES", "PIECE_BYTES", "Uploads"]

PIECE_BYTES = 1 << 20
"""In one message; Jupyter's servers take some more, not every one of them ten."""

FILE_BYTES = 50 << 20
"""Of one file."""

MAX_FILES = 500
"""In one drop."""

DROP_BYTES = 500 << 20
"""Of one drop."""

HELD_BYTES = 1 << 30
"""Of all that was dropped onto an explorer, and is among its images or on the way: it stays in memory."""

_FORGOTTEN_AFTER = 120.0  # seconds without a piece


@dataclass
class _File:
    name: str
    size: int
    pieces: list[bytes] = field(default_factory=list)
    received: int = 0


@dataclass
class _Drop:
    files: dict[int, _File]
    heard: float

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


class Uploads:
    """The drops of one explorer that are on their way; its methods may be called from any thread.

    Parameters
    ----------
    take : callable
        Called with the files of each drop that has come whole, a list of `FileContent`.
    patience : float
        Seconds without a piece after which a drop is forgotten.
    """

    def __init__(self, take: Callable[[list[FileContent]], object], patience: float = _FORGOTTEN_AFTER) -> None:
        self._take = take
        self._patience = patience
        self._drops: dict[str, _Drop] = {}
        self._given: list[weakref.ref[FileContent]] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    @property
    def held(self) -> int:
        """Bytes that have come, or are still to come."""
        with self._lock:
            return self._held()

    @property
    def handlers(self) -> dict[str, Handler]:
        """What answers the browser's requests, by kind; all are quick."""
        return {"drop": self.begin, "piece": self.piece, "dropped": self.end, "undrop": self.forget}

    def begin(self, body: dict[str, Any]) -> Answer:
        """Say what is wanted of a drop.

        Parameters
        ----------
        body : dict
            ``files``: a list of ``{name, size}``; the name of what is in a folder begins with the folder's.

        Returns
        -------
        body, buffers
            ``drop``, by which it is called from now on; ``wanted``, places in the list, and ``refused``:
            ``[{name, reason}]``. What is in a folder and is no picture by its suffix, or hidden, is neither, as with
            the folder of an explorer.
        """
        files = _announced(body)
        wanted: dict[int, _File] = {}
        refused = []
        for place, file in enumerate(files):
            if _is_passed_over(file.name):
                continue
            if file.size > FILE_BYTES:
                refused.append({"name": file.name, "reason": f"it is larger than {FILE_BYTES >> 20} MB"})
            else:
                wanted[place] = file
        drop = _Drop(wanted, time.monotonic())
        if drop.size > DROP_BYTES:
            raise BadRequestError(
                f"these files have more than {DROP_BYTES >> 20} MB together; put them into a folder on the kernel's "
                "machine, and add that"
            )
        with self._lock:
            if self._held() + drop.size > HELD_BYTES:
                raise BadRequestError(
                    f"what is dropped stays in memory, and there is room for {HELD_BYTES >> 20} MB; put the files into "
                    "a folder on the kernel's machine, and add that"
                )
            name = secrets.token_hex(8)
            self._drops[name] = drop
            self._watch()
        return {"drop": name, "wanted": list(wanted), "refused": refused}, []

    def piece(self, body: dict[str, Any]) -> Answer:
        """Take a piece of a file.

        Parameters
        ----------
        body : dict
            ``drop``, ``file`` (the place in the list), ``offset`` (bytes that have come before), and in ``buffers``
            the piece.
        """
        buffers = body.get("buffers")
        if not isinstance(buffers, Sequence) or len(buffers) != 1 or not 0 < len(buffers[0]) <= PIECE_BYTES:
            raise BadRequestError(f"a piece of a file has 1 to {PIECE_BYTES:,} bytes, and comes alone")
        piece = bytes(buffers[0])
        with self._lock:
            drop = self._named(body)
            place = body.get("file")
            file = drop.files.get(place) if type(place) is int else None
            if file is None:
                raise BadRequestError("this file was not asked for")
            if body.get("offset") != file.received or file.received + len(piece) > file.size:
                raise BadRequestError(f"{file.name}: the piece is not the one that follows")
            file.pieces.append(piece)
            file.received += len(piece)
            drop.heard = time.monotonic()
        return {}, []

    def end(self, body: dict[str, Any]) -> Answer:
        """Take the files of a drop that has come whole."""
        with self._lock:
            drop = self._named(body)
            short = [file.name for file in drop.files.values() if file.received != file.size]
            if short or not drop.files:
                raise BadRequestError(f"{short[0]} has not come whole" if short else "nothing of it was wanted")
            del self._drops[str(body["drop"])]
            files = [FileContent(PurePosixPath(file.name).name, b"".join(file.pieces)) for file in drop.files.values()]
            self._given += [weakref.ref(file) for file in files]
        self._take(files)
        return {}, []

    def forget(self, body: dict[str, Any]) -> Answer:
        """Forget a drop that will not come whole."""
        with self._lock:
            self._named(body)
            del self._drops[str(body["drop"])]
        return {}, []

    def clear(self) -> None:
        """Forget all drops that are on their way."""
        with self._lock:
            self._drops.clear()
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _held(self) -> int:
        given = {each: file for each in self._given if (file := each()) is not None}
        self._given = list(given)
        return sum(len(file.content) for file in given.values()) + sum(drop.size for drop in self._drops.values())

    def _named(self, body: dict[str, Any]) -> _Drop:
        drop = self._drops.get(str(body.get("drop")))
        if drop is None:
            raise BadRequestError("nothing more was heard of this drop, and it was forgotten; drop the files again")
        return drop

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._patience / 2, self._sweep)
            self._timer.daemon = True
            self._timer.start()

    def _sweep(self) -> None:
        with self._lock:
            self._timer = None
            now = time.monotonic()
            self._drops = {name: drop for name, drop in self._drops.items() if now - drop.heard < self._patience}
            if self._drops:
                self._watch()


def _announced(body: dict[str, Any]) -> list[_File]:
    files = body.get("files")
    if not isinstance(files, list) or not 0 < len(files) <= MAX_FILES:
        raise BadRequestError(
            f"up to {MAX_FILES} files can be dropped at once; put more into a folder on the kernel's machine, and add "
            "that"
        )
    announced = []
    for file in files:
        name, size = (file.get("name"), file.get("size")) if isinstance(file, dict) else (None, None)
        if not isinstance(name, str) or type(size) is not int or size < 0 or len(name) > 1000:
            raise BadRequestError(f"a file that is dropped has a name and a size, not {file!r:.200}")
        announced.append(_File(name or "image", size))
    return announced


def _is_passed_over(name: str) -> bool:
    path = PurePosixPath(name)
    return len(path.parts) > 1 and (
        any(part.startswith(".") for part in path.parts) or path.suffix.lower() not in SUFFIXES
    )
