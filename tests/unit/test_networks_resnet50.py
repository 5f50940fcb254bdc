"""ResNet-50: its form and its input, with random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from imgclust_jupyter.embedding import Network, load_torchvision, resnet50
from imgclust_jupyter.embedding.weights import Weights

SHA256 = "11ad3fa6" + "0" * 56


@pytest.fixture(scope="module")
def reference() -> torch.nn.Module:
    torch.manual_seed(0)
    module = load_torchvision().models.resnet50()
    # Fresh batch normalisations do nothing; these do something.
    for layer in module.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
            torch.nn.init.uniform_(layer.bias, -0.1, 0.1)
    return module.eval()


@pytest.fixture(scope="module")
def network(reference: torch.nn.Module) -> Network:
    return resnet50.from_state_dict(reference.state_dict(), SHA256)


def expected_embedding(reference: torch.nn.Module, picture: Image.Image) -> np.ndarray:
    torchvision = load_torchvision()
    transform = torchvision.models.ResNet50_Weights.IMAGENET1K_V2.transforms()
    seen = []
    handle = reference.avgpool.register_forward_hook(lambda layer, inputs, output: seen.append(output.flatten(1)))
    with torch.inference_mode():
        reference(transform(picture)[None])
    handle.remove()
    return seen[0].numpy()[0]


@pytest.mark.parametrize("size", [(640, 480), (250, 700), (232, 232)])
def test_it_is_torchvisions_penultimate_layer(
    reference: torch.nn.Module, network: Network, size: tuple[int, int]
) -> None:
    picture = Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 60).convert("RGB")
    embedded = network.forward(network.preprocess(picture)[None])[0]
    expected = expected_embedding(reference, picture)
    assert embedded.shape == (network.dimensions,) == (2048,)
    correlation = np.corrcoef(embedded, expected)[0, 1]
    assert correlation > 0.999
    np.testing.assert_allclose(embedded, expected, atol=0.05 * expected.max())


@pytest.mark.parametrize("size", [(640, 480), (480, 641), (300, 300), (57, 100), (2000, 240), (224, 900)])
def test_the_input_is_torchvisions(network: Network, size: tuple[int, int]) -> None:
    functional = load_torchvision().transforms.functional
    picture = Image.effect_noise(size, 100).convert("RGB")
    expected = np.asarray(functional.center_crop(functional.resize(picture, 232), 224))
    difference = np.abs(network.preprocess(picture).astype(int) - expected)
    assert difference.max() <= 2


def test_a_picture_of_one_row_does_not_fill_the_memory(network: Network) -> None:
    assert network.preprocess(Image.new("RGB", (100_000, 1))).shape == (224, 224, 3)


def test_the_weights_found_are_used(
    reference: torch.nn.Module, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "resnet50-11ad3fa6.pth"
    torch.save(reference.state_dict(), file)
    asked = []

    def find_weights(url: str, label: str, progress: object) -> Weights:
        asked.append((url, label, progress))
        return Weights(file, SHA256)

    monkeypatch.setattr(resnet50, "find_weights", find_weights)
    made = resnet50.resnet50(print)
    assert asked == [("https://download.pytorch.org/models/resnet50-11ad3fa6.pth", "ResNet-50", print)]
    assert made.id == network.id == f"resnet50-{SHA256[:16]}-v1"
    noise = np.random.default_rng(0).integers(0, 256, (1, 224, 224, 3), dtype=np.uint8)
    np.testing.assert_array_equal(made.forward(noise), network.forward(noise))
