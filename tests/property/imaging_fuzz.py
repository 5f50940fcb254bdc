"""Mutated files of every kind through the decode path: by hand for minutes, by test_imaging_fuzz.py for seconds.

    python tests/property/imaging_fuzz.py --seconds 180 --seed 1

Prints what was found as JSON. Whatever is raised besides an UnreadableImage ends the run with the seed and the number
that make it again (``--start NUMBER --executions 1``).
"""

import argparse
import collections
import io
import json
import resource
import struct
import sys
import time
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, features

from imgclust_jupyter.imaging import Limits, UnreadableImage, count_frames, decode_guarded, read_shape

LIMITS = Limits(pixels=4_000_000, frames=200, file_bytes=1 << 24, seconds=100)
ADDRESS_SPACE = 3 << 30
EDGES = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0]


def corpus():
    """Return small files of all kinds, by name; the same ones every time."""
    rng = np.random.default_rng(0)
    smooth = np.add.outer(np.arange(40), np.arange(56))[..., None] * [2, 1, 3] + rng.integers(0, 30, (40, 56, 3))
    rgb = Image.fromarray(smooth.astype(np.uint8))
    gray = rgb.convert("L")
    rgba = Image.merge("RGBA", [*rgb.split(), gray])
    deep = Image.fromarray((smooth[..., 0] * 150).astype(np.uint16))
    floats = Image.fromarray(np.where(smooth[..., 0] == 60, np.nan, smooth[..., 0] / 7).astype(np.float32))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R\0G\0B", b"S\0w\0a\0p")
    more = {"save_all": True, "append_images": [rgb.rotate(90), rgb.rotate(180)]}
    metadata = {"exif": exif, "icc_profile": profile}
    wanted = [
        *[(rgb, name, {}) for name in ("BMP", "DDS", "DIB", "ICNS", "ICO", "PCX", "PPM", "QOI", "SGI", "TGA")],
        *[(rgb, name, metadata) for name in ("AVIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP")],
        *[(rgb, name, more) for name in ("AVIF", "GIF", "PNG", "TIFF", "WEBP", "MPO")],
        *[(rgba, name, {}) for name in ("DDS", "ICO", "JPEG2000", "PNG", "SGI", "TGA", "TIFF", "WEBP")],
        *[(gray.convert("1"), name, {}) for name in ("BMP", "PCX", "PNG", "PPM", "TIFF", "TGA")],
        *[(rgb.convert("P"), name, {}) for name in ("BMP", "GIF", "PCX", "PNG", "TGA", "TIFF")],
        *[(deep, name, {}) for name in ("PNG", "PPM", "TIFF", "JPEG2000")],
        *[(image, "TIFF", {}) for image in (floats, rgb.convert("CMYK"), rgb.convert("YCbCr"), gray)],
        *[(rgb, "TIFF", {"compression": kind}) for kind in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")],
        *[(gray.convert("1"), "TIFF", {"compression": kind}) for kind in ("group3", "group4")],
        (rgb, "JPEG", {"progressive": True}),
        (rgb.convert("CMYK"), "JPEG", metadata),
        (rgb, "TGA", {"compression": "tga_rle"}),
        (rgb, "WEBP", {"lossless": True}),
        (gray.convert("LA"), "PNG", {}),
        (rgb.convert("P"), "PNG", {"transparency": 3}),
    ]
    files = {}
    for image, format, options in wanted:
        if format == "AVIF" and not features.check("avif"):
            continue
        file = io.BytesIO()
        image.copy().save(file, format, **options)  # Pillow keeps some options of the last file in it
        files[f"{format} {image.mode} {' '.join(sorted(options))} {options.get('compression', '')}".strip()] = file
    contents = {name: file.getvalue() for name, file in files.items()}
    colors = (smooth * 100).astype(">u2")
    contents["PPM 16-bit"] = b"P6 56 40 65535\n" + colors.tobytes()
    rows = b"".join(b"\0" + row.tobytes() for row in colors)
    contents["PNG 16-bit"] = b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(kind, body)
        for kind, body in [
            (b"IHDR", struct.pack(">IIBBBBB", 56, 40, 16, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        ]
    )
    contents["PSD"] = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 40, 56, 8, 3) + bytes(12) + b"\0\0"
    contents["PSD"] += np.moveaxis(smooth.astype(np.uint8), 2, 0).tobytes()
    try:
        import pillow_heif
    except ImportError:
        return contents
    file = io.BytesIO()
    pillow_heif.from_pillow(rgb).save(file)
    return contents | {"HEIF": file.getvalue()}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def mutate(rng, file, other):
    """Return a file with a few changes; half of them near its start, where the lengths and sizes are."""
    content = bytearray(file)
    for _ in range(min(8, rng.geometric(0.5))):
        if not content:
            break
        near = min(len(content), int(2 ** rng.uniform(5, 9))) if rng.random() < 0.5 else len(content)
        place = int(rng.integers(near))
        if place < 12 and rng.random() < 0.8:  # nearly all that can be found by changing a signature is that it is one
            continue
        match rng.choice([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7]):
            case 0:
                content[place] ^= 1 << int(rng.integers(8))
            case 1:
                content[place] = int(rng.integers(256))
            case 2:
                size, order = int(rng.choice([1, 2, 4])), str(rng.choice(["little", "big"]))
                edge = int(rng.choice(EDGES)) % 256**size
                content[place : place + size] = edge.to_bytes(size, order)  # type: ignore[arg-type]
            case 3:
                del content[place : place + int(2 ** rng.uniform(0, 8))]
            case 4:
                content[place:place] = rng.bytes(int(2 ** rng.uniform(0, 6)))
            case 5:
                content[place:place] = content[place : place + int(2 ** rng.uniform(0, 10))]
            case 6:
                start = int(rng.integers(len(other)))
                content[place : place + 64] = other[start : start + 64]
            case 7 if rng.random() < 0.3:
                del content[place:]
    return with_right_checksums(content) if file.startswith(b"\x89PNG") and rng.random() < 0.8 else bytes(content)


def with_right_checksums(content):
    """Return a PNG file whose checksums fit, so that more of it is looked at than its first damaged chunk."""
    start = 8
    while start + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, start)
        end = start + 8 + length
        if end + 4 > len(content):
            break
        struct.pack_into(">I", content, end, zlib.crc32(content[start + 4 : end]))
        start = end + 4
    return bytes(content)


