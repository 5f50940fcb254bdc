import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances

from imgclust_jupyter.panels import Panels
from imgclust_jupyter.panels.bins import MOST_CATEGORIES


class Table:
    """A source as small as the protocol allows."""

    def __init__(self, data):
        self.data_so_far = data
        self.selected = np.zeros(len(data), dtype=bool)
        self.origins = []
        self.selection_listeners, self.data_listeners = [], []

    def select(self, wanted, origin=("query", "")):
        self.selected = np.zeros(len(self.data_so_far), dtype=bool) if wanted is None else np.asarray(wanted)
        self.origins.append(origin)
        for callback in list(self.selection_listeners):
            callback(self.data_so_far[self.selected])

    def replace(self, data):
        self.data_so_far, self.selected = data, np.zeros(len(data), dtype=bool)
        for callback in list(self.data_listeners):
            callback()

    def on_selection(self, callback):
        self.selection_listeners.append(callback)
        return lambda: self.selection_listeners.remove(callback)

    def on_data(self, callback):
        self.data_listeners.append(callback)
        return lambda: self.data_listeners.remove(callback)


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    width = rng.normal(600, 100, 200)
    width[:7] = np.nan
    data = pd.DataFrame(
        {
            "width": width,
            "legs": rng.integers(0, 5, 200),
            "subject": rng.choice(["cat", "cow", "<b>dog</b>"], 200, p=[0.5, 0.3, 0.2]),
            "taken": pd.Timestamp("2001-07-02") + pd.to_timedelta(rng.integers(0, 3000, 200), "D"),
        },
        index=[f"img{i}" for i in range(200)],
    )
    return Table(data)


def status(histogram):
    return histogram.children[0].value


def test_bars_count_every_value(table):
    histogram = Panels(table).histogram("width", bins=20)
    counts, edges = np.histogram(table.data_so_far.width.dropna(), 20)
    np.testing.assert_array_equal(histogram.bars.y, [np.zeros(20), counts])
    np.testing.assert_allclose(histogram.bars.x, (edges[1:] + edges[:-1]) / 2)
    assert status(histogram) == "width · 0 of 200 selected · 7 without a value"


def test_integers_from_a_narrow_range_are_counted_one_by_one(table):
    histogram = Panels(table).histogram("legs")
    assert histogram.bars.x.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(histogram.bars.y[1], np.bincount(table.data_so_far.legs))


def test_the_brush_selects_when_it_is_let_go(table):
    histogram = Panels(table).histogram("width")
    histogram.brush.brushing = True
    histogram.brush.selected = np.array([500.0, 550.0])
    assert table.origins == []
    histogram.brush.selected = np.array([500.0, 650.0])
    histogram.brush.brushing = False
    assert table.origins == [("panel", "width 500 to 650")]
    np.testing.assert_array_equal(table.selected, table.data_so_far.width.between(500, 650))
    assert histogram.bars.y[0].sum() == table.selected.sum() > 0
    assert histogram.brush.selected.tolist() == [500.0, 650.0]


def test_clearing_the_brush_selects_nothing(table):
    histogram = Panels(table).histogram("width")
    histogram.brush.selected = np.array([500.0, 650.0])
    histogram.brush.selected = None
    assert not table.selected.any()
    assert not histogram.bars.y[0].any()


def test_a_selection_from_elsewhere_is_shown_and_ends_the_brush(table):
    histogram = Panels(table).histogram("width", bins=20)
    histogram.brush.selected = np.array([500.0, 650.0])
    cats = (table.data_so_far.subject == "cat").to_numpy()
    table.select(cats)
    assert histogram.brush.selected is None
    np.testing.assert_array_equal(table.selected, cats)
    width = table.data_so_far.width
    total, edges = np.histogram(width.dropna(), 20)
    np.testing.assert_array_equal(histogram.bars.y[0], np.histogram(width[cats].dropna(), edges)[0])
    np.testing.assert_array_equal(histogram.bars.y.sum(axis=0), total)
    assert status(histogram).startswith(f"width · {cats.sum()} of 200 selected")


def test_a_selection_made_before_is_shown(table):
    table.select(table.data_so_far.subject == "cow")
    histogram = Panels(table).histogram("subject")
    assert histogram.bars.y[0].tolist() == [0, table.selected.sum(), 0]


