"""The file of a saved session: one document of JSON and arrays, and nothing that could be run.

It is a zip archive with ``session.json``, and each array as ``arrays/<name>.npy`` in numpy's own format, as in an npz.
The arrays are not compressed, since embeddings and thumbnails hardly can be; so no file can ask for more memory than it
has bytes itself, but for the document, which is bounded.
"""

from __future__ import annotations

import errno
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.workspace.target import written_whole

__all__ = ["DAMAGE", "FORMAT", "Array", "SessionFile", "SessionFileError", "read_session_file", "write_session_file"]

FORMAT = 1
"""To be raised with every change that an older version of the package would misread."""

DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError, RecursionError,
    RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error, struct.error,
)  # fmt: skip
"""What reading, or making something of, a damaged file may raise."""

Array = npt.NDArray[Any]

_KIND = "imgclust session"
_DOCUMENT = "session.json"
_LARGEST_DOCUMENT = 1 << 28
_MOST_ARRAYS = 10_000
_READ_AT_ONCE = 1 << 24
_DTYPES = "biufc"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class SessionFileError(ValueError):
    """A file that holds no session, or one that cannot be read."""


@dataclass(frozen=True, eq=False)
class SessionFile:
    """What is in the file.

    Attributes
    ----------
    document : dict
        As JSON has it.
    arrays : mapping of str to ndarray
        Of numbers or truth values, by name.
    """

    document: dict[str, Any]
    arrays: Mapping[str, Array]


def write_session_file(path: Path, session: SessionFile) -> None:
    """Write a session; what was there before is replaced when all is written.

    Parameters
    ----------
    path : Path
    session : SessionFile

    Raises
    ------
    OSError
        When it cannot be written; what was there before still is.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "dogs.imgclust"
    >>> write_session_file(path, SessionFile({"name": "dogs"}, {"ids": np.arange(3)}))
    >>> read_session_file(path).document["name"], read_session_file(path).arrays["ids"].tolist()
    ('dogs', [0, 1, 2])
    """
    document = {**session.document, "kind": _KIND, "format": FORMAT}
    with written_whole(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        text = json.dumps(document, allow_nan=False)
        archive.writestr(_DOCUMENT, text, compress_type=zipfile.ZIP_DEFLATED)
        for name, array in session.arrays.items():
            with archive.open(f"arrays/{name}.npy", "w", force_zip64=True) as member:
                whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
                np.lib.format.write_array(member, whole, allow_pickle=False)


def read_session_file(path: Path) -> SessionFile:
    """Read a session.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SessionFile

    Raises
    ------
    SessionFileError
        When it is no such file, is damaged, or was made by a newer version of the package.
    OSError
        When it cannot be read.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return _read(archive, path)
    except SessionFileError:
        raise
    except zipfile.BadZipFile as error:
        raise SessionFileError(f"{path} is no saved session, or it is cut off or damaged: {error}") from error
    except DAMAGE as error:
        raise SessionFileError(f"{path} is damaged: {error}") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # of a directory that points outside of the file
            raise
        raise SessionFileError(f"{path} is damaged: {error.strerror}") from error


def _read(archive: zipfile.ZipFile, path: Path) -> SessionFile:
    members = {info.filename: info for info in archive.infolist()}
    if _DOCUMENT not in members:
        raise SessionFileError(f"{path} is no saved session; it is some other zip archive")
    if members[_DOCUMENT].file_size > _LARGEST_DOCUMENT:
        raise ValueError(f"{_DOCUMENT} says that it has {members[_DOCUMENT].file_size:,} bytes, which is too much")
    document = json.loads(archive.read(_DOCUMENT))
    if not isinstance(document, dict) or document.get("kind") != _KIND:
        raise SessionFileError(f"{path} is no saved session; it is some other zip archive")
    if not isinstance(document.get("format"), int):
        raise ValueError("it does not say which format it has")
    if document["format"] > FORMAT:
        raise SessionFileError(
            f"{path} was made by a newer version of imgclust_jupyter (format {document['format']}; this one reads up "
            f"to {FORMAT}); upgrade it"
        )
    arrays = [info for name, info in members.items() if name.startswith("arrays/") and name.endswith(".npy")]
    stored = all(info.compress_type == zipfile.ZIP_STORED for info in arrays)
    if not stored or len(arrays) > _MOST_ARRAYS or sum(info.file_size for info in arrays) > path.stat().st_size:
        raise ValueError("its arrays would have more bytes than the file")
    return SessionFile(document, {info.filename[7:-4]: _array(archive, info) for info in arrays})


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        if version not in _HEADERS:
            raise ValueError(f"{info.filename} is of an unknown version {version}")
        shape, fortran_order, dtype = _HEADERS[version](file)
        if dtype.kind not in _DTYPES or fortran_order or any(n < 0 for n in shape):
            raise ValueError(f"{info.filename} holds {dtype}, which is none of what a session has")
        size, there = math.prod(shape) * dtype.itemsize, info.file_size - file.tell()
        if size != there:
            raise ValueError(f"{info.filename} has {there:,} bytes of data, and says that it has {size:,}")
        array = np.empty(math.prod(shape), dtype=dtype)
        left = array.view(np.uint8).data
        while left:
            piece = file.read(min(len(left), _READ_AT_ONCE))
            if not piece:
                raise EOFError(f"{info.filename} ends too early")
            left[: len(piece)] = piece
            left = left[len(piece) :]
        return array.astype(dtype.newbyteorder("="), copy=False).reshape(shape)
