"""Downloading a large file that may be slow, but not silent."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import requests

__all__ = ["PATIENCE", "DownloadFailed", "Patience", "download"]

_CHUNK = 1 << 18


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

    Proxies are taken from the environment, as `requests` does.

    Parameters
    ----------
    url : str
    file : Path
        Where to; its folder is made when needed.
    sha256_prefix : str
        How the SHA-256 of the content must begin, hexadecimal.
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
    host = urlsplit(url).hostname or url
    # A name of its own, since another process may be downloading the same file; not one of tempfile's, which nobody
    # else could read.
    part = file.with_name(f"{file.name}.{uuid4().hex}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(_answer(url, host, patience)) as response, part.open("xb") as opened:
                sha256 = _receive(response, host, opened.write, on_bytes, patience)
            if not sha256.startswith(sha256_prefix):
                raise DownloadFailed(
                    f"what {host} sent is something else (its SHA-256 begins with {sha256[:8]} instead of "
                    f"{sha256_prefix}); a login page or a proxy may have answered"
                )
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DownloadFailed(f"the file cannot be written to {file.parent} ({error.strerror or error})") from error
    return sha256


def _answer(url: str, host: str, patience: Patience) -> requests.Response:
    # requests limits the time for each address of the host, but neither their number nor the look-up of the name. So
    # it works on a thread that is left alone when it takes too long.
    answers: queue.Queue[requests.Response | requests.RequestException] = queue.Queue()

    def ask() -> None:
        try:
            response = requests.get(
                url,
                stream=True,
                timeout=(patience.connect, patience.silence),
                headers={"Accept-Encoding": "identity"},  # so that the length is that of the file
            )
            response.raise_for_status()
            answers.put(response)
        except requests.RequestException as error:
            answers.put(error)

    threading.Thread(target=ask, name="imgclust-download", daemon=True).start()
    try:
        answer = answers.get(timeout=patience.silence)
    except queue.Empty:
        raise DownloadFailed(f"{host} did not answer within {patience.silence:g} s") from None
    if isinstance(answer, requests.Response):
        return answer
    raise DownloadFailed(_reason(answer, host, patience)) from answer


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


def _receive(
    response: requests.Response,
    host: str,
    write: Callable[[bytes], int],
    on_bytes: Callable[[int, int], None],
    patience: Patience,
) -> str:
    digest = hashlib.sha256()
    done, total = 0, int(response.headers.get("Content-Length", 0))
    chunks = response.iter_content(_CHUNK)
    while True:
        try:
            chunk = next(chunks, None)
        except requests.RequestException as error:
            # In the middle of an answer this is what requests makes of a timeout.
            silent = type(error) is requests.ConnectionError
            why = f"sent nothing more for {patience.silence:g} s" if silent else "broke off"
            raise DownloadFailed(f"{host} {why} after {done / 1e6:.1f} of {total / 1e6:.1f} MB") from error
        if chunk is None:
            return digest.hexdigest()
        write(chunk)
        digest.update(chunk)
        done += len(chunk)
        on_bytes(done, total)