def test_clicked_categories_are_selected(table):
    histogram = Panels(table).histogram("subject")
    assert histogram.bars.x.tolist() == ["cat", "cow", "<b>dog</b>"]
    histogram.bars.selected = np.array([1])
    assert table.origins[-1] == ("panel", "subject: cow")
    np.testing.assert_array_equal(table.selected, table.data_so_far.subject == "cow")
    histogram.bars.selected = np.array([1, 2])
    np.testing.assert_array_equal(table.selected, table.data_so_far.subject != "cat")
    assert histogram.bars.y.tolist()[0] == [0, *table.data_so_far.subject.value_counts().tolist()[1:]]
    histogram.bars.selected = None
    assert not table.selected.any()


def test_two_histograms_follow_each_other(table):
    panels = Panels(table)
    first, second = panels.histogram("width"), panels.histogram("legs")
    first.brush.selected = np.array([500.0, 650.0])
    assert second.bars.y[0].sum() == table.selected.sum()
    second.brush.selected = np.array([1.5, 3.5])
    assert first.brush.selected is None
    np.testing.assert_array_equal(table.selected, table.data_so_far.legs.isin([2, 3]))


def test_dates_are_years(table):
    histogram = Panels(table).histogram("taken")
    histogram.brush.selected = np.array([2003.0, 2005.0])
    taken = table.data_so_far.taken
    np.testing.assert_array_equal(table.selected, (taken >= "2003-01-01") & (taken <= "2005-01-01"))


def test_new_data_rebuild_the_bars(table):
    histogram = Panels(table).histogram("width", bins=10)
    bars = histogram.bars
    table.replace(table.data_so_far.assign(extra=1))
    assert histogram.bars is bars
    table.replace(table.data_so_far[:50])
    assert histogram.bars.y.sum() == 43
    assert bars.comm is None
    histogram.brush.selected = np.array([0.0, 600.0])
    np.testing.assert_array_equal(table.selected, table.data_so_far.width <= 600)


def test_rows_of_another_cut_are_counted_anew(table):
    histogram = Panels(table).histogram("legs")
    table.data_so_far = table.data_so_far.assign(legs=9)
    table.select(np.arange(200) < 10)
    assert histogram.bars.y.tolist() == [[10], [190]]


def test_only_frequent_categories_have_bars():
    names = [f"c{i:02}" for i in range(60) for _ in range(1 + i % 3)]
    histogram = Panels(Table(pd.DataFrame({"name": names}))).histogram("name")
    assert len(histogram.bars.x) == MOST_CATEGORIES
    assert histogram.bars.y.sum() == 20 * 3 + 20 * 2
    assert status(histogram).endswith("20 rarer categories not shown")


def test_ordered_categories_keep_their_order():
    sizes = pd.Categorical(["large", "large", "small"], ["small", "medium", "large"], ordered=True)
    histogram = Panels(Table(pd.DataFrame({"size": sizes}))).histogram("size")
    assert histogram.bars.x.tolist() == ["small", "large"]


@pytest.mark.parametrize(
    "values",
    [
        [5.0] * 4,
        [np.nan] * 4,
        [True, False, True, True],
        pd.array([1, None, 3, 3], "Int64"),
        [None] * 4,
        [],
        [2**60] * 4,
        [2**60, 2**60 + 512, 2**62],
        [1e300] * 4,
    ],
)
def test_odd_columns(values):
    histogram = Panels(Table(pd.DataFrame({"x": values}))).histogram("x")
    assert histogram.bars.y.sum() == pd.Series(values).notna().sum()


def test_closing_leaves_nothing_behind(table):
    before = set(_instances)
    histogram = Panels(table).histogram("width")
    table.replace(table.data_so_far[:50])
    assert set(_instances) > before
    histogram.close()
    histogram.close()
    assert set(_instances) == before
    assert not table.selection_listeners
    assert not table.data_listeners


def test_errors_say_what_is_there(table):
    with pytest.raises(KeyError, match="no column 'height'; there are width, legs, subject, taken"):
        Panels(table).histogram("height")
    with pytest.raises(ValueError, match="at least one bin, not 0"):
        Panels(table).histogram("width", bins=0)


def test_bqplot_is_not_imported_before_it_is_needed():
    code = "import sys, imgclust_jupyter.panels; print('bqplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
