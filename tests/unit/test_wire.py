import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.widget.wire import encode_columns, encode_dataset

GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
from make import golden  # noqa: E402


def test_python_still_sends_the_golden_bytes():
    text, blob = golden()
    assert json.loads((GOLDEN / "dataset.json").read_text()) == text
    assert (GOLDEN / "dataset.bin").read_bytes() == blob


def test_columns_keep_missing_values_apart():
    table = pd.DataFrame({"weight": [1.5, None], "sold": [True, False], "breed": ["pug", None]})
    headers, values = encode_columns(table)
    assert [(h["name"], h["kind"]) for h in headers] == [("weight", "number"), ("breed", "category")]
    weight = np.frombuffer(values[:8], "<f4")
    assert weight[0] == 1.5
    assert np.isnan(weight[1])
    assert np.frombuffer(values[8:], "<i2").tolist() == [0, -1]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1, 2, 2], dtype="Int64"), "number"),
        (pd.Series([1, None, 2], dtype="Int64"), "number"),
        (pd.Series([True, False, True]), "category"),
        (pd.Series([True, None, True], dtype="boolean"), "category"),
        (pd.Categorical(["a", "b", "a"]), "category"),
        (pd.Series([1 + 2j, 1 + 2j, 3j]), "category"),
        (pd.Series([("a", 1), ("a", 1), None]), "category"),
    ],
)
def test_every_kind_of_column_is_encoded(column, expected):
    headers, values = encode_columns(pd.DataFrame({"c": column}))
    assert headers[0]["kind"] == expected
    assert len(values) == (12 if expected == "number" else 6)


@pytest.mark.parametrize("zone", [None, "Europe/Prague", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("dates", "unit"),
    [
        (["2020-01-01", None, "2020-01-03"], "day"),
        (["2020-01-01 23:59:59", None, "2020-01-03"], "minute"),
        (["1503-01-01 23:59:59", None, "2903-01-03"], "day"),
    ],
)
def test_dates_are_what_the_clocks_of_their_zone_showed(dates, unit, zone):
    column = pd.to_datetime(pd.Series(dates), format="ISO8601").dt.tz_localize(zone)
    headers, values = encode_columns(pd.DataFrame({"taken": column}))
    assert headers == [{"name": "taken", "kind": "number", "date": unit}]
    written = np.array([date or "NaT" for date in dates], dtype="datetime64[s]")
    sent = np.frombuffer(values, "<f8")
    assert np.isnan(sent[1])
    np.testing.assert_array_equal(sent[[0, 2]], written[[0, 2]].astype(np.int64))


def test_what_has_no_place_on_a_scale_is_missing():
    values = encode_columns(pd.DataFrame({"a": [1, np.inf, -np.inf, 1e300, 2**60]}))[1]
    np.testing.assert_array_equal(np.frombuffer(values, "<f4"), np.float32([1, np.nan, np.nan, np.nan, 2**60]))


def test_text_that_is_no_unicode_can_be_sent():
    names = pd.Index(["caf\udce9"], dtype=object)
    headers, _ = encode_columns(pd.DataFrame([["a\ud800"], ["a\ud800"], ["b"]], columns=names, dtype=object))
    assert headers == [{"name": "caf\ufffd", "kind": "category", "categories": ["a\ufffd", "b"]}]


def test_text_that_is_different_for_each_image_is_no_category():
    assert encode_columns(pd.DataFrame({"note": ["a", "b", "c"]})) == ([], b"")


def test_without_tree_and_map_their_arrays_are_empty():
    message = encode_dataset({}, np.arange(3), pd.DataFrame(index=range(3)), None, None)
    assert (message.coordinates, message.leaf_order, message.merges, message.columns) == (b"", b"", b"", b"")


def test_100_000_images_with_the_usual_columns_take_less_than_5_mb():
    n = 100_000
    Z = np.column_stack([np.r_[0, n + np.arange(n - 2)], np.arange(1, n), np.arange(1.0, n), np.arange(2.0, n + 1)])
    numbers = dict.fromkeys(("size", "width", "height", "outlier", "predicted_share"), np.arange(n))
    words = dict.fromkeys(("predicted", "duplicate_of"), (np.arange(n) % 1000).astype("U12"))
    map_, representatives = np.zeros((n, 2), np.float32), np.zeros(n - 1, np.int32)
    message = encode_dataset(
        {}, np.arange(n), pd.DataFrame({**numbers, **words}), Tree.from_linkage(Z), map_, representatives
    )
    sent = sum(len(value) for name, value in vars(message).items() if name != "header")
    # A bit for the id; map, leaf order, boundary, height and representative; columns.
    assert sent == n // 8 + n * (8 + 4 + 4 + 4 + 4 + 5 * 4 + 2 * 2) - 12
    assert sent + len(json.dumps(message.header)) < 5_000_000
