"""What holds for all names and all tables."""

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.collection.items import Item, natural_key, printable
from imgclust_jupyter.collection.metadata import join
from imgclust_jupyter.collection.values import json_value

names = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=12)


@given(st.lists(names, unique=True), st.randoms())
def test_the_order_does_not_depend_on_how_files_are_found(paths, shuffler):
    shuffled = random.Random(shuffler.random()).sample(paths, len(paths))
    assert sorted(paths, key=natural_key) == sorted(shuffled, key=natural_key)


@given(
    st.lists(st.integers(0, 10**20), unique=True), st.sampled_from(["img{}.jpg", "a/{}/b.png", "Frame {} of 100.tif"])
)
def test_numbers_in_names_are_ordered_as_numbers(numbers, form):
    ordered = sorted((form.format(number) for number in numbers), key=natural_key)
    assert ordered == [form.format(number) for number in sorted(numbers)]


@given(st.lists(names), st.lists(names))
def test_a_folders_files_stay_together(inside, outside):
    paths = [f"folder/{name.replace('/', '')}" for name in inside] + outside
    among = [path.startswith("folder/") for path in sorted(paths, key=natural_key) if path.casefold() != "folder"]
    assert sum(a != b for a, b in itertools.pairwise(among)) <= 2


@given(st.text(st.characters(exclude_categories=())))
def test_names_become_valid_unicode_and_valid_ones_stay(name):
    shown = printable(name)
    assert len(shown.encode("utf-8").decode("utf-8")) == len(name)
    if name.isascii():
        assert shown == name


keys = st.sampled_from([f"{folder}{i}.jpg" for folder in ("", "a/", "b/") for i in range(4)])


@given(st.lists(keys, min_size=1, unique=True), st.lists(keys, min_size=1))
def test_joining_by_path_is_a_left_join(paths, rows):
    paths = [*paths, "always.jpg"]
    items = [Item(i, "the same name", path, Path("/elsewhere", path), 1, 0) for i, path in enumerate(paths)]
    metadata = pd.DataFrame({"file": [*rows, "always.jpg", "never.jpg"], "row": range(len(rows) + 2)})
    joined = join(items, "root", metadata)
    expected = metadata.drop_duplicates("file").set_index("file").reindex(paths)["row"]
    np.testing.assert_array_equal(joined.rows["row"].to_numpy(float), expected.to_numpy(float))
    assert joined.matched == expected.notna().sum()
    assert (joined.index is not None) == expected.notna().all()
    assert not set(joined.unmatched["file"]) & set(paths)


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(exclude_categories=())), st.binary(),
    st.datetimes(), st.lists(st.integers()), st.sampled_from([pd.NA, pd.NaT, np.float32(0.5), np.int64(2**62)]),
)  # fmt: skip


@given(values)
def test_every_value_can_be_said_in_json(value):
    text = json.dumps(json_value(value), allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert isinstance(json.loads(text), str | int | float | None)


@given(
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
def test_numbers_and_text_stay_as_they_are(value):
    assert json_value(value) == value
