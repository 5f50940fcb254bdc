"""Servers that the browser tests run: found when they are up, ended for certain, with no way to the outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 300
# Where requests to the outside end at once, as on a machine without a network.
NOWHERE = "http://127.0.0.1:9"
# Past any proxy that the machine has.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path, ask: Callable[[], object]
) -> Iterator[None]:
    """Run a server until the end of the block.

    Parameters
    ----------
    command : sequence of str
    environment : mapping of str to str
        What is added to this process's environment.
    log : Path
        Where to write what it prints.
    ask : callable
        Raises OSError until the server is up.

    Raises
    ------
    RuntimeError
        When it does not start; the message ends with what it printed.
    """
    whole = {
        **os.environ,
        **environment,
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"),
    }
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, env=whole, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _await_start(server, log, ask)
        yield
    finally:
        server.terminate()  # it ends its kernels before itself
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _await_start(server: subprocess.Popen[bytes], log: Path, ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            ask()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-4000:]}")
