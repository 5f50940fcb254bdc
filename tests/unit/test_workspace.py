"""Filters, search and history of an explorer, as the browser and Python drive them."""

import base64

import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter.pipeline import Options
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.workspace.filters import mend
from imgclust_jupyter.workspace.history import History
from imgclust_jupyter.workspace.search import find
from imgclust_jupyter.workspace.selection import pack, unpack

LASSO = {"kind": "lasso", "text": "lasso of 2 images"}


@pytest.fixture(scope="module")
def open_session(sample_folder):
    session = Session(Options(sample_folder, model="pixels", layout="pca"))
    session.pipeline.wait()
    yield session
    session.close()


@pytest.fixture
def session(open_session):
    yield open_session
    while open_session.widget.past["undo"]:
        open_session.widget.go(-1)


def update(widget, **state):
    widget._handle_msg({"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []})


def selected(session):
    return np.flatnonzero(session.selected).tolist()


def test_drags_are_one_step_and_gestures_apart_are_not():
    history = History()
    for before, after, gesture in [(5, 6, "a"), (6, 7, "a"), (7, 8, "b"), (8, 9, ""), (9, 10, "")]:
        history.record({"cut": before}, {"cut": after}, f"{after} clusters", gesture)
    undone = []
    while (step := history.undo()) is not None:
        undone.append(step.before["cut"])
    assert undone == [9, 8, 7, 5]


def test_a_drag_that_comes_back_to_its_start_is_no_step():
    history = History()
    history.record({"cut": 5}, {"cut": 6}, "6 clusters", "a")
    history.record({"cut": 6}, {"cut": 5}, "5 clusters", "a")
    assert history.undo() is None


def test_the_oldest_steps_are_forgotten():
    history = History(limit=3)
    for k in range(10):
        history.record({"cut": k}, {"cut": k + 1}, "")
    assert [(step := history.undo()) and step.before["cut"] for _ in range(4)] == [9, 8, 7, None]


def test_one_history_for_the_browser_and_python(session):
    widget = session.widget
    cut = widget.cut
    update(widget, selection=memoryview(pack([1, 4], 50)), selection_origin=LASSO, step="p 1")
    session.set_view(cut={"n_clusters": 3, "height": None})
    session.filter("width > 0")
    assert widget.past == {"undo": "filter", "redo": ""}
    update(widget, travel={"page": "p", "at": -2})
    assert (widget.filters, widget.cut, selected(session)) == ([], cut, [1, 4])
    assert widget.past == {"undo": "lasso of 2 images", "redo": "3 clusters"}
    widget.go(-1)
    assert selected(session) == []
    update(widget, travel={"page": "p", "at": 1})
    assert (widget.cut["n_clusters"], len(widget.filters)) == (3, 1)
    assert selected(session) == [1, 4]
    assert widget.past["redo"] == ""


def test_a_change_and_its_undo_in_one_message_cancel_out(session):
    """The browser's messages are joined while the kernel is busy."""
    cut = session.widget.cut
    state = {"cut": {"n_clusters": 17, "height": None}, "step": "q 1", "travel": {"page": "q", "at": -1}}
    update(session.widget, **state)
    assert session.widget.cut == cut
    assert session.widget.past["redo"] == "17 clusters"


def test_gestures_whose_messages_were_joined_are_steps_of_their_own(session):
    """As when a branch is clicked and the cut is dragged while the kernel is busy."""
    widget, cut = session.widget, session.widget.cut
    joined = {"selection": memoryview(pack([1, 4], 50)), "selection_origin": LASSO}
    update(widget, **joined, cut={"n_clusters": 9, "height": None}, step="r 2")
    update(widget, cut={"n_clusters": 8, "height": None}, step="r 2")
    widget.go(-1)
    assert (widget.cut, selected(session)) == (cut, [1, 4])
    widget.go(-1)
    assert (widget.cut, selected(session)) == (cut, [])
    widget.go(1)
    assert (widget.cut, selected(session)) == (cut, [1, 4])


def test_taking_out_what_is_selected_is_one_step(session):
    update(session.widget, selection=memoryview(pack([1, 4], 50)), selection_origin=LASSO, step="r 3")
    nothing = {"selection": memoryview(pack([], 50)), "selection_origin": {"kind": "none", "text": ""}}
    update(session.widget, **nothing, excluded=memoryview(pack([1, 4], 50)), step="r 4")
    session.widget.go(-1)
    assert (session.widget.excluded, selected(session)) == (b"", [1, 4])


def test_dragging_the_cut_is_one_step(session):
    cut = session.widget.cut
    for k in (9, 8, 7):
        update(session.widget, cut={"n_clusters": k, "height": 0.1 * k}, step="r 1")
    session.widget.go(-1)
    assert session.widget.cut == cut


def test_undoing_a_selection_tells_the_listeners(session):
    session.select("width > 0")
    seen = []
    stop = session.on_selection(lambda rows: seen.append(len(rows)))
    session.widget.go(-1)
    stop()
    assert seen == [0]


def test_the_first_cut_cannot_be_taken_back(session):
    assert session.widget.past["undo"] == ""
    cut = session.widget.cut
    session.widget.go(-1)
    assert session.widget.cut == cut


def test_a_query_is_one_chip_and_leaves_the_selection_alone(session):
    session.select([session.data_so_far.index[0]])
    update(session.widget, filters=[{"kind": "category", "column": "subject", "values": ["cat"]}], step="s 1")
    session.filter("width > 0")
    session.filter("width < 0")
    others, query = session.widget.filters
    assert others["kind"] == "category"
    assert (query["source"], query["text"]) == ("query", "width < 0")
    assert unpack(base64.b64decode(query["items"]), 50).tolist() == []
    assert selected(session) == [0]
    session.filter(None)
    assert session.widget.filters == []


def test_a_bad_filter_is_mended_and_the_rest_of_the_message_counts(session):
    update(session.widget, filters="nonsense", travel=7, step={"a": 1}, cut={"n_clusters": 4, "height": None})
    assert (session.widget.filters, session.widget.cut["n_clusters"]) == ([], 4)
    good = {"kind": "range", "column": "width", "low": 3.0, "high": None}
    update(session.widget, filters=[{"kind": "range", "column": "width", "low": "3"}, good, None])
    assert session.widget.filters == [good]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "category", "column": "breed", "values": []},
        {"kind": "category", "column": 3, "values": ["pug"]},
        {"kind": "range", "column": "width", "low": float("nan"), "high": None},
        {"kind": "range", "column": "width", "low": 10**400},
        {"kind": "items", "source": "query", "text": "", "items": "not base64!"},
        {"kind": "items", "source": "elsewhere", "text": "", "items": ""},
    ],
)
def test_what_filters_nothing_is_left_out(bad):
    assert mend([bad]) == []


