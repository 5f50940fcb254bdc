"""Sessions that are saved and loaded, here and elsewhere."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding import WeightsUnavailable
from imgclust_jupyter.pipeline import pipeline as stages
from imgclust_jupyter.workspace.session_file import SessionFile, read_session_file, write_session_file


def picture(number):
    return Image.new("RGB", (8 + number, 8), (30 * number, 90, 255 - 30 * number))


@pytest.fixture
def folder(tmp_path):
    """Eight small pictures and a file that is none."""
    made = tmp_path / "photos"
    (made / "more").mkdir(parents=True)
    for number in range(7):
        picture(number).save(made / f"p{number}.png")
    picture(7).save(made / "more" / "p7.png")
    (made / "bad.png").write_bytes(b"no picture")
    return made


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "file": [*(f"p{number}.png" for number in range(7)), "more/p7.png", "bad.png"],
            "weight": [1.5, None, 3, 4, 5, 6, 7, 8, 9],
            "breed": pd.Categorical(["pug", None, "boxer", *["pug"] * 6], categories=["pug", "boxer", "none"]),
            "born": pd.date_range("2020-03-01", periods=9, tz="Europe/Berlin"),
        },
        index=pd.Index(range(100, 109), name="dog"),
    )


@pytest.fixture
def explorer(folder, table):
    with ClusterExplorer(folder, metadata=table, model="pixels", layout="pca") as made:
        yield made


@pytest.fixture
def another_machine(monkeypatch, tmp_path):
    """Returns a function that makes this machine one that has seen no image and no label."""

    def elsewhere(name="elsewhere"):
        monkeypatch.setenv("IMGCLUST_CACHE", str(tmp_path / name / "cache"))
        monkeypatch.setenv("IMGCLUST_DATA", str(tmp_path / name / "data"))

    return elsewhere


@pytest.fixture
def nothing_is_computed(monkeypatch):
    """Returns a function after whose call every stage of the work would raise."""

    def refuse(*_, **__):
        raise AssertionError("this was there already")

    def from_now_on():
        names = (
            "embed",
            "get_network",
            "nearest_neighbors",
            "find",
            "plan_linkage",
            "order_leaves",
            "medoids",
            "pca_map",
        )
        for name in names:
            monkeypatch.setattr(stages, name, refuse)

    return from_now_on


def worked_on(explorer):
    explorer.label("cow", [100, 101])
    explorer.label("hen", [102])
    explorer.label("sharp", [100], column="quality")
    explorer.label(None, [101])
    explorer.cut(3)
    explorer.color_by("weight")
    explorer.group_by("breed")
    explorer.filter("weight > 2")
    explorer.exclude([104])
    explorer.select("size > 0 and weight < 7")
    explorer.widget.ui = {"tile": 96}
    return explorer


def labels_of(explorer):
    data = explorer.data
    return data.set_index("name")["label"].dropna().to_dict()


def traits(explorer):
    names = ("selection", "selection_origin", "cut", "filters", "excluded", "color_by", "group_by", "ui")
    return {name: getattr(explorer.widget, name) for name in names}


def test_everything_comes_back_and_nothing_is_computed(explorer, tmp_path, nothing_is_computed):
    worked_on(explorer).save(tmp_path / "dogs.imgclust")
    nothing_is_computed()
    with ClusterExplorer.load(tmp_path / "dogs.imgclust") as loaded:
        pd.testing.assert_frame_equal(loaded.data, explorer.data)
        pd.testing.assert_frame_equal(loaded.selection, explorer.selection)
        pd.testing.assert_frame_equal(loaded.excluded, explorer.excluded)
        pd.testing.assert_frame_equal(loaded.embeddings, explorer.embeddings)
        pd.testing.assert_frame_equal(loaded.errors, explorer.errors)
        pd.testing.assert_frame_equal(loaded.label_log, explorer.label_log)
        pd.testing.assert_frame_equal(loaded.clusters, explorer.clusters)
        pd.testing.assert_frame_equal(loaded.similar(100), explorer.similar(100))
        assert np.array_equal(loaded.linkage_matrix, explorer.linkage_matrix)
        assert np.array_equal(loaded.tree.leaf_order, explorer.tree.leaf_order)
        assert np.array_equal(loaded.distances(), explorer.distances())
        assert traits(loaded) == traits(explorer)
        same = ("title", "network", "metric", "linkage", "method", "layout", "auto", "errors", "columns", "colors")
        shown, was = (model.header for model in (loaded._session.dataset, explorer._session.dataset))
        assert {name: shown[name] for name in same} == {name: was[name] for name in same}
        assert shown["notices"] == was["notices"]
        assert repr(loaded) == repr(explorer)


def test_work_goes_on(explorer, folder, tmp_path):
    worked_on(explorer).save(tmp_path / "dogs.imgclust")
    with ClusterExplorer.load(tmp_path / "dogs.imgclust") as loaded:
        for each in (loaded, explorer):
            each.include()
            each.cut(4)
        pd.testing.assert_frame_equal(loaded.data, explorer.data)
        loaded.undo()
        assert loaded.widget.cut["n_clusters"] == 3
        picture(8).save(folder / "p8.png")
        assert loaded.refresh()["what"].tolist()[0] == "added"
        assert loaded.data["name"].tolist()[-1] == "p8.png"
        loaded.update_metadata(None)
        assert "weight" not in loaded.data


def test_images_that_moved_are_found_by_their_contents(
    explorer, folder, tmp_path, another_machine, nothing_is_computed
):
    worked_on(explorer).save(tmp_path / "dogs.imgclust")
    explorer.include()
    explorer.filter(None)
    expected = explorer.data
    another_machine()
    elsewhere = tmp_path / "elsewhere" / "images"
    shutil.copytree(folder, elsewhere)
    shutil.rmtree(folder)
    (elsewhere / "p3.png").rename(elsewhere / "renamed.png")
    nothing_is_computed()
    with ClusterExplorer.load(tmp_path / "dogs.imgclust", source=elsewhere) as loaded:
        loaded.include()
        data = loaded.data
        assert data.loc[103, "path"] == str(elsewhere / "renamed.png")
        assert data.loc[107, "path"] == str(elsewhere / "more" / "p7.png")
        same = expected.columns.difference(["path", "name"])
        pd.testing.assert_frame_equal(data[same], expected[same])
        assert loaded._session.pipeline.results.notices == explorer._session.pipeline.results.notices
        assert labels_of(loaded) == {"p0.png": "cow", "p2.png": "hen"}


def test_a_folder_that_moved_with_the_file_is_found(explorer, folder, tmp_path, another_machine):
    (tmp_path / "a").mkdir()
    shutil.move(folder, tmp_path / "a" / "photos")
    with ClusterExplorer(tmp_path / "a" / "photos", model="pixels", layout="pca") as first:
        first.save(tmp_path / "a" / "dogs.imgclust")
    another_machine()
    shutil.move(tmp_path / "a", tmp_path / "b")
    with ClusterExplorer.load(tmp_path / "b" / "dogs.imgclust") as loaded:
        assert {Path(path).parents[-len(tmp_path.parts) - 1] for path in loaded.data["path"]} == {tmp_path / "b"}


def test_a_folder_beside_that_has_other_images_is_not_theirs(explorer, folder, tmp_path):
    explorer.save(tmp_path / "dogs.imgclust")
    (tmp_path / "other" / "photos").mkdir(parents=True)
    picture(9).save(tmp_path / "other" / "photos" / "p1.png")
    shutil.copy(tmp_path / "dogs.imgclust", tmp_path / "other")
    with ClusterExplorer.load(tmp_path / "other" / "dogs.imgclust") as loaded:
        pd.testing.assert_frame_equal(loaded.data, explorer.data)
        assert loaded.refresh().empty


def test_paths_are_said_without_detours(explorer, folder, tmp_path):
    (tmp_path / "saved").mkdir()
    explorer.save(tmp_path / "saved" / "dogs.imgclust")
    with ClusterExplorer.load(tmp_path / "saved" / "dogs.imgclust") as loaded:
        pd.testing.assert_frame_equal(loaded.data, explorer.data)


def test_what_is_not_found_is_said_and_shown_by_its_thumbnail(explorer, folder, tmp_path, another_machine):
    explorer.save(tmp_path / "without.imgclust")
    explorer.save(tmp_path / "with.imgclust", thumbnails=True)
    another_machine()
    for number in range(4):
        (folder / f"p{number}.png").unlink()
    (folder / "p4.png").write_bytes((folder / "p5.png").read_bytes())  # another picture under its name
    with ClusterExplorer.load(tmp_path / "with.imgclust") as loaded:
        said = loaded._session.dataset.header["notices"]
        assert said[0].startswith("5 of 9 images were not found, shown by their thumbnails")
        assert_shown(loaded, list(range(9)), 9 - 1)  # the one that never was a picture
        loaded.save(tmp_path / "again.imgclust")
    with ClusterExplorer.load(tmp_path / "without.imgclust") as loaded:
        said = loaded._session.dataset.header["notices"]
        assert said[0].startswith("5 of 9 images were not found, of which 0 are shown")
        assert_shown(loaded, list(range(9)), 3)
    with ClusterExplorer.load(tmp_path / "again.imgclust") as loaded:
        assert_shown(loaded, list(range(9)), 9 - 1)
        done = loaded.copy_selection(tmp_path / "out")
        loaded.select("size > 0")
        done = loaded.copy_selection(tmp_path / "out")
        assert done["what"].str.startswith("left out: it was not found").sum() == 5


def assert_shown(explorer, ids, count):
    from imgclust_jupyter.store import open_store
    from imgclust_jupyter.widget.pictures import tiles

    collection = explorer._session.pipeline.results.collection
    made, reasons = tiles(collection, open_store(), [collection.items[i] for i in ids], 128)
    assert sum(map(bool, made)) == count
    assert len(reasons) == len(ids) - count


def test_a_thumbnail_of_a_file_does_not_become_that_of_the_image(explorer, tmp_path, another_machine, folder):
    """A session file may hold any picture for any digest; the store must not take it for the image's."""
    from imgclust_jupyter.store import open_store

    explorer.save(tmp_path / "with.imgclust", thumbnails=True)
    digests = read_session_file(tmp_path / "with.imgclust").document["collection"]["digests"]
    another_machine()
    folder.rename(tmp_path / "gone")
    with ClusterExplorer.load(tmp_path / "with.imgclust") as loaded:
        assert_shown(loaded, list(range(9)), 8)
        assert open_store().thumbnails([digest for digest in digests if digest], 128) == {}


