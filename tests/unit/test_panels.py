import gc
import subprocess
import sys
import weakref
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances
from panel_source import Table
from traitlets import TraitError

from imgclust_jupyter.panels import Panels
from imgclust_jupyter.panels.bars import Bars
from imgclust_jupyter.workspace.filters import items_filter
from imgclust_jupyter.workspace.selection import pack


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    width = rng.normal(600, 100, 200)
    width[:7] = np.nan
    subject = rng.choice(["cat", "cow", "<b>dog</b>"], 200, p=[0.5, 0.3, 0.2]).astype(object)
    subject[:4] = None
    data = pd.DataFrame(
        {
            "width": width,
            "legs": rng.integers(0, 5, 200),
            "subject": subject,
            "taken": pd.Timestamp("2001-07-02") + pd.to_timedelta(rng.integers(0, 3000, 200), "D"),
            "tame": rng.random(200) > 0.5,
        },
        index=[f"img{i}" for i in range(200)],
    )
    return Table(data)


def status(chart):
    return chart.children[0].children[0].value


def brush(chart, low, high):
    chart.brush_selector.selected = np.array([low, high])


def test_bars_count_every_value(table):
    chart = Panels(table).histogram("width", bins=20)
    counts, edges = np.histogram(table.data.width.dropna(), 20)
    np.testing.assert_array_equal(chart.bars.y, [counts, np.zeros(20)])
    np.testing.assert_allclose(chart.bars.x, (edges[1:] + edges[:-1]) / 2)
    assert "<span>200 · 7 without a value</span>" in status(chart)


def test_integers_from_a_narrow_range_are_counted_one_by_one(table):
    chart = Panels(table).histogram("legs")
    assert chart.bars.x.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(chart.bars.y[0], np.bincount(table.data.legs))


def test_a_brush_is_the_filter_on_its_column(table):
    panels = Panels(table)
    width, subject = panels.histogram("width", bins=20), panels.bars("subject")
    brush(width, 500.0, 650.0)
    assert table.filters == [{"kind": "range", "column": "width", "low": 500.0, "high": 650.0}]
    assert width.selected_range == (500.0, 650.0)
    among = table.data.width.between(500, 650)
    whole, edges = np.histogram(table.data.width.dropna(), 20)
    np.testing.assert_array_equal(width.bars.y.sum(axis=0), whole)
    np.testing.assert_array_equal(width.bars.y[0], np.histogram(table.data.width[among], edges)[0])
    counts = table.data.subject[among].value_counts().reindex(subject.names, fill_value=0)
    np.testing.assert_array_equal(subject.bars.y[0], counts)
    assert not subject.bars.y[1].any()
    assert f"500 \N{EN DASH} 650 · {among.sum()} of 200 · 7 without a value" in status(width)
    assert not table.selected.any()


def test_filters_of_the_views_move_the_brush(table):
    chart = Panels(table).histogram("width")
    table.set_filters([{"kind": "range", "column": "width", "low": None, "high": 600.0}])
    assert chart.selected_range == (None, 600.0)
    low = table.data.width.min()
    np.testing.assert_allclose(chart.brush_selector.selected, [low, 600])
    assert len(table.filters) == 1
    table.set_filters([])
    assert chart.selected_range is None
    assert chart.brush_selector.selected is None
    np.testing.assert_array_equal(chart.bars.y[1], np.zeros(30))


def test_clearing_takes_the_filter_away_and_leaves_others(table):
    panels = Panels(table)
    width, tame = panels.histogram("width"), panels.bars("tame")
    brush(width, 500.0, 650.0)
    tame.categories = [True]
    assert [each["column"] for each in table.filters] == ["width", "tame"]
    width.brush_selector.selected = None
    assert [each["column"] for each in table.filters] == ["tame"]
    tame._clear.click()
    assert table.filters == []
    assert tame.categories is None


def test_the_range_can_be_set_and_observed(table):
    chart = Panels(table).histogram("width")
    seen = []
    chart.observe(lambda change: seen.append(change.new), "selected_range")
    chart.selected_range = 650, 500
    assert table.filters[0]["low"] == 500
    assert chart.brush_selector.selected.tolist() == [500, 650]
    brush(chart, 450.0, 500.0)
    table.set_filters([])
    assert seen == [(500.0, 650.0), (450.0, 500.0), None]
    with pytest.raises(TraitError, match=r"a range of 'width' is two numbers, not \('a', 3\)"):
        chart.selected_range = "a", 3
    with pytest.raises(TraitError, match="two numbers"):
        chart.selected_range = 3