TABLE = pd.DataFrame(
    {
        "name": ["Rex.jpg", "pug 2.jpg", "Ää.png"],
        "breed": ["Boxer", "Pug", None],
        "width": [640, 800, 640],
        "share": [0.5, np.nan, 1.0],
        "good": [True, False, True],
    },
    index=[7, 7, 9],
)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("PUG", [1]),
        ("640", [0, 2]),
        ("64", []),
        ("jpg 640", [0]),
        ("ää", [2]),
        ("0.5", [0]),
        ("nan", []),
        ("None", []),
        ("  ", []),
        ("true boxer", [0]),
        (".", [0, 1, 2]),
        ("(", []),
    ],
)
def test_words_are_found_in_any_column(words, rows):
    assert np.flatnonzero(find(words, TABLE)).tolist() == rows


def test_search_finds_names_and_relative_paths_only(session, sample_folder):
    answer, _ = session._search({"text": session.data_so_far["name"].iloc[3]})
    assert (answer["count"], answer["filter"]["source"]) == (1, "search")
    assert unpack(base64.b64decode(answer["filter"]["items"]), 50).tolist() == [3]
    assert session._search({"text": str(sample_folder)})[0]["count"] == 0


def test_a_view_is_of_the_explorers_own_model_and_goes_with_it(sample_folder):
    session = Session(Options(sample_folder, model="pixels", layout="pca"))
    view = session.view("map")
    assert view.explorer is session.widget
    with pytest.raises(ValueError, match="there is no view 'globe'; there are tree, gallery, map"):
        session.view("globe")
    session.close()
    assert view.comm is None
    with pytest.raises(ValueError, match="closed"):
        session.view("map")
