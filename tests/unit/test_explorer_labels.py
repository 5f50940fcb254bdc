"""Labels from Python and from the browser, within a session and across sessions."""

import base64
import shutil
import time
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer, cache
from imgclust_jupyter.pipeline import Options
from imgclust_jupyter.widget.session import Session
from imgclust_jupyter.workspace.selection import pack


@pytest.fixture
def folder(tmp_path):
    """Seven small pictures, of which p5 and p6 are the same."""
    made = tmp_path / "photos"
    made.mkdir()
    for number in range(7):
        Image.new("RGB", (8, 8), (40 * min(number, 5), 90, 255 - 40 * min(number, 5))).save(made / f"p{number}.png")
    return made


def explore(source, **options):
    return ClusterExplorer(source, model="pixels", layout="pca", **options)


def by_name(explorer, column="label"):
    return {
        name: value
        for name, value in zip(explorer.data["name"], explorer.labels[column], strict=True)
        if pd.notna(value)
    }


class TestInASession:
    def test_the_selection_is_labelled(self, folder):
        with explore(folder) as explorer:
            explorer.select("name in ['p0.png', 'p1.png']")
            assert explorer.label(" cow ") == 2
            assert explorer.label("cow") == 0
            assert by_name(explorer) == {"p0.png": "cow", "p1.png": "cow"}
            assert explorer.data["label"].equals(explorer.labels["label"])
            assert explorer.label(None) == 2
            assert by_name(explorer) == {}

    def test_labels_are_columns_like_others(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", [0, 1])
            explorer.label("sharp", [1, 2], column="quality")
            explorer.select("label == 'cow' and quality == 'sharp'")
            assert explorer.selection["name"].tolist() == ["p1.png"]
            explorer.color_by("label")
            explorer.group_by("quality")
            explorer.filter("label == 'cow'")
            assert explorer.widget.color_by == "label"

    def test_a_column_of_the_metadata_steps_aside(self, folder):
        metadata = pd.DataFrame({"file": ["p0.png", "p1.png"], "label": ["hen", "hen"]})
        with explore(folder, metadata=metadata) as explorer:
            explorer.label("cow", "label == 'hen' and name == 'p0.png'")
            assert explorer.data["label_metadata"].tolist()[:2] == ["hen", "hen"]
            assert explorer.data["label"].tolist()[0] == "cow"
            assert explorer.data.columns.is_unique

    def test_a_column_that_has_stepped_aside_before_is_another(self, folder):
        metadata = pd.DataFrame({"file": ["p0.png"], "label": ["hen"], "label_metadata": ["egg"], "new": [1]})
        metadata["new_metadata"] = 2
        with explore(folder, metadata=metadata) as explorer:
            explorer.label("cow", [0])
            explorer.exclude([6])
            first = explorer.data.iloc[0]
            assert first[["label", "label_metadata", "label_metadata_metadata"]].tolist() == ["cow", "egg", "hen"]
            assert first[["new_metadata", "new_metadata_metadata"]].tolist() == [2, 1]
            names = [column["name"] for column in explorer.widget.dataset.header["columns"]]
            assert len(set(names)) == len(names)

    def test_a_column_can_be_taken_over(self, folder):
        metadata = pd.DataFrame({"file": ["p0.png", "p1.png", "p2.png"], "breed": ["pug", "boxer", "pug"]})
        metadata.loc[3] = ["p3.png", "  "]
        with explore(folder, metadata=metadata) as explorer:
            explorer.label("cat", [1])
            assert explorer.label_from("breed", keep=True) == 2
            assert by_name(explorer) == {"p0.png": "pug", "p1.png": "cat", "p2.png": "pug"}
            explorer.undo()
            assert by_name(explorer) == {"p1.png": "cat"}
            with pytest.raises(KeyError, match="no column 'colour'"):
                explorer.label_from("colour")

    def test_an_image_that_comes_back_has_its_label_still(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", [0])
            content = (folder / "p0.png").read_bytes()
            (folder / "p0.png").unlink()
            explorer.refresh()
            assert by_name(explorer) == {}
            (folder / "p0.png").write_bytes(content)
            assert explorer.refresh()["what"].tolist() == ["added"]
            assert by_name(explorer) == {"p0.png": "cow"}
            explorer.undo()
            assert by_name(explorer) == {}
            (folder / "p0.png").unlink()
            explorer.refresh()
            Image.new("RGB", (9, 9), "red").save(folder / "p0.png")
            explorer.redo()
            explorer.refresh()
            # As the next session would have it: another picture in the place of one that had a label.
            assert by_name(explorer) == {"p0.png": "cow"}

    def test_undo_says_what_it_takes_back(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", [0, 1, 2])
            assert explorer.widget.past == {"undo": "label “cow” on 3 images", "redo": ""}
            explorer.select([5])
            explorer.rename_label("cow", "calf")
            for _ in range(2):
                explorer.undo()
            assert explorer.labels["label"].value_counts().to_dict() == {"cow": 3}
            explorer.undo()
            assert explorer.widget.past == {"undo": "", "redo": "label “cow” on 3 images"}
            assert by_name(explorer) == {}
            explorer.redo()
            assert explorer.labels["label"].value_counts().to_dict() == {"cow": 3}

    def test_a_filter_by_a_label_goes_with_its_name(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", [0, 1, 2])
            explorer.widget.change(filters=[{"kind": "category", "column": "label", "values": ["cow"]}])
            explorer.rename_label("cow", "calf")
            assert [each["values"] for each in explorer.widget.filters] == [["calf"]]
            explorer.undo()
            assert [each["values"] for each in explorer.widget.filters] == [["cow"]]
            assert explorer.labels["label"].value_counts().to_dict() == {"cow": 3}

    def test_what_cannot_be_a_label_changes_nothing(self, folder):
        with explore(folder) as explorer:
            for value, column in [
                ("", "label"),
                ("x" * 201, "label"),
                ("cow", " "),
                ("cow", "width"),
                ("cow", "cluster"),
            ]:
                with pytest.raises(ValueError, match=r"label|column"):
                    explorer.label(value, [0], column)
            with pytest.raises(KeyError, match="no label 'cow'"):
                explorer.rename_label("cow", "calf")
            assert len(explorer.label_log) == 0
            assert explorer.widget.past["undo"] == ""

    def test_the_log_says_everything(self, folder):
        with explore(folder) as explorer:
            assert explorer.label_log.columns.tolist() == ["time", "column", "value", "action", "images", "by", "paths"]
            explorer.label("cow", [0, 1])
            explorer.label("horse", [1])
            explorer.rename_label("horse", "cow")
            explorer.undo()
            explorer.label(None, [0])
            log = explorer.label_log
            assert log["action"].tolist() == ["label", "label", "rename", "label", "remove"]
            assert log["by"].tolist() == ["python", "python", "python", "undo", "python"]
            assert log["value"].tolist()[:4] == ["cow", "horse", "cow", "horse"]
            assert log["images"].tolist() == [2, 1, 1, 1, 1]
            assert log["paths"].tolist()[0] == ("p0.png", "p1.png")
            assert abs(log["time"].iloc[-1] - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=1)

    def test_labels_and_selection_survive_a_refresh(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", [0, 1, 2])
            explorer.select([0, 3])
            (folder / "p0.png").rename(folder / "z.png")
            Image.new("RGB", (9, 9), "white").save(folder / "p1.png")
            (folder / "p2.png").unlink()
            Image.new("RGB", (7, 9), "black").save(folder / "new.png")
            explorer.refresh()
            assert by_name(explorer) == {"z.png": "cow", "p1.png": "cow"}
            assert explorer.selection["name"].tolist() == ["z.png", "p3.png"]
            explorer.label("hen", "name == 'new.png'")
            explorer.undo()
            assert by_name(explorer) == {"z.png": "cow", "p1.png": "cow"}
        with explore(folder) as explorer:
            assert by_name(explorer) == {"z.png": "cow", "p1.png": "cow"}


class TestAcrossSessions:
    def test_labels_are_there_again(self, folder):
        with explore(folder) as explorer:
            explorer.label("horse", [3])
            explorer.label("cow", [0, 1])
            explorer.label("sharp", [1], column="quality")
            explorer.label("pig", [4])
            explorer.undo()
        cache.clear()
        with explore(folder) as explorer:
            assert by_name(explorer) == {"p0.png": "cow", "p1.png": "cow", "p3.png": "horse"}
            assert by_name(explorer, "quality") == {"p1.png": "sharp"}
            assert explorer.widget.past["undo"] == ""  # what an earlier session has done is no step of this one
            assert explorer.label_log["by"].tolist() == ["python"] * 4 + ["undo"]
            assert explorer.widget.dataset.labels["columns"][0]["categories"] == ["horse", "cow"]

    def test_files_that_were_renamed_moved_and_edited_keep_theirs(self, folder):
        with explore(folder) as explorer:
            for number in range(5):
                explorer.label(f"label {number}", [number])
        (folder / "p0.png").rename(folder / "renamed.png")
        (folder / "sub").mkdir()
        (folder / "p1.png").rename(folder / "sub" / "p1.png")
        Image.new("RGB", (9, 9), "white").save(folder / "p2.png")
        (folder / "p3.png").unlink()
        expected = {"renamed.png": "label 0", "p1.png": "label 1", "p2.png": "label 2", "p4.png": "label 4"}
        with explore(folder) as explorer:
            assert by_name(explorer) == expected
            explorer.label("sharp", "name == 'renamed.png'", column="quality")
        with explore(folder) as explorer:
            assert by_name(explorer) == expected
            assert by_name(explorer, "quality") == {"renamed.png": "sharp"}
            assert explorer.label_log["paths"].tolist()[0] == ("renamed.png",)

    def test_an_image_stays_the_same_through_all_that_is_done_with_its_file(self, folder):
        with explore(folder) as explorer:
            explorer.label("cow", "name == 'p1.png'")
            Image.new("RGB", (9, 9), "white").save(folder / "p1.png")
            explorer.refresh()
            explorer.label("white", "name == 'p1.png'", column="colour")
        (folder / "p1.png").rename(folder / "renamed.png")
        with explore(folder) as explorer:
            assert by_name(explorer) == {"renamed.png": "cow"}
            assert by_name(explorer, "colour") == {"renamed.png": "white"}

    def test_copies_have_labels_of_their_own(self, folder):
        with explore(folder) as explorer:
            explorer.label("first", "name == 'p5.png'")
            explorer.label("second", "name == 'p6.png'")
        (folder / "p5.png").rename(folder / "z5.png")
        with explore(folder) as explorer:
            assert by_name(explorer) == {"z5.png": "first", "p6.png": "second"}

    def test_two_kernels_lose_nothing(self, folder):
        with explore(folder) as one, explore(folder) as other:
            one.wait()
            other.label("horse", [1, 2])
            one.label("cow", [0, 1])
        with explore(folder) as explorer:
            assert by_name(explorer) == {"p0.png": "cow", "p1.png": "cow", "p2.png": "horse"}

    def test_another_folder_has_other_labels(self, folder, tmp_path):
        with explore(folder) as explorer:
            explorer.label("cow", [0])
        shutil.copytree(folder, tmp_path / "copy")
        with explore(tmp_path / "copy") as explorer:
            assert by_name(explorer) == {}

    def test_arrays_are_known_by_their_contents(self):
        arrays = [np.full((6, 6, 3), 30 * i, dtype=np.uint8) for i in range(5)]
        with explore(arrays) as explorer:
            explorer.label("dark", [0, 1])
        with explore(arrays[::-1]) as explorer:
            assert by_name(explorer) == {"array 4": "dark", "array 3": "dark"}

    def test_a_column_of_the_metadata_steps_aside_in_the_views_too(self, folder):
        metadata = pd.DataFrame({"file": ["p0.png", "p1.png"], "label": ["hen", "hen"]})
        with explore(folder, metadata=metadata) as explorer:
            explorer.label("cow", [2])
        with explore(folder, metadata=metadata) as explorer:
            explorer.wait()
            names = [column["name"] for column in explorer.widget.dataset.header["columns"]]
            assert "label_metadata" in names
            assert "label" not in names
            explorer.color_by("label_metadata")
            explorer.color_by("label")

    def test_what_was_refused_stays_so(self, folder):
        session = Session(Options(folder, model="pixels", layout="pca"))
        session.pipeline.wait()
        session.labels.refuse("label", "cow", [2], "views")
        session.close()
        again = Session(Options(folder, model="pixels", layout="pca"))
        again.pipeline.wait()
        assert again.labels.table.refused == {("label", "cow"): frozenset({2})}
        again.close()


@pytest.fixture
def session(folder):
    session = Session(Options(folder, model="pixels", layout="pca"))
    session.pipeline.wait()
    yield session
    session.close()


def ask(session, kind, **body):
    answers = []
    session._requests._send = lambda content, buffers: answers.append((content, buffers))
    session._requests.receive({"v": 1, "id": 1, "kind": kind, "body": body}, [])
    deadline = time.monotonic() + 60
    while not answers and time.monotonic() < deadline:
        time.sleep(0.005)
    return answers[0]


def bits(*ids):
    return base64.b64encode(pack(ids, 7)).decode()


class TestRequests:
    def test_a_label_comes_back_as_traits(self, session):
        content, _ = ask(session, "label", column="label", value="cow", items=bits(1, 4), keep=False)
        assert content["body"] == {"changed": 2, "kept": 0}
        assert session.dataset.labels["columns"] == [{"name": "label", "categories": ["cow"]}]
        assert np.frombuffer(session.dataset.label_codes, "<i2").tolist() == [-1, 0, -1, -1, 0, -1, -1]
        version = session.dataset.labels["version"]
        content, _ = ask(session, "label", column="label", value="hen", items=bits(0, 1, 4), keep=True)
        assert content["body"] == {"changed": 1, "kept": 2}
        assert session.dataset.labels["version"] > version
        content, _ = ask(session, "rename_label", column="label", value="hen", to="cow")
        assert content["body"] == {"changed": 1}
        content, _ = ask(session, "label", column="label", value=None, items=bits(0), keep=False)
        assert content["body"] == {"changed": 1, "kept": 0}
        assert session.labels.log()["by"].unique().tolist() == ["views"]

    def test_the_browser_undoes_labels(self, session):
        ask(session, "label", column="label", value="cow", items=bits(1), keep=False)
        state = {"travel": {"page": "p", "at": -1}}
        content = {"data": {"method": "update", "state": state, "buffer_paths": []}}
        session.widget._handle_msg({"content": content, "buffers": []})
        assert session.labels.table.columns == {}
        assert session.labels.log()["by"].tolist() == ["views", "undo"]

    def test_items_that_are_not_there_are_left_out(self, session):
        everything = base64.b64encode(b"\xff" * 100).decode()
        assert ask(session, "label", column="label", value="cow", items=everything)[0]["body"]["changed"] == 7

    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("label", {}),
            ("label", {"column": "label", "value": "cow"}),
            ("label", {"column": "label", "value": "cow", "items": "no base64!"}),
            ("label", {"column": "label", "value": "cow", "items": "ÿ"}),
            ("label", {"column": "label", "value": "cow", "items": 7}),
            ("label", {"column": "label", "value": "cow", "items": "Aw==", "keep": "yes"}),
            ("label", {"column": "label", "value": "", "items": "Aw=="}),
            ("label", {"column": "label", "value": ["cow"], "items": "Aw=="}),
            ("label", {"column": "label", "value": "x" * 201, "items": "Aw=="}),
            ("label", {"column": "", "value": "cow", "items": "Aw=="}),
            ("label", {"column": "cluster", "value": "cow", "items": "Aw=="}),
            ("label", {"column": {"a": 1}, "value": "cow", "items": "Aw=="}),
            ("rename_label", {"column": "label", "value": "cow", "to": "calf"}),
            ("rename_label", {"column": "label", "value": 7, "to": "calf"}),
            ("refuse", {"column": "label", "value": "cow", "items": None}),
            ("refuse", {"column": "label", "value": "", "items": "Aw=="}),
            ("suggest", {"column": "label", "value": "cow", "k": 5}),
            ("suggest", {"column": "label", "value": "cow", "k": 10**9}),
            ("suggest", {"column": "label", "value": "cow", "k": True}),
            ("next_cluster", {"column": "label", "after": None}),
            ("next_cluster", {"column": None, "after": ""}),
        ],
    )
    def test_requests_are_checked(self, session, kind, body):
        content, _ = ask(session, kind, **body)
        assert not content["ok"]
        assert "failed" not in content["error"]
        assert session.labels.table.columns == {}
        assert session.labels.table.refused == {}

    def test_suggestions_come_best_first_and_without_what_was_refused(self, session):
        ask(session, "label", column="label", value="cow", items=bits(5), keep=False)
        _, (ids, scores) = ask(session, "suggest", column="label", value="cow", k=3)
        ids, scores = np.frombuffer(ids, "<u4").tolist(), np.frombuffer(scores, "<f4")
        assert len(ids) == len(scores) == 3
        assert 5 not in ids
        assert (np.diff(scores) <= 0).all()
        content, _ = ask(session, "refuse", column="label", value="cow", items=bits(ids[0]))
        assert content["body"] == {}
        _, (fewer, _) = ask(session, "suggest", column="label", value="cow", k=3)
        assert np.frombuffer(fewer, "<u4").tolist()[:2] == ids[1:]
        assert session.labels.log()["action"].tolist() == ["label", "refuse"]
        session.widget.go(-1)
        _, (again, _) = ask(session, "suggest", column="label", value="cow", k=3)
        assert np.frombuffer(again, "<u4").tolist() == ids

    def test_next_leads_through_all_images(self, session):
        session.widget.change(cut={"n_clusters": 3, "height": None})
        labelled, items = 0, ""
        for number in range(7):
            answer = ask(session, "next_cluster", column="label", after=items)[0]["body"]
            if not answer["count"]:
                break
            cluster = np.flatnonzero(
                session.pipeline.results.tree.cut(3) == int(answer["text"].removeprefix("cluster "))
            )
            assert answer["items"] == bits(*cluster)
            items, count = answer["items"], answer["count"]
            content, _ = ask(session, "label", column="label", value=f"kind {number}", items=items, keep=True)
            assert content["body"]["changed"] == count
            labelled += count
        assert labelled == 7
        assert number == 3

    def test_what_is_left_of_a_cluster_is_guessed_from_what_is_known_of_it(self, session):
        session.widget.change(cut={"n_clusters": 2, "height": None})
        whole = session.pipeline.results.tree.cut(2)
        first = np.flatnonzero(whole == whole[6])
        ask(session, "label", column="label", value="cow", items=bits(*first[first != 6]), keep=False)
        ask(session, "label", column="label", value="hen", items=bits(*np.flatnonzero(whole != whole[6])), keep=False)
        answer = ask(session, "next_cluster", column="label", after="")[0]["body"]
        assert answer["guess"] == "cow"
        assert 0.5 <= answer["share"] <= 1
        assert (answer["text"], answer["count"]) == (f"a part of cluster {whole[6]}", 1)

    def test_labels_are_found_by_a_search(self, session):
        ask(session, "label", column="label", value="Brown cow", items=bits(1, 4), keep=False)
        assert ask(session, "search", text="cow brown")[0]["body"]["count"] == 2

    def test_before_the_images_are_known_there_are_no_labels_to_give(self, folder, monkeypatch):
        monkeypatch.setattr("imgclust_jupyter.pipeline.pipeline.shared_worker", lambda: Mock())
        session = Session(Options(folder, model="pixels"))
        content, _ = ask(session, "label", column="label", value="cow", items=bits(1))
        assert "as soon as" in content["error"]
        session.close()
