"""Pixels of every kind, converted to 8-bit RGB."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from imgclust_jupyter.imaging.errors import UnreadableImage

__all__ = ["array_to_rgb", "deep_to_rgb", "to_rgb", "window"]


def to_rgb(image: Image.Image) -> Image.Image:
    """Return a loaded picture of any mode in mode RGB.

    Parameters
    ----------
    image : PIL.Image.Image

    Returns
    -------
    PIL.Image.Image
        Mode RGB; `image` itself where nothing had to be done.
    """
    if image.mode.startswith("I") or image.mode == "F":
        return _windowed(image)
    if image.has_transparency_data:
        return _on_white(_by_profile(image.convert("RGBA")))
    if image.mode == "LAB":
        return _to_srgb(image, ImageCms.createProfile("LAB"))
    image = _by_profile(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def deep_to_rgb(values: npt.NDArray[np.uint16], profile: bytes | None) -> Image.Image:
    """Return colours of 16 bits as a picture.

    Parameters
    ----------
    values : ndarray of uint16, shape (height, width, 3) or (height, width, 4)
        RGB or RGBA.
    profile : bytes or None
        What the colours mean, as an ICC profile.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.
    """
    image = _array_to_image(values)
    if profile:
        image.info["icc_profile"] = profile
    return to_rgb(image)


def array_to_rgb(array: npt.NDArray[Any]) -> Image.Image:
    """Return an array of pixels as a picture.

    Parameters
    ----------
    array : ndarray, shape (height, width), (height, width, 1), (height, width, 3) or (height, width, 4)
        Grey, RGB or RGBA; uint8 is taken as it is, bool as black and white, other numbers go through `window` (all
        channels alike; an alpha channel is taken as a part of its type's range, 0 to 1 for floats).

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    UnreadableImage
        For another shape, no pixels, or values that are not real numbers.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or array.size == 0:
        raise UnreadableImage(
            f"an array of shape {array.shape} is not a picture; its shape must be (height, width), "
            "(height, width, 3) or (height, width, 4)"
        )
    if array.dtype.kind not in "buif":
        raise UnreadableImage(f"an array of {array.dtype} is not a picture; its values must be real numbers")
    return to_rgb(_array_to_image(array))


def window(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Scale numbers of any range to 0 … 255.

    The 0.5 percentile becomes 0, the 99.5 percentile 255, what lies beyond is clipped. Where both are equal, the
    minimum and the maximum take their place; where those are equal too, the range of the type (0 to 1 for floats) does.

    Parameters
    ----------
    values : ndarray of any shape, integers or floats
        NaN counts as the smallest value.

    Returns
    -------
    ndarray of uint8, same shape

    Examples
    --------
    >>> window(np.array([[1000, 2000, 3000]], dtype=np.uint16)).tolist()
    [[0, 128, 255]]
    """
    # In blocks, since the intermediate results of a hundred megapixels would take gigabytes.
    step = max(1, 2**20 // max(1, values[0].size))
    blocks = [slice(start, start + step) for start in range(0, len(values), step)]
    shown = np.zeros(values.shape, dtype=np.uint8)
    if values.dtype.kind in "ui" and values.dtype.itemsize <= 2:
        lowest, levels = int(np.iinfo(values.dtype).min), 2 ** (8 * values.dtype.itemsize)
        counts = np.zeros(levels, dtype=np.int64)
        for block in blocks:
            counts += np.bincount((values[block].astype(np.int32) - lowest).ravel(), minlength=levels)
        ranks = counts.cumsum()
        bounds = _bounds(lambda k: lowest + float(np.searchsorted(ranks, k, "right")), values.size, values.dtype)
        table = _scaled(np.arange(lowest, lowest + levels), *bounds)
        for block in blocks:
            shown[block] = table[values[block].astype(np.int32) - lowest]
        return shown
    finite = values[np.isfinite(values)]
    if finite.size:
        finite.partition(sorted({k for place in _places(finite.size) for k in (math.floor(place), math.ceil(place))}))
        bounds = _bounds(lambda k: float(finite[k]), finite.size, values.dtype)
        for block in blocks:
            shown[block] = _scaled(values[block], *bounds)
    return shown


def _places(count: int) -> tuple[float, ...]:
    """Return where the minimum, both percentiles and the maximum are among sorted values."""
    return 0, 0.005 * (count - 1), 0.995 * (count - 1), count - 1


def _bounds(ordered: Callable[[int], float], count: int, dtype: np.dtype[Any]) -> tuple[float, float]:
    minimum, low, high, maximum = (
        (1 - place % 1) * ordered(math.floor(place)) + place % 1 * ordered(math.ceil(place)) for place in _places(count)
    )
    if low == high:
        low, high = minimum, maximum
    if low == high:
        low, high = (0.0, 1.0) if dtype.kind == "f" else (0.0, float(np.iinfo(dtype).max))
    return low, high


def _scaled(values: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    # Halved before the subtraction, since the difference of two floats may be larger than any float.
    scaled = (values.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2)
    return (np.clip(np.nan_to_num(scaled, nan=0.0), 0, 1) * 255).round().astype(np.uint8)


def _array_to_image(array: npt.NDArray[Any]) -> Image.Image:
    if array.ndim == 2 or array.shape[2] == 3:
        return Image.fromarray(_to_bytes(array))
    alpha = array[:, :, 3]
    if array.dtype == np.uint16:
        alpha = alpha >> 8
    elif array.dtype != np.uint8:
        full = 1.0 if array.dtype.kind in "bf" else float(np.iinfo(array.dtype).max)
        alpha = (np.clip(np.nan_to_num(alpha.astype(np.float64) / full), 0, 1) * 255).round()
    return Image.fromarray(np.dstack([_to_bytes(array[:, :, :3]), alpha.astype(np.uint8)]))


def _to_bytes(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    return window(array)


def _windowed(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    shown = Image.fromarray(window(values)).convert("RGB")
    key = image.info.get("transparency")
    if isinstance(key, int):
        shown.paste("white", mask=Image.fromarray(values == key))
    return shown


def _on_white(rgba: Image.Image) -> Image.Image:
    white = Image.new("RGB", rgba.size, "white")
    white.paste(rgba, mask=rgba)
    return white


def _by_profile(image: Image.Image) -> Image.Image:
    if not image.info.get("icc_profile"):
        return image
    if image.mode not in ("CMYK", "L", "RGB", "RGBA"):
        image = image.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        known = "sRGB" in ImageCms.getProfileDescription(profile)
        return image if known else _to_srgb(image, profile)
    except (ImageCms.PyCMSError, OSError):
        return image  # a damaged profile, or one for other colours: better plainly converted than not shown


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    converted = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode)
    if converted is None:
        raise UnreadableImage("its colours cannot be converted")
    return converted