def execute(rng, content):
    """Decode one file in every way there is; return the reason if it cannot be."""
    min_side, frame = rng.choice([None, 16, 64]), int(rng.choice([0, 0, 0, 0, 0, 1, 2]))
    outcomes = []
    for attempt in (
        lambda: decode_guarded(content, min_side, frame, LIMITS),
        lambda: count_frames(content, LIMITS),
        lambda: read_shape(content) if not frame else None,
    ):
        try:
            result = attempt()
            outcomes.append("decoded")
        except UnreadableImage as error:
            outcomes.append(error.reason)
            continue
        if len(outcomes) == 1:
            assert result.image.mode == "RGB"
            assert result.width * result.height <= LIMITS.pixels
            assert min(*result.image.size, result.width, result.height) >= 1
    return outcomes[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--executions", type=int, default=sys.maxsize)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--slow", type=float, default=5.0, help="seconds for one file that are worth telling")
    parser.add_argument("--keep", type=Path, help="folder for files that crash a decoder or take long")
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    files = list(corpus().items())
    reasons, odd = collections.Counter(), []
    begin = time.monotonic()
    number = chosen.start
    while number - chosen.start < chosen.executions and time.monotonic() - begin < chosen.seconds:
        rng = np.random.default_rng([chosen.seed, number])
        name, file = files[int(rng.integers(len(files)))]
        content = mutate(rng, file, files[int(rng.integers(len(files)))][1])
        started = time.monotonic()
        try:
            reason = execute(rng, content)
        except BaseException:
            print(f"seed {chosen.seed}, execution {number}, {name}", file=sys.stderr)
            raise
        took = time.monotonic() - started
        found = took > chosen.slow or "crash" in reason or "longer than" in reason
        if found:
            odd.append({"number": number, "file": name, "reason": reason, "seconds": round(took, 1)})
            if chosen.keep:
                (chosen.keep / f"{chosen.seed}-{number}").write_bytes(content)
        reasons[reason if "megapixels" not in reason and " frames" not in reason else "above a limit"] += 1
        number += 1
    # Not what getrusage says, which includes the parent's memory before this program was started.
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    found = {"executions": number - chosen.start, "reasons": dict(reasons.most_common()), "slow or crashed": odd}
    print(json.dumps(found | {"peak MB": int(peak) // 1024}, indent=1))


if __name__ == "__main__":
    main()