def test_integers_are_brushed_whole(table):
    chart = Panels(table).histogram("legs")
    brush(chart, 1.2, 3.4)
    assert chart.selected_range == (2, 3)
    assert chart.brush_selector.selected.tolist() == [1.2, 3.4]
    chart.selected_range = 1, 2
    assert chart.brush_selector.selected.tolist() == [0.5, 2.5]
    brush(chart, 1.2, 1.4)  # none in between, and not those around it
    assert not chart.bars.y[0].any()


def test_dates(table):
    chart = Panels(table).histogram("taken")
    chart.selected_range = "2003", "2005-01-01"
    assert chart.selected_range == (pd.Timestamp("2003-01-01"), pd.Timestamp("2005-01-01"))
    among = table.data.taken.between("2003-01-01", "2005-01-01")
    assert chart.bars.y[0].sum() == among.sum()
    assert "2003-01-01 \N{EN DASH} 2005-01-01" in status(chart)
    low, high = chart.brush_selector.selected
    brush(chart, low + 86_400, high)
    assert chart.selected_range[0] == pd.Timestamp("2003-01-02")
    assert list(chart._x_axis.tick_labels.values()) == ["2002", "2004", "2006", "2008"]
    with pytest.raises(TraitError, match="two dates"):
        chart.selected_range = "soon", "later"


def test_dates_with_a_zone():
    taken = pd.date_range("2024-03-30", periods=72, freq="h", tz="Europe/Berlin")
    table = Table(pd.DataFrame({"taken": taken}))
    chart = Panels(table).histogram("taken")
    chart.selected_range = "2024-03-31 12:00", "2024-03-31 14:00"
    assert chart.selected_range[0] == pd.Timestamp("2024-03-31 12:00", tz="Europe/Berlin")
    assert chart.bars.y[0].sum() == 3


def test_a_filter_of_whole_days_is_in_words_what_its_chip_says():
    taken = pd.date_range("2024-03-28", periods=14 * 24 * 60, freq="min", tz="Europe/Berlin")
    table = Table(pd.DataFrame({"taken": taken}))
    chart = Panels(table).histogram("taken")
    # As the filter menu has it: from a day to the last moment of another, as clocks there show it.
    low, high = (pd.Timestamp(day).timestamp() for day in ("2024-03-30", "2024-04-01"))
    table.set_filters([{"kind": "range", "column": "taken", "low": low, "high": high - 0.001}])
    among = taken.strftime("%Y-%m-%d").isin(["2024-03-30", "2024-03-31"])
    assert chart.bars.y[0].sum() == among.sum() == 47 * 60
    assert "2024-03-30 \N{EN DASH} 2024-03-31" in status(chart)
    assert chart.selected_range[1] == pd.Timestamp("2024-03-31 23:59:59.999", tz="Europe/Berlin")


@pytest.mark.parametrize(("column", "none"), [("width", np.nan), ("taken", pd.NaT)])
def test_a_range_has_no_end_that_is_no_number(table, column, none):
    chart = Panels(table).histogram(column)
    with pytest.raises(TraitError, match="a range of"):
        chart.selected_range = none, none
    brush(chart, np.nan, np.nan)
    assert chart.selected_range is None
    assert table.filters == []


def test_dates_of_other_centuries():
    made = pd.to_datetime(pd.Series(["1503-10-01", None, "1642-05-05", "1889-06-01", "2903-01-01"]))
    chart = Panels(Table(pd.DataFrame({"made": made}))).histogram("made")
    chart.selected_range = "1600", "1900"
    assert chart.bars.y.sum(axis=1).tolist() == [2, 2]
    assert "1600-01-01 \N{EN DASH} 1900-01-01" in status(chart)


def test_a_drag_is_one_gesture(table):
    chart = Panels(table).histogram("width")
    for _ in range(2):
        chart.brush_selector.brushing = True
        brush(chart, 500.0, 550.0)
        brush(chart, 500.0, 600.0)
        chart.brush_selector.brushing = False
    chart.selected_range = None
    *drags, last = table.gestures
    assert drags[0] == drags[1] != drags[2] == drags[3]
    assert last == ""


