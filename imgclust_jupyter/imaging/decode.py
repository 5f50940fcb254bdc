"""The one way in which pictures are decoded."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

from imgclust_jupyter.imaging.depth import deep_colors
from imgclust_jupyter.imaging.errors import UnreadableImage, reason_for
from imgclust_jupyter.imaging.files import Frame, Openable, open_source, suffix_of
from imgclust_jupyter.imaging.formats import readable_formats, unidentified
from imgclust_jupyter.imaging.limits import DEFAULT_LIMITS, Limits
from imgclust_jupyter.imaging.pixels import array_to_rgb, deep_to_rgb, to_rgb

__all__ = [
    "Decoded",
    "Source",
    "check_size",
    "decode",
    "decode_opened",
    "frames_of",
    "opened",
    "plain_reasons",
    "read_shape",
]

Source = Path | bytes | Openable | npt.NDArray[Any] | Image.Image

# Pillow warns of odd metadata and of pictures of 89 megapixels and more, in the words of its developers and on whatever
# thread decodes. What a person should know is the reason of an UnreadableImage. Appended: filters of the user's win.
warnings.filterwarnings("ignore", module=r"PIL\.", append=True)
logging.getLogger("PIL").addHandler(logging.NullHandler())

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}

# In files of other kinds, further pictures are previews, layers or other sizes of the first.
_SEQUENCES = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}

# A lazily loaded image that the user hands over may be wanted by two threads at once, and has one file position.
_loading = threading.Lock()


@dataclass(frozen=True)
class Decoded:
    """A picture as it is shown.

    Attributes
    ----------
    image : PIL.Image.Image
        Mode RGB, upright, perhaps reduced.
    width, height : int
        Size in pixels of the whole picture, upright, before any reduction.
    """

    image: Image.Image
    width: int
    height: int


def decode(source: Source, min_side: int | None = None, frame: int = 0, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """Decode a picture to upright RGB.

    EXIF orientation is applied, transparency laid on white, CMYK and RGB converted to sRGB by their colour profile
    where they have one. Values of more than 8 bits are scaled so that their 0.5 and 99.5 percentiles become black and
    white (`window`). A file is known by its content, not by its suffix.

    Parameters
    ----------
    source : Path, bytes, Openable, ndarray or PIL.Image.Image
        A file, the content of one, what can be opened as one, or pixels: an array of shape (height, width), (height,
        width, 1), (height, width, 3) or (height, width, 4) in which uint8 is taken as it is, bool as black and white.
        A `Frame` says for itself which picture of its file it is.
    min_side : int, optional
        The shorter side in pixels that is enough. A JPEG file is then decoded at 1/2, 1/4 or 1/8 of its size, several
        times faster, as long as its shorter side does not get below this.
    frame : int
        Which picture of an animation, or of a file with several pages; from 0.
    limits : Limits
        What a file may ask for.

    Returns
    -------
    Decoded

    Raises
    ------
    UnreadableImage
        Whatever is wrong, with the reason in plain words. What exceeds a limit is found in the header, before anything
        is decoded; more pixels than twice ``PIL.Image.MAX_IMAGE_PIXELS`` are refused whatever the limit is.

    See Also
    --------
    imgclust_jupyter.imaging.decode_guarded : survives decoders that hang or crash.

    Examples
    --------
    >>> import numpy as np
    >>> decode(np.zeros((20, 30), dtype=np.uint8)).image.size
    (30, 20)
    """
    if isinstance(source, Frame):
        return decode(source.source, min_side, source.number, limits)
    if isinstance(source, np.ndarray):
        image = array_to_rgb(source)
        return Decoded(image, image.width, image.height)
    with plain_reasons():
        if isinstance(source, Image.Image):
            with _loading:
                source.load()
            rgb, orientation = to_rgb(source), _orientation(source)
            return _upright(rgb.copy() if rgb is source else rgb, orientation, rgb.size)
        with opened(source, limits) as image:
            return decode_opened(image, min_side, frame, limits)


def decode_opened(image: Image.Image, min_side: int | None, frame: int, limits: Limits) -> Decoded:
    """Decode a picture that was opened from a file object and not loaded, as `decode` does.

    Raises
    ------
    UnreadableImage
        When it has no such frame, or exceeds the limits.
    Exception
        Nearly any, from a decoder; to be used within `plain_reasons`.
    """
    if frame:
        if frame >= frames_of(image, limits):
            raise UnreadableImage(f"it has {frames_of(image, limits)} frames, and number {frame} is asked for, from 0")
        image.seek(frame)
    megapixels = image.width * image.height / 1e6
    if megapixels > limits.pixels / 1e6:
        raise UnreadableImage(f"it has {megapixels:.1f} megapixels, and the limit is {limits.pixels / 1e6:.1f}")
    full_size = image.size
    if deep := deep_colors(image):
        colors, loaded = deep
        return _upright(deep_to_rgb(colors, loaded.info.get("icc_profile")), _orientation(loaded), loaded.size)
    reduced = image.draft(None, (min_side, min_side)) if min_side else None
    image.load()
    return _upright(to_rgb(image), _orientation(image), full_size if reduced else image.size)


def frames_of(image: Image.Image, limits: Limits) -> int:
    """Return how many pictures an opened file holds.

    Raises
    ------
    UnreadableImage
        When they are more than the limit.
    """
    frames = int(getattr(image, "n_frames", 1)) if image.format in _SEQUENCES else 1
    if frames > limits.frames:
        raise UnreadableImage(f"it has {frames:,} frames, and the limit is {limits.frames:,}")
    return frames


def read_shape(source: Source) -> tuple[int, int]:
    """Return the width and height in pixels of a picture as it is shown; of a file, from its header alone.

    An orientation that a PNG file states only after its pixels is not seen; `decode` sees it.

    Parameters
    ----------
    source : Path, bytes, Openable, ndarray or PIL.Image.Image
        As for `decode`.

    Returns
    -------
    width, height : int

    Raises
    ------
    UnreadableImage
        When the header cannot be read. That it can says nothing about the rest of the file.
    """
    if isinstance(source, np.ndarray | Image.Image | Frame):
        decoded = decode(source)
        return decoded.width, decoded.height
    with plain_reasons(), opened(source, DEFAULT_LIMITS) as image:
        width, height = image.size
        if isinstance(image, TiffImageFile):
            # Some versions of Pillow have turned the size already, but not yet the orientation.
            width, height = image.tag_v2[IMAGEWIDTH], image.tag_v2[IMAGELENGTH]
        if image.format == "PNG" and "exif" not in image.info:
            return width, height  # asked for the orientation, Pillow would decode all pixels to see what follows them
        return (height, width) if _orientation(image) in _SIDEWAYS else (width, height)


def check_size(file: BinaryIO, limits: Limits) -> None:
    """Raise an UnreadableImage when a file has more bytes than the limit; it is at its start afterwards."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > limits.file_bytes:
        raise UnreadableImage(f"it has {size:,} bytes, and the limit is {limits.file_bytes:,}")


