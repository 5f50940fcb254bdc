"""Orders that the browser asks the kernel for."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.spatial.distance import cdist

from imgclust_jupyter.pipeline import Options, Pipeline
from imgclust_jupyter.widget.ordering import order, similar
from imgclust_jupyter.widget.rpc import BadRequestError


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Twelve images, the fourth of which cannot be read, the last a copy of the first."""
    folder = tmp_path_factory.mktemp("ordered")
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "file": [f"{'b' if i % 2 else 'a'}/p{i + 1}.png" for i in range(12)],
            "note": [None if i == 5 else f"note {12 - i}" for i in range(12)],
            "weight": [np.nan if i in (2, 7) else float((7 * i) % 12) for i in range(12)],
            "taken": [pd.Timestamp("2024-05-01") - pd.Timedelta(days=i) for i in range(12)],
        }
    )
    pixels = [rng.integers(0, 256, (24, 24, 3), dtype=np.uint8) for _ in range(12)]
    pixels[11] = pixels[0]
    for name, picture in zip(table["file"], pixels, strict=True):
        (folder / name).parent.mkdir(exist_ok=True)
        Image.fromarray(picture).save(folder / name)
    (folder / table["file"][3]).write_bytes(b"")
    pipeline = Pipeline(Options(folder, metadata=table, model="pixels", layout="pca"), lambda _: None, lambda _: None)
    pipeline.start()
    pipeline.wait()
    return pipeline.results


def ids_of(buffer):
    return np.frombuffer(buffer, "<u4")


def test_similar_images_come_as_another_implementation_has_them(results):
    for row in (0, 5):
        _, (ids, distances) = similar(results, "cosine", {"id": int(results.ids[row])})
        expected = cdist(results.vectors[[row]], results.vectors, "cosine")[0]
        assert ids_of(ids)[0] == results.ids[row]
        assert sorted(ids_of(ids)) == sorted(results.ids)
        rows = [int(np.flatnonzero(results.ids == i)[0]) for i in ids_of(ids)]
        np.testing.assert_allclose(np.frombuffer(distances, "<f4"), expected[rows], atol=1e-5)
        assert (np.diff(np.frombuffer(distances, "<f4")) >= 0).all()


def test_an_image_comes_before_its_copies(results):
    copies = [i for i in results.ids if results.collection.items[i].name in ("p1.png", "p12.png")]
    for own in copies:
        _, (ids, _) = similar(results, "cosine", {"id": int(own), "k": 2})
        assert ids_of(ids).tolist() == [own, next(i for i in copies if i != own)]


@pytest.mark.parametrize("column", ["name", "path", "note", "weight", "taken", "size"])
def test_a_column_orders_as_pandas_does_and_the_missing_come_last(results, column):
    body, (ids,) = order(results, {"column": column})
    shown = ids_of(ids)
    assert sorted(shown) == sorted(results.ids)
    texts = {row["name"]: row for row in results.collection.text(results.ids.tolist())}
    rows = [texts[results.collection.items[i].name] for i in shown]
    values = pd.Series([row[column] for row in rows])
    assert values.isna().sum() == body["missing"]
    present = values[: len(values) - body["missing"]]
    assert present.notna().all()
    if column in ("weight", "taken", "size"):
        assert present.is_monotonic_increasing
    elif column == "path":
        assert [path.split("/")[0] for path in present] == sorted(path.split("/")[0] for path in present)
    numbers = present.astype(str).str.extract(r"(\d+)\D*$")[0].astype(int)
    if column in ("name", "note"):
        assert numbers.is_monotonic_increasing


@pytest.mark.parametrize("body", [{}, {"id": 12}, {"id": "0"}, {"id": True}, {"id": 0, "k": 0}, {"id": 0, "k": 1.5}])
def test_what_similar_cannot_answer_is_said(results, body):
    unreadable = next(item.id for item in results.collection.items if item.name == "p4.png")
    with pytest.raises(BadRequestError, match="no image"):
        similar(results, "cosine", {"id": unreadable})
    with pytest.raises(BadRequestError):
        similar(results, "cosine", body)


@pytest.mark.parametrize("body", [{}, {"column": "password"}, {"column": ["name"]}])
def test_unknown_columns_are_refused(results, body):
    with pytest.raises(BadRequestError):
        order(results, body)
