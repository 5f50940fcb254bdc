"""torchvision's networks with its own weights: their input, embedding and classes, against torchvision's own."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from imgclust_jupyter.embedding import Network, get_network, load_torchvision, networks, torchvision_networks
from imgclust_jupyter.embedding.batch_norms import fuse_batch_norms
from imgclust_jupyter.embedding.torchvision_networks import from_classifier, imagenet_classes
from imgclust_jupyter.embedding.weights import Weights

MODELS = load_torchvision().models
PICTURE = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")
HEADS = {
    "alexnet": "classifier.6",
    "convnext_tiny": "classifier.2",
    "densenet121": "classifier",
    "efficientnet_b0": "classifier.1",
    "efficientnet_v2_s": "classifier.1",
    "googlenet": "fc",
    "inception_v3": "fc",
    "maxvit_t": "classifier.5",
    "mnasnet0_5": "classifier.1",
    "mobilenet_v2": "classifier.1",
    "mobilenet_v3_small": "classifier.3",
    "regnet_y_400mf": "fc",
    "resnet18": "fc",
    "resnet50": "fc",
    "shufflenet_v2_x0_5": "fc",
    "squeezenet1_1": "classifier.1",
    "swin_t": "head",
    "swin_v2_t": "head",
    "vgg11_bn": "classifier.6",
    "vit_b_16": "heads.head",
}


def random_network(name: str) -> torch.nn.Module:
    """A network of torchvision as with its weights, but with random ones."""
    torch.manual_seed(0)
    options = {}
    if name in ("googlenet", "inception_v3"):
        options = {"transform_input": True, "init_weights": False, "aux_logits": False}
    elif name.startswith("vgg"):
        options = {"init_weights": False}
    module = MODELS.get_model(name, **options)
    # Fresh batch normalisations do nothing; these do something.
    for layer in module.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
            torch.nn.init.uniform_(layer.bias, -0.1, 0.1)
    return module.eval()


@pytest.mark.parametrize("name", HEADS)
def test_an_embedding_is_what_the_classification_layer_is_given(name: str) -> None:
    reference = random_network(name)
    network = from_classifier(name, copy.deepcopy(reference), classes=imagenet_classes(name))
    given = []
    reference.get_submodule(HEADS[name]).register_forward_pre_hook(lambda layer, inputs: given.append(inputs[0]))
    with torch.inference_mode():
        logits = reference(MODELS.get_model_weights(name).DEFAULT.transforms()(PICTURE)[None])
    expected = given[0].mean((2, 3)) if given[0].ndim == 4 else given[0]  # SqueezeNet averages afterwards

    embedded = network.forward(network.preprocess(PICTURE)[None])
    assert embedded.shape == expected.shape == (1, network.dimensions)
    # Some processors are fastest in bfloat16, which has three digits.
    assert np.corrcoef(embedded[0], expected[0])[0, 1] > 0.999
    np.testing.assert_allclose(embedded, expected, atol=0.05 * expected.abs().max())

    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.module.modules()) or name in (
        "densenet121",
        "maxvit_t",
    )
    if not name.startswith("squeezenet"):  # which is tested with its trained weights
        scores = network.class_scores(expected.numpy())
        np.testing.assert_allclose(scores, torch.softmax(logits, 1), rtol=1e-3, atol=1e-7)


class Shared(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.taken = torch.nn.Conv2d(3, 4, 3), torch.nn.Conv2d(3, 4, 3)
        self.norm, self.norm_of_taken = torch.nn.BatchNorm2d(4), torch.nn.BatchNorm2d(4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        taken = self.taken(images)
        return self.norm(self.convolution(images)) + self.norm_of_taken(taken) + taken


def test_batch_normalisations_are_fused_where_nothing_else_sees_the_difference() -> None:
    module = Shared()
    for norm in (module.norm, module.norm_of_taken):
        norm.running_mean.uniform_(-0.5, 0.5)
        norm.running_var.uniform_(0.5, 1.5)
    images = torch.randn(2, 3, 8, 8)
    with torch.inference_mode():
        expected = module.eval()(images)
        fuse_batch_norms(module)
        torch.testing.assert_close(module(images), expected)
    assert isinstance(module.norm, torch.nn.Identity)
    assert isinstance(module.norm_of_taken, torch.nn.BatchNorm2d)


@pytest.mark.parametrize("name", ["efficientnet_v2_l", "vit_h_14", "inception_v3", "resnet50", "regnet_y_128gf"])
@pytest.mark.parametrize("size", [(640, 480), (480, 641), (57, 100), (2000, 300)])
def test_the_input_is_that_of_the_default_weights(
    name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the preprocessing counts, so the module may be any.
    monkeypatch.setattr(torchvision_networks, "classification_layer", lambda name: "0")
    network = from_classifier(name, torch.nn.Sequential(torch.nn.Linear(4, 4)))
    # Too little contrast for bicubic interpolation to overshoot: Pillow may resize rows or columns first, and cuts off
    # what is beyond white in between.
    picture = Image.effect_noise(size, 25).convert("RGB")
    transforms = MODELS.get_model_weights(name).DEFAULT.transforms()
    scaled = (network.preprocess(picture) - np.array(network.mean)) / np.array(network.std)
    # Two grey levels, since the place of the crop is rounded elsewhere.
    np.testing.assert_allclose(scaled.transpose(2, 0, 1), transforms(picture).numpy(), atol=2.1 / min(network.std))
    assert network.min_side == transforms.resize_size[0]


def test_a_picture_of_one_row_does_not_fill_the_memory() -> None:
    network = from_classifier("resnet18", random_network("resnet18"))
    assert network.preprocess(Image.new("RGB", (100_000, 1))).shape == (224, 224, 3)


@pytest.mark.parametrize(("name", "label"), [("resnet50", "ResNet-50"), ("mobilenet_v3_small", "mobilenet_v3_small")])
def test_a_name_is_the_network_with_torchvisions_weights(
    name: str, label: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = random_network(name)
    file = tmp_path / "weights.pth"
    torch.save(reference.state_dict(), file)
    asked = []

    def find_weights(url: str, label: str, progress: object) -> Weights:
        asked.append((url, label, progress))
        return Weights(file, "ab" * 32)

    monkeypatch.setattr(torchvision_networks, "find_weights", find_weights)
    monkeypatch.setattr(networks, "_made", {})
    network = get_network(name, print)
    weights = MODELS.get_model_weights(name).DEFAULT
    assert asked == [(weights.url, label, print)]
    assert network is get_network(name)
    assert (network.id, network.label) == (f"{name}-{'ab' * 8}-v1", label)
    assert network.classes == tuple(weights.meta["categories"])
    picture = network.preprocess(PICTURE)[None]
    expected: Network = from_classifier(name, reference)
    np.testing.assert_array_equal(network.forward(picture), expected.forward(picture))
