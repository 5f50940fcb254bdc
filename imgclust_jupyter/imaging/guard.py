"""Decoding that survives decoders which hang or crash."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from imgclust_jupyter.imaging.decode import (
    Decoded,
    Source,
    check_size,
    decode,
    decode_opened,
    frames_of,
    plain_reasons,
)
from imgclust_jupyter.imaging.decoder_pool import Content, DecoderPool
from imgclust_jupyter.imaging.files import Frame, Openable, open_source, suffix_of
from imgclust_jupyter.imaging.limits import DEFAULT_LIMITS, Limits

__all__ = ["count_frames", "decode_guarded"]

# Formats whose decoders are simple, or tested by the whole world every day.
_ROBUST = ("BMP", "GIF", "JPEG", "PNG", "PPM", "WEBP")
_COUNTED_AT_ONCE = ("BMP", "JPEG", "PNG", "PPM", "WEBP")  # GIF files have to be searched through

# Five times what cameras make; the cost of the other process is then small beside that of decoding.
_ROBUST_PIXELS = 60_000_000

_decoders = DecoderPool()


def decode_guarded(
    source: Source, min_side: int | None = None, frame: int = 0, limits: Limits = DEFAULT_LIMITS
) -> Decoded:
    """Decode a picture as `decode` does, so that a decoder that hangs or crashes costs this one picture.

    A decoder can be stopped, and may die, only in a process of its own. Taking every picture there would cost too much
    (2 cores, Python 3.11; milliseconds for one picture, in this process and in the other one)::

        JPEG 640 x 480, reduced for a network     1.0     1.8
        PNG 640 x 480                             7.8    11
        TIFF 640 x 480                            0.5     2.6
        JPEG 12 megapixels, reduced              16      19
        PNG 12 megapixels                       245     300
        TIFF 12 megapixels, not compressed       19      54

    with 0.12 s and 40 MB once for the process. So what nearly all pictures are is decoded here: the first frame of BMP,
    GIF, baseline JPEG, PNG, PPM and WebP files, of at most 60 megapixels. Everything else is decoded there: the formats
    of many decoders (TIFF, JPEG 2000, AVIF, HEIC, PSD, …), which is where crashes are found; progressive JPEG, every
    scan of which, and later frames, each of which takes time for all pixels; and very large pictures. `Limits.seconds`
    holds there.

    Parameters
    ----------
    source, min_side, frame, limits
        As for `decode`.

    Returns
    -------
    Decoded

    Raises
    ------
    UnreadableImage
        As `decode` does, and when decoding took too long or the decoder crashed.

    Examples
    --------
    >>> decode_guarded(np.zeros((20, 30), dtype=np.uint8)).image.size
    (30, 20)
    """
    if isinstance(source, Frame):
        return decode_guarded(source.source, min_side, source.number, limits)
    if isinstance(source, np.ndarray | Image.Image):
        return decode(source, min_side, frame, limits)
    with plain_reasons(), open_source(source) as file:
        check_size(file, limits)
        if not frame and (image := _open_robust(file, _ROBUST)):
            with image:
                return decode_opened(image, min_side, frame, limits)
        decoded: Decoded = _decoders.ask("decode", (_elsewhere(source, file), min_side, frame), limits)
        return decoded


def count_frames(source: Source, limits: Limits = DEFAULT_LIMITS) -> int:
    """Return how many pictures there are in a file; nothing is decoded for it.

    The frames of a GIF, PNG, WebP or AVIF animation and the pages of a TIFF file count. What other files hold besides
    their first picture are previews, layers or other sizes of it.

    Parameters
    ----------
    source : Path, bytes, Openable, ndarray or PIL.Image.Image
        As for `decode`; an array and a picture are one.
    limits : Limits

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    UnreadableImage
        When the header cannot be read, or there are more frames than the limit.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> frames = [Image.new("L", (8, 8), level) for level in (0, 100, 200)]
    >>> frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    >>> count_frames(file.getvalue())
    3
    """
    if isinstance(source, np.ndarray | Image.Image):
        return 1
    with plain_reasons(), open_source(source) as file:
        check_size(file, limits)
        if image := _open_robust(file, _COUNTED_AT_ONCE):
            with image:
                return frames_of(image, limits)
        count: int = _decoders.ask("count_frames", (_elsewhere(source, file),), limits)
        return count


def _open_robust(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image | None:
    try:
        image = Image.open(file, formats=formats)
    except Exception:  # noqa: BLE001  whatever is wrong with it is found again, and told, where it can be stopped
        image = None
    if image and not image.info.get("progressive") and image.width * image.height <= _ROBUST_PIXELS:
        return image
    file.seek(0)
    return None


def _elsewhere(source: Path | bytes | Openable, file: BinaryIO) -> Path | Content:
    # What a URL or an archive holds is here already; the other process would have to fetch it again.
    return source.absolute() if isinstance(source, Path) else Content(file.read(), suffix_of(source))
