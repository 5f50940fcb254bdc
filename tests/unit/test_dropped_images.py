"""Images of which there is the content of a file, and no file."""

import shutil

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.collection.revision import candidates, merge, scan_again
from imgclust_jupyter.collection.sources import gather
from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget import pictures


@pytest.fixture
def folder(sample_folder, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("cat_00.jpg", "cat_01.jpg", "rocket_00.jpg"):
        shutil.copy(sample_folder / name, tmp_path / "photos" / name)
    return tmp_path / "photos"


@pytest.fixture
def collection(folder):
    collection = Collection.from_source(folder)
    collection.content_hashes(open_store())
    return collection


@pytest.fixture
def content(sample_folder):
    return (sample_folder / "brick_00.jpg").read_bytes()


def add(collection, *files):
    found = Collection(candidates(collection, list(files)), None)
    found.content_hashes(open_store())
    return merge(collection, found, open_store())


def told(revision):
    return [(revision.collection.items[each.id].relative, each.what) for each in revision.changes]


def test_it_has_its_own_name_beside_images_of_files(collection, content):
    revision = add(collection, FileContent("milka.jpg", content))
    assert told(revision) == [("milka.jpg", "added")]
    item = revision.collection.items[3]
    assert (item.name, item.location, item.size) == ("milka.jpg", "milka.jpg", len(content))
    assert revision.collection.table().loc[3, "path"] == "milka.jpg"


def test_what_has_the_content_of_any_image_is_there_already_whatever_its_name(collection, folder, content):
    same = FileContent("other.png", (folder / "cat_01.jpg").read_bytes())
    assert told(add(collection, same)) == [("cat_01.jpg", "already there")]
    once = add(collection, FileContent("milka.jpg", content)).collection
    assert told(add(once, FileContent("cow.jpg", content))) == [("milka.jpg", "already there")]
    twice = add(collection, FileContent("milka.jpg", content), FileContent("cow.jpg", content))
    assert told(twice) == [("milka.jpg", "added")]


def test_another_content_under_a_name_that_there_is_takes_nothings_place(collection, content):
    revision = add(collection, FileContent("cat_00.jpg", content), FileContent("cat_00.jpg", content + b" "))
    assert told(revision) == [("cat_00 (2).jpg", "added"), ("cat_00 (3).jpg", "added")]
    assert revision.collection.items[0] is collection.items[0]


def test_it_stays_when_the_folder_is_looked_through_again(collection, folder, content):
    (folder / "cat_00.jpg").unlink()
    dropped = add(collection, FileContent("milka.jpg", content)).collection
    found, vanished = scan_again(dropped, gather(folder))
    assert found.items == []
    assert vanished == [0]
    rest = merge(dropped, Collection(found, None), open_store(), vanished)
    assert [item.name for item in rest.collection.present] == ["cat_01.jpg", "rocket_00.jpg", "milka.jpg"]


def test_a_picture_of_each_kind_is_shown_and_what_is_none_has_its_reason(collection, tmp_path, content):
    Image.new("RGB", (70, 40), "red").save(tmp_path / "a.tif")  # decoded in another process
    tif = FileContent("page.TIF", (tmp_path / "a.tif").read_bytes())
    files = [FileContent("milka", content), tif, FileContent("empty.jpg", b""), FileContent("liar.jpg", b"<html>")]
    after = add(collection, *files).collection
    items = [pictures.check_ids(after, {"ids": [i]})[0] for i in (3, 4, 5, 6)]
    assert after.errors[["path", "reason"]].values.tolist() == [["empty.jpg", "the file is empty"]]
    body, (offsets, _) = pictures.thumbnails(after, open_store(), {"ids": [item.id for item in items], "size": 64})
    assert (np.diff(np.frombuffer(offsets, "<u4")) > 0).tolist() == [True, True, False, False]
    body, (jpeg,) = pictures.preview(after, {"id": 4, "size": 64})
    assert (body["width"], body["height"], jpeg[:2]) == (70, 40, b"\xff\xd8")


def test_one_that_was_unreadable_when_it_was_found_and_is_not_any_more_is_new(folder, content):
    (folder / "slow.jpg").write_bytes(content[:50])
    collection = Collection.from_source(folder)
    collection.content_hashes(open_store())
    collection.report_unreadable(3, "decode", OSError("truncated"))
    (folder / "slow.jpg").write_bytes(content)
    found, vanished = scan_again(collection, gather(folder))
    written = Collection(found, None)
    written.content_hashes(open_store())
    assert told(merge(collection, written, open_store(), vanished)) == [("slow.jpg", "added")]
