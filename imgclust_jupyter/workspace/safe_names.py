"""Names of files and folders that all systems take."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection

__all__ = ["name_key", "safe_name", "unused_name"]

_LONGEST = 120  # bytes; with a number behind it, within what every file system takes
_LONGEST_SUFFIX = 12
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)


def safe_name(text: str) -> str:
    """Return a name for a file or a folder on Linux, macOS and Windows, as like a text as can be.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        At most 120 bytes of UTF-8, in Unicode's composed form; without separators, control characters, full stops or
        blanks at the ends, and none of the names that Windows keeps for itself.

    Examples
    --------
    >>> [safe_name(text) for text in ("cat/dog: 1?", "..", ".hidden", "CON.jpg", "a. ", "")]
    ['cat_dog_ 1_', '_', 'hidden', '_CON.jpg', 'a', '_']
    """
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).strip(" .")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    room = _LONGEST - len((dot + suffix).encode())
    short = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{short}{dot}{suffix}".strip(" .") or "_"


def name_key(name: str) -> str:
    """Return what two names have in common that some file systems take for the same.

    Examples
    --------
    >>> name_key("Straße.JPG") == name_key("STRASSE.jpg")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return a name, numbered where it is taken.

    Parameters
    ----------
    name : str
    taken : collection of str
        As `name_key` makes them.

    Examples
    --------
    >>> unused_name("a.jpg", {"a.jpg", "a (2).jpg"})
    'a (3).jpg'
    """
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > _LONGEST_SUFFIX:
        stem, dot, suffix = name, "", ""
    numbered = (f"{stem} ({number}){dot}{suffix}" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if name_key(each) not in taken)
