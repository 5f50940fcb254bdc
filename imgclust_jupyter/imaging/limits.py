"""How much a picture may ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from numbers import Real

__all__ = ["DEFAULT_LIMITS", "Limits"]

_ENDLESS = 10**12  # beyond any file, and within what systems take for a number of bytes
_ENDLESS_SECONDS = 10.0**9


@dataclass(frozen=True)
class Limits:
    """What a file may ask for before it counts as unreadable; told by its header, before anything is decoded.

    A file of some kilobytes can announce a picture that fills the memory, or keep a decoder busy for hours. Every bound
    is above what cameras, scanners and microscopes make, so that what it stops is a mistake or an attack. ``math.inf``
    takes a bound away. An image whose embedding is kept already is not read again, and no bound counts for it.

    Parameters
    ----------
    pixels : int
        Of one picture. 178,956,970, twice Pillow's ``MAX_IMAGE_PIXELS`` and its own bound for an error: the largest
        cameras have 150 megapixels. Decoding such a picture takes up to 0.7 GB, with transparency 2.1 GB, with floats
        2.3 GB, with colours of 16 bits 3 GB and with their transparency 4.2 GB.
        `decode` never exceeds what ``PIL.Image.MAX_IMAGE_PIXELS`` allows; `decode_guarded` goes by this number alone.
    frames : int
        Pictures in one file. 10,000: seven minutes of an animation at 24 frames per second.
    file_bytes : int
        Of one file. 2 GiB: the largest allowed picture in 16-bit RGBA without compression has 1.4 GB.
    seconds : float
        For decoding one picture, where the decoder can be stopped (`decode_guarded`). 60: the slowest of the largest
        allowed pictures that were tried, a PNG in 16-bit RGBA, takes 25 s.

    Raises
    ------
    ValueError
        For a bound that is no positive number.

    Examples
    --------
    >>> from imgclust_jupyter.imaging import UnreadableImage, decode
    >>> from PIL import Image
    >>> import io
    >>> file = io.BytesIO()
    >>> Image.new("L", (2000, 1000)).save(file, "PNG")
    >>> try:
    ...     decode(file.getvalue(), limits=Limits(pixels=1_000_000))
    ... except UnreadableImage as error:
    ...     print(error.reason)
    it has 2.0 megapixels, and the limit is 1.0
    """

    pixels: int = 178_956_970
    frames: int = 10_000
    file_bytes: int = 2 << 30
    seconds: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            bound = getattr(self, field.name)
            if not (isinstance(bound, Real) and float(bound) > 0):
                raise ValueError(f"Limits.{field.name} must be a number above 0, not {bound!r}")
            most = _ENDLESS_SECONDS if field.name == "seconds" else _ENDLESS
            usable = min(float(bound), most)
            # The instance is frozen.
            object.__setattr__(self, field.name, usable if field.name == "seconds" else math.ceil(usable))


DEFAULT_LIMITS = Limits()
