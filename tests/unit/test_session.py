"""What the browser sends, without a browser."""

import gc
import threading
import weakref
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

from imgclust_jupyter.embedding.networks import NETWORKS
from imgclust_jupyter.embedding.pixels import Pixels
from imgclust_jupyter.pipeline import Options, Progress
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
    assert answered.wait(60)
    return answers[0]


def test_a_selection_made_in_the_browser_arrives_as_bytes(session):
    seen = []
    session.on_selection(seen.append)
    update(session.widget, selection=memoryview(pack([1, 4], 50)), selection_origin={"kind": "lasso", "text": ""})
    assert np.flatnonzero(session.selected).tolist() == [1, 4]
    assert seen[0].index.tolist() == session.data_so_far.index[[1, 4]].tolist()


def test_items_that_have_gone_are_not_selected(session):
    session.select_items(np.array([4, 1, 999]), ("panel", "a brush"))
    assert np.flatnonzero(session.selected).tolist() == [1, 4]
    session.select_items(np.array([999]), ("panel", "a brush"))
    assert session.widget.selection_origin == {"kind": "none", "text": ""}


def test_a_listener_may_wait_for_everything(session):
    """It is called without the widget's lock, which the worker needs."""
    free = []

    def take_lock():
        free.append(session.widget.lock.acquire(timeout=60))
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
    header, ids = session.dataset.header, session.dataset.ids
    update(session.dataset, header={"version": -1}, ids=memoryview(b""))
    assert session.dataset.header is header
    assert session.dataset.ids is ids


def test_thumbnails_come_in_the_order_asked_for(session):
    content, (offsets, tiles) = request(session, "thumbnails", ids=[3, 0], size=64)
    assert content["body"] == {"ids": [3, 0], "reasons": {}}
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


def test_dropping_the_work_and_hearing_from_the_page_at_once_is_no_deadlock(sample_folder, monkeypatch):
    """The one is progress to publish, under the widget's lock; the other comes with that lock held."""
    session = Session(Options(sample_folder, model="squeezenet", layout="pca"))
    session.handed_out()
    interrupt = session.pipeline.interrupt

    def interrupt_while_a_message_arrives():
        content = {"v": 1, "id": 7, "kind": "views", "body": {"count": 0}}
        message = {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
        threading.Thread(target=session.widget._handle_msg, args=[message], daemon=True).start()
        # Time for the message to take what it wants first, and to wait for what we have.
        monkeypatch.setattr(session.pipeline, "interrupt", interrupt)
        threading.Event().wait(0.2)
        interrupt()

    monkeypatch.setattr(session.pipeline, "interrupt", interrupt_while_a_message_arrives)
    dropping = threading.Thread(target=session.disown, daemon=True)
    dropping.start()
    dropping.join(60)
    assert not dropping.is_alive()
    session.close()


def test_what_was_never_shown_is_closed_with_the_object_of_the_user(session):
    session.disown()
    assert session.closed


def test_what_may_still_be_shown_is_not(session):
    session.handed_out()
    session.disown()
    assert not session.closed


def test_closing_leaves_no_model_behind(sample_folder):
    before = set(_instances)
    session = Session(Options(sample_folder, model="pixels", layout="pca"))
    session.pipeline.wait()
    gone = weakref.ref(session)
    session.close()
    assert set(_instances) <= before
    # The worker lets go of a job when it has reported its end.
    end = threading.Event()
    last = Session(Options(sample_folder, model="pixels", layout="pca"))
    last.on_data(end.set)
    assert end.wait(60)
    last.close()
    del session
    gc.collect()
    assert gone() is None


def test_no_folder_of_this_machine_reaches_the_browser(tmp_path, sample_folder):
    files = [str(file) for file in sorted(sample_folder.glob("*.jpg"))]
    session = Session(Options(pd.DataFrame({"file": files * 2, "other": "x"}), model="pixels", layout="pca"))
    session.pipeline.wait()
    sent = [session.dataset.header, request(session, "rows", ids=[0, 60]), request(session, "errors")]
    session.close()
    session = Session(Options(tmp_path, model="pixels"))
    with pytest.raises(ValueError, match=str(tmp_path)):
        session.pipeline.wait()
    sent += [session.dataset.progress, request(session, "rows", ids=[0])]
    session.close()
    assert f"…/{tmp_path.name}" in sent[-2]["message"]
    assert str(sample_folder) not in str(sent)
    assert str(tmp_path.parent) not in str(sent)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no folder /home/me/photos; is it there?", "no folder …/photos; is it there?"),
        ("'C:\\Users\\me\\a.jpg' is none", "'…/a.jpg' is none"),
        (
            "put https://example.org/models/a-1.pth into /root/.cache/x",
            "put https://example.org/models/a-1.pth into …/x",
        ),
        ("3/4 of sub/folder/a.jpg", "3/4 of sub/folder/a.jpg"),
        ("/home/Ann Lee/My Photos/a.zip is damaged; see /tmp/a b/c", "…/a.zip is damaged; see …/c"),
        ("there is no a.jpg in /srv/x, or in b/c", "there is no a.jpg in …/x, or in b/c"),
    ],
)
def test_folders_of_this_machine_are_left_out_of_messages(session, text, shown):
    session._publisher.progress(Progress(state="failed", message=text))
    assert session.dataset.progress["message"] == shown


def test_the_first_cut_has_no_more_clusters_than_there_are_images(sample_folder):
    session = Session(Options(sample_folder, model="pixels", layout="pca"), n_clusters=1000)
    session.pipeline.wait()
    assert session.widget.cut["n_clusters"] == len(session.data_so_far)
    session.close()


def test_work_is_dropped_when_neither_the_user_nor_a_page_has_it(sample_folder, monkeypatch):
    go = threading.Event()

    class Held(Pixels):
        def forward(self, batch):
            assert go.wait(60)
            return super().forward(batch)

    monkeypatch.setitem(NETWORKS, "held", lambda progress: Held())
    session = Session(Options(sample_folder, model="held", layout="pca"))
    session.shown()
    session.disown()
    assert session.pipeline.pending, "it is on its way to a page"
    request(session, "views", count=1)
    assert session.pipeline.pending
    request(session, "views", count=0)
    assert not session.pipeline.pending
    request(session, "views", count=1)
    go.set()
    session.pipeline.wait("tree")
    session.close()
