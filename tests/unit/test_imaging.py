"""Pictures of every kind come out right, or as an UnreadableImage with a plain reason."""

import io
import os
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from imgclust_jupyter.imaging import SUFFIXES, UnreadableImage, decode, formats, open_regular, read_shape, reason_for

# What has to be done to upright pixels to get those that a file with this EXIF orientation stores.
STORED = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
    8: lambda a: np.rot90(a, -1),
}


def four_colors(width=96, height=64):
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = 255, 0, 0
    pixels[: height // 2, width // 2 :] = 0, 255, 0
    pixels[height // 2 :, : width // 2] = 0, 0, 255
    pixels[height // 2 :, width // 2 :] = 255, 255, 0
    return pixels


def file_of(image, format="PNG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def decoded_pixels(source, **options):
    return np.asarray(decode(source, **options).image).astype(int)


def unreadable(source):
    with pytest.raises(UnreadableImage) as caught:
        decode(source)
    return caught.value.reason


def photo(width=400, height=300):
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8))


class TestOrientation:
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
    @pytest.mark.parametrize("orientation", STORED)
    def test_every_orientation_is_shown_upright(self, orientation, format):
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](four_colors())))
        file = file_of(stored, format, exif=exif, **{"lossless": True} if format == "WEBP" else {"quality": 95})
        result = decode(file)
        assert (result.width, result.height) == result.image.size == read_shape(file) == (96, 64)
        assert np.abs(decoded_pixels(file) - four_colors()).mean() < 3

    def test_the_shape_is_that_of_the_whole_upright_picture_when_decoded_smaller(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        result = decode(file_of(photo(400, 300), "JPEG", exif=exif), min_side=50)
        assert (result.width, result.height) == (300, 400)
        assert result.image.size == (75, 100)

    def test_damaged_metadata_do_not_hide_the_picture(self):
        file = file_of(Image.fromarray(four_colors()), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
        assert decode(file).image.size == read_shape(file) == (96, 64)

    def test_a_picture_handed_over_is_turned_too_but_not_changed(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        image = Image.open(io.BytesIO(file_of(photo(40, 30), "JPEG", exif=exif)))
        assert decode(image, min_side=5).image.size == read_shape(image) == (30, 40)
        assert image.size == (40, 30)


class TestModes:
    def test_transparency_is_laid_on_white(self):
        rgba = np.zeros((4, 4, 4), dtype=np.uint8)
        rgba[..., 0] = 200
        rgba[..., 3] = [0, 85, 170, 255]
        alpha = rgba[..., 3:] / 255
        expected = rgba[..., :3] * alpha + 255 * (1 - alpha)
        assert np.abs(decoded_pixels(file_of(Image.fromarray(rgba))) - expected).max() <= 1

    def test_gray_with_alpha(self):
        image = Image.merge("LA", [Image.new("L", (3, 3), 0), Image.new("L", (3, 3), 128)])
        assert np.abs(decoded_pixels(file_of(image)) - 127).max() <= 1

    def test_palette_with_transparency(self):
        image = Image.new("P", (2, 1))
        image.putpalette([10, 20, 30, 200, 100, 50])
        image.putpixel((1, 0), 1)
        assert decoded_pixels(file_of(image, transparency=0)).tolist() == [[[255, 255, 255], [200, 100, 50]]]

    @pytest.mark.parametrize(("mode", "color", "key"), [("RGB", (9, 8, 7), (9, 8, 7)), ("L", 9, 9)])
    def test_one_transparent_color(self, mode, color, key):
        assert decoded_pixels(file_of(Image.new(mode, (2, 2), color), transparency=key)).min() == 255

    def test_fully_transparent_is_white(self):
        assert decoded_pixels(file_of(Image.new("RGBA", (5, 5), (1, 2, 3, 0)))).min() == 255

    def test_one_bit(self):
        image = Image.fromarray(np.eye(8, dtype=bool))
        assert (decoded_pixels(file_of(image)) == 255 * np.eye(8, dtype=int)[..., None]).all()

    @pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
    def test_jpeg_of_other_colors(self, mode):
        file = file_of(Image.fromarray(four_colors()).convert(mode), "JPEG", quality=95)
        assert np.abs(decoded_pixels(file) - four_colors()).mean() < 4

    def test_cmyk_by_its_profile(self):
        # According to this profile everything without black is Lab (53, 80, 67), a red, whatever the other inks say.
        file = file_of(Image.new("CMYK", (16, 16), (200, 30, 60, 0)), "TIFF", icc_profile=cmyk_profile())
        red, green, blue = decoded_pixels(file)[8, 8]
        assert red > 230
        assert max(green, blue) < 40

    def test_cmyk_with_a_profile_for_other_colors(self):
        image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
        wrong = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        assert decoded_pixels(file_of(image, "TIFF", icc_profile=wrong))[8, 8].tolist() == [255, 0, 0]

    def test_rgb_by_its_profile(self):
        file = file_of(Image.new("RGB", (16, 16), (0, 128, 255)), icc_profile=swapped_profile())
        assert np.abs(decoded_pixels(file)[8, 8] - [255, 128, 0]).max() <= 3

    def test_rgb_with_a_damaged_profile(self):
        file = file_of(Image.new("RGB", (16, 16), (0, 128, 255)), icc_profile=b"no profile at all")
        assert decoded_pixels(file)[8, 8].tolist() == [0, 128, 255]

    def test_lab(self):
        lab = ImageCms.profileToProfile(
            Image.fromarray(four_colors()),
            ImageCms.createProfile("sRGB"),
            ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )
        # Eight bits of Lab are coarse at the edge of what sRGB can show.
        assert np.abs(decoded_pixels(file_of(lab, "TIFF")) - four_colors()).mean() < 10

    def test_the_first_frame_of_an_animation(self):
        frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
        for format in ("GIF", "PNG", "WEBP", "TIFF"):
            file = file_of(frames[0], format, save_all=True, append_images=frames[1:])
            assert np.abs(decoded_pixels(file) - [255, 0, 0]).max() < 4, format

    def test_the_content_counts_not_the_suffix(self, tmp_path):
        path = tmp_path / "really_a_png.jpg"
        path.write_bytes(file_of(Image.fromarray(four_colors())))
        assert (decoded_pixels(path) == four_colors()).all()


class TestManyBits:
    def test_different_16_bit_pictures_do_not_come_out_alike(self, tmp_path):
        rng = np.random.default_rng(0)
        results = []
        for number in range(4):
            # Twelve bits used of sixteen, at different levels, as microscopes do.
            pixels = (rng.integers(0, 256, (16, 16)).repeat(4, 0).repeat(4, 1) + 2000 * (number + 1)).astype(np.uint16)
            path = tmp_path / f"{number}.tif"
            Image.fromarray(pixels).save(path)
            results.append(decoded_pixels(path))
            # Each shows what is in it, from black to white.
            assert np.corrcoef(results[-1][..., 0].ravel(), pixels.ravel())[0, 1] > 0.99
            assert (results[-1].min(), results[-1].max()) == (0, 255)
        differences = [np.abs(a - b).mean() for i, a in enumerate(results) for b in results[:i]]
        assert min(differences) > 50

    @pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
    def test_16_bit_gray_in_every_format(self, format):
        ramp = np.linspace(100, 900, 64 * 64).reshape(64, 64).astype(np.uint16)
        by_hand = b"P5 64 64 65535\n" + ramp.astype(">u2").tobytes()
        pixels = decoded_pixels(by_hand if format == "PPM" else file_of(Image.fromarray(ramp), format))
        expected = np.clip((ramp - np.percentile(ramp, 0.5)) / np.diff(np.percentile(ramp, (0.5, 99.5))), 0, 1) * 255
        assert np.abs(pixels - expected[..., None]).max() <= 1

    @pytest.mark.parametrize("dtype", [np.float32, np.int32])
    def test_tiff_of_floats_and_32_bit_integers(self, dtype):
        ramp = np.linspace(-500, 1500, 64 * 64).reshape(64, 64).astype(dtype)
        pixels = decoded_pixels(file_of(Image.fromarray(ramp), "TIFF"))
        assert (np.diff(pixels[..., 0].ravel()) >= 0).all()
        assert (pixels.min(), pixels.max()) == (0, 255)


class TestReducedDecoding:
    def test_a_large_jpeg_is_decoded_smaller_but_not_too_small(self):
        file = file_of(photo(1600, 1000), "JPEG")
        result = decode(file, min_side=224)
        assert result.image.size == (400, 250)
        assert (result.width, result.height) == (1600, 1000)
        assert decode(file).image.size == (1600, 1000)

    def test_what_is_small_already_stays(self):
        assert decode(file_of(photo(300, 200), "JPEG"), min_side=224).image.size == (300, 200)

    def test_gray_and_cmyk_jpegs(self):
        for mode in ("L", "CMYK"):
            assert decode(file_of(photo(800, 800).convert(mode), "JPEG"), min_side=100).image.size == (100, 100)


class TestArrays:
    def test_bytes_are_taken_as_they_are(self):
        assert (decoded_pixels(four_colors()) == four_colors()).all()
        assert (decoded_pixels(four_colors()[..., 0]) == four_colors()[..., :1]).all()
        assert (decoded_pixels(four_colors()[..., :1]) == four_colors()[..., :1]).all()
        assert read_shape(four_colors()) == (96, 64)

    def test_views_that_are_not_contiguous(self):
        assert (decoded_pixels(four_colors()[::-2, ::2]) == four_colors()[::-2, ::2]).all()

    def test_booleans_are_black_and_white(self):
        assert decoded_pixels(np.array([[True, False]])).tolist() == [[[255] * 3, [0] * 3]]

    def test_alpha_of_bytes_floats_and_large_integers(self):
        for full, dtype in ((255, np.uint8), (1.0, np.float64), (65535, np.uint16)):
            array = np.zeros((2, 2, 4), dtype=dtype)
            array[0, 0, :3] = full
            array[0, :, 3] = full
            assert decoded_pixels(array).tolist() == [[[255] * 3, [0] * 3], [[255] * 3, [255] * 3]]

    @pytest.mark.parametrize(
        "array",
        [
            np.zeros((3, 20, 30)),
            np.zeros(7),
            np.zeros((0, 5)),
            np.zeros((2, 2), dtype=complex),
            np.array([["a", "b"]]),
            np.zeros((2, 2, 2, 3)),
        ],
        ids=["channels first", "one-dimensional", "empty", "complex", "text", "four-dimensional"],
    )
    def test_what_is_no_picture(self, array):
        assert "is not a picture" in unreadable(array)


class TestPictures:
    def test_the_result_is_never_the_users_own_picture(self):
        image = photo(20, 20)
        result = decode(image).image
        result.putpixel((0, 0), (1, 2, 3))
        assert image.getpixel((0, 0)) != (1, 2, 3)

    def test_a_picture_that_was_closed(self):
        image = Image.open(io.BytesIO(file_of(photo())))
        image.close()
        assert unreadable(image)

    def test_many_threads_may_want_a_picture_that_is_not_loaded_yet(self, tmp_path):
        path = tmp_path / "photo.png"
        photo(500, 500).save(path)
        with Image.open(path) as image:
            results = []
            threads = [threading.Thread(target=lambda: results.append(decoded_pixels(image))) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(results) == 8
        assert all((result == np.asarray(photo(500, 500))).all() for result in results)


class TestBadFiles:
    def test_empty(self, tmp_path):
        path = tmp_path / "empty.jpg"
        path.touch()
        assert unreadable(path) == "the file is empty"
        with pytest.raises(UnreadableImage):
            read_shape(path)

    def test_text(self, tmp_path):
        path = tmp_path / "text.jpg"
        path.write_text("not found")
        assert "not an image" in unreadable(path)

    def test_missing_and_link_to_nowhere(self, tmp_path):
        assert "no such file" in unreadable(tmp_path / "missing.jpg")
        link = tmp_path / "link.jpg"
        link.symlink_to(tmp_path / "missing.jpg")
        assert "leads nowhere" in unreadable(link)

    def test_link_to_itself(self, tmp_path):
        link = tmp_path / "loop.jpg"
        link.symlink_to(link)
        assert "leads back to itself" in unreadable(link)

    def test_folder(self, tmp_path):
        path = tmp_path / "folder.jpg"
        path.mkdir()
        assert "folder" in unreadable(path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
    def test_a_pipe_does_not_block(self, tmp_path):
        path = tmp_path / "pipe.jpg"
        os.mkfifo(path)
        assert "pipe" in unreadable(path)
        with pytest.raises(UnreadableImage, match="pipe"):
            open_regular(path)

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no devices")
    def test_a_device_is_not_read(self, tmp_path):
        path = tmp_path / "endless.jpg"
        path.symlink_to("/dev/zero")
        assert "device" in unreadable(path)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "GIF", "WEBP"])
    def test_cut_short(self, format):
        file = file_of(photo(), format)
        assert unreadable(file[: len(file) // 2])

    @pytest.mark.parametrize("format", ["JPEG", "PNG"])
    def test_cut_short_is_said_so(self, format):
        file = file_of(photo(), format)
        assert unreadable(file[: len(file) // 2]) == "the file ends too early"
        with pytest.raises(UnreadableImage, match="ends too early"):
            decode(file[: len(file) // 2], min_side=50)

    def test_a_bomb_is_refused_by_its_header(self):
        reason = unreadable(png_header(20_000, 20_000))
        assert "179 megapixels" in reason
        with pytest.raises(UnreadableImage):
            read_shape(png_header(20_000, 20_000))

    def test_postscript_is_not_run(self, tmp_path):
        path = tmp_path / "harmless.jpg"
        path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
        assert "not an image" in unreadable(path)

    @pytest.mark.parametrize(
        ("suffix", "word"), [(".svg", "drawing"), (".HEIC", "imgclust_jupyter[heif]"), (".jxl", "pillow_jxl")]
    )
    def test_kinds_that_need_something_else_say_so(self, tmp_path, monkeypatch, suffix, word):
        monkeypatch.setattr(formats, "readable_formats", lambda: ["JPEG", "PNG"])
        assert suffix.lower() in SUFFIXES
        path = tmp_path / f"picture{suffix}"
        path.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        assert word in unreadable(path)

    def test_the_cause_is_kept(self):
        with pytest.raises(UnreadableImage) as caught:
            decode(b"no image at all")
        assert type(caught.value.__cause__).__name__ == "UnidentifiedImageError"

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (PermissionError(13, "Permission denied"), "no permission"),
            (OSError(5, "Input/output error"), "Input/output error"),
            (MemoryError(), "not enough memory"),
            (struct.error("unpack requires a buffer"), "damaged"),
        ],
    )
    def test_reasons_are_plain(self, error, words):
        assert words in reason_for(error)

    def test_no_file_stays_open(self, tmp_path):
        path = tmp_path / "photo.jpg"
        photo().save(path)
        (tmp_path / "text.jpg").write_text("text")
        before = open_files()
        for _ in range(5):
            decode(path)
            read_shape(path)
            unreadable(tmp_path / "text.jpg")
        assert open_files() == before

    def test_the_words_of_pillow_are_not_for_the_user(self):
        program = (
            "import io; from PIL import Image; from imgclust_jupyter.imaging import UnreadableImage, decode\n"
            "file = io.BytesIO()\n"
            "Image.new('RGB', (9, 9)).save(file, 'JPEG', exif=b'Exif\\0\\0II*\\0\\xff\\xff\\xff\\xff')\n"
            "decode(file.getvalue())\n"
            "file = io.BytesIO(); Image.new('RGB', (9, 9)).save(file, 'TIFF')\n"
            "one, many = b'\\x15\\1\\3\\0\\1\\0\\0\\0\\3', b'\\x15\\1\\3\\0\\1\\0\\0\\0\\xff'\n"
            "try: decode(file.getvalue().replace(one, many))\n"
            "except UnreadableImage: print('unreadable')\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("unreadable\n", "")


def open_files():
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else None


def swapped_profile():
    """Return the profile of sRGB with red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack(">I", profile[128:132])
    for start in range(132, 132 + 12 * count, 12):
        swap = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
        kind = bytes(profile[start : start + 4])
        profile[start : start + 4] = swap.get(kind, kind)
        if kind == b"desc":
            offset, size = struct.unpack(">II", profile[start + 4 : start + 12])
            profile[offset : offset + size] = profile[offset : offset + size].replace(b"s\0R\0G\0B", b"S\0w\0a\0p")
    return bytes(profile)


def png_header(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def cmyk_profile():
    """Return an ICC profile (version 2) with one table from CMYK to Lab: red, and black where there is black ink."""
    identity = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    red, black = bytes([round(53 * 2.55), 80 + 128, 67 + 128]), bytes([0, 128, 128])
    # The last ink, black, varies fastest.
    colors = (red + black) * 8
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4 + colors + identity * 3
    table += bytes(-len(table) % 4)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    offset = 128 + 4 + 2 * 12
    tags = struct.pack(">I4sII4sII", 2, b"A2B0", offset, len(table), b"wtpt", offset + len(table), len(white))
    size = offset + len(table) + len(white)
    header = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp")
    header += bytes(68 - len(header)) + struct.pack(">3i", 63190, 65536, 54061)
    return header + bytes(128 - len(header)) + tags + table + white
