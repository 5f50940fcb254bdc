"""Every frame of a file as an image of its own."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import get_network
from imgclust_jupyter.embedding.batch import embed_pictures
from imgclust_jupyter.imaging import Frame, decode, read_shape
from imgclust_jupyter.imaging.guard import decode_guarded
from imgclust_jupyter.store import open_store

LEVELS = (10, 90, 170, 250)


def stack(suffix, levels=LEVELS):
    frames = [Image.fromarray(np.full((12, 16), level, dtype=np.uint8)) for level in levels]
    buffer = io.BytesIO()
    kind = {".tif": "TIFF", ".gif": "GIF", ".png": "PNG", ".webp": "WEBP"}[suffix]
    options = {"lossless": True} if suffix == ".webp" else {}
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], **options)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "scan.tif").write_bytes(stack(".tif"))
    (folder / "walk.gif").write_bytes(stack(".gif", LEVELS[:2]))
    (folder / "broken.tif").write_bytes(b"II*\0 broken")
    Image.new("L", (16, 12), 40).save(folder / "photo.jpg")
    return folder


NAMES = ["broken.tif", "photo.jpg", *(f"scan.tif [{i}]" for i in range(4)), "walk.gif [0]", "walk.gif [1]"]


def test_one_row_for_each(folder):
    collection = Collection.from_source(folder, frames="all")
    assert [item.relative for item in collection.items] == [item.name for item in collection.items] == NAMES
    assert [item.id for item in collection.items] == list(range(8))
    table = collection.table(range(8))
    assert table["frame"].tolist() == [0, 0, 0, 1, 2, 3, 0, 1]
    assert table["path"].tolist()[2:6] == [str(folder / "scan.tif")] * 4
    assert [row["path"] for row in collection.text(range(8))] == NAMES
    assert collection.errors[["path", "stage"]].to_numpy().tolist() == [["broken.tif", "scan"]]
    assert collection.readable.tolist() == list(range(1, 8))
    assert "frame" not in Collection.from_source(folder).table()
    assert len(Collection.from_source(folder).items) == 4


@pytest.mark.parametrize("suffix", [".tif", ".gif", ".png", ".webp"])
@pytest.mark.parametrize("read", [decode, decode_guarded])
def test_each_shows_its_own_picture(tmp_path, suffix, read):
    (tmp_path / f"a{suffix}").write_bytes(stack(suffix))
    items = Collection.from_source(tmp_path, frames="all").items
    assert [np.asarray(read(item.source).image).mean().round() for item in items] == list(LEVELS)
    assert [read_shape(item.source) for item in items] == [(16, 12)] * 4


def test_hashes_are_of_file_and_frame(folder):
    store = open_store()
    collection = Collection.from_source(folder, frames="all")
    hashes = collection.content_hashes(store)
    assert len(set(hashes)) == 8
    by_name = dict(zip(NAMES, hashes, strict=True))
    first = Collection.from_source(folder)
    # A file's first frame is the file as it is shown without frames.
    assert dict(zip((item.relative for item in first.items), first.content_hashes(store), strict=True)) == {
        "broken.tif": by_name["broken.tif"],
        "photo.jpg": by_name["photo.jpg"],
        "scan.tif": by_name["scan.tif [0]"],
        "walk.gif": by_name["walk.gif [0]"],
    }
    assert collection.content_hash(collection.items[4], store) == by_name["scan.tif [2]"]
    assert Collection.from_source(folder, frames="all").content_hashes(store) == hashes


def test_a_file_is_read_once_for_all_its_frames(folder, monkeypatch):
    from imgclust_jupyter.collection import collection as module

    collection = Collection.from_source(folder, frames="all")
    read = []
    digest = module.digest
    monkeypatch.setattr(module, "digest", lambda item, limits: read.append(item.file.name) or digest(item, limits))
    collection.content_hashes(open_store())
    assert sorted(read) == ["broken.tif", "photo.jpg", "scan.tif", "walk.gif"]


def test_frames_are_embedded_apart(folder):
    collection = Collection.from_source(folder, frames="all")
    hashes = collection.content_hashes(open_store())
    sources = {content: item.source for content, item in zip(hashes, collection.items, strict=True)}
    records, failures = embed_pictures(get_network("pixels"), sources)
    assert list(failures) == [hashes[0]]
    shown = {record.hash: record.embedding for record in records}
    assert len({shown[content].tobytes() for content in hashes[1:]}) == 5  # the GIF has two of the scan's levels


def test_metadata_are_about_files(folder):
    metadata = pd.DataFrame(
        {"file": ["scan.tif", "walk.gif", "photo.jpg", "broken.tif"], "frame": ["s", "w", "p", "b"]}, index=list("stuv")
    )
    collection = Collection.from_source(folder, metadata, frames="all")
    table = collection.table(range(8))
    assert table["frame_metadata"].tolist() == ["b", "p", "s", "s", "s", "s", "w", "w"]
    assert table["frame"].tolist() == [0, 0, 0, 1, 2, 3, 0, 1]
    assert table["index"].tolist() == list("vussss"[:2]) + ["s"] * 4 + ["t"] * 2
    assert table.index.tolist() == list(range(8))
    assert collection.notices == []
    assert Collection.from_source(folder, metadata).table().index.tolist() == list("vust")


def test_a_table_as_source(folder):
    frame = pd.DataFrame({"path": [folder / "walk.gif", folder / "photo.jpg"], "breed": ["pug", "boxer"]}, index=[7, 5])
    table = Collection.from_source(frame, frames="all").table()
    assert table["breed"].tolist() == ["pug", "pug", "boxer"]
    assert table["index"].tolist() == [7, 7, 5]
    single = Collection.from_source(frame.iloc[1:], frames="all").table()
    assert single.index.tolist() == [5]


def test_in_archives_and_pixels_in_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("scan.tif", stack(".tif"))
    items = Collection.from_source(tmp_path / "a.zip", frames="all").items
    assert [np.asarray(decode(item.source).image).mean() for item in items] == list(LEVELS)
    arrays = Collection.from_source([np.zeros((3, 3)), Image.new("L", (2, 2))], frames="all")
    assert [item.name for item in arrays.items] == ["array 0", "image 1"]
    assert arrays.table()["frame"].tolist() == [0, 0]


def test_more_frames_than_the_limit_are_one_unreadable_image(tmp_path):
    (tmp_path / "a.gif").write_bytes(stack(".gif", [i % 256 for i in range(10_001)]))
    collection = Collection.from_source(tmp_path, frames="all")
    (item,) = collection.items
    assert item.relative == "a.gif"
    assert collection.errors[["path", "stage", "reason"]].to_numpy().tolist() == [
        ["a.gif", "scan", "it has 10,001 frames, and the limit is 10,000"]
    ]


def test_a_frame_of_bytes():
    assert np.asarray(decode(Frame(stack(".tif"), 2)).image).mean() == LEVELS[2]


def test_what_frames_can_be(folder):
    with pytest.raises(ValueError, match="frames must be one of"):
        Collection.from_source(folder, frames="some")