@pytest.mark.parametrize("values", [([1, 2], [3]), ({"legs": 4}, {}), (1 + 2j, 3j)], ids=["list", "dict", "complex"])
def test_values_that_are_neither_text_nor_numbers_are_categories_as_the_views_have_them(values):
    often, once = values
    table = Table(pd.DataFrame({"x": pd.Series([often, once, None, often])}))
    chart = Panels(table).bars("x")
    place = chart.names.index(str(often))
    chart.bars.selected = np.array([place])
    assert table.filters == [{"kind": "category", "column": "x", "values": [str(often)]}]
    assert (chart.bars.y[0][place], chart.bars.y[0].sum()) == (2, 2)


@pytest.mark.parametrize("kind", [pd.Timedelta, Decimal, lambda number: [number]], ids=["duration", "decimal", "list"])
def test_categories_that_the_views_do_not_have_are_queried_as_they_are_called(kind):
    table = Table(pd.DataFrame({"x": [kind(1), kind(2), kind(2)]}), unknown=["x"])
    chart = Panels(table).bars("x")
    chart.bars.selected = np.array([chart.names.index(str(kind(2)))])
    assert table.filters[0]["source"] == "query"
    assert chart.categories == (str(kind(2)),)
    assert chart.bars.y[0].sum() == 2


