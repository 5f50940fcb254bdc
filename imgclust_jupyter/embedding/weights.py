"""Finding the weights of a network on this machine, or fetching them."""

from __future__ import annotations

import hashlib
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import torch

from imgclust_jupyter.embedding.download import PATIENCE, DownloadFailed, Patience, ask, download
from imgclust_jupyter.embedding.network import Progress, WeightsUnavailable

__all__ = ["Weights", "checkpoints", "fetch", "find_weights", "sha256_of"]


@dataclass(frozen=True)
class Weights:
    """A file of weights.

    Attributes
    ----------
    file : Path
    sha256 : str
        Digest of its content, hexadecimal.
    """

    file: Path
    sha256: str


def find_weights(
    url: str,
    label: str,
    progress: Progress | None = None,
    patience: Patience = PATIENCE,
) -> Weights:
    """Return weights from torch.hub's folder, downloading them into it when they are not there.

    Parameters
    ----------
    url : str
        Ends in a file name with the beginning of its SHA-256, such as ``resnet50-11ad3fa6.pth``.
    label : str
        The network's name for people.
    progress : callable, optional
        Told how the download goes. What it raises stops the download.
    patience : Patience

    Returns
    -------
    Weights

    Raises
    ------
    WeightsUnavailable
        When they cannot be downloaded.
    """
    named_hash = _named_hash(url)
    if not named_hash:
        raise ValueError(f"the file name in {url} does not end in the beginning of a SHA-256, such as -11ad3fa6.pth")
    file = checkpoints() / _name(url)
    kept = sha256_of(file)
    # A file that is damaged is fetched again.
    return Weights(file, kept) if kept.startswith(named_hash) else fetch(url, file, label, progress, patience)


def fetch(
    url: str,
    file: Path,
    label: str,
    progress: Progress | None = None,
    patience: Patience = PATIENCE,
) -> Weights:
    """Download weights; their SHA-256 is checked where the name in the URL or the server tells it.

    Parameters
    ----------
    url : str
    file : Path
        Where to.
    label, progress, patience
        As for `find_weights`.

    Returns
    -------
    Weights

    Raises
    ------
    WeightsUnavailable
        When they cannot be downloaded.
    """

    def on_bytes(done: int, total: int) -> None:
        if progress is not None:
            progress(f"downloading {label} (megabytes)", done // 10**6, total // 10**6)

    on_bytes(0, 0)  # before the wait for an answer
    try:
        sha256 = _named_hash(url) or _announced_hash(url, patience)
        return Weights(file, download(url, file, sha256, on_bytes, patience))
    except DownloadFailed as error:
        raise WeightsUnavailable(
            f"The weights of {label} are not on this machine and could not be downloaded: {error}. Try again with a "
            f"connection, or put {url} at {file} by hand, or use model='squeezenet', which needs no download.",
            reason=str(error),
        ) from error


def checkpoints() -> Path:
    """Return torch.hub's folder of weights."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def _named_hash(url: str) -> str:
    found = re.search(r"-([0-9a-f]{8,})\.", _name(url))
    return found[1] if found else ""


def _announced_hash(url: str, patience: Patience) -> str:
    # Hugging Face's hub tells it before it redirects to where the file is.
    with closing(ask(url, patience, "HEAD", allow_redirects=False)) as answer:
        tag = answer.headers.get("X-Linked-ETag", "").strip('"')
    return tag if re.fullmatch("[0-9a-f]{64}", tag) else ""


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal; empty where it is not there, or not to be read."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return ""
