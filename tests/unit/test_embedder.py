"""ImageEmbedder keeps to scikit-learn's conventions."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

from imgclust_jupyter import ImageEmbedder
from imgclust_jupyter.embedding import WeightsUnavailable, embedder, get_network


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_set_params,
        estimator_checks.check_valid_tag_types,
    ],
)
def test_scikit_learns_own_checks(check) -> None:
    check("ImageEmbedder", ImageEmbedder("pixels"))


def test_rows_are_in_the_order_given(sample_folder: Path) -> None:
    files = sorted(sample_folder.glob("*.jpg"), reverse=True)[:5]
    network = get_network("pixels")
    expected = network.forward(np.stack([network.preprocess(Image.open(file)) for file in files]))
    for source in (files, [str(file) for file in files], [np.asarray(Image.open(file)) for file in files]):
        embeddings = ImageEmbedder("pixels").fit_transform(source)
        assert embeddings.dtype == np.float32
        # Files are decoded at reduced size.
        np.testing.assert_allclose(embeddings, expected, atol=0.03)


def test_fit_is_not_needed_and_learns_nothing() -> None:
    images = [np.zeros((20, 30)), np.ones((30, 20))]
    unfitted, fitted = ImageEmbedder("pixels"), ImageEmbedder("pixels").fit(images[:1])
    np.testing.assert_array_equal(unfitted.transform(images), fitted.transform(images))
    assert clone(fitted).get_params() == {"model": "pixels", "n_jobs": None, "client": None}
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).transform(images), unfitted.transform(images))


def test_output_can_be_a_data_frame() -> None:
    images = [np.zeros((20, 30)), np.ones((30, 20))]
    frame = ImageEmbedder("pixels").set_output(transform="pandas").fit_transform(images)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == list(ImageEmbedder("pixels").get_feature_names_out())
    assert list(frame.columns[:2]) == ["n0", "n1"]
    assert frame.shape == (2, 768)


def test_it_works_in_a_pipeline(sample_folder: Path) -> None:
    table = pd.read_csv(sample_folder / "metadata.csv")
    files = [sample_folder / name for name in table["file"]]
    model = make_pipeline(ImageEmbedder("squeezenet"), StandardScaler(), KNeighborsClassifier(1))
    model.fit(files[::2], table["subject"][::2])
    assert model.score(files[1::2], table["subject"][1::2]) > 0.9


def test_what_auto_was_is_what_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def settled(model: str):
        asked.append(model)
        return get_network("pixels")

    monkeypatch.setattr(embedder, "get_network", settled)
    fitted = ImageEmbedder().fit()
    assert fitted.network_name_ == "pixels"
    fitted.transform([np.zeros((20, 30))])
    fitted.get_feature_names_out()
    assert asked == ["auto", "pixels", "pixels"]


def test_images_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.jpg" for name in "abcdef"]
    for file in files[:5]:
        file.write_bytes(b"")
    Image.new("RGB", (9, 9)).save(files[5])
    with pytest.raises(ValueError, match=r"5 of 6 images cannot be read \(a\.jpg: the file is empty; .*c\.jpg.* …\)"):
        ImageEmbedder("pixels").fit_transform(files)


def test_wrong_models_are_refused_when_used() -> None:
    with pytest.raises(ValueError, match="no network 'nonsense'"):
        ImageEmbedder("nonsense").fit()


def test_a_named_network_that_cannot_be_had_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(model: str):
        raise WeightsUnavailable("not here")

    monkeypatch.setattr(embedder, "get_network", unavailable)
    with pytest.raises(WeightsUnavailable, match="not here"):
        ImageEmbedder("resnet50").transform([np.zeros((20, 30))])
