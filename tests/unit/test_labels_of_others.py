"""Labels that several explorers give to the same images, in one kernel and in several."""

import sqlite3
import threading

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.store import LabelLog
from imgclust_jupyter.widget import label_keeper


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "photos"
    made.mkdir()
    for number in range(6):
        Image.new("RGB", (8, 8), (40 * number, 90, 255 - 40 * number)).save(made / f"p{number}.png")
    return made


def explore(source):
    return ClusterExplorer(source, model="pixels", layout="pca").wait()


@pytest.fixture
def one(folder):
    with explore(folder) as explorer:
        yield explorer


@pytest.fixture
def other(one, folder):
    """Another explorer in the same kernel."""
    with explore(folder) as explorer:
        yield explorer


@pytest.fixture
def elsewhere(one, folder, monkeypatch):
    """One that knows of the others by the file only, as in another kernel."""
    monkeypatch.setattr(label_keeper, "open_label_log", LabelLog)
    with explore(folder) as explorer:
        yield explorer


def shown(explorer, column="label"):
    """What the views have, without asking whether there is more."""
    session = explorer._session
    values = session.labels.table.column(column).values_of(session.pipeline.results.ids)
    return {name: value for name, value in zip(session.data_so_far["name"], values, strict=True) if pd.notna(value)}


def known(explorer):
    data = explorer.data
    return data.set_index("name")["label"].dropna().to_dict() if "label" in data else {}


def test_in_one_kernel_all_explorers_have_a_label_at_once(one, other):
    version = other.widget.dataset.labels["version"]
    one.label("cow", [0, 1])
    assert shown(other) == {"p0.png": "cow", "p1.png": "cow"}
    assert other.widget.dataset.labels["version"] > version
    assert np.frombuffer(other.widget.dataset.label_codes, "<i2").tolist() == [0, 0, -1, -1, -1, -1]
    other.rename_label("cow", "calf")
    other.label("horse", [1])
    assert shown(one) == shown(other) == {"p0.png": "calf", "p1.png": "horse"}
    other.undo()
    assert shown(one) == {"p0.png": "calf", "p1.png": "calf"}


def test_what_others_do_is_written_down_once(one, other):
    one.label("cow", [0, 1])
    other.label("horse", [2])
    one.refresh()
    assert one.label_log["value"].tolist() == other.label_log["value"].tolist() == ["cow", "horse"]


def test_explorers_of_other_images_are_left_alone(one, tmp_path):
    (tmp_path / "others").mkdir()
    Image.new("RGB", (8, 8), "red").save(tmp_path / "others" / "p0.png")
    with explore(tmp_path / "others") as stranger:
        one.label("cow", [0])
        assert known(stranger) == {}


def test_a_closed_explorer_hears_of_it_too(one, other):
    other.close()
    one.label("cow", [0])
    assert known(other) == {"p0.png": "cow"}


@pytest.mark.parametrize("ask", [known, lambda explorer: explorer.refresh(), lambda explorer: explorer.labels])
def test_across_kernels_labels_come_when_somebody_asks(one, elsewhere, ask):
    one.label("cow", [0, 1])
    elsewhere.label("horse", [2])
    assert shown(one) == {"p0.png": "cow", "p1.png": "cow"}
    ask(one)
    assert shown(one) == shown(elsewhere) == {"p0.png": "cow", "p1.png": "cow", "p2.png": "horse"}


def test_across_kernels_a_label_is_given_where_there_is_none_as_they_are_by_now(one, elsewhere):
    elsewhere.label("cow", [0, 1])
    assert one.label("horse", [1, 2], keep=True) == 1
    assert shown(one) == {"p0.png": "cow", "p1.png": "cow", "p2.png": "horse"}


def test_undo_takes_back_only_what_was_done_here(one, elsewhere):
    one.label("cow", [0, 1])
    one.label("sharp", [0], column="quality")
    elsewhere.label("horse", [1, 2])
    one.undo()
    assert (shown(one), shown(one, "quality")) == ({"p0.png": "cow", "p1.png": "horse", "p2.png": "horse"}, {})
    one.undo()
    assert shown(one) == {"p1.png": "horse", "p2.png": "horse"}
    one.redo()
    assert shown(one) == {"p0.png": "cow", "p1.png": "horse", "p2.png": "horse"}
    assert known(elsewhere) == shown(one)
    with explore(one._session.pipeline.options.source) as later:
        assert known(later) == shown(one)


