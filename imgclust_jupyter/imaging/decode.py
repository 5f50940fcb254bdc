"""The one way in which pictures are decoded."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.TiffImagePlugin import IMAGELENGTH, IMAGEWIDTH, TiffImageFile

from imgclust_jupyter.imaging.errors import UnreadableImage, reason_for
from imgclust_jupyter.imaging.files import Openable, open_source, suffix_of
from imgclust_jupyter.imaging.formats import readable_formats, unidentified
from imgclust_jupyter.imaging.pixels import array_to_rgb, to_rgb

__all__ = ["Decoded", "Source", "decode", "read_shape"]

Source = Path | bytes | Openable | npt.NDArray[Any] | Image.Image

# Pillow warns of odd metadata and of pictures of 89 megapixels and more, in the words of its developers and on whatever
# thread decodes. What a person should know is the reason of an UnreadableImage. Appended: filters of the user's win.
warnings.filterwarnings("ignore", module=r"PIL\.", append=True)

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


def decode(source: Source, min_side: int | None = None) -> Decoded:
    """Decode a picture to upright RGB.

    EXIF orientation is applied, transparency laid on white, CMYK and RGB converted to sRGB by their colour profile
    where they have one. Values of more than 8 bits are scaled so that their 0.5 and 99.5 percentiles become black and
    white (`window`). Of an animation or a file with several pages the first picture is taken. A file is known by its
    content, not by its suffix.

    Parameters
    ----------
    source : Path, bytes, Openable, ndarray or PIL.Image.Image
        A file, the content of one, what can be opened as one, or pixels: an array of shape (height, width), (height,
        width, 1), (height, width, 3) or (height, width, 4) in which uint8 is taken as it is, bool as black and white.
    min_side : int, optional
        The shorter side in pixels that is enough. A JPEG file is then decoded at 1/2, 1/4 or 1/8 of its size, several
        times faster, as long as its shorter side does not get below this.

    Returns
    -------
    Decoded

    Raises
    ------
    UnreadableImage
        Whatever is wrong, with the reason in plain words. This includes more pixels than twice
        ``PIL.Image.MAX_IMAGE_PIXELS`` (179 megapixels unless changed), which is found in the header before anything is
        decoded.

    Examples
    --------
    >>> import numpy as np
    >>> decode(np.zeros((20, 30), dtype=np.uint8)).image.size
    (30, 20)
    """
    if isinstance(source, np.ndarray):
        image = array_to_rgb(source)
        return Decoded(image, image.width, image.height)
    with _plain_reasons(), _opened(source) as image:
        full_size = image.size
        reduced = image.draft(None, (min_side, min_side)) if min_side and image is not source else None
        with _loading if image is source else nullcontext():
            image.load()
        if reduced is None:
            full_size = image.size
        orientation = _orientation(image)
        rgb = to_rgb(image)
        if orientation in _TRANSPOSITIONS:
            rgb = rgb.transpose(_TRANSPOSITIONS[orientation])
        if rgb is source:
            rgb = rgb.copy()
        width, height = full_size[::-1] if orientation in _SIDEWAYS else full_size
        return Decoded(rgb, width, height)


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
    if isinstance(source, np.ndarray | Image.Image):
        decoded = decode(source)
        return decoded.width, decoded.height
    with _plain_reasons(), _opened(source) as image:
        width, height = image.size
        if isinstance(image, TiffImageFile):
            # Some versions of Pillow have turned the size already, but not yet the orientation.
            width, height = image.tag_v2[IMAGEWIDTH], image.tag_v2[IMAGELENGTH]
        if image.format == "PNG" and "exif" not in image.info:
            return width, height  # asked for the orientation, Pillow would decode all pixels to see what follows them
        return (height, width) if _orientation(image) in _SIDEWAYS else (width, height)


@contextmanager
def _opened(source: Path | bytes | Openable | Image.Image) -> Iterator[Image.Image]:
    if isinstance(source, Image.Image):
        yield source
        return
    # Pillow gets a file object, not a path, since it would map a file it knows by path into memory; the process would
    # die if that file were cut short meanwhile.
    with open_source(source) as file:
        try:
            image = Image.open(file, formats=readable_formats())
        except UnidentifiedImageError as error:
            raise UnreadableImage(unidentified(suffix_of(source))) from error
        with image:
            yield image


@contextmanager
def _plain_reasons() -> Iterator[None]:
    try:
        yield
    except UnreadableImage:
        raise
    except Exception as error:  # the parsers of damaged files raise nearly anything
        raise UnreadableImage(reason_for(error)) from error


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  damaged metadata is no reason not to show the picture
        return 1
