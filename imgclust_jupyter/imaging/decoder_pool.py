"""Processes that decode pictures, may be killed, and are replaced."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from imgclust_jupyter.imaging.decode import Decoded
from imgclust_jupyter.imaging.decoder_main import STRIP_BYTES, strips
from imgclust_jupyter.imaging.errors import UnreadableImage
from imgclust_jupyter.imaging.limits import Limits

__all__ = ["Content", "DecoderGoneError", "DecoderPool", "DecoderProcess"]

_STARTUP_SECONDS = 60.0  # it takes 0.12; this is for machines that are busy with everything else
_COMMAND = (sys.executable, "-P", "-m", "imgclust_jupyter.imaging.decoder_main")


@dataclass(frozen=True)
class Content:
    """A picture's file that was read already, with the suffix it had; an `Openable`."""

    content: bytes
    suffix: str

    def open(self) -> BinaryIO:
        """Return it as a file."""
        return io.BytesIO(self.content)

    def describe(self) -> str:
        """Return a name with its suffix."""
        return f"picture{self.suffix}"


class DecoderGoneError(Exception):
    """A process ended before its answer did."""


class DecoderProcess:
    """One process that answers one request after the other.

    It is a Python of its own: no fork, which the threads of numba and OpenMP do not survive, and no `multiprocessing`,
    which would run the user's script again. It ends with this one, whatever ends that: its input ends, or the time
    for its request does.

    Parameters
    ----------
    command : sequence of str
        What to run.

    Raises
    ------
    UnreadableImage
        When no process can be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        # As this process finds its modules, in whatever way it was told where they are.
        places = [*filter(None, sys.path), str(Path(__file__).parents[2])]
        try:
            process = subprocess.Popen(
                command,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(places), "OPENBLAS_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pipesize=STRIP_BYTES,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise UnreadableImage("no process could be started to decode it in") from error
        assert process.stdin
        assert process.stdout
        self._process, self._requests, self._answers = process, process.stdin, process.stdout
        try:
            self.pid = self._within(_STARTUP_SECONDS, lambda: pickle.load(self._answers))
        except (DecoderGoneError, TimeoutError) as error:
            self.close()
            raise UnreadableImage("no process could be started to decode it in") from error

    def ask(self, task: str, arguments: tuple[Any, ...], limits: Limits) -> Any:
        """Return the answer to a request: a `Decoded`, a number, or an `UnreadableImage`.

        Raises
        ------
        TimeoutError
            When there was no answer in time.
        DecoderGoneError
            When the process has ended.

        After these and any other exception, the process is good for nothing but to be closed.
        """

        def exchange() -> Any:
            pickle.dump((task, arguments, limits), self._requests)
            self._requests.flush()
            return self._receive()

        return self._within(limits.seconds, exchange)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        with contextlib.suppress(OSError):  # what is left to be sent has no receiver
            self._requests.close()
        self._answers.close()
        self._process.wait()

    def _receive(self) -> Any:
        answer = pickle.load(self._answers)
        if not isinstance(answer, tuple):
            return answer
        if isinstance(answer[0], UnreadableImage):
            error, error.__cause__ = answer
            return error
        width, height, size = answer
        image = Image.new("RGB", size)
        for top, bottom in strips(*size):
            count = 3 * size[0] * (bottom - top)
            pixels = self._answers.read(count)
            if len(pixels) < count:
                raise EOFError
            image.paste(Image.frombytes("RGB", (size[0], bottom - top), pixels), (0, top))
        return Decoded(image, width, height)

    def _within(self, seconds: float, exchange: Callable[[], Any]) -> Any:
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        # A pipe cannot be waited for with a bound on every system, but it ends with the process.
        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            return exchange()
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise (TimeoutError if late.is_set() else DecoderGoneError) from error
        finally:
            timer.cancel()


class DecoderPool:
    """As many decoder processes as threads ask at the same time; started when they do, gone when nobody asks for long.

    Parameters
    ----------
    command : sequence of str
        What a process runs.

    Attributes
    ----------
    idle : list of DecoderProcess
        Those that wait for a request.
    """

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self.idle: list[DecoderProcess] = []
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def ask(self, task: str, arguments: tuple[Any, ...], limits: Limits) -> Any:
        """Return the answer of one of the processes.

        Raises
        ------
        UnreadableImage
            As the task does, and when it took too long or ended the process.
        """
        with self._lock:
            process = self.idle.pop() if self.idle else None
        used = process is not None
        process = process or DecoderProcess(self._command)
        try:
            answer = process.ask(task, arguments, limits)
        except TimeoutError as error:
            process.close()
            raise UnreadableImage(f"decoding it took longer than {limits.seconds:g} s") from error
        except DecoderGoneError as error:
            process.close()
            if used:  # perhaps it went because nobody had asked for long
                return self.ask(task, arguments, limits)
            raise UnreadableImage("the decoder crashed") from error
        except BaseException:
            process.close()
            raise
        with self._lock:
            self.idle.append(process)
        if isinstance(answer, UnreadableImage):
            raise answer
        return answer

    def close(self) -> None:
        """End the processes that wait for a request."""
        with self._lock:
            idle, self.idle = self.idle, []
        for process in idle:
            process.close()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self.idle = []  # after a fork: they are the parent's
