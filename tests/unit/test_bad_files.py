"""One folder of everything that is wrong with files: each is told of by its name, and costs no other its place."""

import contextlib
import os
import shutil
import socket
import struct
import sys
import tempfile
import threading
import unicodedata
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network
from imgclust_jupyter.imaging import UnreadableImage, decode_guarded
from imgclust_jupyter.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="most of these cannot be made on Windows")


def fill(folder, good):
    """Make every bad file; return the words that the reason of each has to have."""
    jpeg = good.read_bytes()
    written = {
        "empty.jpg": (b"", "the file is empty"),
        "half.jpg": (jpeg[: len(jpeg) // 2], "the file ends too early"),
        "header.jpg": (jpeg[:20], "not an image"),
        "half.png": (png(64, 64)[:5000], "the file ends too early"),
        "half.tif": (b"II*\0" + bytes(20), "damaged"),
        "text.jpg": (b"this is no picture", "not an image"),
        "page.png": (b"<html><body>404</body></html>", "a web page"),
        "page.jpg": (b"\n<!DOCTYPE html>\n<title>Not found</title>", "a web page"),
        "script.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "not an image"),
        "noise.webp": (np.random.default_rng(0).bytes(5000), "not an image"),
        "zeros.gif": (bytes(5000), "not an image"),
        "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a drawing (SVG)"),
        "pixel_bomb.png": (png(60_000, 60_000), "megapixels"),
        "pixel_bomb.tif": (tiff_header(60_000, 60_000), "megapixels"),
    }
    for name, (content, _) in written.items():
        (folder / name).write_bytes(content)
    with (folder / "byte_bomb.bmp").open("wb") as file:
        file.truncate((2 << 30) + 1)  # of holes, on most file systems
    (folder / "nowhere.jpg").symlink_to(folder / "no such file.jpg")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    os.mkfifo(folder / "pipe.jpg")
    (folder / "zero.jpg").symlink_to("/dev/zero")
    return {name: words for name, (_, words) in written.items()} | {
        "byte_bomb.bmp": "bytes, and the limit is",
        "nowhere.jpg": "a link that leads nowhere",
        "loop.jpg": "a link that leads back to itself",
        "pipe.jpg": "a pipe",
        "zero.jpg": "a device",
    }


def png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = np.random.default_rng(0).integers(0, 255, (min(height, 64), 3 * min(width, 64) + 1), dtype=np.uint8)
    rows[:, 0] = 0
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows.tobytes())) + chunk(b"IEND", b"")


def tiff_header(width, height):
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 9)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def good_files(folder, samples):
    """Fill a folder with good files of every odd name; return their relative names."""
    names = [
        "plain.jpg",
        "UPPER.JPG",
        "a_jpeg.png",
        unicodedata.normalize("NFC", "café.jpg"),
        unicodedata.normalize("NFD", "café čaj.jpg"),
        "mačka 猫 😀.jpg",
        "<b>&'\".jpg",
        "x" * 200 + ".jpg",
        "one/same.jpg",
        "two/same.jpg",
        "folder.jpg/inside.jpg",
    ]
    if sys.platform == "linux":
        names.append(b"caf\xe9.jpg".decode("utf-8", "surrogateescape"))
    for name, sample in zip(names, samples, strict=False):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sample, folder / name)
    return names


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


def test_each_is_told_of_and_no_other_loses_its_place(folder, sample_folder):
    samples = sorted(sample_folder.rglob("*.jpg"))
    good = good_files(folder, samples)
    expected = fill(folder, samples[0])
    with ClusterExplorer(folder, model="pixels", layout="pca") as explorer:
        errors, data, embeddings = explorer.errors, explorer.data, explorer.embeddings.to_numpy()
    reasons = dict(zip(errors["path"], errors["reason"], strict=True))
    assert set(reasons) == set(expected)
    for name, words in expected.items():
        assert words in reasons[name], (name, reasons[name])
        assert str(folder) not in reasons[name]
    assert set(errors["stage"]) <= {"scan", "read", "decode"}
    assert all(errors["exception"])
    assert set(data["path"]) == {str(folder / name) for name in good}
    # Each has the embedding that it has alone.
    network = get_network("pixels")
    for path, embedding in zip(data["path"], embeddings, strict=True):
        picture = decode_guarded(Path(path), max(network.min_side, 128))  # as thumbnails need
        alone = network.forward(np.stack([network.preprocess(picture.image)]))[0]
        np.testing.assert_allclose(alone, embedding, atol=1e-6)


def test_nothing_but_bad_files_is_one_clear_error(folder, sample_folder):
    fill(folder, next(sample_folder.rglob("*.jpg")))
    with ClusterExplorer(folder, model="pixels") as explorer:
        for ask in (lambda: explorer.data, lambda: explorer.embeddings, lambda: explorer.tree):
            with pytest.raises(ValueError, match=r"none of the images can be read; \S+: .+; explorer\.errors"):
                ask()
        assert not explorer.errors.empty


def test_what_vanishes_or_changes_after_the_scan(folder, sample_folder):
    for i, sample in enumerate(sorted(sample_folder.rglob("*.jpg"))[:6]):
        shutil.copy(sample, folder / f"{i}.jpg")
    collection = Collection.from_source(folder)
    (folder / "1.jpg").unlink()
    (folder / "3.jpg").write_bytes(b"")
    (folder / "4.jpg").unlink()
    (folder / "4.jpg").mkdir()
    vectors = embed(collection, get_network("pixels"), Store(), threading.Event(), lambda done, total: None)
    assert len(vectors) == 3
    assert (
        dict(zip(collection.errors["path"], collection.errors["exception"], strict=True))["1.jpg"]
        == "FileNotFoundError"
    )
    assert list(collection.errors["path"]) == ["1.jpg", "3.jpg", "4.jpg"]
    words = ["no such file", "empty", "folder"]
    assert all(word in reason for word, reason in zip(words, collection.errors["reason"], strict=True))


def test_no_permission():
    # Not in pytest's own folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        path = Path(parent) / "secret.png"
        Image.new("RGB", (9, 9)).save(path)
        assert decode_guarded(path).width == 9
        path.chmod(0)
        with as_nobody(), pytest.raises(UnreadableImage, match="no permission"):
            decode_guarded(path)


@contextlib.contextmanager
def as_nobody():
    """Drop the rights of root, who may read everything, where the tests run as root."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_socket(folder):
    path = folder / "s.jpg"
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(folder):
        listener.bind(path.name)
        with pytest.raises(UnreadableImage, match="a socket"):
            decode_guarded(path)
