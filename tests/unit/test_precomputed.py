"""Features of the user's, row by row."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding.precomputed import precomputed

FEATURES = np.arange(12).reshape(4, 3)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    for name in ("b2.png", "b10.png", "sub/a.png", "sub/c.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(folder / name)
    return folder


def listed(folder):
    return Collection.from_source([folder / "sub/c.png", folder / "b10.png", folder / "b2.png", folder / "sub/a.png"])


class TestByPlace:
    @pytest.mark.parametrize("kind", [np.float64, np.float16, np.int32, np.uint8])
    def test_rows_are_in_the_order_of_the_list(self, folder, kind):
        found = precomputed(listed(folder), FEATURES.astype(kind))
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, FEATURES)
        np.testing.assert_array_equal(precomputed(listed(folder), FEATURES.tolist()), FEATURES)
        np.testing.assert_array_equal(precomputed(listed(folder), pd.DataFrame(FEATURES)), FEATURES)

    def test_a_tensor(self, folder):
        torch = pytest.importorskip("torch")
        tensor = torch.tensor(FEATURES, dtype=torch.float32, requires_grad=True)
        np.testing.assert_array_equal(precomputed(listed(folder), tensor), FEATURES)

    def test_a_table_of_images(self, folder):
        frame = pd.DataFrame({"path": [folder / "sub/c.png", folder / "b2.png"]}, index=["x", "y"])
        np.testing.assert_array_equal(precomputed(Collection.from_source(frame), FEATURES[:2]), FEATURES[:2])

    def test_unreadable_images_have_a_row_that_is_left_out(self, folder):
        collection = listed(folder)
        collection.report_unreadable(1, "decode", ValueError())
        features = FEATURES.astype(float)
        features[1] = np.nan
        np.testing.assert_array_equal(precomputed(collection, features), FEATURES[[0, 2, 3]])

    def test_a_folder_has_no_order(self, folder):
        with pytest.raises(TypeError, match=r"no order of yours.*relative paths"):
            precomputed(Collection.from_source(folder), FEATURES)


class TestByName:
    @pytest.mark.parametrize("by", ["relative", "absolute", "folder"])
    def test_rows_are_found_by_their_names(self, folder, by):
        names = ["sub/c.png", "b10.png", "other.png", "b2.png", "sub/a.png"]
        prefix = {"relative": "", "absolute": f"{folder}/", "folder": "photos/"}[by]
        features = pd.DataFrame(np.arange(10).reshape(5, 2), index=[prefix + name for name in names])
        found = precomputed(Collection.from_source(folder), features)
        assert found.tolist() == [[6, 7], [2, 3], [8, 9], [0, 1]]

    def test_a_list_by_name(self, folder):
        features = pd.DataFrame(FEATURES, index=["a.png", "b2.png", "b10.png", "c.png"])
        np.testing.assert_array_equal(precomputed(listed(folder), features), FEATURES[[3, 2, 1, 0]])

    def test_frames(self, tmp_path):
        frames = [Image.new("L", (4, 4), i) for i in range(3)]
        frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
        features = pd.DataFrame({"f": [3.0, 2.0, 1.0]}, index=["a.tif [2]", "a.tif [1]", "a.tif [0]"])
        assert precomputed(Collection.from_source(tmp_path, frames="all"), features).tolist() == [[1], [2], [3]]

    def test_an_image_without_a_row(self, folder):
        features = pd.DataFrame(FEATURES[:3], index=["b2.png", "sub/a.png", "sub/c.png"])
        collection = Collection.from_source(folder)
        with pytest.raises(ValueError, match=r"1 of 4 images have no features.*'b10\.png'"):
            precomputed(collection, features)
        collection.report_unreadable(1, "decode", ValueError())
        np.testing.assert_array_equal(precomputed(collection, features), FEATURES[:3])

    def test_no_name_is_right(self, folder):
        with pytest.raises(ValueError, match=r"index must have file names such as 'b2\.png'"):
            precomputed(Collection.from_source(folder), pd.DataFrame(FEATURES))

    def test_two_rows_of_one_name(self, folder):
        features = pd.DataFrame(FEATURES, index=["b2.png", "b2.png", "b10.png", "sub/a.png"])
        with pytest.raises(ValueError, match=r"more than one row 'b2\.png'"):
            precomputed(Collection.from_source(folder), features)


@pytest.mark.parametrize(
    ("features", "error", "words"),
    [
        (FEATURES[:3], ValueError, "3 rows of features and 4 images"),
        (np.zeros(4), ValueError, r"not \(4,\)"),
        (np.zeros((4, 0)), ValueError, r"not \(4, 0\)"),
        (np.zeros((4, 2, 2)), ValueError, "shape"),
        (np.array([["a"]] * 4), TypeError, "must be numbers"),
        (np.zeros((4, 2), dtype=complex), TypeError, "complex128"),
        ([[1], [2], [np.inf], [4]], ValueError, "1 of 4 images.*'b2.png'"),
        ([[1], [2], [3], [1e300]], ValueError, "1 of 4 images.*'sub/a.png'"),
        (pd.DataFrame({"a": list("wxyz")}), TypeError, "must be numbers"),
    ],
)
def test_what_is_wrong(folder, features, error, words):
    with pytest.raises(error, match=words):
        precomputed(listed(folder), features)
