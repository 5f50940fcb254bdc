"""What the browser gets in place of a picture that cannot be shown, and how large the others are."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.imaging import THUMBNAIL_SIZES
from imgclust_jupyter.store import Store
from imgclust_jupyter.widget.pictures import thumbnails


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "photos"
    place.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (600, 900, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(place / "1 good.jpg")
    (place / "2 empty.jpg").touch()
    (place / "3 cut.jpg").write_bytes((place / "1 good.jpg").read_bytes()[:300])
    Image.fromarray(pixels[:50]).save(place / "4 gone.jpg")
    return place


@pytest.mark.parametrize("size", THUMBNAIL_SIZES)
def test_a_tile_has_the_size_that_was_asked_for_and_is_kept(folder, tmp_path, size):
    store = Store(tmp_path / "store")
    collection = Collection.from_source(folder)
    _, (_, made) = thumbnails(collection, store, {"ids": [0], "size": size})
    assert max(Image.open(BytesIO(made)).size) == size
    (folder / "1 good.jpg").unlink()
    body, (_, kept) = thumbnails(collection, store, {"ids": [0], "size": size})
    assert kept == made
    assert body["reasons"] == {}


def test_an_empty_tile_comes_with_the_reason(folder, tmp_path):
    collection = Collection.from_source(folder)
    (folder / "4 gone.jpg").unlink()
    body, (offsets, _) = thumbnails(collection, Store(tmp_path / "store"), {"ids": [3, 2, 0, 1], "size": 64})
    lengths = np.diff(np.frombuffer(offsets, "<u4"))
    assert (lengths > 0).tolist() == [False, False, True, False]
    assert body["reasons"].keys() == {"1", "2", "3"}
    assert "empty" in body["reasons"]["1"]
    assert "moved or deleted" in body["reasons"]["3"]


def test_a_copy_of_what_has_a_tile_is_not_decoded(folder, tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    _, (_, made) = thumbnails(Collection.from_source(folder), store, {"ids": [0], "size": 64})
    (folder / "0 copy.jpg").write_bytes((folder / "1 good.jpg").read_bytes())
    monkeypatch.setattr("imgclust_jupyter.widget.pictures.decode_guarded", None)
    _, (_, copied) = thumbnails(Collection.from_source(folder), store, {"ids": [0], "size": 64})
    assert copied == made
