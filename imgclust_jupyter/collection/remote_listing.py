"""Which pictures there are behind URLs."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from imgclust_jupyter.collection.archives import is_archive, is_picture
from imgclust_jupyter.collection.items import natural_key, printable
from imgclust_jupyter.collection.remote import (
    RemoteFile,
    file_system,
    is_unreachable,
    is_web,
    plain_error,
    public_url,
    without_words,
)

__all__ = ["REMOTE_THREADS", "find_remote", "local_path", "look_up", "place"]

REMOTE_THREADS = 16
"""Requests at a time: as many as a browser makes of a few servers."""

# The names under which file systems state what changes with the content, the surest first.
_VERSIONS = (
    "ETag", "etag", "md5Hash", "Content-MD5", "content_md5", "checksum", "CRC", "Digest", "mtime", "LastModified",
    "Last-Modified", "last_modified", "updated", "modified", "created",
)  # fmt: skip


def local_path(url: str) -> Path | None:
    """Return the path that a URL of this machine's files is about; None for other URLs.

    Examples
    --------
    >>> local_path("file:///photos/a%20b.jpg").as_posix(), local_path("s3://bucket/a.jpg")
    ('/photos/a b.jpg', None)
    """
    protocol, _, rest = url.partition("://")
    if protocol.lower() not in ("file", "local") or "::" in url:
        return None
    as_it_is = Path(rest)
    # Browsers write a space as %20, fsspec does not.
    return as_it_is if as_it_is.exists() else Path(url2pathname(urlsplit(f"file://{rest}").path))


def find_remote(url: str, options: dict[str, Any], recursive: bool) -> tuple[str, list[tuple[str, RemoteFile]]]:
    """Find the pictures of a folder, of an archive or of a glob pattern behind a URL.

    Parameters
    ----------
    url : str
        Of a web server a folder is what ends with a slash; the server must list it, with links to the files. A URL that
        ends like an archive is taken for one.
    options : dict
        As ``storage_options`` in pandas.
    recursive : bool
        Whether to look into subfolders.

    Returns
    -------
    root : str
        The folder, with a slash at its end, without what may be secret in it.
    files : list of (str, RemoteFile)
        With the paths relative to the root, in natural order; a picture itself is the only one of its folder.

    Raises
    ------
    FileNotFoundError, OSError
        When it cannot be listed.
    ImportError, ValueError
        As `file_system` raises them.
    """
    if "::" not in url and is_archive(public_url(url)):
        url = f"{'zip' if public_url(url).lower().endswith('.zip') else 'tar'}://::{url}"
    system, path = file_system(url, options)
    try:
        system.invalidate_cache()
        base, infos = _list(system, path, url.partition("::")[0].endswith("/"), recursive)
    except Exception as error:  # noqa: BLE001  each file system has exceptions of its own
        plain = without_words(error)
        raise type(plain)(f"{public_url(url)} cannot be listed: {plain_error(error).reason}") from plain
    if base is None:
        (file,) = look_up([(system, path, public_url(url))])
        return file.public.rpartition("/")[0] + "/", [(place(file.public).name, file)]
    pictures = []
    for found, info in infos.items():
        inside = found.removeprefix(base).lstrip("/")
        relative = printable(unquote(inside.partition("?")[0]) if is_web(system) else inside)
        if info.get("type") != "directory" and is_picture(relative):
            pictures.append((relative, found, info))
    pictures.sort(key=lambda picture: natural_key(picture[0]))
    head, chained, rest = url.partition("::")
    root = public_url(_as_folder(head) if base == _as_folder(path) else _folder(head))
    beyond = chained + public_url(rest)
    named = [(system, found, f"{root}{relative}{beyond}") for relative, found, _ in pictures]
    # Web servers list names only.
    known = None if is_web(system) else [info for _, _, info in pictures]
    return root, [(picture[0], file) for picture, file in zip(pictures, look_up(named, known), strict=True)]


def _list(system: Any, path: str, as_folder: bool, recursive: bool) -> tuple[str | None, dict[str, dict[str, Any]]]:
    """Return a folder and what is in it; None for what is a file."""
    magic = "*" if is_web(system) else "*?["
    if is_web(system) and (as_folder or magic in path):
        system.ls(_folder(path))  # raises what find and glob would take for an empty folder
    if any(character in path for character in magic) and (is_web(system) or not system.exists(path)):
        return _folder(path), dict(system.glob(path, detail=True))
    if not (as_folder if is_web(system) else system.isdir(path)):
        if not is_web(system) and not system.exists(path):
            raise FileNotFoundError(path)
        return None, {}
    return _as_folder(path), dict(system.find(path, maxdepth=None if recursive else 1, detail=True))


def _folder(pattern: str) -> str:
    """Return what stands before the first part with a wildcard."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0].rpartition("/")[0] + "/"


def _as_folder(path: str) -> str:
    return path if path.endswith("/") else f"{path}/"


def look_up(files: Sequence[tuple[Any, str, str]], infos: Sequence[dict[str, Any]] | None = None) -> list[RemoteFile]:
    """Return files with what their file systems say of their sizes and versions.

    Parameters
    ----------
    files : sequence of (AbstractFileSystem, str, str)
        File system, path there and public URL.
    infos : sequence of dict, optional
        What is known of each already.

    Returns
    -------
    list of RemoteFile
        Of a file that is not there too; who reads it will find out.
    """
    scan = uuid.uuid4().hex
    silent: set[str] = set()
    lock = threading.Lock()

    def info_of(file: tuple[Any, str, str]) -> dict[str, Any]:
        system, path, public = file
        server = place(public).as_posix().partition("/")[0]
        with lock:
            if server in silent:
                return {}
        try:
            found: dict[str, Any] = system.info(path)
        except Exception as error:  # noqa: BLE001  told when the file is read
            if is_unreachable(error) or is_unreachable(error.__cause__):
                # A server that does not answer is not asked how large each of its files is.
                with lock:
                    silent.add(server)
            return {}
        return found

    if infos is None:
        with ThreadPoolExecutor(REMOTE_THREADS, "imgclust-scan") as pool:
            infos = list(pool.map(info_of, files))
    made = []
    for (system, path, public), info in zip(files, infos, strict=True):
        version = next((f"{key} {info[key]}" for key in _VERSIONS if info.get(key)), "")
        made.append(RemoteFile(system, path, public, int(info.get("size") or 0), version or scan, bool(version)))
    return made


def place(public: str) -> PurePosixPath:
    """Return server and path of a URL without secrets, of the first one of a chain.

    Examples
    --------
    >>> place("https://host/photos/a.jpg").as_posix()
    'host/photos/a.jpg'
    """
    return PurePosixPath(public.partition("::")[0].partition("://")[2])
