"""Progress as one line of text, for scripts and for cells without the widget."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tqdm import tqdm

from imgclust_jupyter.pipeline.progress import Progress

__all__ = ["ProgressLine"]

_COUNTED = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{postfix}"
_UNCOUNTED = "{desc}"


class ProgressLine:
    """A line on standard error that shows the stage, the images done, their rate and the time left.

    It appears after a second and vanishes in the end.

    Parameters
    ----------
    hidden : bool
        Show nothing.

    Examples
    --------
    >>> with ProgressLine(hidden=True) as line:
    ...     line.show(Progress("running", "embed", "turning images into numbers", 3, 10))
    """

    def __init__(self, hidden: bool) -> None:
        self._bar = tqdm(delay=1, mininterval=0.5, miniters=0, leave=False, disable=hidden)

    def show(self, progress: Progress) -> None:
        """Bring the line up to date; to be called often."""
        # tqdm would take what came from the store for speed, so rate and time left are the progress's own.
        parts = []
        if progress.rate is not None:
            parts.append(f"{progress.rate:,.{int(progress.rate < 10)}f} images/s")
        if progress.seconds_left is not None:
            parts.append(f"{tqdm.format_interval(progress.seconds_left)} left")
        self._bar.bar_format = _COUNTED if progress.total else _UNCOUNTED
        self._bar.desc = progress.label or progress.message
        self._bar.total = progress.total or None
        self._bar.postfix = ", ".join(parts)
        self._bar.update(progress.done - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.close()
