"""The user's table finds its images."""

import unicodedata

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection

NAMES = ("cats/1.jpg", "cats/2.jpg", "dogs/1.jpg", "dogs/rex.jpg")


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        path = tmp_path / "pets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 3)).save(path)
    return tmp_path / "pets"


def joined(folder, keys, column="file", **columns):
    metadata = pd.DataFrame(
        {column: keys, "age": range(len(keys)), **columns}, index=[f"row {i}" for i in range(len(keys))]
    )
    return Collection.from_source(folder, metadata)


class TestMatching:
    def test_by_relative_path(self, folder):
        collection = joined(folder, NAMES[::-1])
        assert collection.matched_on == "file = relative path"
        assert collection.table()["age"].tolist() == [3, 2, 1, 0]
        assert collection.table().index.tolist() == ["row 3", "row 2", "row 1", "row 0"]
        assert collection.notices == []

    def test_by_absolute_path(self, folder):
        collection = joined(folder, [str(folder / name) for name in NAMES])
        assert collection.matched_on == "file = absolute path"
        assert collection.table()["age"].tolist() == [0, 1, 2, 3]

    def test_by_path_objects(self, folder):
        assert joined(folder, [folder / name for name in NAMES]).matched_on == "file = absolute path"

    def test_by_path_from_the_folders_parent(self, folder):
        assert joined(folder, [f"pets/{name}" for name in NAMES]).table()["age"].tolist() == [0, 1, 2, 3]

    def test_by_file_name_where_it_is_unique(self, folder):
        collection = joined(folder, ["rex.jpg", "2.jpg", "1.jpg"])
        assert collection.matched_on == "file = file name"
        # Two images are called 1.jpg, so that nobody knows which of them is meant.
        np.testing.assert_array_equal(collection.table()["age"], [np.nan, 1, np.nan, 0])
        assert collection.unmatched["file"].tolist() == ["1.jpg"]
        assert collection.notices == ["2 images have no row in the metadata", "1 row of the metadata has no image"]

    def test_by_name_without_suffix(self, folder):
        assert joined(folder, ["rex", "2"]).matched_on == "file = file name without suffix"

    def test_by_the_index(self, folder):
        collection = Collection.from_source(folder, pd.DataFrame({"age": [1, 2, 3, 4]}, index=list(NAMES)))
        assert collection.matched_on == "index = relative path"
        assert collection.table().index.tolist() == list(NAMES)

    def test_the_column_that_names_the_most_images_counts(self, folder):
        collection = joined(folder, ["2.jpg", "x", "y", "z"], column="name", where=list(NAMES))
        assert collection.matched_on == "where = relative path"

    def test_numbers_name_no_images(self, tmp_path):
        for name in ("0.jpg", "1.jpg"):
            Image.new("RGB", (2, 2)).save(tmp_path / name)
        with pytest.raises(ValueError, match="no row of the metadata"):
            Collection.from_source(tmp_path, pd.DataFrame({"age": [1, 2]}))

    def test_backslashes_and_leading_dots(self, folder):
        assert joined(folder, ["cats\\1.jpg", "./cats/2.jpg", "dogs/1.jpg"]).table()["age"].notna().sum() == 3

    def test_accents_composed_or_not(self, tmp_path):
        name = "čmrlj.jpg"
        Image.new("RGB", (2, 2)).save(tmp_path / unicodedata.normalize("NFD", name))
        metadata = pd.DataFrame({"file": [unicodedata.normalize("NFC", name)], "age": [3]})
        assert Collection.from_source(tmp_path, metadata).table()["age"].tolist() == [3]

    def test_pixels_in_memory_by_position(self):
        metadata = pd.DataFrame({"age": [3, 4]}, index=["x", "y"])
        collection = Collection.from_source([np.zeros((2, 2)), np.ones((2, 2))], metadata)
        assert collection.table()["age"].to_dict() == {"x": 3, "y": 4}
        assert collection.matched_on == "row = position"


class TestIncomplete:
    def test_images_without_a_row_have_missing_values_and_the_index_becomes_a_column(self, folder):
        table = joined(folder, NAMES[1:], breed=["x", "y", "z"]).table()
        assert table.index.tolist() == [0, 1, 2, 3]
        assert table["index"].isna().tolist() == [True, False, False, False]
        assert table["index"].tolist()[1:] == ["row 0", "row 1", "row 2"]
        assert table["breed"].isna().tolist() == [True, False, False, False]

    def test_the_index_keeps_its_name(self, folder):
        metadata = pd.DataFrame({"file": NAMES[:2]}, index=pd.Index([7, 8], name="animal"))
        assert Collection.from_source(folder, metadata).table()["animal"].tolist()[:2] == [7, 8]

    def test_an_index_of_several_levels(self, folder):
        index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["farm", None])
        table = Collection.from_source(folder, pd.DataFrame({"file": NAMES[:2]}, index=index)).table()
        assert table["farm"].tolist()[:2] == ["a", "b"]
        assert table["level_1"].tolist()[:2] == [1, 2]

    def test_the_first_of_several_rows_counts(self, folder):
        collection = joined(folder, [*NAMES, NAMES[0]])
        assert collection.table()["age"].tolist() == [0, 1, 2, 3]
        assert collection.notices == [
            "1 row of the metadata was left out, since an earlier one is about the same image"
        ]

    def test_an_empty_table_is_no_mistake(self, folder):
        collection = Collection.from_source(folder, pd.DataFrame({"file": [], "age": []}))
        assert collection.table()["age"].isna().all()
        assert collection.notices == ["4 images have no row in the metadata"]

    def test_the_table_handed_over_is_not_changed(self, folder):
        metadata = pd.DataFrame({"name": list(NAMES), 5: [1, 2, 3, 4]})
        before = metadata.copy()
        Collection.from_source(folder, metadata)
        pd.testing.assert_frame_equal(metadata, before)


class TestColumns:
    def test_own_columns_win(self, folder):
        metadata = pd.DataFrame({"path": list(NAMES), "size": ["S", "M", "L", "XL"], 5: [1, 2, 3, 4]})
        table = Collection.from_source(folder, metadata).table()
        assert list(table.columns) == ["name", "path", "size", "width", "height", "size_metadata", "5"]
        assert table["size_metadata"].tolist() == ["S", "M", "L", "XL"]

    def test_kinds_of_values_stay(self, folder):
        metadata = pd.DataFrame(
            {
                "file": list(NAMES),
                "breed": pd.Categorical(["a", "b", "a", "b"]),
                "born": pd.to_datetime(["2020-01-01"] * 4),
                "weight": [1.5, 2.5, 3.5, np.nan],
                "legs": [4, 4, 4, 3],
            }
        )
        table = Collection.from_source(folder, metadata.sample(frac=1, random_state=0)).table()
        pd.testing.assert_frame_equal(
            table[["breed", "born", "weight", "legs"]], metadata[["breed", "born", "weight", "legs"]]
        )

    def test_two_columns_of_one_name(self, folder):
        metadata = pd.DataFrame([[NAMES[0], 1, 2]], columns=["file", "age", "age"])
        with pytest.raises(ValueError, match="more than one column 'age'"):
            Collection.from_source(folder, metadata)

    def test_what_is_no_table(self, folder):
        with pytest.raises(TypeError, match="must be a DataFrame, not a str"):
            Collection.from_source(folder, "metadata.csv")

    def test_metadata_about_something_else(self, folder):
        with pytest.raises(ValueError, match=r"columns \(file, age\).*such as 'cats/1\.jpg'"):
            joined(folder, ["x.jpg", "y.jpg"])
