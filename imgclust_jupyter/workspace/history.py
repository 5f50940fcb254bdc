"""Undo and redo: one history for all displays of an explorer and for Python."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["History", "State", "Step"]

State = Mapping[str, Any]
"""Values by name: of what a step has changed, before it or after it."""


@dataclass(frozen=True)
class Step:
    """What was done: in words, by which gesture, and the values that it has changed."""

    text: str
    gesture: str
    before: State
    after: State


class History:
    """Steps that can be taken back and brought again; the oldest are forgotten.

    Parameters
    ----------
    limit : int
        How many steps are kept.

    Examples
    --------
    >>> history = History()
    >>> history.record({"cut": 3}, {"cut": 5}, "5 clusters")
    >>> history.undo().before, history.redo_text
    ({'cut': 3}, '5 clusters')
    """

    def __init__(self, limit: int = 100) -> None:
        self._done: deque[Step] = deque(maxlen=limit)
        self._undone: list[Step] = []

    @property
    def undo_text(self) -> str:
        """What `undo` takes back, in words; empty when there is nothing."""
        return self._done[-1].text if self._done else ""

    @property
    def redo_text(self) -> str:
        """What `redo` brings again, in words; empty when there is nothing."""
        return self._undone[-1].text if self._undone else ""

    def record(self, before: State, after: State, text: str, gesture: str = "") -> None:
        """Note what has been done; what had been undone is forgotten.

        Parameters
        ----------
        before, after : mapping
            The same names; those whose value has not changed are left out, and nothing is noted when all are.
        text : str
            Says what was done.
        gesture : str
            Changes one after the other with the same gesture, as while something is dragged, become one step; empty
            for a step of its own.
        """
        if self._done and not self._undone and gesture and self._done[-1].gesture == gesture:
            last = self._done.pop()
            before = {**before, **last.before}
            after = {**last.after, **after}
        changed = [name for name, value in after.items() if before[name] != value]
        if not changed:
            return
        self._undone.clear()
        self._done.append(Step(text, gesture, {n: before[n] for n in changed}, {n: after[n] for n in changed}))

    def undo(self) -> Step | None:
        """Return the last step, which is to be taken back, or None."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Step | None:
        """Return the step that was undone last, which is to be done again, or None."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]
