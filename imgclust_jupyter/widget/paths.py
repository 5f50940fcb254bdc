"""What a text may say of the folders of this machine, where others will read it."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["local", "without_folders"]

# Of an absolute path all but its last part; what follows a colon or a letter is the path of a URL, or relative. The
# name of a folder may have spaces, but neither at its end nor after a mark of punctuation, where the sentence goes on.
_IN_TEXT = re.compile(r"""(?<![\w:/.])(?:[A-Za-z]:)?[\\/](?:(?:[^\\/\s'"]*[^\\/\s'",.;:][ ])*[^\\/\s'"]+[\\/])+""")

_WHOLE = re.compile(r"(?:file:)?(?:[\\/]*[A-Za-z]:)?[\\/].*[\\/](?=.)", re.DOTALL)


def without_folders(text: str) -> str:
    """Return a sentence in which absolute paths are shortened to their last part.

    Examples
    --------
    >>> without_folders("/home/jo/dogs/rex.jpg cannot be opened")
    '…/rex.jpg cannot be opened'
    """
    return _IN_TEXT.sub("…/", text)


def local(value: Any) -> Any:
    r"""Return a value of a table; of a text that is an absolute path only its last part.

    Examples
    --------
    >>> [local(value) for value in ("/home/jo/masks/1.png", "C:\\masks\\1.png", "file:///masks/1.png", "dogs/1.png", 7)]
    ['…/1.png', '…/1.png', '…/1.png', 'dogs/1.png', 7]
    """
    return _WHOLE.sub("…/", value, count=1) if isinstance(value, str) and _WHOLE.match(value) else value
