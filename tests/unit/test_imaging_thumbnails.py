"""Thumbnails: small, of the right shape, nothing but pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.imaging import THUMBNAIL_SIZES, encode_thumbnail, encode_thumbnails


def gradient(width, height):
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, 255 - x], axis=-1).astype(np.uint8))


def opened(file):
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


@pytest.mark.parametrize("size", THUMBNAIL_SIZES)
@pytest.mark.parametrize(
    ("shape", "expected"),
    [((1000, 500), (1, 0.5)), ((500, 1000), (0.5, 1)), ((600, 600), (1, 1)), ((6000, 1), (1, 0)), ((2, 5000), (0, 1))],
)
def test_the_longest_side_is_the_size_and_the_aspect_stays(shape, expected, size):
    width, height = opened(encode_thumbnail(gradient(*shape), size)).size
    assert (width, height) == tuple(max(1, round(side * size)) for side in expected)


def test_what_is_smaller_is_not_enlarged():
    assert opened(encode_thumbnail(gradient(40, 20), 64)).size == (40, 20)
    assert opened(encode_thumbnail(gradient(1, 1), 64)).size == (1, 1)


@pytest.mark.parametrize("shape", [(1600, 1200), (301, 199)])
def test_it_looks_like_the_picture(shape):
    thumbnail = opened(encode_thumbnail(gradient(*shape), 128))
    expected = np.asarray(gradient(*shape).resize(thumbnail.size, Image.Resampling.BOX)).astype(int)
    assert np.abs(np.asarray(thumbnail) - expected).mean() < 4


def test_several_sizes_at_once_look_like_single_ones():
    image = gradient(640, 480)
    tiles = encode_thumbnails(image, (64, 256, 128))
    assert set(tiles) == {64, 128, 256}
    for size, tile in tiles.items():
        single = np.asarray(opened(encode_thumbnail(image, size))).astype(int)
        assert np.abs(np.asarray(opened(tile)) - single).mean() < 3


def test_no_metadata_goes_along():
    image = gradient(300, 300)
    image.info.update(exif=b"Exif\0\0secret", icc_profile=b"secret", comment=b"secret")
    file = encode_thumbnail(image, 64)
    assert b"secret" not in file
    assert not opened(file).getexif()
