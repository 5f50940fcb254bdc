"""Why a picture cannot be shown, in words for a person."""

from __future__ import annotations

import errno
import pickle

from PIL import Image

__all__ = ["UnreadableImage", "picklable", "reason_for"]


class UnreadableImage(Exception):  # noqa: N818  it is the image that is unreadable
    """A picture cannot be read; raised from the exception that says so in the words of its library, where there is one.

    Parameters
    ----------
    reason : str
        Why, in plain words, such as "the file is empty".

    Attributes
    ----------
    reason : str
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_OS_REASONS = {
    errno.ENOENT: "there is no such file; it was moved or deleted, or it is a link that leads nowhere",
    errno.ENOTDIR: "there is no such file; it was moved or deleted",
    errno.EACCES: "there is no permission to read it",
    errno.EPERM: "there is no permission to read it",
    errno.EISDIR: "it is a folder, not a file",
    errno.ELOOP: "it is a link that leads back to itself",
    errno.ENAMETOOLONG: "its name is too long",
}


def reason_for(error: BaseException) -> str:
    """Return why a picture cannot be shown, in plain words.

    Parameters
    ----------
    error : BaseException
        What was raised while opening, decoding or using the picture.

    Returns
    -------
    str
        One sentence without a capital letter and a full stop.

    Examples
    --------
    >>> reason_for(PermissionError(13, "Permission denied"))
    'there is no permission to read it'
    """
    if isinstance(error, UnreadableImage):
        return error.reason
    if isinstance(error, Image.DecompressionBombError):
        megapixels = 2 * (Image.MAX_IMAGE_PIXELS or 0) / 1e6
        return f"it has more than {megapixels:.0f} megapixels, which is the limit"
    if isinstance(error, MemoryError):
        return "there is not enough memory to decode it"
    if isinstance(error, OSError) and error.errno is not None:
        return _OS_REASONS.get(error.errno, f"the system could not read it ({error.strerror})")
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return "the file ends too early"
    return "the file is damaged"


def picklable(error: BaseException | None) -> BaseException | None:
    """Return an exception if it can be sent to another process, else None.

    Examples
    --------
    >>> picklable(KeyError("a")), picklable(OSError(lambda: None))
    (KeyError('a'), None)
    """
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  an exception's constructor may do anything
        return None
    return error
