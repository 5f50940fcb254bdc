"""Weights are taken from this machine, else downloaded, from servers that behave in all kinds of ways."""

import errno
import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from imgclust_jupyter.embedding import WeightsUnavailable
from imgclust_jupyter.embedding.download import Patience
from imgclust_jupyter.embedding.weights import Weights, find_weights

CONTENT = bytes(range(256)) * 12_288  # 3 MiB, several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = f"net-{SHA256[:8]}.pth"
PATIENT = Patience(connect=60.0, silence=60.0)
HASTY = Patience(connect=60.0, silence=0.5)

Answer = Callable[[BaseHTTPRequestHandler], None]


def send(
    request: BaseHTTPRequestHandler,
    content: bytes = CONTENT,
    status: int = 200,
    pieces: int = 1,
    pause: float = 0.0,
    sent: float = 1.0,
) -> None:
    """Announce all of the content, and send a part of it in pieces."""
    request.send_response(status)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    size = len(content) // pieces
    for start in range(0, int(len(content) * sent), size):
        request.wfile.write(content[start : start + size])
        request.wfile.flush()
        time.sleep(pause)


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    """Serve on this machine; yields the URL of the weights, and the list of what is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.handle_error = lambda *request: None  # a client that gives up is part of the tests
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/models/{NAME}", asked
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """torch.hub's folder of weights, empty; no proxy is set."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path / "checkpoints"


def failing(answer: Answer, match: str, folder: Path, patience: Patience = PATIENT) -> None:
    with server(answer) as (url, _), pytest.raises(WeightsUnavailable, match=match) as raised:
        find_weights(url, "Net", patience=patience)
    message = str(raised.value)
    assert raised.value.reason in message
    assert url in message
    assert str(folder) in message
    assert "model='squeezenet'" in message
    assert list(folder.iterdir()) == []


def test_weights_are_downloaded_once_with_progress(folder: Path) -> None:
    steps = []
    ordinary = folder.with_name("ordinary")
    ordinary.touch()
    with server(partial(send, pieces=4)) as (url, asked):
        found = find_weights(url, "Net", lambda *step: steps.append(step), PATIENT)
        assert found == Weights(folder / NAME, SHA256)
        assert found.file.read_bytes() == CONTENT
        assert found.file.stat().st_mode == ordinary.stat().st_mode
        assert find_weights(url, "Net", patience=PATIENT) == found
        assert asked == [f"/models/{NAME}"]
    assert [path.name for path in folder.iterdir()] == [NAME]
    label = "downloading Net (megabytes)"
    assert steps[0] == (label, 0, 0)  # while the server has not answered
    assert steps[1] == (label, 0, 3)
    assert steps[-1] == (label, 3, 3)
    assert steps == sorted(steps)


