import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.workspace.selection import pack, resolve, unpack

TABLE = pd.DataFrame(
    {"width": [10, 20, 30], "breed": ["pug", "boxer", "pug"], "odd name": [1, 2, 3]}, index=["a", "b", "c"]
)


@given(st.integers(0, 200).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, max(n - 1, 0))))))
def test_bitset_round_trip(case):
    n, ids = case
    ids = {i for i in ids if i < n}
    bits = pack(sorted(ids), n)
    assert len(bits) == (n + 7) // 8
    assert all(bool(bits[i >> 3] & 1 << (i & 7)) == (i in ids) for i in range(n))
    assert unpack(bits, n).tolist() == sorted(ids)


def test_bitset_may_be_shorter_or_longer_than_the_collection():
    assert unpack(b"", 100).tolist() == []
    assert unpack(b"\xff\xff", 9).tolist() == list(range(9))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("breed == 'pug'", "ac"),
        ("width > 10 and breed == 'pug'", "c"),
        ("`odd name` == 2", "b"),
        (TABLE.width > 15, "bc"),
        ((TABLE.width > 15).iloc[::-1], "bc"),
        (np.array([True, False, False]), "a"),
        ([False, False, True], "c"),
        (["b", "a"], "ab"),
        (TABLE.index[1:], "bc"),
        (lambda t: t.width < 15, "a"),
        ([], ""),
        (None, ""),
    ],
)
def test_ways_to_name_rows(wanted, expected):
    assert "".join(TABLE.index[resolve(wanted, TABLE)]) == expected


@pytest.mark.parametrize("query", ["height > 3", "width >", "width + 1", "breed > 3", "breed.str.nope()"])
def test_a_query_that_does_not_fit_says_so(query):
    with pytest.raises(ValueError, match="query"):
        resolve(query, TABLE)


def test_labels_of_several_levels_and_of_several_kinds():
    levels = TABLE.set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]))
    assert resolve([("a", 2)], levels).tolist() == [False, True, False]
    assert resolve([], levels).tolist() == [False, False, False]
    mixed = TABLE.set_axis([1, "a", 1])
    assert resolve([1, "a"], mixed).tolist() == [True, True, True]
    with pytest.raises(KeyError, match=r"'1'"):
        resolve(["1"], mixed)


def test_what_is_missing_is_not_selected():
    table = pd.DataFrame({"weight": pd.array([3, None, 1], "Int64")}, index=["a", "b", "c"])
    heavy = [True, False, False]
    assert resolve("weight > 2", table).tolist() == heavy
    assert resolve(table.weight > 2, table).tolist() == heavy
    assert resolve((table.weight > 2).array, table).tolist() == heavy
    assert resolve((table.weight > 2).iloc[::-1], table).tolist() == heavy


def test_a_mask_with_the_tables_own_repeated_labels_is_taken_in_order():
    table = TABLE.set_axis(["a", "b", "a"])
    assert resolve(table.width > 20, table).tolist() == [False, False, True]
    with pytest.raises(ValueError, match="more than once"):
        resolve((table.width > 20).iloc[[0, 2]], table)


def test_labels_and_masks_that_do_not_fit_say_so():
    with pytest.raises(KeyError, match="'nobody'"):
        resolve(["a", "nobody"], TABLE)
    with pytest.raises(ValueError, match="2 values"):
        resolve(np.array([True, False]), TABLE)
    with pytest.raises(ValueError, match="no label in common"):
        resolve(pd.Series([True], index=["z"]), TABLE)
