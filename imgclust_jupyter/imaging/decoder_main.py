"""What a decoder process runs: ``python -m imgclust_jupyter.imaging.decoder_main``.

Requests come in by its standard input and answers go out by its standard output, pickled; the pixels of a picture
follow its answer in strips.
"""

from __future__ import annotations

import faulthandler
import math
import os
import pickle
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from PIL import Image

from imgclust_jupyter.imaging.decode import Decoded, Source, decode, frames_of, opened, plain_reasons
from imgclust_jupyter.imaging.errors import UnreadableImage, picklable
from imgclust_jupyter.imaging.limits import Limits

__all__ = ["STRIP_BYTES", "main", "strips"]

STRIP_BYTES = 1 << 20
"""Pixels are sent in pieces of about this size: a large picture would be held several times over."""

_IDLE_SECONDS = 60.0
_GRACE_SECONDS = 5.0


def count_frames(source: Source, limits: Limits) -> int:
    """Return how many pictures there are in a file."""
    with plain_reasons(), opened(source, limits) as image:  # type: ignore[arg-type]
        return frames_of(image, limits)


TASKS: Mapping[str, Callable[..., Decoded | int]] = {"decode": decode, "count_frames": count_frames}


def main(tasks: Mapping[str, Callable[..., Decoded | int]] = TASKS) -> None:
    """Answer requests until there are no more, or nobody asks for a minute, or one takes too long.

    A request is the name of a task, its arguments and the limits, which are its last argument.
    """
    # An interrupt is for the process that asks, which ends this one if it wants.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())  # what decoders print is no answer
    _send(answers, os.getpid())
    while True:
        # Python's own watchdog ends the process from a thread that no decoder can hold up.
        faulthandler.dump_traceback_later(_IDLE_SECONDS, exit=True, file=nowhere)
        try:
            task, arguments, limits = pickle.load(requests)
        except EOFError:
            return
        # Who asks kills this process in time, but may be gone.
        faulthandler.dump_traceback_later(limits.seconds + _GRACE_SECONDS, exit=True, file=nowhere)
        Image.MAX_IMAGE_PIXELS = math.ceil(limits.pixels / 2)  # Pillow refuses twice as many
        _bound_memory(limits)
        try:
            answer: Any = tasks[task](*arguments, limits)
        except UnreadableImage as error:
            answer = error
        _send(answers, answer)


def strips(width: int, height: int) -> list[tuple[int, int]]:
    """Return the first row of each strip of a picture in RGB, and the one after its last.

    Examples
    --------
    >>> strips(400_000, 3)
    [(0, 1), (1, 2), (2, 3)]
    """
    rows = max(1, STRIP_BYTES // (3 * width))
    return [(top, min(top + rows, height)) for top in range(0, height, rows)]


def _send(answers: BinaryIO, answer: Any) -> None:
    if isinstance(answer, Decoded):
        image = answer.image
        pickle.dump((answer.width, answer.height, image.size), answers)
        for top, bottom in strips(*image.size):
            answers.write(image.crop((0, top, image.width, bottom)).tobytes())
    elif isinstance(answer, UnreadableImage):
        pickle.dump((answer, picklable(answer.__cause__)), answers)
    else:
        pickle.dump(answer, answers)
    answers.flush()


def _bound_memory(limits: Limits) -> None:
    """Let a decoder that asks for too much memory fail, before the system has to choose a process to end."""
    try:
        import resource
    except ImportError:  # Windows
        return
    most = 2**31 + 20 * limits.pixels
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
