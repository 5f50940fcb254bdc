"""Drawing in pixels of the finished picture, on one twice as large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

__all__ = ["DARK", "LIGHT", "Box", "Canvas", "Theme", "Thumbnails"]

Thumbnails = Callable[[int], Image.Image | None]
"""The small picture of a row, or None where there is none."""

_SCALE = 2  # lines, letters and corners become smooth as the picture is reduced to its size
_CORNER = 3


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``."""

    background: str
    surface: str
    text: str
    muted: str
    line: str


LIGHT = Theme(background="#ffffff", surface="#f3f4f6", text="#1f2328", muted="#6e7681", line="#d8dce1")
DARK = Theme(background="#131619", surface="#22272d", text="#e8eaed", muted="#98a1ab", line="#343a41")


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.height


class Canvas:
    """A picture to draw on.

    Parameters
    ----------
    width, height : int
        Pixels of the finished picture.
    theme : Theme
    """

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        self.theme = theme
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), theme.background)
        self._draw = ImageDraw.Draw(self._image)

    def finish(self) -> Image.Image:
        """Return the finished picture."""
        return self._image.reduce(_SCALE)

    def line(self, x0: float, y0: float, x1: float, y1: float, color: str, width: float = 1) -> None:
        """Draw a horizontal or vertical line."""
        half = width / 2
        self.rectangle(Box(min(x0, x1) - half, min(y0, y1) - half, abs(x1 - x0) + width, abs(y1 - y0) + width), color)

    def rectangle(self, box: Box, color: str, corner: float = 0) -> None:
        """Fill a rectangle."""
        left, top = round(box.left * _SCALE), round(box.top * _SCALE)
        right, bottom = round(box.right * _SCALE) - 1, round(box.bottom * _SCALE) - 1
        corners = (left, top, max(left, right), max(top, bottom))
        self._draw.rounded_rectangle(corners, corner * _SCALE, fill=color)

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """Fill a circle."""
        self._draw.circle((x * _SCALE, y * _SCALE), radius * _SCALE, fill=color)

    def text(self, x: float, y: float, text: str, size: float, color: str, anchor: str = "lm") -> float:
        """Write a line, and return how wide it is; the anchor is one of Pillow's."""
        font = _font(size * _SCALE)
        self._draw.text((x * _SCALE, y * _SCALE), text, fill=color, font=font, anchor=anchor)
        return float(font.getlength(text)) / _SCALE

    def clipped(self, x: float, y: float, text: str, size: float, color: str, width: float) -> None:
        """Write as much of a line as there is room for."""
        font = _font(size * _SCALE)
        whole = text
        while text and font.getlength(text if text == whole else f"{text}…") > width * _SCALE:
            text = text[:-1].rstrip(" ,(")
        self.text(x, y, text if text == whole else f"{text}…", size, color)

    def badge(self, x: float, y: float, text: str, color: str) -> None:
        """Write a few letters, white on a pill that stands out from whatever it lies on; x and y are its middle."""
        width = 9 + 6 * len(text)
        self.rectangle(Box(x - width / 2 - 1, y - 8, width + 2, 16), self.theme.background, 8)
        self.rectangle(Box(x - width / 2, y - 7, width, 14), color, 7)
        self.text(x, y + 0.5, text, 10, "#ffffff", "mm")

    def picture(self, image: Image.Image | None, box: Box, frame: str | None = None) -> None:
        """Fill a rectangle with the middle of a picture, and frame it; without a frame, by a hairline."""
        thickness = 0.5 if frame is None else 1.5
        around = Box(box.left - thickness, box.top - thickness, box.width + 2 * thickness, box.height + 2 * thickness)
        self.rectangle(around, frame or self.theme.line, _CORNER + thickness)
        if image is None:
            self.rectangle(box, self.theme.surface, _CORNER)
            return
        left, top = round(box.left * _SCALE), round(box.top * _SCALE)
        size = (max(1, round(box.width * _SCALE)), max(1, round(box.height * _SCALE)))
        fitted = ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)
        self._image.paste(fitted, (left, top), _mask(size))


@lru_cache(maxsize=32)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@lru_cache(maxsize=64)
def _mask(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), _CORNER * _SCALE, fill=255)
    return mask
