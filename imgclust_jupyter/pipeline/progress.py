"""How far the work has come, and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["STAGES", "Pace", "Progress", "State"]

_WINDOW = 30.0  # seconds

State = Literal["waiting", "running", "done", "cancelled", "failed"]

STAGES = {
    "scan": "looking for images",
    "embed": "turning images into numbers",
    "neighbors": "looking for neighbours",
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
    rate : float or None
        Images per second; None while unknown, or where the stage cannot be counted.
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
    rate: float | None = None
    seconds_left: float | None = None
    message: str = ""


class Pace:
    """How fast the work goes: what was done in the last half minute, so that it follows a cluster that grows.

    What was there at the first call (from the store, say) does not count.

    Examples
    --------
    >>> clock = iter([0.0, 2.0]).__next__
    >>> pace = Pace(clock)
    >>> pace.update(100)
    >>> pace.update(200)
    50.0
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def update(self, done: int) -> float | None:
        """Return the number of items per second, or None while nothing can be said.

        Parameters
        ----------
        done : int
            Items finished by now.
        """
        now = self._clock()
        self._seen.append((now, done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW:
            self._seen.popleft()
        started, already = self._seen[0]
        return (done - already) / (now - started) if done > already and now > started else None
