"""Members of archives, which are read where they are."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import lzma
import threading
import zipfile
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from imgclust_jupyter.collection.spool import free_bytes, temporary_folder
from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.imaging.limits import DEFAULT_LIMITS

__all__ = ["Archive", "ArchiveError", "Member", "TarMember", "ZipMember", "check_expansion", "open_zip", "plain_tar"]

# A whole archive may unpack to a hundred times its size, which no pictures do, or to a gigabyte in any case.
_EXPANSION = 100
_HARMLESS_BYTES = 1 << 30

_PIECE = 1 << 20
# Of LZMA, a kilobyte may unpack to several megabytes at once.
_SMALL_PIECE = 1 << 12


class ArchiveError(ValueError):
    """An archive cannot be used, which a message says why."""


@dataclass(frozen=True)
class Archive:
    """An archive as it was when its members were listed.

    Attributes
    ----------
    path : Path
        Absolute.
    size : int
        Bytes.
    mtime_ns : int
        Time of modification in nanoseconds since 1970.
    """

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Archive:
        """Return an archive as it is now."""
        status = path.stat()
        return cls(path, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Member(ABC):
    """A member of an archive; what all kinds of archives have in common.

    Attributes
    ----------
    archive : Archive
    name : str
        As in the archive.
    size : int
        Bytes, unpacked.
    """

    archive: Archive
    name: str
    size: int

    @property
    def location(self) -> str:
        """Path of the archive, and behind it the path in it."""
        return str(self.archive.path / self.name.lstrip("/"))

    @property
    def state(self) -> tuple[str, int, int]:
        """What does not change as long as the content is the same."""
        address = f"{self.archive.path}\0{self.archive.size}\0{self.name}\0{self._mark}"
        return address, self.size, self.archive.mtime_ns

    def describe(self) -> str:
        """Return the path in the archive, after the archive's name."""
        return f"{self.archive.path.name}/{self.name.lstrip('/')}"

    def open(self) -> BinaryIO:
        """Return the content."""
        if self.size == 0:
            raise UnreadableImage("the file is empty")
        if self.size > DEFAULT_LIMITS.file_bytes:
            raise UnreadableImage(f"it unpacks to {self.size:,} bytes, and the limit is {DEFAULT_LIMITS.file_bytes:,}")
        if Archive.of(self.archive.path) != self.archive:
            raise UnreadableImage("its archive has changed since its members were listed")
        return self._read()

    @property
    @abstractmethod
    def _mark(self) -> int:
        """Tells two members of one name apart."""

    @abstractmethod
    def _read(self) -> BinaryIO:
        """Return the content, of which there is some, but not too much."""


@dataclass(frozen=True)
class ZipMember(Member):
    """A member of a zip archive.

    Attributes
    ----------
    crc : int
        Checksum of the content, as the archive states it.
    """

    crc: int

    @property
    def _mark(self) -> int:
        return self.crc

    def _read(self) -> BinaryIO:
        try:
            archive = open_zip(self.archive)
            info = archive.getinfo(self.name)
            if info.flag_bits & 1:
                raise UnreadableImage("it is encrypted with a password")
            if info.compress_type == zipfile.ZIP_BZIP2:
                # Python unpacks a piece of it whole, whatever it may become: gigabytes out of a few kilobytes.
                raise UnreadableImage(
                    "it is packed with bzip2, which is not read from a zip archive; unpack the archive"
                )
            gentle = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            with archive.open(info) as file:
                content = _content(file, self.size, _PIECE if gentle else _SMALL_PIECE)
        except NotImplementedError as error:
            raise UnreadableImage("it is packed by a method that Python does not know") from error
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
            raise UnreadableImage("it is damaged in its archive") from error
        return content


@dataclass(frozen=True)
class TarMember(Member):
    """A member of a tar archive.

    Attributes
    ----------
    offset : int
        Of its content in the unpacked tar file.
    """

    offset: int

    @property
    def _mark(self) -> int:
        return self.offset

    def _read(self) -> BinaryIO:
        file, _ = plain_tar(self.archive)
        with file.open("rb") as tar:
            tar.seek(self.offset)
            return _content(tar, self.size, _PIECE)


# One for all threads: reading is locked inside, only while compressed bytes are copied, and to read the directory of a
# large archive anew takes longer than most members.
@functools.lru_cache(maxsize=4)
def open_zip(archive: Archive) -> zipfile.ZipFile:
    """Return the open zip archive."""
    return zipfile.ZipFile(archive.path)


_unpacking = threading.Lock()


def plain_tar(archive: Archive) -> tuple[Path, bool]:
    """Return a tar file without compression, in which any member can be read without those before it.

    A compressed one is unpacked, once, to the process's temporary folder.

    Parameters
    ----------
    archive : Archive

    Returns
    -------
    path : Path
    complete : bool
        False when the compressed archive ends too early or is damaged, and this is what could be unpacked of it.

    Raises
    ------
    ArchiveError
        When it unpacks to more than pictures would, or than the disk has room for.
    """
    with _unpacking:
        return _unpacked(archive)


@functools.cache
def _unpacked(archive: Archive) -> tuple[Path, bool]:
    with archive.path.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        packed: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
        if start.startswith(b"\x1f\x8b"):
            packed = gzip.GzipFile(fileobj=file)
        elif start.startswith(b"BZh"):
            packed = bz2.BZ2File(file)
        elif start == b"\xfd7zXZ\0":
            packed = lzma.LZMAFile(file)  # noqa: SIM115  closed with the file that it reads
        else:
            return archive.path, True
        target = temporary_folder() / f"{len(list(temporary_folder().iterdir()))}-{archive.path.stem}"
        with target.open("wb") as plain:
            try:
                _unpack(packed, plain, archive)
            except (EOFError, OSError, zlib.error, lzma.LZMAError):
                return target, False
            except ArchiveError:
                plain.close()
                target.unlink()
                raise
    return target, True


def _unpack(packed: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, plain: IO[bytes], archive: Archive) -> None:
    written = 0
    # read1, since read would lose what comes before the place where a damaged archive ends.
    while piece := packed.read1(_PIECE):
        written += len(piece)
        check_expansion(archive, written)
        if free_bytes() < _HARMLESS_BYTES:
            raise ArchiveError(
                f"{archive.path} does not fit unpacked into {temporary_folder().parent}, where a gigabyte must stay "
                "free; unpack it to a folder elsewhere, or set TMPDIR to a larger one"
            )
        plain.write(piece)


def check_expansion(archive: Archive, unpacked: int) -> None:
    """Raise `ArchiveError` when an archive unpacks to so much more than it is that it must be a trap."""
    if unpacked > max(_HARMLESS_BYTES, _EXPANSION * archive.size):
        raise ArchiveError(
            f"{archive.path} unpacks to more than {_EXPANSION} times its size, which pictures do not; "
            "if it is no trap, unpack it to a folder"
        )


def _content(file: IO[bytes], size: int, piece: int) -> io.BytesIO:
    content = io.BytesIO()
    while content.tell() < size and (part := file.read(min(piece, size - content.tell()))):
        content.write(part)
    if content.tell() < size:
        raise UnreadableImage("its archive ends too early")
    content.seek(0)
    return content