def test_pixels_are_shown_by_their_thumbnails(tmp_path, another_machine):
    source = [np.full((9, 9), 20 * number, np.uint8) for number in range(5)]
    with ClusterExplorer(source, model="pixels", layout="pca") as explorer:
        explorer.save(tmp_path / "a.imgclust")
        another_machine()
        with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
            pd.testing.assert_frame_equal(loaded.data, explorer.data)
            assert_shown(loaded, list(range(5)), 5)
            assert loaded._session.dataset.header["notices"] == []


def test_lists_and_tables_of_files_are_found(folder, tmp_path, another_machine):
    table = pd.DataFrame({"path": [str(folder / f"p{number}.png") for number in (3, 1, 2)], "rank": [1, 2, 3]})
    with ClusterExplorer(table, model="pixels", layout="pca") as explorer:
        explorer.save(tmp_path / "a.imgclust")
        another_machine()
        with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
            pd.testing.assert_frame_equal(loaded.data, explorer.data)
            assert loaded.add(folder / "p5.png")["name"].tolist() == ["p5.png"]


def test_columns_count_as_they_did(table, tmp_path):
    with ClusterExplorer(table.drop(columns="file"), features=["weight", "breed"], layout="pca") as explorer:
        explorer.save(tmp_path / "a.imgclust")
        with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
            assert np.array_equal(loaded.distances(), explorer.distances())
            assert loaded._session.pipeline.options.choice == explorer._session.pipeline.options.choice
            assert loaded._session.dataset.header["network"] == "weight, breed"


