"""The table, the errors and the contents of a collection."""

import csv
import json
import os
import tarfile
import threading

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection import collection as collection_module
from imgclust_jupyter.imaging import UnreadableImage, decode, encode_thumbnails, read_shape
from imgclust_jupyter.store import open_store


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for i, color in enumerate(("red", "lime", "blue")):
        Image.new("RGB", (30 + i, 20), color).save(folder / f"{i}.png")
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    return folder


class TestContents:
    def test_equal_contents_have_equal_hashes(self, folder):
        collection = Collection.from_source(folder)
        zero, one, two, copy = collection.content_hashes(open_store())
        assert zero == copy
        assert len({zero, one, two}) == 3
        assert collection.content_hash(collection.items[1], open_store()) == one
        assert collection.content_hashes(open_store(), [2, 0, 2]) == [two, zero, two]

    def test_the_second_time_nothing_is_read(self, folder, monkeypatch):
        first = Collection.from_source(folder)
        assert first.known_hashes(open_store()) == [None] * 4
        hashes = first.content_hashes(open_store())

        def fail(item):
            raise AssertionError(f"{item.name} was read again")

        monkeypatch.setattr(collection_module, "digest", fail)
        second = Collection.from_source(folder)
        assert second.content_hashes(open_store()) == second.known_hashes(open_store()) == hashes
        assert Collection.from_source(folder).content_hash(second.items[2], open_store()) == hashes[2]

    def test_a_changed_file_is_read_again(self, folder):
        before = Collection.from_source(folder).content_hashes(open_store())
        Image.new("RGB", (30, 20), "white").save(folder / "0.png")
        os.utime(folder / "0.png", ns=(1, 1))
        after = Collection.from_source(folder).content_hashes(open_store())
        assert before[0] != after[0]
        assert before[1:] == after[1:]

    def test_pixels_in_memory(self):
        pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
        palette = Image.fromarray(pixels).convert("P")
        other_palette = palette.copy()
        other_palette.putpalette([1, 2, 3] * 256)
        different = [pixels, pixels.reshape(4, 3), pixels.astype(np.uint16), pixels[:, ::-1], Image.fromarray(pixels)]
        different += [palette, other_palette]
        collection = Collection.from_source([*different, pixels.copy(order="F"), Image.fromarray(pixels)])
        hashes = collection.content_hashes(open_store())
        assert len(set(hashes[:7])) == 7
        assert hashes[7] == hashes[0]
        assert hashes[8] == hashes[4]

    def test_files_that_cannot_be_read_become_errors(self, folder):
        (folder / "empty.png").touch()
        os.mkfifo(folder / "pipe.png")
        (folder / "broken.png").symlink_to(folder / "missing")
        collection = Collection.from_source(folder)
        (folder / "2.png").unlink()
        hashes = collection.content_hashes(open_store())
        assert [h is None for h in hashes] == [False, False, True, True, False, True, True]
        assert collection.readable.tolist() == [0, 1, 4]
        errors = collection.errors
        assert list(errors.columns) == ["path", "stage", "reason", "exception"]
        assert errors["path"].tolist() == ["2.png", "broken.png", "empty.png", "pipe.png"]
        assert errors["exception"].tolist() == ["FileNotFoundError"] * 2 + ["UnreadableImage"] * 2
        with pytest.raises(UnreadableImage, match="empty"):
            collection.content_hash(collection.items[5], open_store())

    def test_a_picture_in_memory_whose_file_is_damaged(self, folder):
        (folder / "0.png").write_bytes((folder / "0.png").read_bytes()[:60])
        with Image.open(folder / "0.png") as image:
            collection = Collection.from_source([image, np.zeros((2, 2))])
            assert collection.content_hashes(open_store())[0] is None
        assert collection.readable.tolist() == [1]


