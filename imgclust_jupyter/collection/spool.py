"""A folder of this process for content that is dear to fetch twice."""

from __future__ import annotations

import functools
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

__all__ = ["Spool", "free_bytes", "shared_spool", "temporary_folder"]

_SPOOL_BYTES = 1 << 30


@functools.cache
def temporary_folder() -> Path:
    """Return a folder of this process, which is deleted when it ends."""
    folder = tempfile.TemporaryDirectory(prefix="imgclust-", ignore_cleanup_errors=True)
    _kept.append(folder)
    return Path(folder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []  # deleted from the disk with the last reference


def free_bytes() -> int:
    """Return how much room the disk of the temporary folder has."""
    return shutil.disk_usage(temporary_folder()).free


class Spool:
    """Content by key, on disk, up to a bound; what was not used for the longest time makes room.

    An image is read twice, for the digest of its content and to be decoded; it should be downloaded once. Memory would
    be too small: a batch for each core may have hundreds of megabytes.

    Parameters
    ----------
    max_bytes : int
        What does not fit is not kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._sizes: OrderedDict[Hashable, tuple[Path, int]] = OrderedDict()
        self._used = 0
        self._count = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, read: Callable[[], bytes]) -> bytes:
        """Return the content of a key, calling `read` for it where it is not here."""
        with self._lock:
            if key in self._sizes:
                self._sizes.move_to_end(key)
                return self._sizes[key][0].read_bytes()
        content = read()
        if len(content) <= min(self._max_bytes, free_bytes() // 2):
            with self._lock:
                self._put(key, content)
        return content

    def _put(self, key: Hashable, content: bytes) -> None:
        if key in self._sizes:  # another thread was faster
            return
        while self._used + len(content) > self._max_bytes:
            _, (oldest, size) = self._sizes.popitem(last=False)
            oldest.unlink(missing_ok=True)
            self._used -= size
        self._count += 1
        file = temporary_folder() / f"{id(self):x}-{self._count}"
        file.write_bytes(content)
        self._sizes[key] = file, len(content)
        self._used += len(content)


@functools.cache
def shared_spool() -> Spool:
    """Return the process's spool, of 1 GiB."""
    return Spool(_SPOOL_BYTES)
