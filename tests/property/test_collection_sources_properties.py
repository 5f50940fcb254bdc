"""What holds for sources of every kind: no place of the machine and no secret reaches the browser."""

import io
import json
import tarfile
import zipfile

import fsspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.archives import is_picture
from imgclust_jupyter.collection.remote import public_url
from imgclust_jupyter.imaging import UnreadableImage, decode
from imgclust_jupyter.pipeline import Options, Progress, Results
from imgclust_jupyter.store import open_store
from imgclust_jupyter.widget import pictures
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.widget.publisher import Publisher

PLACE = "private-place-of-the-machine"


def contents():
    frames = [Image.new("L", (8, 6), level) for level in (10, 200)]
    scan, photo = io.BytesIO(), io.BytesIO()
    frames[0].save(scan, "TIFF", save_all=True, append_images=frames[1:])
    Image.new("RGB", (9, 7), "red").save(photo, "PNG")
    return {"scan.tif": scan.getvalue(), "sub/photo.png": photo.getvalue(), "bad.png": b"no picture", "empty.jpg": b""}


def sources(root):
    """Yield a source of each kind, all below a folder whose name must not be told."""
    root = root / PLACE
    folder = root / "photos"
    for name, content in contents().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    files = [folder / name for name in contents()]
    (folder / "broken.png").symlink_to(root / "missing")
    with zipfile.ZipFile(root / "photos.zip", "w") as archive:
        for file, name in zip(files, contents(), strict=True):
            archive.write(file, name)
    for suffix, mode in ((".tar", "w"), (".tgz", "w:gz")):
        with tarfile.open(root / f"photos{suffix}", mode) as archive:
            for file, name in zip(files, contents(), strict=True):
                archive.add(file, name)
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for name, content in contents().items():
        memory.pipe(f"/photos/{name}", content)
    urls = [f"file://{file}" for file in files]
    yield from (folder, str(folder / "**"), files, [*map(str, files), np.zeros((4, 4)), folder / "missing.png"], urls)
    yield from (f"file://{folder}", root / "photos.zip", root / "photos.tar", root / "photos.tgz", "memory://photos")
    yield f"zip://::file://{root}/photos.zip"
    yield pd.DataFrame({"path": files, "again": list(map(str, files)), "n": range(4)})
    yield pd.DataFrame({"url": urls, "again": urls, "n": range(4)})


@pytest.mark.parametrize("frames", ["first", "all"])
def test_no_place_of_the_machine_reaches_the_browser(tmp_path, frames):
    store = open_store()
    for source in sources(tmp_path):
        collection = Collection.from_source(source, frames=frames)
        collection.content_hashes(store)
        for i in collection.readable.tolist():
            try:
                decode(collection.items[i].source)
            except UnreadableImage as error:
                collection.report_unreadable(i, "decode", error)
        assert len(collection.errors) >= 2, source
        told = [pictures.errors(collection)[0]]
        ids = [item.id for item in collection.items]
        told.append(pictures.rows(collection, {"ids": ids})[0])
        for item in collection.items:
            try:
                pictures.preview(collection, {"id": item.id, "size": 64})
            except Exception as error:  # noqa: BLE001  its words go to the browser
                told.append(str(error))
        dataset = DatasetModel()
        widget = ExplorerWidget(dataset, lambda *_: None)
        options = Options(source)
        results = Results(collection=collection, ids=collection.readable, notices=tuple(collection.notices))
        Publisher(dataset, widget, options).results(results)
        told.append(dataset.header)
        shown = json.dumps(told, default=str, ensure_ascii=False)
        assert PLACE not in shown, source
        assert "photo.png" in shown
    fsspec.filesystem("memory").store.clear()


def failures(root):
    """Yield sources that cannot be used, with what is told of them."""
    root = root / PLACE / "data"
    root.mkdir(parents=True)
    (root / "empty").mkdir()
    for name in ("bad.zip", "bad.tar", "bad.tgz", "notes.txt"):
        (root / name).write_bytes(b"no archive" * 100)
    with zipfile.ZipFile(root / "none.zip", "w") as archive:
        archive.writestr("a.txt", b"x")
    yield from (root / "missing", str(root / "*.png"), root / "empty", [root / "missing.png"], root / "notes.txt")
    yield from (root / "bad.zip", root / "bad.tar", root / "bad.tgz", root / "none.zip", f"file://{root}/missing")
    yield from (f"zip://*::file://{root}/bad.zip", f"zip://*::file://{root}/missing.zip")


def test_what_is_told_of_a_failure_names_no_folder_of_the_machine(tmp_path):
    for source in failures(tmp_path):
        with pytest.raises((OSError, ValueError)) as failed:
            Collection.from_source(source)
        dataset = DatasetModel()
        widget = ExplorerWidget(dataset, lambda *_: None)
        message = Progress(state="failed", message=str(failed.value))
        Publisher(dataset, widget, Options(source)).progress(message)
        assert PLACE not in json.dumps(dataset.progress), source
        assert len(dataset.progress["message"]) > 20


words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=3, max_size=8)


@given(st.sampled_from(["http", "https", "ftp", "s3", "sftp"]), words, words, words, words)
def test_neither_password_nor_query_is_in_a_public_url(protocol, user, password, query, name):
    secret = f"<{password}>"
    shown = public_url(f"{protocol}://{user}:{secret}@host.org/a/{name}.jpg?{query}={secret}")
    assert shown == f"{protocol}://host.org/a/{name}.jpg"
    assert public_url(shown) == shown


@given(st.lists(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1), min_size=1, max_size=4))
def test_a_picture_has_no_hidden_part_and_a_suffix(parts):
    path = "/".join([*parts, "a.jpg"])
    assert is_picture(path) == (not any((part.startswith(".") and part != ".") or part == "__MACOSX" for part in parts))
    assert not is_picture(path + ".txt")
