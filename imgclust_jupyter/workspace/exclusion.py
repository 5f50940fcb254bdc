"""Images that are taken out of the working set, in words."""

from __future__ import annotations

from imgclust_jupyter.workspace.selection import unpack

__all__ = ["words_for"]


def words_for(before: bytes, after: bytes) -> str:
    """Say what has become of the working set.

    Parameters
    ----------
    before, after : bytes
        The images that are taken out, as from `workspace.selection.pack`.

    Returns
    -------
    str

    Examples
    --------
    >>> words_for(bytes([0]), bytes([7])), words_for(bytes([7]), bytes([3]))
    ('3 images taken out', '1 image put back')
    """
    was, now = (set(unpack(bits, 8 * len(bits)).tolist()) for bits in (before, after))
    out, back = len(now - was), len(was - now)
    parts = [(out, "taken out"), (back, "put back")]
    return ", ".join(f"{count:,} image{'s' * (count != 1)} {what}" for count, what in parts if count)