def test_a_refusal_of_another_is_taken_up(one, other):
    other._session.labels.refuse("label", "cow", [3], "views")
    assert one._session.labels.table.refused == {("label", "cow"): frozenset({3})}
    other.undo()
    assert one._session.labels.table.refused == {("label", "cow"): frozenset()}


def test_the_last_word_counts_whenever_it_is_heard(one, elsewhere):
    """As where a session file brings what was said long ago."""
    one.label("cow", [0])
    book = elsewhere._session.labels._book
    (action,) = book.transcript.actions
    long_ago = type(action)(1.0, "label", "calf", "label", "python", action.images)
    book._log.append(book._name, [], [long_ago])
    assert known(one) == known(elsewhere) == {"p0.png": "cow"}


def test_a_log_that_is_gone_takes_no_labels_along(one, elsewhere, data_dir):
    one.label("cow", [0])
    known(elsewhere)
    for file in data_dir.glob("labels.sqlite*"):
        file.unlink()
    elsewhere.label("horse", [1])
    assert known(one)["p0.png"] == known(elsewhere)["p0.png"] == "cow"


def test_an_image_that_comes_back_under_another_name_has_its_label(folder):
    with explore(folder) as explorer:
        explorer.label("cow", "name == 'p0.png'")
        explorer.label("horse", "name == 'p1.png'")
    content = (folder / "p0.png").read_bytes()
    (folder / "p0.png").unlink()
    with explore(folder) as explorer:
        (folder / "again.png").write_bytes(content)
        explorer.refresh()
        assert shown(explorer) == {"again.png": "cow", "p1.png": "horse"}
        explorer.undo()
        assert shown(explorer) == {"again.png": "cow", "p1.png": "horse"}


def test_two_kernels_at_once_agree_in_the_end(one, elsewhere):
    def label(explorer, values):
        for i, value in enumerate(values):
            explorer.label(value, [i % 6, (i + 1) % 6])

    threads = [
        threading.Thread(target=label, args=(explorer, [f"{name} {i}" for i in range(15)]))
        for explorer, name in ((one, "a"), (elsewhere, "b"), (one, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(one.label_log) == 45
    assert known(one) == known(elsewhere)
    with explore(one._session.pipeline.options.source) as later:
        assert known(later) == known(one)


def test_the_views_do_not_wait_for_the_disk(one, data_dir):
    """While another process holds the database, who gives a label waits, and nobody else."""
    one.label("cow", [0])
    busy = sqlite3.connect(data_dir / "labels.sqlite", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    giving = threading.Thread(target=one.label, args=("horse", [1]))
    giving.start()
    codes = np.zeros(0)
    while 1 not in codes:
        with one.widget.lock:
            codes = np.frombuffer(one.widget.dataset.label_codes, "<i2")
    assert giving.is_alive()
    busy.execute("COMMIT")
    busy.close()
    giving.join()
    assert one.label_log["value"].tolist() == ["cow", "horse"]


def test_a_label_of_the_views_is_written_before_they_hear_that_it_is_given(one):
    logged = []
    send = one._session._requests
    send._send = lambda content, _: logged.append((content["ok"], len(one._session.labels.log())))
    body = {"column": "label", "value": "cow", "items": "AQ==", "keep": False}
    data = {"method": "custom", "content": {"v": 1, "id": 1, "kind": "label", "body": body}}
    one.widget._handle_msg({"content": {"data": data}, "buffers": []})
    assert logged == [(True, 1)]


def test_what_is_labelled_after_the_log_was_lost_is_in_the_new_one(one, folder, tmp_path):
    log = LabelLog().path
    one.label("cow", [0, 1])
    for file in log.parent.glob(f"{log.name}*"):
        file.unlink()
    one.label("horse", [0])
    with explore(folder) as again:
        assert shown(again) == {"p0.png": "horse"}


def test_a_label_whose_writing_was_interrupted_is_written_later(one, elsewhere, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LabelLog, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            one.label("cow", [0])
    one.label("horse", [1])
    assert known(elsewhere) == {"p0.png": "cow", "p1.png": "horse"}
