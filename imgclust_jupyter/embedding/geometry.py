"""Bringing pictures to the size that a network wants."""

from __future__ import annotations

from PIL import Image

__all__ = ["crop", "squash"]


def squash(image: Image.Image, side: int) -> Image.Image:
    """Resize to a square, whatever the aspect.

    Parameters
    ----------
    image : PIL.Image.Image
    side : int
        Pixels.

    Returns
    -------
    PIL.Image.Image

    Examples
    --------
    >>> squash(Image.new("RGB", (640, 480)), 224).size
    (224, 224)
    """
    return image.resize((side, side), Image.Resampling.BILINEAR)


def crop(
    image: Image.Image, shorter: int, side: int, resample: Image.Resampling = Image.Resampling.BILINEAR
) -> Image.Image:
    """Resize to a length of the shorter side, and cut a square out of the middle.

    Parameters
    ----------
    image : PIL.Image.Image
    shorter : int
        Pixels of the shorter side before cutting, at least `side`.
    side : int
        Pixels of the square.
    resample : PIL.Image.Resampling

    Returns
    -------
    PIL.Image.Image
        What torchvision's ``Resize`` and ``CenterCrop`` make of it, up to rounding.

    Examples
    --------
    >>> crop(Image.new("RGB", (640, 480)), 232, 224).size
    (224, 224)
    """
    longer = int(shorter * max(image.size) / min(image.size))
    width, height = (shorter, longer) if image.width <= image.height else (longer, shorter)
    left, top = round((width - side) / 2), round((height - side) / 2)
    # Only the part that is kept is resized: a picture one pixel high would become gigabytes.
    scale_x, scale_y = image.width / width, image.height / height
    box = (left * scale_x, top * scale_y, (left + side) * scale_x, (top + side) * scale_y)
    return image.resize((side, side), resample, box=box)