class TestErrors:
    def test_none(self, folder):
        errors = Collection.from_source(folder).errors
        assert len(errors) == 0
        assert list(errors.columns) == ["path", "stage", "reason", "exception"]

    def test_reports_come_from_many_threads(self, folder):
        collection = Collection.from_source([np.zeros((2, 2))] * 200)
        failures = [ValueError("cannot"), MemoryError(), UnreadableImage("it is odd")]

        def report(first):
            for i in range(first, 200, 8):
                collection.report_unreadable(i, "embed", failures[i % 3])
                assert len(collection.errors) + len(collection.readable) >= 1

        threads = [threading.Thread(target=report, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(collection.errors) == 100
        assert collection.readable.tolist() == [i for i in range(200) if i % 8 >= 4]
        assert collection.errors["exception"].iloc[:3].tolist() == ["ValueError", "MemoryError", "UnreadableImage"]
        assert collection.errors["reason"].iloc[2] == "it is odd"


class TestTable:
    def test_shapes_are_missing_until_they_are_known(self, folder):
        collection = Collection.from_source(folder)
        collection.set_shape(1, 31, 20)
        assert collection.table()["width"].fillna(-1).tolist() == [-1, 31, -1, -1]
        for item in collection.items:
            collection.set_shape(item.id, *read_shape(item.source))
        assert collection.table()["width"].tolist() == [30, 31, 32, 30]
        assert collection.table()["width"].dtype == np.int64

    def test_unreadable_images_are_left_out_and_the_index_goes_along(self, folder):
        metadata = pd.DataFrame({"file": ["0.png", "1.png", "2.png", "copy.png"]}, index=["w", "x", "y", "z"])
        collection = Collection.from_source(folder, metadata)
        collection.report_unreadable(1, "decode", ValueError())
        table = collection.table()
        assert table["name"].tolist() == ["0.png", "2.png", "copy.png"]
        assert table["path"].tolist() == [str(folder / name) for name in table["name"]]
        assert table.index.tolist() == ["w", "y", "z"]
        assert collection.table([3, 1]).index.tolist() == ["z", "x"]

    def test_text_for_the_browser(self, folder):
        metadata = pd.DataFrame(
            {
                "file": ["0.png", "1.png", "2.png"],
                "html": pd.Series(["<b>bold</b>", "lone \ud83d surrogate", None], dtype=object),
                "number": [1.5, np.inf, np.nan],
                "large": [str(2**60), 3, 2**60],
                "flag": [True, False, True],
                "when": pd.to_datetime(["2024-05-01", None, "2024-05-02"]),
                "list": [[1, 2], {}, None],
            }
        )
        collection = Collection.from_source(folder, metadata)
        collection.set_shape(0, 30, 20)
        collection.report_unreadable(2, "decode", ValueError())
        rows = collection.text([2, 0, 1, 3])
        assert json.loads(json.dumps(rows, allow_nan=False).encode("utf-8")) == rows
        json.dumps(rows, ensure_ascii=False).encode("utf-8")
        assert [row["path"] for row in rows] == ["2.png", "0.png", "1.png", "copy.png"]
        assert rows[1] | {"index": 0} == {
            "name": "0.png",
            "path": "0.png",
            "size": (folder / "0.png").stat().st_size,
            "width": 30,
            "height": 20,
            "index": 0,
            "file": "0.png",
            "html": "<b>bold</b>",
            "number": 1.5,
            "large": str(2**60),
            "flag": "True",
            "when": "2024-05-01 00:00:00",
            "list": "[1, 2]",
        }
        assert (rows[0]["large"], rows[2]["large"]) == (str(2**60), 3)
        assert rows[0]["number"] is rows[2]["number"] is rows[2]["when"] is rows[3]["html"] is rows[0]["width"] is None


@pytest.mark.data
def test_every_odd_file_is_shown_right_or_reported(test_data, tmp_path):
    with tarfile.open(test_data / "dirty.tar") as archive:
        archive.extractall(tmp_path, filter="data")
    with (test_data / "dirty_manifest.csv").open(encoding="utf-8", newline="") as file:
        manifest = {row["path"]: row for row in csv.DictReader(file)}
    collection = Collection.from_source(tmp_path / "dirty")
    store = open_store()
    shown = {}
    collection.content_hashes(store)
    for i in collection.readable.tolist():
        item = collection.items[i]
        try:
            decoded, reduced = decode(item.source), decode(item.source, min_side=64)
        except UnreadableImage as error:
            collection.report_unreadable(i, "decode", error)
            continue
        assert (decoded.width, decoded.height) == (reduced.width, reduced.height) == decoded.image.size
        assert read_shape(item.source) == decoded.image.size
        assert all(encode_thumbnails(decoded.image, (64, 128)).values())
        shown[item.relative] = np.asarray(decoded.image.resize((64, 64))).astype(int)
    reported = set(collection.errors["path"])
    assert len(manifest) == 78
    assert not set(shown) & reported
    for path, row in manifest.items():
        seen = "ok" if path in shown else "unreadable" if path in reported else "skip"
        allowed = {"partial": {"ok", "unreadable"}, "either": {"ok", "unreadable", "skip"}}
        assert seen in allowed.get(row["expected"], {row["expected"]}), (path, row["kind"], seen)
        # The manifest has the sizes as stored, before turning.
        if seen == "ok" and row["pillow_13_here"].startswith("ok") and "EXIF" not in row["kind"]:
            assert row["pillow_13_here"].split()[-1] == "{}x{}".format(*read_shape(tmp_path / "dirty" / path)), path
    assert all("Error" not in reason and len(reason) > 10 for reason in collection.errors["reason"])

    def difference(one, other):
        return np.abs(shown[one] - shown[other]).mean()

    for orientation in (3, 6, 8):
        assert difference("exif_orientation_1.jpg", f"exif_orientation_{orientation}.jpg") < 10
    for name in ("gray16.png", "gray16.tif", "float32.tif"):
        assert shown[name].std() > 30
        assert (shown[name] == 255).mean() < 0.2
    assert difference("gray16.png", "gray16.tif") == 0
    assert (
        difference("dup_exact_a.jpg", "dup_exact_b.jpg")
        == 0
        < difference("dup_exact_a.jpg", "dup_recompressed.jpg")
        < 5
    )
    # The same photograph was saved in each of these ways.
    assert difference("lab.tif", "percent%20hash#question.jpg") < 10
    assert difference("cmyk.jpg", "photo.bmp") < 10
    assert shown["fully_transparent.png"].min() == 255
    assert (shown["icon.ico"].std(), shown["all_black.jpg"].max()) > (20, 0)
