"""What exceeds a limit is refused by its header; the frames of a file are told apart."""

import io
import math

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.imaging import Limits, UnreadableImage, decode, decode_guarded

COLORS = ("red", "lime", "blue")


def file_of(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def sequence(format, sizes=((8, 8), (8, 8), (8, 8))):
    frames = [Image.new("RGB", size, color) for color, size in zip(COLORS, sizes, strict=True)]
    return file_of(frames[0], format, save_all=True, append_images=frames[1:])


def reason(source, **options):
    with pytest.raises(UnreadableImage) as caught:
        decode(source, **options)
    return caught.value.reason


class TestLimits:
    @pytest.mark.parametrize("name", ["pixels", "frames", "file_bytes", "seconds"])
    @pytest.mark.parametrize("value", [0, -1, math.nan, "9", None])
    def test_nothing_can_be_forbidden_by_mistake(self, name, value):
        with pytest.raises(ValueError, match=rf"Limits\.{name} must be .* not {value!r}"):
            Limits(**{name: value})

    @pytest.mark.parametrize("name", ["pixels", "frames", "file_bytes", "seconds"])
    @pytest.mark.parametrize("value", [5e8, np.int64(5000), 1e300, math.inf])
    def test_any_kind_of_number_counts_in_the_other_process_too(self, name, value):
        file = sequence("TIFF")
        assert decode_guarded(file, limits=Limits(**{name: value})).width == 8

    def test_pixels(self):
        file = file_of(Image.new("1", (1000, 1001)))
        assert reason(file, limits=Limits(pixels=1_000_000)) == "it has 1.0 megapixels, and the limit is 1.0"
        assert decode(file, limits=Limits(pixels=1_001_000)).image.size == (1000, 1001)

    def test_pixels_of_a_later_page(self):
        file = sequence("TIFF", ((8, 8), (8, 8), (200, 100)))
        limits = Limits(pixels=10_000)
        assert decode(file, frame=1, limits=limits).width == 8
        assert "0.0 megapixels" in reason(file, frame=2, limits=limits)

    def test_pixels_count_before_a_jpeg_is_reduced(self):
        file = file_of(Image.new("RGB", (1000, 1000)), "JPEG")
        assert "megapixels" in reason(file, min_side=10, limits=Limits(pixels=900_000))

    def test_bytes(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(file_of(Image.new("RGB", (10, 10))) + bytes(5000))
        for source in (path, path.read_bytes()):
            assert "bytes, and the limit is 5,000" in reason(source, limits=Limits(file_bytes=5000))
            assert decode(source).width == 10

    def test_frames(self):
        assert "3 frames, and the limit is 2" in reason(sequence("GIF"), frame=1, limits=Limits(frames=2))
        assert decode(sequence("GIF"), limits=Limits(frames=2)).width == 8


class TestFrames:
    @pytest.mark.parametrize("format", ["AVIF", "GIF", "PNG", "TIFF", "WEBP"])
    def test_every_frame(self, format):
        for number, color in enumerate(COLORS):
            pixels = np.asarray(decode(sequence(format), frame=number).image).astype(int)
            assert np.abs(pixels - Image.new("RGB", (8, 8), color)).max() <= 8

    def test_a_frame_that_is_not_there(self):
        assert "3 frames, and number 3" in reason(sequence("GIF"), frame=3)
        assert "1 frames, and number 1" in reason(file_of(Image.new("RGB", (9, 9))), frame=1)

    def test_previews_are_no_frames(self):
        assert "1 frames" in reason(sequence("MPO"), frame=1)

    def test_pages_of_different_sizes_and_orientation(self):
        frames, file = [Image.new("L", (30, 20), 255), Image.new("L", (40, 10), 9)], io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:], exif=exif)
        sizes = [(decoded.width, decoded.height) for decoded in (decode(file.getvalue(), frame=i) for i in (0, 1))]
        assert sizes == [(20, 30), (10, 40)]


def test_heic():
    heif = pytest.importorskip("pillow_heif")
    pixels = np.zeros((64, 96, 3), dtype=np.uint8)
    pixels[:, :48] = 255, 0, 0
    file = io.BytesIO()
    heif.from_pillow(Image.fromarray(pixels)).save(file, quality=95)
    assert np.abs(np.asarray(decode(file.getvalue()).image).astype(int) - pixels).mean() < 4
