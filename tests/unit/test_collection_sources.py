"""Which images a source has."""

import glob
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection, check_source
from imgclust_jupyter.collection.sources import PATH_COLUMNS


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(source, **options):
    return [item.relative for item in Collection.from_source(source, **options).items]


class TestFolders:
    def test_images_in_natural_order_with_subfolders(self, tmp_path):
        touch(tmp_path, "a10.jpg", "a2.PNG", "B1.tif", "sub/c.gif", "sub/deep/d.webp", "notes.txt", "Thumbs.db")
        assert found(tmp_path) == ["a2.PNG", "a10.jpg", "B1.tif", "sub/c.gif", "sub/deep/d.webp"]
        assert found(str(tmp_path), recursive=False) == ["a2.PNG", "a10.jpg", "B1.tif"]

    def test_ids_names_sizes_and_title(self, tmp_path):
        touch(tmp_path / "photos", "b.jpg", "sub/a.jpg")
        collection = Collection.from_source(tmp_path / "photos")
        assert collection.name == "photos"
        for number, (item, name) in enumerate(zip(collection.items, ["b.jpg", "a.jpg"], strict=True)):
            assert (item.id, item.name, item.size) == (number, name, 1)
            assert item.source == tmp_path / "photos" / item.relative
            assert item.mtime_ns == item.source.stat().st_mtime_ns

    def test_hidden_files_and_folders_are_left_out(self, tmp_path):
        touch(tmp_path, "a.jpg", ".hidden.jpg", "._a.jpg", ".ipynb_checkpoints/a-checkpoint.jpg")
        assert found(tmp_path) == ["a.jpg"]

    def test_a_hidden_folder_can_be_asked_for(self, tmp_path):
        touch(tmp_path / ".photos", "a.jpg")
        assert found(tmp_path / ".photos") == ["a.jpg"]

    def test_a_folder_that_looks_like_a_picture(self, tmp_path):
        touch(tmp_path, "folder.jpg/inside.jpg")
        assert found(tmp_path) == ["folder.jpg/inside.jpg"]

    def test_links_in_circles(self, tmp_path):
        touch(tmp_path, "a/1.jpg", "b/2.jpg")
        (tmp_path / "a" / "parent").symlink_to(tmp_path)
        (tmp_path / "a" / "other").symlink_to(tmp_path / "b")
        (tmp_path / "b" / "other").symlink_to(tmp_path / "a")
        assert found(tmp_path) == ["a/1.jpg", "b/2.jpg"]

    def test_links_to_folders_and_files_elsewhere(self, tmp_path):
        touch(tmp_path, "photos/1.jpg", "elsewhere/2.jpg")
        (tmp_path / "photos" / "more").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "photos" / "0.jpg").symlink_to(tmp_path / "elsewhere" / "2.jpg")
        assert found(tmp_path / "photos") == ["0.jpg", "1.jpg", "more/2.jpg"]

    def test_what_cannot_be_read_is_still_there(self, tmp_path):
        touch(tmp_path, "a.jpg")
        (tmp_path / "broken.jpg").symlink_to(tmp_path / "missing")
        (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
        os.mkfifo(tmp_path / "pipe.jpg")
        assert found(tmp_path) == ["a.jpg", "broken.jpg", "loop.jpg", "pipe.jpg"]

    def test_a_subfolder_that_cannot_be_listed_is_an_error(self, tmp_path, monkeypatch):
        touch(tmp_path, "a.jpg", "closed/b.jpg")
        scandir = os.scandir

        def closed(path):
            if Path(path).name == "closed":
                raise PermissionError(13, "Permission denied", str(path))
            return scandir(path)

        monkeypatch.setattr(os, "scandir", closed)
        collection = Collection.from_source(tmp_path)
        assert [item.relative for item in collection.items] == ["a.jpg"]
        assert collection.errors.to_dict("records") == [
            {
                "path": "closed",
                "stage": "scan",
                "reason": "there is no permission to read it",
                "exception": "PermissionError",
            }
        ]
        assert collection.readable.tolist() == [0]
        with pytest.raises(PermissionError):
            Collection.from_source(tmp_path / "closed")

    def test_names_that_are_not_unicode(self, tmp_path):
        name = os.fsdecode(b"caf\xe9.jpg")
        try:
            touch(tmp_path, name, "mačka 猫 😀.jpg")
        except OSError:
            pytest.skip("this file system takes Unicode names only")
        collection = Collection.from_source(tmp_path)
        assert [item.name for item in collection.items] == ["caf\ufffd.jpg", "mačka 猫 😀.jpg"]
        assert all(item.source.read_bytes() == b"x" for item in collection.items)
        assert [row["path"].encode() for row in collection.text([0, 1])]
        assert collection.table()["path"].tolist() == [str(item.source) for item in collection.items]

    def test_no_images(self, tmp_path):
        touch(tmp_path, "notes.txt", "sub/a.jpg")
        with pytest.raises(ValueError, match=r"no image in .*\.jpg"):
            Collection.from_source(tmp_path, recursive=False)
        with pytest.raises(FileNotFoundError, match=r"no folder .*missing.*current folder"):
            Collection.from_source(tmp_path / "missing")


class TestPatterns:
    NAMES = ("a1.jpg", "a2.png", "b.jpg", "sub/a1.jpg", "sub/deep/a3.jpg", "other/b.png", ".hidden/a1.jpg", "a.txt")

    @pytest.mark.parametrize(
        "pattern",
        [
            "*.jpg",
            "*",
            "a?.*",
            "[ab].jpg",
            "*/*.jpg",
            "sub/*",
            "**/*.jpg",
            "**",
            "**/a*",
            "*/deep/*.jpg",
            "sub/**/*.jpg",
        ],
    )
    def test_they_mean_what_they_mean_to_glob(self, tmp_path, pattern):
        touch(tmp_path, *self.NAMES)
        expected = {
            path
            for path in glob.glob(str(tmp_path / pattern), recursive=True)  # noqa: PTH207  pathlib's ** means something else
            if path.endswith((".jpg", ".png")) and Path(path).is_file()
        }
        collection = Collection.from_source(str(tmp_path / pattern))
        assert {str(item.source) for item in collection.items} == expected
        assert len(collection.items) == len(expected)

    def test_a_folder_may_have_a_name_like_a_pattern(self, tmp_path):
        touch(tmp_path / "photos [2024]", "a.jpg")
        assert found(tmp_path / "photos [2024]") == ["a.jpg"]

    def test_the_title_is_the_folder(self, tmp_path):
        touch(tmp_path, "photos/sub/a.jpg")
        assert Collection.from_source(str(tmp_path / "photos" / "*" / "*.jpg")).name == "photos"

    def test_relative_to_the_current_folder(self, tmp_path, monkeypatch):
        touch(tmp_path, "photos/a.jpg")
        monkeypatch.chdir(tmp_path)
        assert found("photos/*.jpg") == found("photos") == found(Path("photos")) == ["a.jpg"]

    def test_nothing_matches(self, tmp_path):
        touch(tmp_path, "a.jpg")
        with pytest.raises(ValueError, match=r"matches '\*\.png'"):
            Collection.from_source(str(tmp_path / "*.png"))
        with pytest.raises(FileNotFoundError, match="missing"):
            Collection.from_source(str(tmp_path / "missing" / "*.png"))

    def test_links_in_circles(self, tmp_path):
        touch(tmp_path, "a/1.jpg")
        for name in ("one", "two", "three"):
            (tmp_path / "a" / name).symlink_to(tmp_path)
        assert found(str(tmp_path / "**" / "*.jpg")) == ["a/1.jpg"]


class TestLists:
    def test_paths_keep_their_order_and_may_repeat(self, tmp_path):
        touch(tmp_path, "x/b.jpg", "y/a.jpg", "y/no_suffix")
        paths = [tmp_path / "y" / "a.jpg", str(tmp_path / "x" / "b.jpg"), tmp_path / "y" / "a.jpg"]
        assert found([*paths, tmp_path / "y" / "no_suffix"]) == ["y/a.jpg", "x/b.jpg", "y/a.jpg", "y/no_suffix"]

    def test_one_file(self, tmp_path):
        touch(tmp_path, "a.jpg", "table.csv")
        assert found(tmp_path / "a.jpg") == ["a.jpg"]
        with pytest.raises(ValueError, match=r"table\.csv is no picture"):
            Collection.from_source(tmp_path / "table.csv")

    def test_any_iterable(self, tmp_path):
        touch(tmp_path, "a.jpg", "b.jpg")
        assert found(path for path in sorted(tmp_path.iterdir())) == ["a.jpg", "b.jpg"]
        assert found(pd.Series([str(tmp_path / "b.jpg")])) == ["b.jpg"]

    def test_a_missing_file_is_there_to_be_reported(self, tmp_path):
        touch(tmp_path, "a.jpg")
        collection = Collection.from_source([tmp_path / "a.jpg", tmp_path / "missing.jpg"])
        assert (collection.items[1].size, collection.items[1].mtime_ns) == (0, 0)

    def test_only_missing_files(self):
        with pytest.raises(FileNotFoundError, match=r"none of the 2 files exists; the first is .*a\.jpg"):
            Collection.from_source(["a.jpg", "b.jpg"])

    def test_pixels_in_memory(self, tmp_path):
        touch(tmp_path, "c.jpg")
        array, image = np.zeros((4, 5), dtype=np.uint8), Image.new("RGB", (3, 2))
        collection = Collection.from_source([array, image, tmp_path / "c.jpg"])
        assert [(item.name, item.relative, item.size) for item in collection.items] == [
            ("array 0", "array 0", 20),
            ("image 1", "image 1", 18),
            ("c.jpg", "c.jpg", 1),
        ]
        assert collection.items[0].source is array
        assert len(Collection.from_source(np.zeros((7, 4, 5, 3))).items) == 7

    @pytest.mark.parametrize(
        ("source", "error", "words"),
        [
            ([], ValueError, "no images"),
            (iter([]), ValueError, "no images"),
            (pd.DataFrame({"path": []}), ValueError, "no images"),
            ([1, 2], TypeError, "image 0 is 1"),
            (["a.jpg", None], TypeError, "image 1 is None"),
            (7, TypeError, "must be a folder"),
            (None, TypeError, "NoneType"),
            (b"photos", TypeError, "bytes"),
            ({"a": 1}, TypeError, "dict"),
            (Image.new("L", (2, 2)), TypeError, "list of arrays or PIL images"),
            (np.zeros((20, 30, 3)), TypeError, "list of arrays"),
        ],
    )
    def test_what_is_no_source(self, source, error, words):
        with pytest.raises(error, match=words):
            Collection.from_source(source)


class TestTables:
    @pytest.mark.parametrize("column", [*PATH_COLUMNS, "Image", "FILE"])
    def test_the_column_of_paths(self, tmp_path, column):
        touch(tmp_path, "b.jpg", "a.jpg")
        frame = pd.DataFrame({"breed": ["pug", "boxer"], column: [str(tmp_path / "b.jpg"), tmp_path / "a.jpg"]})
        assert found(frame) == ["b.jpg", "a.jpg"]

    def test_its_columns_and_index_are_the_metadata(self, tmp_path):
        touch(tmp_path, "b.jpg", "a.jpg")
        frame = pd.DataFrame(
            {"path": [str(tmp_path / "b.jpg"), str(tmp_path / "a.jpg")], "breed": ["pug", "boxer"]}, index=[70, 50]
        )
        table = Collection.from_source(frame).table()
        assert list(table.columns) == ["name", "path", "size", "width", "height", "breed"]
        assert table.index.tolist() == [70, 50]
        assert table["breed"].tolist() == ["pug", "boxer"]

    def test_more_metadata_can_be_joined(self, tmp_path):
        touch(tmp_path, "b.jpg", "a.jpg")
        frame = pd.DataFrame(
            {"file": [tmp_path / "b.jpg", tmp_path / "a.jpg"], "breed": ["pug", "boxer"]}, index=[7, 5]
        )
        more = pd.DataFrame({"image": ["a.jpg", "b.jpg"], "breed": ["x", "y"], "age": [1, 2]})
        table = Collection.from_source(frame, more).table()
        assert table.index.tolist() == [7, 5]
        assert table[["breed", "breed_metadata", "age"]].to_numpy().tolist() == [["pug", "y", 2], ["boxer", "x", 1]]

    def test_no_column_of_paths(self):
        with pytest.raises(ValueError, match="no column of paths; its columns are breed, age"):
            Collection.from_source(pd.DataFrame({"breed": ["pug"], "age": [3]}))


def test_check_source_finds_mistakes_without_looking_at_the_images(tmp_path):
    touch(tmp_path, "notes.txt")
    check_source(tmp_path)
    check_source(["missing.jpg"])
    for wrong in (tmp_path / "missing", [], pd.DataFrame({"breed": ["pug"]}), 7):
        with pytest.raises((FileNotFoundError, ValueError, TypeError)):
            check_source(wrong)
