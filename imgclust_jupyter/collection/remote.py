"""Files behind URLs, by the file systems of fsspec.

A URL may have a password or a signature in it. Both stay in the kernel: whatever is shown goes through `public_url`.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import unquote

from imgclust_jupyter.collection.spool import shared_spool
from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.imaging.limits import DEFAULT_LIMITS

__all__ = [
    "RemoteFile",
    "check_protocols",
    "file_system",
    "is_unreachable",
    "is_url",
    "is_web",
    "plain_error",
    "public_url",
    "without_words",
]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[a-z0-9]+::")

# Seconds: until a connection stands, without a byte on it, and for one file in all.
_CONNECT, _SILENCE, _TOTAL = 10, 30, 300


@dataclass(frozen=True)
class RemoteFile:
    """A file behind a URL.

    Attributes
    ----------
    file_system : fsspec.AbstractFileSystem
        Has the credentials, also in other processes.
    path : str
        As the file system calls it.
    public : str
        The URL without user, password, query and fragment.
    size : int
        Bytes, as the file system states it; 0 where it does not.
    version : str
        What tells two states of the content apart: ETag, checksum or time of modification; where the file system has
        none of them, something that no other scan has.
    lasting : bool
        Whether the version means the same content in another session.
    """

    file_system: Any = field(repr=False)
    path: str = field(repr=False)
    public: str
    size: int
    version: str = field(repr=False)
    lasting: bool

    @property
    def location(self) -> str:
        """The URL without secrets."""
        return self.public

    @property
    def state(self) -> tuple[str, int, int] | None:
        """What does not change as long as the content is the same; None where the server does not tell."""
        return (f"{self.public}\0{self.path}\0{self.version}", self.size, 0) if self.lasting else None

    def describe(self) -> str:
        """Return the URL without secrets."""
        return self.public

    def open(self) -> BinaryIO:
        """Return the content, which is downloaded once."""
        return io.BytesIO(shared_spool().get(self, self._download))

    def _download(self) -> bytes:
        limit = DEFAULT_LIMITS.file_bytes
        if self.size > limit:
            raise UnreadableImage(f"it has {self.size / 1e9:.1f} GB, and the limit is {limit / 1e9:.1f} GB")
        # Of the web, one request in place of two: the size is not asked for beforehand when one is given.
        streaming = {"block_size": 0, "size": 1} if is_web(self.file_system) else {}
        try:
            with self.file_system.open(self.path, "rb", **streaming) as file:
                content = _read(file, limit)
        except Exception as error:  # noqa: BLE001  each file system has exceptions of its own
            raise plain_error(error) from without_words(error)
        if not content:
            raise UnreadableImage("the file is empty")
        return content


def is_url(source: object) -> bool:
    """Return whether something is a URL, or a chain of them as fsspec has it.

    Examples
    --------
    >>> [is_url(text) for text in ("https://host/a.jpg", "zip://*.jpg::s3://bucket/a.zip", "C:/a.jpg", "a.jpg")]
    [True, True, False, False]
    """
    return isinstance(source, str) and _URL.match(source) is not None


def public_url(url: str) -> str:
    """Return a URL without what may be secret: user and password, query and fragment, folders of this machine.

    Examples
    --------
    >>> public_url("https://me:secret@host:8080/photos/a%20b.jpg?signature=abc#x")
    'https://host:8080/photos/a b.jpg'
    >>> public_url("zip://a.jpg::https://host/photos.zip?token=abc")
    'zip://a.jpg::https://host/photos.zip'
    """
    return "::".join(_public_link(link) for link in url.split("::"))


def _public_link(link: str) -> str:
    protocol, separator, rest = link.partition("://")
    if not separator:
        return link
    if protocol.lower() in ("http", "https"):
        rest = re.split(r"[?#]", rest, maxsplit=1)[0]
        host, slash, path = rest.partition("/")
        rest = host + slash + unquote(path)
    if protocol.lower() in ("file", "local"):
        return f"{protocol}://{rest.rpartition('/')[2]}"
    host, slash, path = rest.partition("?")[0].partition("/")
    return f"{protocol}://{host.rpartition('@')[2]}{slash}{path}"


def check_protocols(url: str) -> list[str]:
    """Return the protocols of a URL, of all that are chained in it, when they can be used here.

    Parameters
    ----------
    url : str

    Raises
    ------
    ValueError
        When there is no such protocol.
    ImportError
        When a package that it needs is not installed.
    """
    import fsspec

    protocols = [link.partition("://")[0].lower() for link in url.split("::")]
    protocol = protocols[0]
    try:
        for protocol in protocols:
            fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        advice = "pip install 'imgclust_jupyter[remote]'" if protocol in ("http", "https") else str(error)
        raise ImportError(f"to read {protocol}:// a package is missing: {advice}") from error
    except ValueError as error:
        known = ", ".join(("file", "memory", "https", "s3", "gs", "zip", "tar"))
        raise ValueError(
            f"there is no protocol {protocol}://; fsspec knows {known} and more (fsspec.available_protocols())"
        ) from error
    return protocols


def file_system(url: str, options: dict[str, Any]) -> tuple[Any, str]:
    """Return the file system that a URL is about, and its path there.

    Parameters
    ----------
    url : str
    options : dict
        As ``storage_options`` in pandas.

    Returns
    -------
    file_system : fsspec.AbstractFileSystem
    path : str

    Raises
    ------
    ValueError, ImportError
        As `check_protocols`, and when the options or the URL are wrong.
    """
    import fsspec

    protocols = check_protocols(url)
    try:
        found: tuple[Any, str] = fsspec.url_to_fs(url, **_with_timeouts(url, protocols, options))
    except Exception as error:  # noqa: BLE001  each file system has exceptions of its own
        raise ValueError(f"{public_url(url)} cannot be used: {plain_error(error).reason}") from without_words(error)
    return found


def plain_error(error: Exception) -> UnreadableImage:
    """Return why a file cannot be had from its file system, in words that have nothing of the URL."""
    if isinstance(error, UnreadableImage):
        return error
    return UnreadableImage(_reason(error))


def _reason(error: BaseException) -> str:
    status = getattr(error, "status", None)
    names = _names(error)
    if isinstance(error, FileNotFoundError) or status in (404, 410):
        return "there is no such file on the server; it was moved or deleted"
    if isinstance(error, PermissionError) or status in (401, 403) or "NoCredentialsError" in names:
        return "the server does not give it to us: it needs other credentials, or they have run out"
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if names & {"ClientPayloadError", "ServerDisconnectedError"}:
        return "the connection broke off before the whole file was here"
    if isinstance(status, int):
        return f"the server answered with an error ({status})"
    if is_unreachable(error):
        return "the server cannot be reached"
    if isinstance(error, ValueError) and "range requests" in str(error):
        return "the server sends no parts of files, as an archive needs; download it"
    return "its file system could not read it"


def is_unreachable(error: BaseException | None) -> bool:
    """Return whether an error says that there was no answer at all, so that the next request will not have one."""
    return isinstance(error, TimeoutError | ConnectionError) or "ClientConnectionError" in _names(error)


def _names(error: BaseException | None) -> set[str]:
    # By name, since the packages that define them need not be installed.
    return {kind.__name__ for kind in type(error).__mro__}


def without_words(error: BaseException) -> Exception:
    """Return an exception of a like kind that says nothing of the URL; to be raised from, or as a cause."""
    for kind in type(error).__mro__:
        if kind in (FileNotFoundError, PermissionError, TimeoutError, ConnectionError, ImportError):
            return kind(_reason(error))
    return OSError(f"{type(error).__name__}: {_reason(error)}")


def _with_timeouts(url: str, protocols: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options, with bounds of how long to wait and what to take of the URL as it is, unless they say so."""
    web = [protocol for protocol in protocols if protocol in ("http", "https")]
    if not web:
        return options
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=_TOTAL, sock_connect=_CONNECT, sock_read=_SILENCE)
    nested = dict(options.get(web[0], {})) if len(protocols) > 1 else options
    # A signature is about the very bytes of a URL; what has spaces cannot be encoded yet.
    encoded = url.isascii() and " " not in url
    client = {"timeout": timeout, "trust_env": True} | nested.get("client_kwargs", {})
    bounded = {"encoded": encoded} | nested | {"client_kwargs": client}
    return options | {web[0]: bounded} if len(protocols) > 1 else bounded


def is_web(system: Any) -> bool:
    """Return whether a file system is of the web, where paths are URLs."""
    return bool({"http", "https"} & ({system.protocol} if isinstance(system.protocol, str) else set(system.protocol)))


def _read(file: Any, limit: int) -> bytes:
    content = io.BytesIO()
    while part := file.read(1 << 20):
        content.write(part)
        if content.tell() > limit:
            raise UnreadableImage(f"it has more than {limit / 1e9:.1f} GB, the limit")
    return content.getvalue()
