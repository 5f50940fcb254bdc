"""Which kinds of files are pictures.

The list is of kinds that hold pixels and that a library decodes by itself. Kinds that run a program of their own
(EPS starts Ghostscript) are never opened, whatever the file is called.
"""

from __future__ import annotations

import functools

from PIL import Image

__all__ = ["SUFFIXES", "readable_formats", "unidentified"]

_FORMATS = {
    "AVIF": (".avif", ".avifs"),
    "BMP": (".bmp",),
    "DDS": (".dds",),
    "DIB": (".dib",),
    "GIF": (".gif",),
    "HEIF": (".heic", ".heif", ".hif"),  # by pillow-heif
    "ICNS": (".icns",),
    "ICO": (".ico",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "JPEG2000": (".jp2", ".j2k", ".jpc", ".jpf", ".jpx"),
    "JXL": (".jxl",),  # by a plug-in, see below
    "MPO": (".mpo",),
    "PCX": (".pcx",),
    "PNG": (".png", ".apng"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "PSD": (".psd",),
    "QOI": (".qoi",),
    "SGI": (".sgi",),
    "TGA": (".tga",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}

SUFFIXES = frozenset(suffix for suffixes in _FORMATS.values() for suffix in suffixes) | {".svg"}
"""Suffixes, in lower case, of the files that count as pictures in a folder.

SVG is among them although it cannot be shown: who has drawings in a folder should hear that they are left out.
"""


def readable_formats() -> list[str]:
    """Return the names of the formats that can be read here, plug-ins included, as `PIL.Image.open` wants them."""
    _register()
    return [name for name in Image.ID if name in _FORMATS]


@functools.cache
def _register() -> None:
    Image.init()
    try:
        import pillow_heif
    except ImportError:
        return  # `unidentified` tells who has such pictures what to install
    pillow_heif.register_heif_opener()


_ADVICE = {
    ".svg": "it is a drawing (SVG), which has no pixels",
    **dict.fromkeys(_FORMATS["HEIF"], "HEIC pictures need the package pillow-heif: pip install imgclust_jupyter[heif]"),
    ".jxl": "JPEG XL pictures need the package pillow-jxl-plugin: import pillow_jxl first",
}


def unidentified(suffix: str, start: bytes) -> str:
    """Return why no library recognises a file as a picture, in plain words.

    Parameters
    ----------
    suffix : str
        Of the file's name; empty for pixels without a name.
    start : bytes
        What the file begins with.

    Examples
    --------
    >>> unidentified(".svg", b"<svg>")
    'it is a drawing (SVG), which has no pixels'
    """
    if start.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "it is a web page (HTML), as servers send in place of a picture that they do not have or do not give"
    otherwise = "it is not an image, is damaged at its start, or is of a kind that cannot be read"
    known = {suffix for name in readable_formats() for suffix in _FORMATS[name]}
    return otherwise if suffix.lower() in known else _ADVICE.get(suffix.lower(), otherwise)
