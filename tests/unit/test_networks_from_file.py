"""torchvision's networks with weights of a file."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from sklearn.neighbors import NearestNeighbors

from imgclust_jupyter.embedding import ImageEmbedder, get_network, load_torchvision
from imgclust_jupyter.embedding.torchvision_networks import from_file
from imgclust_jupyter.embedding.weights_file import read_state

MODELS = load_torchvision().models
PICTURE = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")


@pytest.fixture(scope="module")
def small() -> torch.nn.Module:
    torch.manual_seed(0)
    return MODELS.mobilenet_v3_small(num_classes=7).eval()


@pytest.fixture
def small_file(small: torch.nn.Module, tmp_path: Path) -> Path:
    file = tmp_path / "birds.pth"
    torch.save(small.state_dict(), file)
    return file


def test_a_file_is_known_by_its_weights(small: torch.nn.Module, small_file: Path) -> None:
    network = get_network(small_file)
    assert (network.name, network.label, network.dimensions) == (
        "mobilenet_v3_small",
        "mobilenet_v3_small (birds.pth)",
        1024,
    )
    image = network.preprocess(PICTURE)[None]
    embedded = network.forward(image)
    assert embedded.shape == (1, 1024)
    for same in (str(small_file), f"mobilenet_v3_small:{small_file}"):
        again = get_network(same)
        assert again.id == network.id
        np.testing.assert_array_equal(again.forward(image), embedded)
    expected = small.classifier[:3](small.avgpool(small.features(as_input(PICTURE))).flatten(1)).detach().numpy()
    np.testing.assert_allclose(embedded, expected, atol=0.05 * np.abs(expected).max())


def as_input(picture: Image.Image) -> torch.Tensor:
    transformed: torch.Tensor = MODELS.MobileNet_V3_Small_Weights.DEFAULT.transforms()(picture)[None]
    return transformed


def test_the_classes_of_a_file_are_named_by_the_text_beside_it(small: torch.nn.Module, small_file: Path) -> None:
    assert get_network(small_file).classes is None
    names = ["jay", "Kohlmeise", "Pic épeiche", "d", "e", "f", "g"]
    beside = small_file.with_name("birds.classes.txt")
    beside.write_text("\n".join(names) + "\n", encoding="utf-8")
    network = get_network(small_file)
    assert network.classes == tuple(names)
    image = network.preprocess(PICTURE)[None]
    expected = torch.softmax(small(as_input(PICTURE)), 1).detach().numpy()
    np.testing.assert_allclose(network.class_scores(network.forward(image)), expected, atol=0.01)
    beside.write_text("jay\n")
    with pytest.raises(ValueError, match=r"birds\.classes\.txt has 1 lines, but birds\.pth is for 7 classes"):
        get_network(small_file)


def test_a_thousand_classes_are_imagenets(tmp_path: Path) -> None:
    save_file(MODELS.mobilenet_v3_small().state_dict(), tmp_path / "a.safetensors")
    assert get_network(tmp_path / "a.safetensors").classes == tuple(
        MODELS.MobileNet_V3_Small_Weights.IMAGENET1K_V1.meta["categories"]
    )


def test_other_weights_have_another_id(small: torch.nn.Module, small_file: Path) -> None:
    before = get_network(small_file).id
    state = small.state_dict()
    state["classifier.0.bias"] = state["classifier.0.bias"] + 1
    torch.save(state, small_file)
    assert get_network(small_file).id != before


def test_an_embedder_takes_a_file(small_file: Path) -> None:
    embedder = ImageEmbedder(str(small_file)).fit()
    assert embedder.network_name_ == "mobilenet_v3_small"
    assert embedder.transform([np.asarray(PICTURE)]).shape == (1, 1024)


@pytest.mark.parametrize("entry", [None, "state_dict", "model_state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod."])
def test_checkpoints_of_training_are_read(entry: str | None, prefix: str, tmp_path: Path) -> None:
    state = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}
    saved: Any = OrderedDict((prefix + key, value) for key, value in state.items())
    torch.save(saved if entry is None else {"epoch": 3, entry: saved}, tmp_path / "a.pt")
    assert read_state(tmp_path / "a.pt").keys() == state.keys()


def test_safetensors_are_the_same(small: torch.nn.Module, small_file: Path, tmp_path: Path) -> None:
    save_file(small.state_dict(), tmp_path / "birds.safetensors")
    theirs, ours = get_network(small_file), get_network(tmp_path / "birds.safetensors")
    image = ours.preprocess(PICTURE)[None]
    np.testing.assert_array_equal(theirs.forward(image), ours.forward(image))


class Malicious:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return Path.mkdir, (self.folder / "made",)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    torch.save({"a": Malicious(tmp_path)}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth holds more than tensors \(\S+\)\. .*run any code.*state_dict"):
        get_network(tmp_path / "a.pth")
    assert not (tmp_path / "made").exists()


def test_a_saved_module_is_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "a.pt")
    with pytest.raises(ValueError, match=r"more than tensors \(torch\.nn\.modules\.linear\.Linear\)"):
        get_network(tmp_path / "a.pt")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (torch.zeros(3), "holds a Tensor, not a state dict"),
        ({"a": torch.zeros(3), "b": 2}, "holds an int under 'b' where"),
        ({}, "holds nothing where"),
        ([1, 2], "holds a list, not"),
    ],
)
def test_what_is_no_state_dict_is_said(content: object, reason: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=rf"a\.pth {reason}.*Save the weights alone"):
        get_network(tmp_path / "a.pth")


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"hello, I am a text", b"PK\x03\x04 and so on", "cut"])
def test_broken_files_are_refused(suffix: str, content: bytes | str, tmp_path: Path) -> None:
    file = tmp_path / f"a{suffix}"
    if content == "cut":
        state = {"a": torch.zeros(1000)}
        save_file(state, file) if suffix == ".safetensors" else torch.save(state, file)
        content = file.read_bytes()[:1000]
    file.write_bytes(content)
    with pytest.raises(ValueError, match=rf"a\{suffix} (is not a|cannot be read as weights)"):
        get_network(file)


def test_weights_of_another_network_are_explained(small: torch.nn.Module, small_file: Path) -> None:
    with pytest.raises(ValueError, match=r"birds\.pth does not hold weights of resnet18: 'conv1\.weight' is missing"):
        get_network(f"resnet18:{small_file}")
    state = small.state_dict()
    state["features.0.0.weight"] = torch.zeros(16, 1, 3, 3)
    torch.save(state, small_file)
    with pytest.raises(ValueError, match=r"nearest .* mobilenet_v3_small, but 'features\.0\.0\.weight' has .*16, 1, 3"):
        from_file(small_file)


def test_missing_files_and_unknown_names_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file of weights .*nothing\.pth"):
        get_network(tmp_path / "nothing.pth")
    with pytest.raises(ValueError, match=r"must end in \.pth, \.pt, \.safetensors, not as 'a\.onnx' does"):
        get_network(tmp_path / "a.onnx")
    with pytest.raises(ValueError, match=r"no network 'resnet51' \(did you mean 'resnet50' or 'resnet(18|34|101|152)'"):
        get_network("resnet51")
    with pytest.raises(ValueError, match=r"no network 'mobilnet_v2' \(did you mean 'mobilenet_v2'"):
        get_network("mobilnet_v2")


def neighbours_of_the_same_kind(vectors: np.ndarray, labels: np.ndarray) -> float:
    centred = vectors - vectors.mean(axis=0)
    found = NearestNeighbors(n_neighbors=6, metric="cosine").fit(centred).kneighbors(centred, return_distance=False)
    return float((labels[found[:, 1:]] == labels[:, None]).mean())


@pytest.mark.data
def test_trained_weights_tell_animals_apart(test_data: Path) -> None:
    files = sorted((test_data / "animals").glob("*/*"))[::4]  # five of each kind
    labels = np.array([file.parent.name for file in files])
    weights = test_data / "weights"
    trained, same, pixels = (
        ImageEmbedder(model).fit_transform(files)
        for model in (
            weights / "mobilenet_v2_coral_dequant.pth",
            str(weights / "mobilenet_v2_coral_dequant.safetensors"),
            "pixels",
        )
    )
    # Not to the last digit: the networks take to their fused forms at moments of their own.
    cosines = (trained * same).sum(axis=1) / np.linalg.norm(trained, axis=1) / np.linalg.norm(same, axis=1)
    assert cosines.min() > 0.999
    assert neighbours_of_the_same_kind(trained, labels) > 0.5 > 5 * neighbours_of_the_same_kind(pixels, labels) / 2
