"""What is dropped onto the page, what a folder that changes does to filters and selection, and the report of it."""

import base64
import shutil
import threading
import time

import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.pipeline import Addition
from imgclust_jupyter.widget.renewal import search_filter
from imgclust_jupyter.workspace.filters import items_filter
from imgclust_jupyter.workspace.labels import LabelTable
from imgclust_jupyter.workspace.selection import unpack


@pytest.fixture
def folder(sample_folder, tmp_path):
    return shutil.copytree(sample_folder, tmp_path / "photos", ignore=shutil.ignore_patterns("*.csv"))


@pytest.fixture
def odd(folder, tmp_path):
    """An image that is not in the folder."""
    return (folder / "cat_02.jpg").rename(tmp_path / "cat_02.jpg")


@pytest.fixture
def explorer(folder, odd):
    with ClusterExplorer(folder, model="pixels", layout="pca", n_clusters=6) as explorer:
        explorer.wait()
        yield explorer


def ask(explorer, kind, buffers=(), **body):
    answers, answered = [], threading.Event()
    requests = explorer._session._requests
    requests._send = lambda content, sent: (answers.append(content), answered.set())
    requests.receive({"v": 1, "id": 1, "kind": kind, "body": body}, list(buffers))
    assert answered.wait(60)
    assert answers[0]["ok"], answers[0]
    return answers[0]["body"]


def drop(explorer, files):
    said = ask(explorer, "drop", files=[{"name": name, "size": len(content)} for name, content in files.items()])
    contents = list(files.values())
    for place in said["wanted"]:
        ask(explorer, "piece", [memoryview(contents[place])], drop=said["drop"], file=place, offset=0)
    ask(explorer, "dropped", drop=said["drop"])
    explorer.wait()


def shown(explorer, filter_):
    data = explorer.data_so_far
    ids = explorer._session.pipeline.results.ids
    bits = unpack(base64.b64decode(filter_["items"]), 1000)
    return data["name"][np.isin(ids, bits)].tolist()


def test_what_is_dropped_is_added_and_reported_without_moving_the_others(explorer, odd, folder):
    before = explorer.data
    coordinates = explorer.widget.dataset.coordinates
    known = (folder / "brick_00.jpg").read_bytes()
    drop(explorer, {"milka.jpg": odd.read_bytes(), "liar.png": b"<html>", "again.jpg": known})
    data = explorer.data
    assert data["name"].tolist()[-1] == "milka.jpg"
    assert explorer.widget.dataset.coordinates[: len(coordinates)] == coordinates
    pd.testing.assert_frame_equal(data.iloc[:-1][["name", "x", "y"]], before[["name", "x", "y"]])
    header = explorer.widget.dataset.header["changes"]
    first = before.index[before["name"] == "brick_00.jpg"][0]
    assert header == {"number": 1, "text": header["text"], "new": [47], "there": [first], "changed": [48]}
    assert header["text"].startswith("1 new, 1 unreadable, 1 already there")
    rows = {row["name"]: row for row in ask(explorer, "changes")["rows"] if row["what"] != "moved cluster"}
    assert rows["milka.jpg"] == {"id": 47, "name": "milka.jpg", "what": "added", "from": "", "to": ""}
    assert rows["brick_00.jpg"]["what"] == "already there"
    assert rows["liar.png"]["id"] is None
    assert "web page" in rows["liar.png"]["to"]
    # Nothing of it is on the disk beside the user's files.
    assert not (folder / "milka.jpg").exists()


def test_the_report_counts_up_and_names_no_folder(explorer, odd, folder):
    assert explorer.widget.dataset.header["changes"] is None
    assert ask(explorer, "changes") == {"rows": [], "more": 0}
    shutil.copy(odd, folder)
    (folder / "brick_00.jpg").unlink()
    (folder / "cat_00.jpg").rename(folder / "tom.jpg")
    explorer.refresh()
    header = explorer.widget.dataset.header["changes"]
    assert (header["number"], header["new"]) == (1, [])  # nobody has asked for it, so nobody is taken there
    rows = [row for row in ask(explorer, "changes")["rows"] if row["what"] != "moved cluster"]
    told = {row["name"]: (row["what"], row["from"], row["to"], row["id"] is None) for row in rows}
    assert told == {
        "cat_02.jpg": ("added", "", "", False),
        "brick_00.jpg": ("removed", "", "", True),
        "tom.jpg": ("renamed", "cat_00.jpg", "tom.jpg", False),
    }
    assert str(folder.parent) not in str(rows)
    explorer.update_metadata(pd.DataFrame({"file": ["tom.jpg"], "age": [3]}))
    assert explorer.widget.dataset.header["changes"]["number"] == 1
    explorer.refresh()
    header = explorer.widget.dataset.header["changes"]
    assert header == {"number": 2, "text": "", "new": [], "there": [], "changed": []}


