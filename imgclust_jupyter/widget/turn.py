"""A lock that what must wait for its release can be left with."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from types import TracebackType

__all__ = ["Turn"]


class Turn:
    """A re-entrant lock whose holder can leave behind what is to be done without it: listeners, and the disk.

    Examples
    --------
    >>> turn = Turn()
    >>> with turn:
    ...     turn.after(lambda: print("afterwards"))
    ...     print("first")
    first
    afterwards
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._due: list[Callable[[], object]] = []

    def acquire(self, timeout: float = -1) -> bool:
        """Take the lock; say whether it could be had in time (seconds, -1 for any)."""
        taken = self._lock.acquire(timeout=timeout)
        if taken:  # else whoever has it counts
            self._depth += 1
        return taken

    def release(self) -> None:
        """Give the lock back as often as it was taken; the last time, do what was left for then."""
        self._depth -= 1
        due: list[Callable[[], object]] = []
        if not self._depth:
            due, self._due = self._due, due
        self._lock.release()
        # Each is called, also when one before it has failed.
        with contextlib.ExitStack() as stack:
            for callback in reversed(due):
                stack.callback(callback)

    def after(self, callback: Callable[[], object]) -> None:
        """Have a function called once, on this thread, as soon as the lock is free; at once where it is not held."""
        with self:
            if callback not in self._due:
                self._due.append(callback)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()