def test_a_chart_that_cannot_be_drawn_is_in_the_way_of_none(table, monkeypatch, caplog):
    panels = Panels(table)
    with monkeypatch.context() as patch:
        patch.setattr(Bars, "_take_up", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            panels.bars("subject")
    assert table.listeners == []
    panels.bars("subject")
    width = panels.histogram("width")
    monkeypatch.setattr(Bars, "_fill", lambda *_: 1 / 0)
    table.set_filters([{"kind": "range", "column": "width", "low": 600.0, "high": None}])
    assert width.selected_range == (600.0, None)
    assert "ZeroDivisionError" in caplog.text


def test_clicked_categories_are_the_filter(table):
    chart = Panels(table).bars("subject")
    assert chart.names == ["cat", "cow", "<b>dog</b>", None]
    assert chart.bars.x.tolist() == ["cat", "cow", "<b>dog</b>", "no value"]
    chart.bars.selected = np.array([1])
    assert table.filters == [{"kind": "category", "column": "subject", "values": ["cow"]}]
    chart.bars.selected = np.array([1, 3])
    assert chart.categories == ("cow", None)
    subject = table.data.subject
    assert chart.bars.y[0].tolist() == [0, (subject == "cow").sum(), 0, 4]
    chart.bars.selected = None
    assert table.filters == []


def test_categories_filtered_in_the_views_are_marked(table):
    chart = Panels(table).bars("subject")
    table.set_filters([{"kind": "category", "column": "subject", "values": ["cow", "cat", "gone"]}])
    assert chart.categories == ("cow", "cat", "gone")
    assert chart.bars.selected.tolist() == [0, 1]
    assert table.filters[0]["values"] == ["cow", "cat", "gone"]
    chart.categories = ["cat"]
    assert table.filters[0]["values"] == ["cat"]
    with pytest.raises(TraitError, match="a list, not 'cat'"):
        chart.categories = "cat"


def test_integers_as_bars_are_filtered_by_a_query(table):
    chart = Panels(table).bars("legs")
    assert chart.names == ["0", "1", "2", "3", "4"]
    chart.categories = [1, 3]
    assert table.filters[0]["text"] == "`legs`.isin([1, 3])"
    assert chart.categories == ("1", "3")
    assert chart.bars.y[0].tolist() == [0, (table.data.legs == 1).sum(), 0, (table.data.legs == 3).sum(), 0]
    chart.categories = [4]
    assert [each["text"] for each in table.filters] == ["`legs`.isin([4])"]


def test_missing_numbers_as_bars():
    table = Table(pd.DataFrame({"x": [1.5, np.nan, 2.0, 2.0]}))
    chart = Panels(table).bars("x")
    chart.categories = ["2.0", None]
    assert table.filters[0]["text"] == "`x`.isin([2.0]) | `x`.isna()"
    assert chart.categories == ("2.0", None)
    assert chart.bars.y[0].tolist() == [0, 2, 1]


def test_columns_that_the_views_do_not_have_are_filtered_by_a_query(table):
    table.unknown = ("width", "subject")
    panels = Panels(table)
    width, subject = panels.histogram("width"), panels.bars("subject")
    width.selected_range = 500, None
    assert table.filters[0]["text"] == "`width`.ge(500.0)"
    assert width.selected_range[0] == table.data.width[table.data.width >= 500].min()
    subject.categories = ["cow"]
    assert subject.categories == ("cow",)
    assert subject.bars.y[0].sum() == ((table.data.width >= 500) & (table.data.subject == "cow")).sum()


def test_clusters_follow_the_cut_in_their_colours():
    table = Table(pd.DataFrame({"cluster": [2, 1, 1, 2, 1]}))
    table.colors = {2: ["#111111", "#222222"], 3: ["#333333", "#111111", "#222222"]}
    chart = Panels(table).bars("cluster")
    assert chart.bars.colors == table.colors[2]
    chart.categories = [1]
    assert table.filters == [items_filter("cluster", "1", pack([11, 12, 14], 15))]
    table.data = pd.DataFrame({"cluster": [3, 2, 2, 3, 1]})
    table.tell("cut")
    assert chart.names == ["1", "2", "3"]
    assert chart.bars.y.tolist() == [[1, 2, 0], [0, 0, 2], [1, 0, 0]]
    assert chart.bars.colors == table.colors[3]
    assert chart.categories == ("1", "2")
    table.set_filters([items_filter("cluster", "part of 2", pack([11], 15))])
    assert chart.categories is None
    assert chart.bars.y[0].tolist() == [0, 1, 0]


def test_labels_get_bars_as_they_are_given():
    table = Table(pd.DataFrame({"label": ["cow", None, None]}))
    chart = Panels(table).bars("label")
    assert chart.names == ["cow", None]
    table.data = pd.DataFrame({"label": ["cow", "pug", "pug"]})
    table.tell("labels")
    assert chart.names == ["pug", "cow"]
    assert chart.bars.y[0].tolist() == [2, 1]


def test_a_chart_that_selects_shows_what_is_selected_of_what_is_shown(table):
    panels = Panels(table)
    width, subject = panels.histogram("width", brush="select"), panels.bars("subject", brush="select")
    brush(width, 500.0, 650.0)
    assert table.origins == [("panel", "width: 500 \N{EN DASH} 650")]
    among = table.data.width.between(500, 650).to_numpy()
    np.testing.assert_array_equal(table.selected, among)
    assert width.bars.y[0].sum() == among.sum()
    table.set_filters([{"kind": "range", "column": "legs", "low": 2, "high": 4}])
    shown = (table.data.legs >= 2).to_numpy()
    assert subject.bars.y.sum(axis=1)[:2].tolist() == [(among & shown).sum(), (~among & shown).sum()]
    assert f"{(among & shown).sum()} of {shown.sum()} selected" in status(subject)


def test_a_selection_from_elsewhere_ends_the_brush(table):
    width = Panels(table).histogram("width", brush="select")
    brush(width, 500.0, 650.0)
    cats = (table.data.subject == "cat").to_numpy()
    table.select(cats)
    assert width.selected_range is None
    assert width.brush_selector.selected is None
    np.testing.assert_array_equal(table.selected, cats)
    brush(width, 500.0, 650.0)
    width.brush_selector.selected = None
    assert not table.selected.any()


def test_a_brush_selects_the_images_that_it_is_drawn_over_though_others_have_come(table):
    width = Panels(table).histogram("width", brush="select")
    among = table.data.width.between(500, 650).to_numpy()
    table.data = pd.concat([table.data, table.data.head(1)])  # nobody has been told yet
    brush(width, 500.0, 650.0)
    np.testing.assert_array_equal(table.selected[:-1], among)


def test_new_data_are_counted_anew(table):
    panels = Panels(table)
    chart, other = panels.histogram("width", bins=10), panels.bars("subject")
    brush(chart, 500.0, 600.0)
    bars = chart.bars
    table.replace(table.data[:50])
    counts, edges = np.histogram(table.data.width.dropna(), 10)
    assert chart.bars is bars
    np.testing.assert_array_equal(chart.bars.y.sum(axis=0), counts)
    np.testing.assert_allclose(chart._x.max, edges[-1])
    assert chart.brush_selector.selected.tolist() == [500, 600]
    table.replace(table.data.drop(columns=["width"]).assign(subject=1.5))
    assert not chart.bars.y.any()
    assert other.names == ["1.5"]


def test_only_frequent_categories_have_bars():
    names = [f"c{i:02}" for i in range(60) for _ in range(1 + i % 3)]
    chart = Panels(Table(pd.DataFrame({"name": names}))).bars("name")
    counts = pd.Series(names).value_counts()
    assert len(chart.names) == 40
    assert chart.bars.y[0].tolist() == [counts[name] for name in chart.names] == [3] * 20 + [2] * 20
    assert "20 rarer not shown" in status(chart)


def test_ordered_categories_keep_their_order():
    sizes = pd.Categorical(["large", "large", "small"], ["small", "medium", "large"], ordered=True)
    assert Panels(Table(pd.DataFrame({"size": sizes}))).histogram("size").names == ["small", "large"]


def test_names_are_text(table):
    table.data = table.data.rename(columns={"width": "<i>width</i>"})
    assert "&lt;i&gt;width&lt;/i&gt;" in status(Panels(table).histogram("<i>width</i>"))


@pytest.mark.parametrize("kind", ["histogram", "bars"])
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
        [1e300, 1e300, -1e300],
        [1, "1", 1.0],
        [np.inf, 1.0],
    ],
)
def test_odd_columns(values, kind):
    chart = getattr(Panels(Table(pd.DataFrame({"x": values}))), kind)("x")
    if isinstance(chart, Bars):
        assert chart.bars.y[0].sum() == len(values)
        chart.categories = chart.names[:1]
        assert chart.categories == (tuple(chart.names[:1]) or None)
    else:
        known = pd.Series(values, dtype=float)
        assert chart.bars.y[0].sum() == np.isfinite(known).sum()
        chart.selected_range = 2, None
        assert chart.bars.y[0].sum() == (np.isfinite(known) & (known >= 2)).sum()


