"""The sample images: twelve known groups of real pixels."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import samples
from imgclust_jupyter.samples import make_samples


def grey(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((16, 16))).astype(float).ravel()


def test_files_and_table(tmp_path):
    table = make_samples(tmp_path / "new" / "folder", per_subject=3)
    assert list(table.columns) == ["file", "subject", "scale", "brightness"]
    assert table["subject"].value_counts().tolist() == [3] * 12
    assert table["file"].tolist()[6:9] == ["cat_00.jpg", "cat_01.jpg", "cat_02.jpg"]
    files = {path.name for path in (tmp_path / "new" / "folder").iterdir()}
    assert files == {*table["file"], "metadata.csv"}
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "new" / "folder" / "metadata.csv"), table)


def test_the_crops_are_varied(sample_folder):
    shapes = set()
    for path in sample_folder.glob("*.jpg"):
        with Image.open(path) as image:
            assert (image.format, image.mode) == ("JPEG", "RGB")
            shapes.add(image.size)
    assert len(shapes) > 40


def test_no_crop_reaches_beyond_its_photograph(tmp_path, monkeypatch):
    load = samples._load_photographs
    # Beyond a photograph everything is black.
    white = {name: Image.new("RGB", photograph.size, "white") for name, photograph in load().items()}
    monkeypatch.setattr(samples, "_load_photographs", lambda: white)
    for file, brightness in make_samples(tmp_path, per_subject=12)[["file", "brightness"]].to_numpy():
        assert grey(tmp_path / file).min() >= min(255, 255 * brightness) - 2, file


def test_brighter_and_darker_crops_of_one_photograph(sample_folder):
    table = pd.read_csv(sample_folder / "metadata.csv")
    gravel = table[table["subject"] == "gravel"]
    means = [grey(sample_folder / file).mean() for file in gravel["file"]]
    assert np.corrcoef(means, gravel["brightness"])[0, 1] > 0.95


def test_comparing_pixels_does_not_find_the_subjects(sample_folder):
    table = pd.read_csv(sample_folder / "metadata.csv")
    pixels = np.array([grey(sample_folder / file) for file in table["file"]])
    distances = np.linalg.norm(pixels[:, None] - pixels, axis=2)
    np.fill_diagonal(distances, np.inf)
    subjects = table["subject"].to_numpy(dtype=str)
    agreement = np.mean(subjects[distances.argmin(axis=1)] == subjects)
    assert 1 / 12 < agreement < 0.6


def test_a_second_time_nothing_is_written(tmp_path):
    first = make_samples(tmp_path, per_subject=1)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    pd.testing.assert_frame_equal(make_samples(str(tmp_path), per_subject=1), first)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_what_is_missing_comes_back_the_same(tmp_path):
    make_samples(tmp_path, per_subject=1)
    expected = (tmp_path / "cat_00.jpg").read_bytes()
    (tmp_path / "cat_00.jpg").unlink()
    make_samples(tmp_path, per_subject=1)
    assert (tmp_path / "cat_00.jpg").read_bytes() == expected


def test_more_crops_leave_the_first_ones_as_they_are_and_seeds_differ(tmp_path):
    few = make_samples(tmp_path / "few", per_subject=1)
    more = make_samples(tmp_path / "more", per_subject=2)
    other = make_samples(tmp_path / "other", per_subject=1, seed=1)
    pd.testing.assert_frame_equal(more.iloc[::2].reset_index(drop=True), few)
    assert (tmp_path / "few" / "cat_00.jpg").read_bytes() == (tmp_path / "more" / "cat_00.jpg").read_bytes()
    assert not np.allclose(other["scale"], few["scale"])


def test_without_scikit_image(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install imgclust_jupyter\[samples\]"):
        make_samples(tmp_path / "samples")
    assert not (tmp_path / "samples").exists()


def test_at_least_one(tmp_path):
    with pytest.raises(ValueError, match="not 0"):
        make_samples(tmp_path, per_subject=0)


def test_some_of_the_subjects(tmp_path):
    table = make_samples(tmp_path / "some", per_subject=2, subjects=["rocket", "cat"])
    whole = make_samples(tmp_path / "all", per_subject=2)
    pd.testing.assert_frame_equal(table, whole[whole["subject"].isin(["cat", "rocket"])].reset_index(drop=True))
    assert {path.name for path in (tmp_path / "some").iterdir()} == {*table["file"], "metadata.csv"}
    for file in table["file"]:
        assert (tmp_path / "some" / file).read_bytes() == (tmp_path / "all" / file).read_bytes()


@pytest.mark.parametrize(("subjects", "named"), [(["cat", "cow"], "not cow"), ([], "not none")])
def test_subjects_that_there_are_not(tmp_path, subjects, named):
    with pytest.raises(ValueError, match=f"astronaut, brick.*{named}"):
        make_samples(tmp_path, subjects=subjects)