@contextmanager
def plain_reasons() -> Iterator[None]:
    """Turn whatever is raised inside into an UnreadableImage; not what ends the program."""
    try:
        yield
    except UnreadableImage:
        raise
    except Exception as error:  # the parsers of damaged files raise nearly anything
        raise UnreadableImage(reason_for(error)) from error


@contextmanager
def opened(source: Path | bytes | Openable, limits: Limits) -> Iterator[Image.Image]:
    """Open a picture for reading its header, and perhaps more; within `plain_reasons`."""
    # Pillow gets a file object, not a path, since it would map a file it knows by path into memory; the process would
    # die if that file were cut short meanwhile.
    with open_source(source) as file:
        check_size(file, limits)
        try:
            image = Image.open(file, formats=readable_formats())
        except UnidentifiedImageError as error:
            file.seek(0)
            raise UnreadableImage(unidentified(suffix_of(source), file.read(256))) from error
        with image:
            yield image


def _upright(rgb: Image.Image, orientation: int, full_size: tuple[int, int]) -> Decoded:
    if orientation in _TRANSPOSITIONS:
        rgb = rgb.transpose(_TRANSPOSITIONS[orientation])
    width, height = full_size[::-1] if orientation in _SIDEWAYS else full_size
    return Decoded(rgb, width, height)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  damaged metadata is no reason not to show the picture
        return 1
