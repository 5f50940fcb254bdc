"""What the browser sends, without a browser."""

import threading
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.pipeline import Options
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.workspace.selection import pack


@pytest.fixture
def session(sample_folder):
    session = Session(Options(sample_folder, model="pixels", layout="pca"))
    session.pipeline.wait()
    yield session
    session.close()


def update(widget, **state):
    widget._handle_msg({"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []})


def request(session, kind, **body):
    """Ask as the browser does, and wait for the answer."""
    answered, answers = threading.Event(), []
    session._requests._send = lambda content, buffers: (answers.append((content, buffers)), answered.set())
    session._requests.receive({"v": 1, "id": 1, "kind": kind, "body": body}, [])
    assert answered.wait(20)
    return answers[0]


def test_a_selection_made_in_the_browser_arrives_as_bytes(session):
    seen = []
    session.on_selection(seen.append)
    update(session.widget, selection=memoryview(pack([1, 4], 50)), selection_origin={"kind": "lasso", "text": ""})
    assert np.flatnonzero(session.selected).tolist() == [1, 4]
    assert seen[0].index.tolist() == session.data_so_far.index[[1, 4]].tolist()


def test_a_listener_may_wait_for_everything(session):
    """It is called without the widget's lock, which the worker needs."""
    free = []

    def take_lock():
        free.append(session.widget.lock.acquire(timeout=5))
        session.widget.lock.release()

    def listener(_):
        thread = threading.Thread(target=take_lock)
        thread.start()
        thread.join()

    session.on_selection(listener)
    update(session.widget, selection=memoryview(pack([1], 50)))
    assert free == [True]


@pytest.mark.parametrize(
    "cut", [{}, {"n_clusters": 0}, {"n_clusters": "many"}, {"n_clusters": -1, "height": 1.0}, {"n_clusters": None}]
)
def test_a_bad_cut_is_mended(session, cut):
    before = dict(session.widget.cut)
    update(session.widget, cut=cut)
    assert session.widget.cut == before


def test_a_bad_message_takes_nothing_back_from_the_kernel(session):
    header = session.dataset.header
    update(session.dataset, header={"version": -1}, ids=memoryview(b""))
    assert session.dataset.header is header
    assert len(session.dataset.ids) == 4 * header["n"]


def test_thumbnails_come_in_the_order_asked_for(session):
    content, (offsets, tiles) = request(session, "thumbnails", ids=[3, 0], size=64)
    assert content["body"] == {"ids": [3, 0]}
    start, middle, end = np.frombuffer(offsets, "<u4")
    assert (start, end) == (0, len(tiles))
    for tile in (tiles[:middle], tiles[middle:]):
        assert max(Image.open(BytesIO(tile)).size) == 64


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("thumbnails", {"ids": [10_000], "size": 64}),
        ("thumbnails", {"ids": [-1], "size": 64}),
        ("thumbnails", {"ids": ["../../etc/passwd"], "size": 64}),
        ("thumbnails", {"ids": [True], "size": 64}),
        ("thumbnails", {"ids": [0] * 600, "size": 64}),
        ("thumbnails", {"ids": [0], "size": 100_000}),
        ("thumbnails", {"size": 64}),
        ("preview", {"id": 0, "size": 100_000}),
        ("preview", {"id": 0.5, "size": 100}),
        ("views", {"count": "two"}),
    ],
)
def test_requests_are_checked(session, kind, body):
    content, buffers = request(session, kind, **body)
    assert not content["ok"]
    assert content["error"]
    assert buffers == []


def test_rows_and_previews_show_no_path_of_the_machine(session, sample_folder):
    content, _ = request(session, "rows", ids=[0, 1])
    assert [row["path"] for row in content["body"]["rows"]] == session.data_so_far["name"].tolist()[:2]
    assert str(sample_folder) not in str(content)
    content, (jpeg,) = request(session, "preview", id=0, size=100)
    assert jpeg[:2] == b"\xff\xd8"
    assert content["body"]["width"] == session.data_so_far["width"].iloc[0]


def test_work_is_dropped_when_neither_the_user_nor_a_page_has_it(sample_folder, monkeypatch):
    session = Session(Options(sample_folder, model="squeezenet", layout="pca"))
    session.shown()
    session.disown()
    assert session.pipeline.pending, "it is on its way to a page"
    request(session, "views", count=1)
    assert session.pipeline.pending
    request(session, "views", count=0)
    assert not session.pipeline.pending
    request(session, "views", count=1)
    session.pipeline.wait("tree")
    session.close()
