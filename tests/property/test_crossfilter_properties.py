"""Charts against pandas: each counts what the filters on all other columns let through."""

import base64

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from imgclust_jupyter.panels.crossfilter import Crossfilter
from imgclust_jupyter.workspace.filters import items_filter, mend, replaced
from imgclust_jupyter.workspace.passing import Rows
from imgclust_jupyter.workspace.selection import pack

NAMES = ("breed", "legs", "width", "cluster")
numbers = st.sampled_from([0.0, 0.1, 1.5, 2.0, 1e9, np.nan])
rows = st.tuples(st.sampled_from(["pug", "boxer", "True", None]), st.integers(0, 4), numbers, st.integers(1, 3))
ends = st.none() | st.sampled_from([0.0, 0.1, 1.0, 2.0])
filters = st.one_of(
    st.builds(lambda low, high: {"kind": "range", "column": "width", "low": low, "high": high}, ends, ends),
    st.builds(lambda low, high: {"kind": "range", "column": "legs", "low": low, "high": high}, ends, ends),
    st.lists(st.sampled_from(["pug", "True", None, "gone"]), min_size=1).map(
        lambda values: {"kind": "category", "column": "breed", "values": values}
    ),
    st.sets(st.integers(0, 30)).map(lambda ids: items_filter("cluster", "1", pack(sorted(ids), 31))),
    st.sets(st.integers(0, 30)).map(lambda ids: items_filter("query", "`legs`.isin([1])", pack(sorted(ids), 31))),
    st.sets(st.integers(0, 30)).map(lambda ids: items_filter("search", "pug", pack(sorted(ids), 31))),
)


class Source:
    selected_items = b""

    def __init__(self, table, filters):
        self.table, self.filters = table, mend(filters)
        self.callbacks = {}

    def rows(self):
        return Rows(self.table, np.arange(len(self.table)) * 2)

    def on_new(self, names, callback):
        self.callbacks[names] = callback
        return lambda: self.callbacks.pop(names)

    def on_data(self, callback):
        return self.on_new("data", callback)


def column_of(each):
    """What a filter is about, by its shape alone."""
    if each["kind"] != "items":
        return each["column"]
    return {"cluster": "cluster", "query": "legs", "search": None}[each["source"]]


def expected(table, each):
    if each["kind"] == "items":
        bits = np.unpackbits(np.frombuffer(base64.b64decode(each["items"]), np.uint8), bitorder="little")
        return pd.Series([2 * i < len(bits) and bool(bits[2 * i]) for i in range(len(table))], index=table.index)
    column = table[each["column"]]
    if each["kind"] == "category":
        return column.isin([name for name in each["values"] if name is not None]) | (
            column.isna() & (None in each["values"])
        )
    low = -np.inf if each["low"] is None else each["low"]
    return column.between(low, np.inf if each["high"] is None else each["high"])


@settings(max_examples=60)
@given(st.lists(rows, min_size=1, max_size=15), st.lists(filters, max_size=4), st.lists(filters, max_size=4))
def test_each_chart_counts_what_all_other_filters_let_through(values, before, after):
    table = pd.DataFrame(values, columns=["breed", "legs", "width", "cluster"])
    source = Source(table, before)
    crossfilter = Crossfilter(source)
    looks = []
    leave = crossfilter.join(looks.append)
    source.filters = mend(after)
    source.callbacks["selection", "selection_origin", "filters"]()
    for name in NAMES:
        mask = pd.Series(True, index=table.index)
        for each in source.filters:
            if column_of(each) != name:
                mask &= expected(table, each)
        np.testing.assert_array_equal(looks[-1].passing(but=name), mask)
    leave()
    assert not source.callbacks


@given(st.lists(filters, max_size=5), filters, st.sampled_from(NAMES))
def test_a_filter_replaces_that_on_its_column_and_no_other(given_filters, new, name):
    kept = [each for each in given_filters if column_of(each) != name]
    assert replaced(given_filters, name, None) == kept
    with_it = replaced(given_filters, name, new)
    assert [each for each in with_it if each is not new] == kept
    assert sum(each is new for each in with_it) == 1
