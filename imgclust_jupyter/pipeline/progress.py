"""How far the work has come, and how long it will take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

__all__ = ["STAGES", "Progress", "State", "TimeLeft"]

State = Literal["waiting", "running", "done", "cancelled", "failed"]

STAGES = {
    "scan": "looking for images",
    "embed": "turning images into numbers",
    "tree": "building the tree",
    "map": "laying out the map",
}
"""The stages in order, with what a person reads while they run."""


@dataclass(frozen=True)
class Progress:
    """A snapshot of the work's progress, as the browser gets it.

    Attributes
    ----------
    state : {"waiting", "running", "done", "cancelled", "failed"}
    stage : str
        A key of `STAGES`, or empty.
    label : str
        What is being done, in words.
    done, total : int
        Images finished and images in all; both 0 where a stage cannot be counted.
    seconds_left : float or None
        Estimated time to the end of the stage; None while unknown.
    message : str
        Why the work failed, or what it waits for.
    """

    state: State = "waiting"
    stage: str = ""
    label: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    message: str = ""


class TimeLeft:
    """Estimate the time left from the rate of what was really done.

    What was there at the first call (from the store, say) does not count towards the rate.

    Examples
    --------
    >>> clock = iter([0.0, 2.0]).__next__
    >>> left = TimeLeft(clock)
    >>> left.update(100, 300)
    >>> left.update(200, 300)
    2.0
    """

    def __init__(self, clock: object = None) -> None:
        self._clock = clock if callable(clock) else time.monotonic
        self._first: tuple[float, int] | None = None

    def update(self, done: int, total: int) -> float | None:
        """Return the seconds left, or None while nothing can be said.

        Parameters
        ----------
        done, total : int
            Items finished by now, and in all.
        """
        now = self._clock()
        if self._first is None:
            self._first = (now, done)
            return None
        started, already = self._first
        if done <= already:
            return None
        return float((now - started) / (done - already) * (total - done))
