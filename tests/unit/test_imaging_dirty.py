"""What becomes of every file of the set of odd and bad ones; where its list leaves it open, this says which."""

import csv
import tarfile

import pytest

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.imaging import UnreadableImage, decode_guarded
from imgclust_jupyter.store import open_store

# A part of a picture is not shown: who compares pictures should not take grey for what was photographed.
DECIDED = {
    "truncated_half.jpg": "the file ends too early",
    "truncated_last_100_bytes.jpg": "the file ends too early",
    "truncated.png": "the file ends too early",
    "bit_rot.jpg": "the file is damaged",
    "no_extension": "skip",
    "big_10000x10000_1bit.png": "ok",
    "photo.jp2": "ok",
    "photo.tga": "ok",
    "photo.ppm": "ok",
    "photo.avif": "ok",
    "icon.ico": "ok",
    "libjpeg_testimgari.jpg": "ok",
    "libjpeg_testimgint.jpg": "ok",
    "libjpeg_monkey12.jpg": "not an image",  # 12 bits a colour, for which libjpeg is not built
    "pngsuite_xcsn0g01.png": "ok",  # a wrong checksum of the pixels, which are all there
    "zero_bytes.jpg": "the file is empty",
    "bomb_20000x20000.png": "megapixels",
    "drawing.svg": "a drawing (SVG)",
}


@pytest.mark.data
def test_every_file_of_the_set(test_data, tmp_path):
    with tarfile.open(test_data / "dirty.tar") as archive:
        archive.extractall(tmp_path, filter="data")
    with (test_data / "dirty_manifest.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["path"]: row["expected"] for row in csv.DictReader(file)} | DECIDED
    collection = Collection.from_source(tmp_path / "dirty")
    collection.content_hashes(open_store())
    outcomes = {}
    for i in collection.readable.tolist():
        item = collection.items[i]
        try:
            decode_guarded(item.source)
            outcomes[item.relative] = "ok"
        except UnreadableImage as error:
            outcomes[item.relative] = error.reason
    outcomes |= dict(zip(collection.errors["path"], collection.errors["reason"], strict=True))
    assert not {"either", "partial"} & set(expected.values())
    for path, outcome in expected.items():
        seen = outcomes.pop(path, "skip")
        if outcome == "unreadable":
            assert seen not in ("ok", "skip"), path
        else:
            assert outcome in seen, (path, seen)
    assert not outcomes
