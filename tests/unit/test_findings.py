"""What stands out, as columns and methods of the explorer."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.spatial.distance import squareform

from imgclust_jupyter import ClusterExplorer, Limits
from imgclust_jupyter.pipeline.results import OWN_COLUMNS, Findings
from imgclust_jupyter.workspace.lookup import row_of


@pytest.fixture(scope="module")
def folder(sample_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings") / "photos"
    shutil.copytree(sample_folder, folder)
    first, second, third = sorted(folder.glob("*.jpg"))[:3]
    shutil.copy(first, folder / "zz exact.jpg")
    Image.open(second).save(folder / "zz smaller.jpg", quality=60)
    exif = Image.Exif()
    exif[0x112] = 6
    Image.open(third).rotate(90, expand=True).save(folder / "zz turned.jpg", quality=95, exif=exif)
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "zz noise.png")
    return folder


@pytest.fixture(scope="module")
def explorer(folder):
    with ClusterExplorer(folder, model="squeezenet", layout="pca") as explorer:
        yield explorer.wait()


def test_copies_are_found_also_smaller_and_turned_ones(explorer, folder):
    originals = [file.name for file in sorted(folder.glob("*.jpg"))[:3]]
    data = explorer.data.set_index("name", drop=False)
    for copy, original in zip(["zz exact.jpg", "zz smaller.jpg", "zz turned.jpg"], originals, strict=True):
        label = data.loc[copy, "duplicate_of"]
        assert explorer.data.loc[label, "name"] == original
        assert data.loc[original, "duplicate_of"] is None


def test_duplicates_come_group_by_group(explorer):
    duplicates = explorer.duplicates()
    firsts = duplicates["duplicate_of"].isna()
    assert firsts.iloc[0]
    assert firsts.sum() < len(duplicates)
    assert "zz noise.png" not in set(duplicates["name"])


def test_outliers_are_ranked_by_the_mean_distance_to_their_neighbours(explorer):
    distances = np.sort(squareform(explorer.distances()), axis=1)[:, 1:16].mean(axis=1)
    assert explorer.outliers(8).index.tolist() == explorer.data.index[np.argsort(-distances)[:8]].tolist()
    for ranks in ("outlier", "outlier_local"):
        assert sorted(explorer.data[ranks]) == list(range(1, len(explorer.data) + 1))


def test_similar_images_come_by_distance_and_the_copy_first(explorer, folder):
    original = sorted(folder.glob("*.jpg"))[0].name
    similar = explorer.similar(original, k=5)
    assert set(similar["name"].iloc[:2]) == {original, "zz exact.jpg"}
    assert similar["distance"].is_monotonic_increasing
    assert len(similar) == 5
    with pytest.raises(KeyError, match=r"did you mean 'zz exact\.jpg'"):
        explorer.similar("zz exct.jpg")


def test_the_networks_own_classes_are_a_column(explorer):
    data = explorer.data
    assert data["predicted_share"].between(0, 1).all()
    assert data["predicted"].map(type).eq(str).all()
    coffee = data[data["name"].str.startswith("coffee")]
    assert coffee["predicted"].isin(["espresso", "cup", "coffee mug"]).mean() >= 0.5


def test_pixels_predict_nothing(sample_folder):
    with ClusterExplorer(sample_folder, model="pixels", layout="pca") as explorer:
        assert "predicted" not in explorer.data


def test_the_cut_that_there_seems_to_be(explorer):
    explorer.cut(2)
    explorer.cut("auto")
    found = explorer.data["cluster"].nunique()
    assert 4 <= found <= 24
    assert explorer.widget.cut["n_clusters"] == found
    with pytest.raises(ValueError, match="'auto'"):
        explorer.cut("many")


def test_metadata_with_our_names_is_kept_under_another(sample_folder):
    names = [file.name for file in sorted(sample_folder.glob("*.jpg"))]
    metadata = pd.DataFrame({"file": names, **{name: range(len(names)) for name in OWN_COLUMNS}})
    with ClusterExplorer(sample_folder, metadata=metadata, model="pixels", layout="pca") as explorer:
        data = explorer.data
    assert set(data["cluster"]) != set(range(len(names)))
    assert {f"{name}_metadata" for name in OWN_COLUMNS} <= set(data)
    assert not data.columns.has_duplicates


def test_duplicates_are_named_by_the_label_of_the_first_of_their_group():
    ranks = np.arange(1, 6)
    findings = Findings(ranks, ranks, np.array([0, 2, 1, 2, 1], dtype=np.int32), None)
    columns = findings.columns(pd.Index(list("abcde")))
    assert list(columns["duplicate_of"]) == [None, None, None, "b", "c"]
    nothing = Findings(ranks, ranks, np.zeros(5, dtype=np.int32), None)
    assert list(nothing.columns(pd.RangeIndex(5))["duplicate_of"]) == [None] * 5


def test_an_image_is_known_by_label_path_or_name():
    table = pd.DataFrame(
        {"name": ["a.jpg", "a.jpg", "c.jpg"], "path": ["/p/x/a.jpg", "/p/y/a.jpg", "/p/c.jpg"]}, index=["u", "v", "w"]
    )
    relative = ["x/a.jpg", "y/a.jpg", "c.jpg"]
    assert [row_of(what, table, relative) for what in ("v", "y/a.jpg", "/p/c.jpg", "c.jpg")] == [1, 1, 2, 2]
    with pytest.raises(KeyError, match="2 images have the name"):
        row_of("a.jpg", table, relative)


def test_embeddings_of_ones_own(sample_folder):
    files = sorted(sample_folder.glob("*.jpg"))
    features = np.random.default_rng(0).normal(size=(len(files), 5))
    with ClusterExplorer(files, features=features, layout="pca") as explorer:
        np.testing.assert_allclose(explorer.embeddings.to_numpy(), features.astype(np.float32))
        assert explorer.data["width"].gt(0).all()
        assert "predicted" not in explorer.data
    with (
        ClusterExplorer(files, features=features[:-1], layout="pca") as explorer,
        pytest.raises(ValueError, match="rows"),
    ):
        explorer.wait()


def test_every_frame_of_a_file(tmp_path):
    pages = [Image.fromarray(np.full((40, 50, 3), 60 * i, dtype=np.uint8)) for i in range(4)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    with ClusterExplorer(tmp_path, frames="all", model="pixels", layout="pca") as explorer:
        assert explorer.data["name"].tolist() == [f"scan.tif [{i}]" for i in range(4)]
    with pytest.raises(TypeError, match=r"limits must be imgclust_jupyter\.Limits\(…\), not 9"):
        ClusterExplorer(tmp_path, limits=9)
    with pytest.raises(TypeError, match="storage_options must be a dict, not 'key'"):
        ClusterExplorer("memory://a", storage_options="key")
    with pytest.raises(ValueError, match="n_clusters must be a whole number from 1, or 'auto', not 'all'"):
        ClusterExplorer(tmp_path, n_clusters="all")
    with pytest.raises(ValueError, match="no choice of frames 'some'"):
        ClusterExplorer(tmp_path, frames="some")


def test_what_asks_for_more_than_the_limits_is_unreadable(tmp_path):
    for side in (40, 60, 400):
        Image.new("RGB", (side, side), (side % 256, 0, 0)).save(tmp_path / f"{side}.png")
    with ClusterExplorer(tmp_path, limits=Limits(pixels=10_000), model="pixels", layout="pca") as explorer:
        assert explorer.data["name"].tolist() == ["40.png", "60.png"]
        (reason,) = explorer.errors["reason"]
    assert "megapixels" in reason


def test_an_archive_is_a_source(sample_folder, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "photos"), "zip", sample_folder)
    with ClusterExplorer(archive, model="pixels", layout="pca") as explorer:
        assert set(explorer.data["name"]) == {file.name for file in sample_folder.glob("*.jpg")}
