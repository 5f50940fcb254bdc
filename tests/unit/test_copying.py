"""Images put into folders, and taken back."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.insight.cluster_names import BranchName
from imgclust_jupyter.workspace import copying


def picture(number):
    return Image.new("RGB", (8, 8), (40 * number, 90, 255 - 40 * number))


@pytest.fixture
def folder(tmp_path):
    """Six pictures, of which two have the same name."""
    made = tmp_path / "photos"
    (made / "more").mkdir(parents=True)
    for number in range(5):
        picture(number).save(made / f"p{number}.png")
    picture(5).save(made / "more" / "p0.png")
    return made


@pytest.fixture
def explorer(folder):
    kinds = pd.DataFrame(
        {"file": ["more/p0.png", "p0.png", "p1.png", "p2.png", "p3.png"], "kind": ["cow", "Cow", "a/b", "a:b", "CON"]}
    )
    with ClusterExplorer(folder, metadata=kinds, model="pixels", layout="pca", n_clusters=2) as made:
        made.select("size > 0")
        yield made


def snapshot_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_says_what_comes_of_it_and_does_nothing(explorer, folder, tmp_path):
    before = snapshot_of(tmp_path)
    planned = explorer.copy_selection(tmp_path / "out", by="kind")
    assert snapshot_of(tmp_path) == before
    assert planned.index.equals(explorer.selection.index)
    assert planned["from"].tolist() == explorer.selection["path"].tolist()
    assert set(planned["what"]) == {"copy"}
    done = explorer.copy_selection(tmp_path / "out", by="kind", dry_run=False)
    assert done["to"].tolist() == planned["to"].tolist()
    assert set(done["what"]) == {"copied"}
    for source, target in zip(done["from"], done["to"], strict=True):
        assert Path(source).read_bytes() == Path(target).read_bytes()
    assert snapshot_of(folder) == {k[7:]: v for k, v in before.items()}


def test_folders_have_names_that_all_systems_take(explorer, tmp_path):
    planned = explorer.copy_selection(tmp_path, by="kind")
    kinds = explorer.selection["kind"].fillna("-")
    folders = {kind: Path(to).parent.name for kind, to in zip(kinds, planned["to"], strict=True)}
    assert folders == {"cow": "cow (2)", "Cow": "Cow", "a/b": "a_b", "a:b": "a_b (2)", "CON": "_CON", "-": "(none)"}


def test_a_folder_for_each_cluster_is_called_as_the_cluster(explorer, tmp_path):
    planned = explorer.copy_selection(tmp_path)
    folders = {Path(to).parent.name for to in planned["to"]}
    assert folders == {"01", "02"}


def test_a_cluster_with_a_name_is_called_by_it(explorer, tmp_path):
    pipeline = explorer._session.pipeline
    below = {merge: BranchName(f"big/cat {merge}", (("lynx", 0.9),)) for merge in range(5)}
    pipeline.adopt(replace(pipeline.results, names=below))
    planned = explorer.copy_selection(tmp_path)
    names = explorer.clusters["name"]
    assert names.any()
    for cluster, to in zip(explorer.selection["cluster"], planned["to"], strict=True):
        assert Path(to).parent.name == f"{cluster:02} {names[cluster]}".strip().replace("/", "_")


def test_nothing_is_overwritten(explorer, folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "P1.PNG").write_bytes(b"somebody's")
    done = explorer.copy_selection(out, by=None, dry_run=False)
    assert (out / "P1.PNG").read_bytes() == b"somebody's"
    names = sorted(Path(to).name for to in done["to"])
    assert names == ["p0 (2).png", "p0.png", "p1 (2).png", "p2.png", "p3.png", "p4.png"]
    again = explorer.copy_selection(out, by=None, dry_run=False)
    assert not set(again["to"]) & set(done["to"])
    assert (out / "manifest (2).csv").exists()
    manifest = pd.read_csv(out / "manifest.csv")
    assert manifest.to_dict("list") == done.to_dict("list")


def test_what_came_in_between_is_not_overwritten_either(folder, tmp_path):
    items = Collection.from_source(folder).items[:2]
    steps = copying.plan(items, ["", ""], tmp_path, "copy")
    steps[0].to.write_bytes(b"late")
    done = [copying.perform(step) for step in steps]
    assert [step.what for step in done] == ["failed: File exists", "copied"]
    assert steps[0].to.read_bytes() == b"late"


@pytest.mark.parametrize(("mode", "said"), [("hardlink", "hard link made"), ("symlink", "symbolic link made")])
def test_links(explorer, tmp_path, mode, said):
    done = explorer.copy_selection(tmp_path / "out", mode=mode, dry_run=False)
    assert set(done["what"]) == {said}
    for source, target in zip(done["from"], done["to"], strict=True):
        assert Path(source).samefile(target)
        assert Path(target).is_symlink() == (mode == "symlink")
    taken_back = explorer.undo_copy()
    assert set(taken_back["what"]) == {"removed"}
    assert all(Path(source).exists() for source in done["from"])
    assert not (tmp_path / "out").exists()


def test_files_are_moved_and_moved_back(explorer, folder, tmp_path):
    before = snapshot_of(folder)
    done = explorer.copy_selection(tmp_path / "out", by=None, mode="move", dry_run=False)
    assert set(done["what"]) == {"moved"}
    assert snapshot_of(folder) == {}
    taken_back = explorer.undo_copy()
    assert snapshot_of(folder) == before
    assert taken_back["what"].tolist() == ["moved back"] * 6 + ["removed"]
    assert not (tmp_path / "out").exists()
    with pytest.raises(ValueError, match="taken back already"):
        explorer.undo_copy()


def test_what_has_changed_is_not_moved(explorer, folder, tmp_path):
    (folder / "p1.png").write_bytes(b"other")
    done = explorer.copy_selection(tmp_path / "out", by=None, mode="move", dry_run=False).set_index("from")
    assert done.loc[str(folder / "p1.png"), "what"] == "failed: it has changed since it was read"
    assert (done["what"] == "moved").sum() == 5
    assert (folder / "p1.png").read_bytes() == b"other"


def test_moving_to_another_disk(explorer, folder, tmp_path, monkeypatch):
    def no_link(*_, **__):
        raise OSError(18, "Invalid cross-device link")

    before = snapshot_of(folder)
    monkeypatch.setattr(copying.os, "link", no_link)
    done = explorer.copy_selection(tmp_path / "out", by=None, mode="move", dry_run=False)
    assert set(done["what"]) == {"moved"}
    assert snapshot_of(folder) == {}
    explorer.undo_copy()
    assert snapshot_of(folder) == before


def test_undo_leaves_what_is_no_longer_as_it_was_made(explorer, folder, tmp_path):
    out = tmp_path / "out"
    done = explorer.copy_selection(out, by=None, dry_run=False)
    first, second, third = done["to"].tolist()[:3]
    with Path(first).open("ab") as file:
        file.write(b"more")
    Path(done["from"].tolist()[1]).unlink()
    Path(third).unlink()
    (out / "mine.txt").write_text("mine")
    what = explorer.undo_copy()["what"].tolist()
    assert what[0] == "left: it has changed"
    assert what[1].startswith("left: ")
    assert what[1].endswith("is nowhere else any more")
    assert what[2:] == ["gone already", "removed", "removed", "removed", "removed"]
    assert sorted(snapshot_of(out)) == sorted(["mine.txt", Path(first).name, Path(second).name])


def test_the_error_of_a_file_does_not_stop_the_rest(explorer, folder, tmp_path):
    (folder / "p2.png").unlink()
    done = explorer.copy_selection(tmp_path / "out", by=None, dry_run=False).set_index("from")
    assert done.loc[str(folder / "p2.png"), "what"].startswith("failed: No such file")
    assert done.loc[str(folder / "p2.png"), "to"] is None
    assert (done["what"] == "copied").sum() == 5


def test_what_is_no_file_is_written(tmp_path):
    content = io.BytesIO()
    picture(3).save(content, "PNG")
    source = [
        np.full((6, 6, 3), 9, np.uint8),
        np.linspace(0, 1, 36).reshape(6, 6),
        picture(1),
        Image.new("CMYK", (5, 5), (9, 8, 7, 6)),
        FileContent("../drop.png", content.getvalue()),
    ]
    with ClusterExplorer(source, model="pixels", layout="pca") as explorer:
        explorer.select("size > 0")
        done = explorer.copy_selection(tmp_path / "out", by=None, mode="move", dry_run=False)
        assert set(done["what"]) == {"written"}
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
            "_drop.png", "array 0.png", "array 1.npy", "image 2.png", "image 3.tif", "manifest.csv"
        ]  # fmt: skip
        assert np.array_equal(np.asarray(Image.open(tmp_path / "out" / "array 0.png")), source[0])
        assert np.array_equal(np.load(tmp_path / "out" / "array 1.npy"), source[1])
        assert (tmp_path / "out" / "_drop.png").read_bytes() == content.getvalue()
        explorer.undo_copy()
        assert not any(tmp_path.iterdir())


def test_members_of_archives_are_written(folder, tmp_path):
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(3):
            file.write(folder / f"p{number}.png", f"p{number}.png")
    with ClusterExplorer(archive, model="pixels", layout="pca") as explorer:
        explorer.select("name != 'p1.png'")
        done = explorer.copy_selection(tmp_path / "out", by=None, mode="symlink", dry_run=False)
        assert set(done["what"]) == {"written"}
        assert (tmp_path / "out" / "p2.png").read_bytes() == (folder / "p2.png").read_bytes()


def test_the_frames_of_one_file_are_one_file(tmp_path):
    frames = [picture(number) for number in range(3)]
    frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
    with ClusterExplorer(tmp_path / "a.tif", frames="all", model="pixels", layout="pca") as explorer:
        explorer.select("size > 0")
        done = explorer.copy_selection(tmp_path / "out", by=None, dry_run=False)
        assert done["what"].tolist() == ["copied", *["left out: in one file with a.tif [0]"] * 2]


def test_what_cannot_be_is_refused(explorer, folder, tmp_path):
    with pytest.raises(KeyError, match="no column 'colour'"):
        explorer.copy_selection(tmp_path, by="colour")
    with pytest.raises(ValueError, match="mode must be one of copy, hardlink, symlink, move"):
        explorer.copy_selection(tmp_path, mode="delete")
    with pytest.raises(NotADirectoryError, match="is a file"):
        explorer.copy_selection(folder / "p1.png")
    explorer.select(None)
    assert explorer.copy_selection(tmp_path / "out", dry_run=False).empty
    assert not (tmp_path / "out").exists()