def test_a_network_of_ones_own_is_asked_for_when_it_is_needed(folder, tmp_path):
    def network(batch):
        return batch.reshape(len(batch), -1)[:, :12].astype(np.float32)

    with ClusterExplorer(folder, model=network, layout="pca") as explorer:
        explorer.save(tmp_path / "a.imgclust")
    with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:  # noqa: SIM117
        with pytest.raises(WeightsUnavailable, match=r"load\(…, model=…\)"):
            loaded.add(picture(9))
    with ClusterExplorer.load(tmp_path / "a.imgclust", model="pixels") as loaded:  # noqa: SIM117
        with pytest.raises(WeightsUnavailable, match=r"is .* here"):
            loaded.add(picture(9))
    with ClusterExplorer.load(tmp_path / "a.imgclust", model=network) as loaded:
        assert len(loaded.add(picture(9))) == 1


class TestLabels:
    def test_the_last_word_counts(self, explorer, tmp_path):
        explorer.label("cow", [100, 101])
        explorer.save(tmp_path / "monday.imgclust")
        explorer.label("hen", [101, 102])
        with ClusterExplorer.load(tmp_path / "monday.imgclust") as loaded:
            assert labels_of(loaded) == {"p0.png": "cow", "p1.png": "hen", "p2.png": "hen"}
            assert len(loaded.label_log) == 2

    def test_what_is_brought_does_not_undo_what_was_said_later(self, explorer, tmp_path, another_machine):
        explorer.label("cow", [100, 101])
        explorer.save(tmp_path / "a.imgclust")
        another_machine()
        with ClusterExplorer(tmp_path / "photos", model="pixels", layout="pca") as there:
            there.label("hen", "name == 'p1.png'")
        with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
            assert labels_of(loaded) == {"p0.png": "cow", "p1.png": "hen"}
            assert loaded.label_log["value"].tolist() == ["cow", "hen"]

    def test_they_come_to_another_machine_once(self, explorer, tmp_path, another_machine):
        explorer.label("cow", [100, 101])
        explorer.label(None, [100])
        explorer.save(tmp_path / "a.imgclust")
        another_machine()
        for _ in range(2):
            with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
                assert labels_of(loaded) == {"p1.png": "cow"}
                assert loaded.label_log["action"].tolist() == ["label", "remove"]
        with ClusterExplorer(tmp_path / "photos", model="pixels", layout="pca") as without_the_file:
            assert labels_of(without_the_file) == {"p1.png": "cow"}

    def test_no_image_of_another_collection_is_touched(self, explorer, tmp_path):
        from imgclust_jupyter.store import Action, LoggedImage, open_label_log

        explorer.label("cow", [100])
        explorer.save(tmp_path / "a.imgclust")
        session = read_session_file(tmp_path / "a.imgclust")
        arrays = {**session.arrays, "labels/logged": np.array([7]), "labels/images": np.array([7])}
        document = {**session.document}
        document["labels"]["actions"][0][0] += 1
        write_session_file(tmp_path / "b.imgclust", SessionFile(document, arrays))
        log = open_label_log()
        log.append("theirs", [LoggedImage(7, "x", "0x")], [Action(0.0, "label", "x", "label", "python", np.array([7]))])
        with ClusterExplorer.load(tmp_path / "b.imgclust") as loaded:
            assert labels_of(loaded) == {"p0.png": "cow"}
        assert log.images("theirs") == [LoggedImage(7, "x", "0x")]


def test_what_cannot_be_written_leaves_what_was_there(explorer, tmp_path, monkeypatch):
    path = tmp_path / "a.imgclust"
    path.write_bytes(b"before")
    monkeypatch.setattr(np.lib.format, "write_array", lambda *_, **__: (_ for _ in ()).throw(OSError("no space left")))
    with pytest.raises(OSError, match="no space left"):
        explorer.save(path)
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.glob(".*")] == []
    with pytest.raises(IsADirectoryError, match=r"session\.imgclust"):
        explorer.save(tmp_path)


def test_values_that_become_text_are_said(folder, tmp_path):
    table = pd.DataFrame({"file": ["p1.png", "p2.png"], "odd": [{"a": 1}, {"b": 2}]})
    with ClusterExplorer(folder, metadata=table, model="pixels", layout="pca") as explorer:
        with pytest.warns(UserWarning, match=r"come back from a\.imgclust as text, in: 'odd'"):
            explorer.save(tmp_path / "a.imgclust")
        with ClusterExplorer.load(tmp_path / "a.imgclust") as loaded:
            assert "{'a': 1}" in loaded.data["odd"].tolist()