def test_the_report_names_pictures_that_are_others_now(explorer, folder):
    ids = {name: int(i) for i, name in explorer.data["name"].items()}
    shutil.copy(folder / "rocket_00.jpg", folder / "cat_00.jpg")
    (folder / "cat_01.jpg").write_bytes(b"no image")
    explorer.refresh()
    changed = explorer.widget.dataset.header["changes"]["changed"]
    assert sorted(changed) == sorted([ids["cat_00.jpg"], ids["cat_01.jpg"]])


def test_filters_made_of_words_are_asked_again_and_those_of_masks_and_pages_are_not(explorer, odd, caplog):
    explorer.filter("name.str.startswith('cat')")
    search = ask(explorer, "search", text="cat_")["filter"]
    hostile = items_filter("query", "@pd.no_such_thing()", b"\x01")
    explorer.widget.filters = [*explorer.widget.filters, search, hostile]
    explorer.add(odd)
    query, found, other = explorer.widget.filters
    assert shown(explorer, query) == shown(explorer, found)
    assert set(shown(explorer, query)) == {f"cat_0{i}.jpg" for i in range(4)}
    assert other == hostile
    assert explorer.widget.past["undo"] != ""
    explorer.filter(explorer.data["name"].str.startswith("cat"))
    mask = explorer.widget.filters[-1]
    explorer.add(np.zeros((30, 30), dtype=np.uint8))
    assert explorer.widget.filters[-1] == mask
    assert not caplog.records


def test_a_search_finds_images_of_the_results_that_it_looks_through(explorer):
    pipeline = explorer._session.pipeline
    before = pipeline.results
    explorer.exclude([0, 1])
    names = explorer.data["name"].tolist()
    chip, count = search_filter("cat_", before, LabelTable())
    assert count == 3
    assert set(shown(explorer, chip)) == {name for name in names if name.startswith("cat_")}


def test_filters_that_come_back_through_the_history_are_asked_again_too(explorer, odd):
    explorer.filter("name.str.startswith('cat')")
    explorer.filter("name.str.startswith('rocket')")
    explorer.undo()
    explorer.undo()
    explorer.add(odd)
    explorer.redo()
    assert set(shown(explorer, explorer.widget.filters[0])) == {f"cat_0{i}.jpg" for i in range(4)}


def test_what_cannot_be_taken_up_keeps_nothing_else_waiting(explorer, odd):
    pipeline = explorer._session.pipeline
    bad, good = Addition("/no/such/folder"), Addition(odd)
    pipeline.request(bad, begin=False)
    pipeline.request(good, begin=False)
    pipeline.start()
    pipeline.wait_for(good)
    assert isinstance(bad.error, FileNotFoundError)
    assert explorer.data["name"].tolist()[-1] == "cat_02.jpg"
    with pytest.raises(FileNotFoundError):
        pipeline.wait_for(bad)
    while explorer.widget.dataset.progress["state"] != "failed":
        time.sleep(0.01)


def test_a_query_that_has_lost_its_meaning_stays_as_it_was(explorer, odd, caplog):
    names = explorer.data["name"]
    explorer.update_metadata(pd.DataFrame({"file": names, "age": range(len(names))}))
    explorer.filter("age > 40")
    before = explorer.widget.filters
    explorer.update_metadata(None)
    explorer.add(odd)
    assert explorer.widget.filters == before
    assert "age > 40" in caplog.text


def test_the_selection_stays_on_its_images(explorer, folder, odd):
    explorer.select("name.str.startswith('rocket')")
    names = explorer.selection["name"].tolist()
    shutil.copy(odd, folder)
    (folder / "brick_00.jpg").unlink()
    explorer.refresh()
    assert explorer.selection["name"].tolist() == names


def test_metadata_that_come_later_are_columns_of_the_views(explorer):
    names = explorer.data["name"]
    explorer.update_metadata(pd.DataFrame({"file": names, "kind": names.str[:3], "age": range(len(names))}))
    columns = {each["name"]: each["kind"] for each in explorer.widget.dataset.header["columns"]}
    assert (columns["kind"], columns["age"]) == ("category", "number")
    explorer.color_by("age")
    explorer.group_by("kind")
    assert (explorer.widget.color_by, explorer.widget.group_by) == ("age", "kind")


def test_half_a_drop_is_forgotten_with_the_last_view(explorer):
    ask(explorer, "views", count=1)
    said = ask(explorer, "drop", files=[{"name": "a.jpg", "size": 10}])
    uploads = explorer._session._arrivals._uploads
    assert uploads.held == 10
    ask(explorer, "views", count=0)
    assert uploads.held == 0
    assert said["wanted"] == [0]


def test_a_drop_while_the_work_goes_on_waits_for_its_end(folder, odd):
    with ClusterExplorer(folder, model="pixels", layout="pca") as explorer:
        drop(explorer, {"milka.jpg": odd.read_bytes()})
        assert explorer.data["name"].iloc[-1] == "milka.jpg"
        assert explorer.errors.empty
