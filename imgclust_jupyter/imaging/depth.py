"""Colours of 16 bits, of which Pillow's own pictures keep only 8."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["deep_colors"]

# Pillow has no mode for colours of 16 bits: of every value it takes the byte that its raw mode names as the high one.
# Naming the other byte order makes it take the low ones, through the same decoder, with whatever compression there is.
_LOW = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_TIFF_BITS, _TIFF_SAMPLES = 258, 277


def deep_colors(image: Image.Image) -> tuple[npt.NDArray[np.uint16], Image.Image] | None:
    """Load the colours of a PNG, TIFF or PPM file that has 16 bits of each.

    The upper 8 bits are all that can be had of JPEG 2000, AVIF, HEIC, SGI and animated PNG files with more, and of TIFF
    files that are compressed in one plane for each colour.

    Parameters
    ----------
    image : PIL.Image.Image
        Opened from a file object at one of its frames, and not loaded yet.

    Returns
    -------
    values : ndarray of uint16, shape (height, width, 3) or (height, width, 4)
        RGB or RGBA.
    loaded : PIL.Image.Image
        The same in 8 bits, with the metadata as they are after loading.
    None
        Instead of both where there is nothing that Pillow would leave out.
    """
    raw = _raw_mode(image)
    if raw == "LA;16B":
        loaded = _load(image, "RGBA")  # four bytes a pixel: both of grey, both of alpha
        gray_alpha = np.asarray(loaded).view(">u2").astype(np.uint16)
        return gray_alpha[:, :, [0, 0, 0, 1]], loaded
    kind, _, order = raw.partition(";16")
    if kind not in ("R", "RGB", "RGBX", "RGBA", "RGBa") or order not in _LOW:
        return None
    low = np.asarray(_load(image, "{};16" + _LOW[order]))
    loaded = _load(image, "{};16" + order)
    values = np.asarray(loaded).astype(np.uint16)
    values <<= 8
    values |= low
    if kind == "RGBa":
        factor = np.float32(65535) / np.maximum(values[:, :, 3:], 1)
        values[:, :, :3] = np.minimum(values[:, :, :3] * factor, 65535)
    key = image.info.get("transparency")
    if isinstance(key, tuple) and values.shape[2] == 3:
        opaque = (values != np.array(key)).any(axis=2)
        values = np.dstack([values, opaque * np.uint16(65535)])
    return values, loaded


def _raw_mode(image: Image.Image) -> str:
    if image.format not in ("PNG", "TIFF", "PPM") or not image.tile:  # type: ignore[attr-defined]
        return ""
    codec, _, _, options = image.tile[0]  # type: ignore[attr-defined]
    if image.format == "PPM":
        return "RGB;16B" if codec == "ppm" and image.mode == "RGB" and options[1] > 255 else ""
    if image.format == "PNG":
        return "" if getattr(image, "is_animated", False) else str(options)
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    if options[0] == "R" and tags.get(_TIFF_BITS) == (16,) * tags.get(_TIFF_SAMPLES, 1):
        return "R;16L" if tags.prefix == b"II" else "R;16B"  # one plane for each colour, which Pillow takes for 8 bits
    return str(options[0])


def _load(image: Image.Image, raw_mode: str) -> Image.Image:
    file = image.fp  # type: ignore[attr-defined]
    file.seek(0)
    half: Any = Image.open(file, formats=[str(image.format)])
    half.seek(image.tell())
    tiles = []
    for tile in half.tile:
        codec, extents, offset, options = tile
        raw, *rest = (options,) if isinstance(options, str) else options
        # Premultiplied colours would be divided by alpha as if each of their bytes were a colour.
        name = raw_mode.format(raw.partition(";")[0].replace("RGBa", "RGBA"))
        if codec == "ppm":
            codec, rest = "raw", [0, 1]
        make = getattr(tile, "_make", tuple)  # older versions of Pillow have plain tuples
        tiles.append(make((codec, extents, offset, (name, *rest) if rest else name)))
    half.tile = tiles
    half.load()
    loaded: Image.Image = half
    return loaded
