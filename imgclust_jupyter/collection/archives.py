"""Which pictures an archive has.

Nothing is unpacked by the names that an archive gives, so that no name can lead out of it.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from imgclust_jupyter.collection.items import natural_key, printable
from imgclust_jupyter.collection.members import (
    Archive,
    ArchiveError,
    Member,
    TarMember,
    ZipMember,
    check_expansion,
    open_zip,
    plain_tar,
)
from imgclust_jupyter.imaging import SUFFIXES

__all__ = ["ARCHIVE_SUFFIXES", "Listing", "is_archive", "is_picture", "list_archive"]

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""Suffixes, in lower case, of the files that count as archives."""


@dataclass(frozen=True)
class Listing:
    """The pictures of an archive.

    Attributes
    ----------
    members : list of (str, Member)
        Path in the archive and member, in natural order.
    failures : list of (str, Exception)
        What of the archive cannot be listed.
    notices : list of str
        What a person should know about it.
    """

    members: list[tuple[str, Member]]
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def is_archive(name: str) -> bool:
    """Return whether a file counts as an archive, by its name."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def list_archive(path: Path) -> Listing:
    """Find the pictures in a zip or tar archive.

    Left out, as in a folder, are hidden members and what has not a suffix of a picture; also the copies of metadata
    that macOS adds (``__MACOSX``), and what is no file, such as links and devices. Of several members of one name the
    last counts, as if the archive had been unpacked.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Listing

    Raises
    ------
    ValueError
        When it is no archive or is damaged, or unpacks to so much that it must be a trap.
    OSError
        As `open` raises it.
    """
    archive = Archive.of(path)
    failures: list[tuple[str, Exception]] = []
    of_zip = path.suffix.lower() == ".zip"
    found: Iterable[Member] = _zip_members(archive) if of_zip else _tar_members(archive, failures)
    named = [(_inside(member.name), member) for member in found]
    pictures = [(relative, member) for relative, member in named if is_picture(relative)]
    if not pictures and failures:
        raise ArchiveError(f"{path} is damaged: nothing in it can be read")
    check_expansion(archive, sum(member.size for _, member in pictures))
    last = dict(pictures)
    doubles = sum(count - 1 for count in Counter(relative for relative, _ in pictures).values())
    notices = []
    if doubles:
        notices.append(
            "1 member of the archive was left out, since a later one has its name"
            if doubles == 1
            else f"{doubles:,} members of the archive were left out, since later ones have their names"
        )
    return Listing(sorted(last.items(), key=lambda pair: natural_key(pair[0])), failures, notices)


def is_picture(relative: str) -> bool:
    """Return whether a file counts as a picture, by its path: its suffix is one, and no part of it is hidden.

    Examples
    --------
    >>> [is_picture(path) for path in ("a/b.JPG", "a/b.txt", ".a/b.jpg", "__MACOSX/a/b.jpg")]
    [True, False, False, False]
    """
    parts = PurePosixPath(relative).parts
    visible = not any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return visible and PurePosixPath(relative).suffix.lower() in SUFFIXES


def _zip_members(archive: Archive) -> Iterator[ZipMember]:
    try:
        opened = open_zip(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ArchiveError(f"{archive.path} is no zip archive, or is damaged: {error}") from error
    for info in opened.infolist():
        # The upper half is the file's mode where the archive was made by Unix; zero elsewhere.
        mode = info.external_attr >> 16
        if not info.is_dir() and (stat.S_ISREG(mode) or not stat.S_IFMT(mode)):
            current = opened.getinfo(info.filename)
            yield ZipMember(archive, info.filename, current.file_size, current.CRC)


def _tar_members(archive: Archive, failures: list[tuple[str, Exception]]) -> Iterator[TarMember]:
    path, complete = plain_tar(archive)
    early = EOFError("the archive ends too early")
    if not complete:
        failures.append((printable(archive.path.name), early))
    contents: dict[str, tarfile.TarInfo] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for info in tar:
                # A second name of a file in the archive has no content of its own.
                source = contents.get(info.linkname) if info.islnk() else info
                if source is None or not source.isreg() or source.issparse():
                    continue
                contents[info.name] = source
                yield TarMember(archive, info.name, source.size, source.offset_data)
    except tarfile.TarError as error:
        if not contents:
            raise ArchiveError(f"{archive.path} is no tar archive, or is damaged: {error}") from error
        if complete:
            failures.append((printable(archive.path.name), early))


def _inside(name: str) -> str:
    parts = printable(name).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))
