"""Charts of a real session: what the browser does reaches them, and what they do reaches the browser's traits."""

import numpy as np
import pytest

from imgclust_jupyter.panels import Panels
from imgclust_jupyter.pipeline import Options
from imgclust_jupyter.widget.session import Session


@pytest.fixture
def session(sample_folder):
    session = Session(Options(sample_folder, model="pixels", layout="pca"))
    session.pipeline.wait()
    yield session
    session.close()


@pytest.fixture
def panels(session):
    panels = Panels(session)
    yield panels
    panels.close()


def update(widget, **state):
    widget._handle_msg({"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []})


def test_filters_made_in_the_browser_move_the_brush(session, panels):
    chart = panels.histogram("size")
    middle = float(session.data_so_far["size"].median())
    update(session.widget, filters=[{"kind": "range", "column": "size", "low": middle, "high": None}])
    assert chart.selected_range == (middle, None)
    assert chart.bars.y[0].sum() == (session.data_so_far["size"] >= middle).sum()
    update(session.widget, filters=[])
    assert chart.selected_range is None


def test_a_drag_is_one_step_back(session, panels):
    chart = panels.histogram("size")
    low, high = np.quantile(session.data_so_far["size"], [0.2, 0.8])
    for start in (low, low + 1):
        update(chart.brush_selector, brushing=True)
        for end in (low + 5, (low + high) / 2, high):
            chart.brush_selector.selected = np.array([start, end])
        update(chart.brush_selector, brushing=False)
    session.widget.go(-1)
    assert chart.selected_range == (np.ceil(low), np.floor(high))
    session.widget.go(-1)
    assert session.widget.filters == []
    assert chart.brush_selector.selected is None


def test_clusters_and_labels_are_followed(session, panels):
    clusters = panels.bars("cluster")
    session.set_view(cut={"n_clusters": 3, "height": None})
    assert clusters.names == ["1", "2", "3"]
    assert clusters.bars.colors == session.colors_at(3)
    clusters.categories = [2]
    assert [(each["source"], each["text"]) for each in session.widget.filters] == [("cluster", "2")]
    assert clusters.bars.y[0].tolist() == [0, (session.data_so_far["cluster"] == 2).sum(), 0]
    ids = session.pipeline.results.ids
    session.labels.label("cow", ids[:3], "label", False, "python")
    labels = panels.bars("label")
    session.labels.label("pug", ids[3:5], "label", False, "python")
    assert labels.names == ["cow", "pug", None]


def test_integers_are_filtered_by_a_query_that_is_asked_again(session, panels):
    chart = panels.bars("width")
    value = chart.names[0]
    chart.categories = [value]
    assert session.widget.filters[0]["source"] == "query"
    session.widget.filters = [{**session.widget.filters[0], "items": ""}]
    session.widget.renew_filters()
    assert chart.categories == (value,)
    session.filter("size > 0")
    assert chart.categories is None


def test_a_selection_from_a_chart_says_where_it_is_from(session, panels):
    chart = panels.histogram("size", brush="select")
    chart.selected_range = 0, 10**9
    assert session.selected.all()
    assert session.widget.selection_origin == {"kind": "panel", "text": "size: 0 \N{EN DASH} 1,000,000,000"}
    session.select(None)
    assert chart.selected_range is None
