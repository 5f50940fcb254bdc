"""Downloading a large file that may be slow, but not silent."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

import requests

__all__ = ["PATIENCE", "DownloadFailed", "Patience", "ask", "download"]

_CHUNK = 1 << 18
_ATTEMPTS = 5  # each goes on where the one before broke off


class DownloadFailed(Exception):  # noqa: N818  the download has failed, nothing is in error here
    """A file could not be downloaded; the message says why in plain words, as the end of a sentence."""


@dataclass(frozen=True)
class Patience:
    """How long a download may stand still.

    Attributes
    ----------
    connect : float
        Seconds until there must be a connection.
    silence : float
        Seconds without a byte after which there will be none; also until the first one.
    """

    connect: float = 5.0
    silence: float = 15.0


PATIENCE = Patience()


def download(
    url: str,
    file: Path,
    sha256_prefix: str,
    on_bytes: Callable[[int, int], None],
    patience: Patience = PATIENCE,
) -> str:
    """Download a file, which appears under its name only when it is whole and right.

    Where the connection breaks off, the rest is asked for, or all of it from a server that does not send parts. Proxies
    are taken from the environment, as `requests` does.

    Parameters
    ----------
    url : str
    file : Path
        Where to; its folder is made when needed.
    sha256_prefix : str
        How the SHA-256 of the content must begin, hexadecimal; empty where that is not known.
    on_bytes : callable
        Called with the bytes that are there and those that there will be (0 where the server does not say). What it
        raises stops the download.
    patience : Patience

    Returns
    -------
    str
        SHA-256 of the content, hexadecimal.

    Raises
    ------
    DownloadFailed
        When the server cannot be reached, refuses, falls silent or breaks off, when it sends something else, or when
        the file cannot be written.
    """
    host = _host(url)
    # A name of its own, since another process may be downloading the same file; not one of tempfile's, which nobody
    # else could read.
    part = file.with_name(f"{file.name}.{uuid4().hex}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as opened:
                sha256 = _receive(url, opened, on_bytes, patience)
            if not sha256.startswith(sha256_prefix):
                raise DownloadFailed(
                    f"what {host} sent is something else (its SHA-256 begins with {sha256[:8]} instead of "
                    f"{sha256_prefix[:8]}); a login page or a proxy may have answered"
                )
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DownloadFailed(f"the file cannot be written to {file.parent} ({error.strerror or error})") from error
    return sha256


def ask(url: str, patience: Patience = PATIENCE, method: str = "GET", **options: Any) -> requests.Response:
    """Ask a server, and wait no longer than is allowed for its answer to begin.

    Parameters
    ----------
    url : str
    patience : Patience
    method : str
        Of HTTP.
    **options
        For `requests.request`.

    Returns
    -------
    requests.Response
        Whose content is still to be received; to be closed.

    Raises
    ------
    DownloadFailed
        When there is no answer, or a refusal.
    """
    # requests limits the time for each address of the host, but neither their number nor the look-up of the name. So
    # it works on a thread that is left alone when it takes too long.
    answers: queue.Queue[requests.Response | requests.RequestException] = queue.Queue()

    def wait() -> None:
        try:
            response = requests.request(
                method, url, stream=True, timeout=(patience.connect, patience.silence), **options
            )
            response.raise_for_status()
            answers.put(response)
        except requests.RequestException as error:
            answers.put(error)

    threading.Thread(target=wait, name="imgclust-download", daemon=True).start()
    try:
        answer = answers.get(timeout=patience.silence)
    except queue.Empty:
        raise DownloadFailed(f"{_host(url)} did not answer within {patience.silence:g} s") from None
    if isinstance(answer, requests.Response):
        return answer
    raise DownloadFailed(_reason(answer, _host(url), patience)) from answer


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _reason(error: requests.RequestException, host: str, patience: Patience) -> str:
    match error:
        case requests.HTTPError(response=requests.Response() as response):
            return f"{host} answered {response.status_code} {response.reason}"
        case requests.ConnectTimeout():
            return f"there was no connection to {host} within {patience.connect:g} s"
        case requests.ReadTimeout():
            return f"{host} did not answer within {patience.silence:g} s"
        case requests.exceptions.ProxyError():
            return f"the proxy on the way to {host} cannot be reached or refuses"
        case requests.exceptions.SSLError():
            return f"{host} could not prove who it is"
        case _:
            return f"{host} cannot be reached"


def _receive(url: str, file: BinaryIO, on_bytes: Callable[[int, int], None], patience: Patience) -> str:
    digest, done, total = hashlib.sha256(), 0, 0
    for _ in range(_ATTEMPTS):
        headers = {"Accept-Encoding": "identity"}  # so that the length is that of the file
        if done:
            headers["Range"] = f"bytes={done}-"
        with closing(ask(url, patience, headers=headers)) as response:
            if response.status_code != requests.codes.partial_content:  # from the beginning
                digest, done = hashlib.sha256(), 0
                file.seek(0)
                file.truncate()
            total = done + int(response.headers.get("Content-Length", 0))
            try:
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    on_bytes(done, total)
                return digest.hexdigest()
            except requests.RequestException as error:
                # In the middle of an answer this is what requests makes of a timeout.
                if type(error) is requests.ConnectionError:
                    silence = f"sent nothing more for {patience.silence:g} s"
                    raise DownloadFailed(f"{_host(url)} {silence} after {_amount(done, total)}") from error
    raise DownloadFailed(f"{_host(url)} broke off {_ATTEMPTS} times, at last after {_amount(done, total)}")


def _amount(done: int, total: int) -> str:
    return f"{done / 1e6:.1f} of {total / 1e6:.1f} MB"