def test_dates_that_are_all_the_same():
    chart = Panels(Table(pd.DataFrame({"x": pd.to_datetime(["2024-01-01 12:00"] * 3)}))).histogram("x")
    assert chart.bars.y[0].sum() == 3
    assert list(chart._x_axis.tick_labels.values())[1:3] == ["01 Jan 06:00", "01 Jan 12:00"]


def test_charts_side_by_side(table):
    panels = Panels(table)
    board = panels.show("width", "subject", "legs")
    assert [type(each).__name__ for each in board.children] == ["Histogram", "Bars", "Histogram"]
    board.children[0].selected_range = 500, 600
    assert board.children[1].bars.y[0].sum() == table.data.width.between(500, 600).sum()


def test_closing_leaves_nothing_behind(table):
    before = set(_instances)
    panels = Panels(table)
    charts = [panels.histogram("width"), panels.bars("subject"), panels.show("legs", "tame")]
    brush(charts[0], 500.0, 600.0)
    table.replace(table.data[:50])
    assert set(_instances) - before
    charts[0].close()
    charts[0].close()
    assert table.listeners
    panels.close()
    assert set(_instances) <= before  # what others have left may go meanwhile
    assert not table.listeners
    assert len(table.filters) == 1
    again = panels.histogram("width")  # as the table is now
    assert again.selected_range == (500, 600)
    assert again.bars.y.sum() == 43
    panels.close()


def test_charts_that_were_closed_are_not_kept(table):
    panels = Panels(table)
    charts = [panels.histogram("width"), panels.show("subject")]
    gone = [weakref.ref(chart) for chart in charts]
    for chart in charts:
        chart.close()
    del chart, charts
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_errors_say_what_is_there(table):
    panels = Panels(table)
    for make in (panels.histogram, panels.bars, panels.show):
        with pytest.raises(KeyError, match="no column 'height'; there are width, legs, subject, taken"):
            make("height")
        with pytest.raises(ValueError, match='"filter" or "select", not \'paint\''):
            make("width", brush="paint")
    with pytest.raises(ValueError, match="at least one bin, not 0"):
        panels.histogram("width", bins=0)
    with pytest.raises(ValueError, match="at least one bar, not 0"):
        panels.bars("subject", most=0)
    with pytest.raises(ValueError, match=r"'taken' has dates, which histogram\('taken'\) draws"):
        panels.bars("taken")
    with pytest.raises(ValueError, match="say which columns"):
        panels.show()


def test_bqplot_is_not_imported_before_it_is_needed():
    code = "import sys, imgclust_jupyter.panels; print('bqplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
