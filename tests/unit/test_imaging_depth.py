"""Colours of 16 bits keep all of them; tifffile is the reference for TIFF, numpy's own bytes for the rest."""

import io
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image
from test_imaging import swapped_profile

from imgclust_jupyter.imaging import decode
from imgclust_jupyter.imaging.depth import deep_colors
from imgclust_jupyter.imaging.pixels import window

COLORS = np.random.default_rng(0).integers(0, 4000, (60, 80, 4)).astype(np.uint16)
RGB = COLORS[..., :3]


def png(values):
    """Return a PNG file of 16 bits, after its specification (section 11.2.1); every row is filtered by "up"."""
    height, width, channels = values.shape
    rows = values.astype(">u2").reshape(height, -1).view(np.uint8).reshape(height, -1)
    filtered = np.diff(rows, axis=0, prepend=np.zeros_like(rows[:1]))  # modulo 256
    scanlines = b"".join(b"\2" + row.tobytes() for row in filtered)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(scanlines)) + chunk(b"IEND", b"")


def tiff(values, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, values, photometric="rgb", **options)
    return file.getvalue()


def ppm(values):
    return b"P6 80 60 65535\n" + values.astype(">u2").tobytes()


def deep(file):
    with Image.open(io.BytesIO(file)) as image:
        return deep_colors(image)[0]


@pytest.mark.parametrize("file", [png(RGB), ppm(RGB), tiff(RGB)], ids=["PNG", "PPM", "TIFF"])
def test_colors(file):
    assert (deep(file) == RGB).all()
    assert (np.asarray(decode(file).image) == window(RGB)).all()


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": ">"},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True, "byteorder": ">"},
        {"compression": "zlib", "tile": (32, 16)},
        {"tile": (32, 16)},
        {"rowsperstrip": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [3, 4])
def test_tiff_of_every_build(options, channels):
    options = options | ({"extrasamples": ["unassalpha"]} if channels == 4 else {})
    assert (deep(tiff(COLORS[..., :channels], **options)) == COLORS[..., :channels]).all()


@pytest.mark.parametrize("byteorder", "<>")
def test_tiff_of_one_plane_for_each_color(byteorder):
    planes = np.ascontiguousarray(np.moveaxis(RGB, 2, 0))
    assert (deep(tiff(planes, planarconfig="separate", byteorder=byteorder)) == RGB).all()


def test_planes_that_are_compressed_keep_their_upper_bits():
    planes = np.ascontiguousarray(np.moveaxis(RGB, 2, 0))
    assert (deep(tiff(planes, planarconfig="separate", compression="zlib")) >> 8 == RGB >> 8).all()


def test_the_pages_of_a_tiff_file():
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for page in (RGB, RGB[::-1], RGB[:30]):
            writer.write(page, photometric="rgb")
    for number, page in enumerate((RGB, RGB[::-1], RGB[:30])):
        assert (np.asarray(decode(file.getvalue(), frame=number).image) == window(page)).all()


def test_orientation_of_tiff():
    file = tiff(RGB, extratags=[(274, 3, 1, 6, True)])
    decoded = decode(file)
    assert (decoded.width, decoded.height) == (60, 80)
    assert (np.asarray(decoded.image) == window(np.rot90(RGB, -1))).all()


def test_alpha_and_gray_with_alpha_are_laid_on_white():
    values = COLORS.copy()
    values[..., 3] = 0
    assert np.asarray(decode(png(values)).image).min() == 255
    values[:30, :, 3] = 65535
    expected = np.where(values[..., 3:] > 0, window(values[..., :3]), 255)
    assert (np.asarray(decode(png(values)).image) == expected).all()
    gray = np.asarray(decode(png(values[..., [0, 3]])).image)
    assert (gray == np.where(values[..., 3:] > 0, window(values[..., :1].repeat(3, 2)), 255)).all()


def test_premultiplied_colors():
    alpha = np.full((60, 80, 1), 32768, dtype=np.uint16)
    values = deep(tiff(np.concatenate([RGB // 2, alpha], axis=2), extrasamples=["assocalpha"]))
    assert np.abs(values[..., :3].astype(int) - RGB).max() <= 2


def test_one_transparent_color_in_16_bits():
    values = np.full((4, 4, 3), 500, dtype=np.uint16)
    values[0, 0] = 501  # the same as the transparent colour in its upper 8 bits
    key = struct.pack(">I4s3H", 6, b"tRNS", 500, 500, 500)
    file = png(values)
    start = file.index(b"IDAT") - 4
    file = file[:start] + key + struct.pack(">I", zlib.crc32(key[4:])) + file[start:]
    shown = np.asarray(decode(file).image)
    assert shown[1:].min() == 255
    assert shown[0, 0].tolist() == window(values)[0, 0].tolist()


def test_four_different_pictures_do_not_come_out_alike():
    pictures = [
        np.asarray(decode(png((RGB // 16 + level).astype(np.uint16))).image).astype(int) for level in (100, 2000, 4000)
    ]
    pictures.append(np.asarray(decode(png(RGB[::-1])).image).astype(int))
    # The level is windowed away, the structure is not; none is black.
    assert all(picture.std() > 50 for picture in pictures)
    assert np.abs(pictures[0] - pictures[3]).mean() > 50


def test_profile():
    shown = np.asarray(decode(tiff(RGB, iccprofile=swapped_profile())).image).astype(int)
    assert np.abs(shown - window(RGB)[..., ::-1]).max() <= 3


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16", "CMYK", "F", "I", "LAB", "YCbCr"])
def test_nothing_else_is_taken_for_deep(mode):
    file = io.BytesIO()
    Image.new(mode, (5, 4)).save(file, "TIFF" if mode in ("CMYK", "F", "I", "LAB", "YCbCr") else "PNG")
    with Image.open(file) as image:
        assert deep_colors(image) is None