def test_weights_that_are_there_need_no_connection(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    assert find_weights(f"http://127.0.0.1:1/{NAME}", "Net", patience=PATIENT).sha256 == SHA256


def test_damaged_weights_are_fetched_again(folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT[:1000])
    with server(send) as (url, _):
        assert find_weights(url, "Net", patience=PATIENT).file.read_bytes() == CONTENT


def test_a_slow_download_that_moves_goes_on() -> None:
    # Longer than what is allowed without a byte.
    with server(partial(send, pieces=10, pause=0.4)) as (url, _):
        assert find_weights(url, "Net", patience=Patience(connect=60.0, silence=3.0)).sha256 == SHA256


def test_a_download_that_falls_silent_fails(folder: Path) -> None:
    falling_silent = partial(send, pieces=2, pause=60.0)
    patience = Patience(connect=60.0, silence=3.0)
    failing(falling_silent, r"sent nothing more for 3 s after 1\.6 of 3\.1 MB", folder, patience)


def test_a_server_that_never_answers_is_left(folder: Path) -> None:
    failing(lambda request: time.sleep(60.0), r"did not answer within 0\.5 s", folder, HASTY)


def test_a_download_that_breaks_off_fails(folder: Path) -> None:
    failing(partial(send, pieces=4, sent=0.5), r"broke off 5 times, at last after 1\.6 of 3\.1 MB", folder)


@pytest.mark.parametrize("parts", [True, False], ids=["with parts", "without parts"])
def test_a_download_that_breaks_off_goes_on(parts: bool) -> None:
    ranges: list[str | None] = []
    steps: list[int] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and parts else 0
        send(request, CONTENT[start:], status=206 if start else 200, pieces=4, sent=0.5 if len(ranges) < 3 else 1.0)

    with server(answer) as (url, _):
        found = find_weights(url, "Net", lambda label, done, total: steps.append(done), PATIENT)
    assert found.file.read_bytes() == CONTENT
    half, quarter = len(CONTENT) // 2, len(CONTENT) // 4
    second = half + quarter if parts else half
    assert ranges == [None, f"bytes={half}-", f"bytes={second}-"]
    assert (steps == sorted(steps)) == parts
    assert steps[-1] == 3


def test_parts_of_different_files_are_not_put_together(folder: Path) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.headers["Range"]:
            send(request, bytes(len(CONTENT) // 2), status=206)
        else:
            send(request, pieces=4, sent=0.5)

    failing(answer, "something else", folder)


def test_a_download_with_the_wrong_hash_fails(folder: Path) -> None:
    failing(partial(send, content=b"<html>Please log in</html>"), "something else.*login page", folder)


@pytest.mark.parametrize(
    ("status", "told"), [(403, "403 Forbidden"), (404, "404 Not Found"), (500, "500 Internal Server Error")]
)
def test_a_refusal_is_told(status: int, told: str, folder: Path) -> None:
    failing(partial(send, content=b"<html>Sorry</html>", status=status), f"answered {told}", folder)


def test_an_unreachable_server_is_told(folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{NAME}"
        with pytest.raises(WeightsUnavailable, match=r"127\.0\.0\.1 cannot be reached"):
            find_weights(url, "Net", patience=PATIENT)


def test_a_server_that_does_not_accept_is_left_after_the_time_to_connect() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):  # takes the only place in the queue
            url = f"http://127.0.0.1:{full.getsockname()[1]}/{NAME}"
            with pytest.raises(WeightsUnavailable, match=r"no connection to 127\.0\.0\.1 within 0\.2 s"):
                find_weights(url, "Net", patience=Patience(connect=0.2, silence=60.0))


def test_a_look_up_of_the_name_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def look_up(*args: object, **kwargs: object) -> list[object]:
        ended.wait(60.0)
        raise socket.gaierror("nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        with pytest.raises(WeightsUnavailable, match=r"example\.invalid did not answer within 0\.5 s"):
            find_weights(f"http://example.invalid/{NAME}", "Net", patience=HASTY)
    finally:
        ended.set()


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(send) as (url, asked):
        monkeypatch.setenv("http_proxy", url.rsplit("/", 2)[0])
        far = f"http://download.invalid/models/{NAME}"
        assert find_weights(far, "Net", patience=PATIENT).sha256 == SHA256
        assert asked == [far]


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(WeightsUnavailable, match=r"the proxy on the way to download\.invalid"):
        find_weights(f"http://download.invalid/{NAME}", "Net", patience=PATIENT)


class Stopped(Exception):  # noqa: N818  nothing is wrong
    pass


def test_progress_can_stop_the_download(folder: Path) -> None:
    def stop(label: str, done: int, total: int) -> None:
        if done:
            raise Stopped

    with server(partial(send, pieces=4)) as (url, _), pytest.raises(Stopped):
        find_weights(url, "Net", stop, PATIENT)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_told(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with server(send) as (url, _), pytest.raises(WeightsUnavailable, match="cannot be written to"):
        find_weights(url, "Net", patience=PATIENT)


def test_a_disk_without_room_is_told(folder: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(CONTENT) // 2, before[1]))
    try:
        failing(send, f"cannot be written.*{os.strerror(errno.EFBIG)}", folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_name_without_a_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="beginning of a SHA-256"):
        find_weights("http://127.0.0.1:1/net.pth", "Net")
