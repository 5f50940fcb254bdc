"""Modules and functions as networks."""

import functools
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import embed, get_network, load_torchvision
from imgclust_jupyter.store import open_store

PICTURE = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")


class Net(nn.Module):
    def __init__(self, seed: int = 0, factor: float = 1.0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.layers = nn.Sequential(nn.Conv2d(3, 5, 3), nn.Dropout(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.factor = factor

    def forward(self, images: torch.Tensor) -> Any:
        return self.layers(images) * self.factor


def embedded_by(network: Any, *pictures: Image.Image) -> np.ndarray:
    return network.forward(np.stack([network.preprocess(picture) for picture in pictures]))


def with_preprocess(module: nn.Module, preprocess: object) -> nn.Module:
    module.preprocess = preprocess
    return module


def test_a_module_gets_what_networks_for_imagenet_get() -> None:
    module = Net()
    network = get_network(module)
    assert (network.label, network.dimensions) == ("Net", 5)
    transform = load_torchvision().transforms._presets.ImageClassification(crop_size=224, resize_size=256)
    with torch.inference_mode():
        expected = module.eval()(transform(PICTURE)[None]).numpy()
    np.testing.assert_allclose(embedded_by(network, PICTURE), expected, atol=2e-3)


def test_a_modules_own_preprocess_is_used() -> None:
    seen = []

    def preprocess(picture: Image.Image) -> torch.Tensor:
        seen.append(picture.size)
        return torch.full((3, 8, 10), float(picture.width))

    module = with_preprocess(Net(), preprocess)
    network = get_network(module)
    expected = module.eval()(torch.full((1, 3, 8, 10), 640.0)).detach().numpy()
    np.testing.assert_allclose(embedded_by(network, PICTURE), expected, rtol=1e-5)
    # Nothing is known of it, so it is shown all of a picture's pixels.
    assert network.min_side > 10**6
    assert seen[-1] == (640, 480)


def test_the_users_module_is_left_alone() -> None:
    module = Net().train()
    network = get_network(module)
    before = embedded_by(network, PICTURE)
    assert module.training
    assert all(parameter.requires_grad for parameter in module.parameters())
    with torch.no_grad():
        module.layers[0].weight.zero_()
    np.testing.assert_array_equal(embedded_by(network, PICTURE), before)


def test_a_module_computes_in_its_own_format() -> None:
    module = Net().bfloat16()
    embedded = embedded_by(get_network(module), PICTURE)
    assert embedded.dtype == np.float32
    np.testing.assert_allclose(embedded, embedded_by(get_network(Net()), PICTURE), atol=0.02)


def test_ids_tell_modules_apart() -> None:
    def squeezed(picture: Image.Image) -> np.ndarray:
        return np.asarray(picture.resize((9, 9)), dtype=np.float32).transpose(2, 0, 1) / 255

    def negative(picture: Image.Image) -> np.ndarray:
        return 1 - squeezed(picture)

    modules = [
        Net(),
        Net(seed=1),
        Net(factor=-1.0),  # neither in the weights nor in the printed form
        Net(factor=2.0),
        Net(factor=1.0001),
        nn.Sequential(Net()),
        Net().double(),
        with_preprocess(Net(), squeezed),
        with_preprocess(Net(), negative),
    ]
    ids = [get_network(module).id for module in modules]
    assert len(set(ids)) == len(ids)
    assert [get_network(module).id for module in (Net(), Net(seed=1))] == ids[:2]
    assert all(name in identity for name, identity in zip([*["Net"] * 5, "Sequential"], ids, strict=False))


def test_ids_tell_the_code_of_modules_apart() -> None:
    def net(body: str) -> nn.Module:
        scope = {"__name__": "__main__", "Net": Net}
        exec(f"class Own(Net):\n    def forward(self, images):\n        {body}", scope)
        return scope["Own"]()

    def scaled(factor: float) -> nn.Module:
        class Scaled(Net):
            def forward(self, images: torch.Tensor) -> torch.Tensor:
                return self.layers(images) * factor

        return Scaled()

    bodies = [
        "return self.layers(images)",
        "return self.layers(images) * 2",
        "return self.layers(images) if images.mean() > -9 else -self.layers(images)",  # as the first for most images
        "return self.layers(images.flip(3))",
    ]
    modules = [*map(net, bodies), scaled(1.0), scaled(2.0)]
    ids = [get_network(module).id for module in modules]
    assert len(set(ids)) == len(ids)
    again = [*map(net, bodies), scaled(1.0), scaled(2.0)]
    assert [get_network(module).id for module in again] == ids


def test_ids_are_the_same_in_another_session(tmp_path: Path) -> None:
    code = """
import torch
from imgclust_jupyter.embedding import get_network
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = torch.nn.Sequential(torch.nn.Conv2d(3, 64, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    def preprocess(self, picture):
        return torch.tensor(list(picture.resize((8, 8)).getdata())).float().T.reshape(3, 8, 8)
    def forward(self, images):
        return self.layers(images) if "a" not in {"b", "c", "d", "e"} else None
torch.set_num_threads(THREADS)
print(get_network(Net()).id)
"""
    ids = []
    for threads in (1, 4):
        command = [sys.executable, "-W", "ignore", "-c", code.replace("THREADS", str(threads))]
        ids.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert ids[0] == ids[1] != ""


def test_a_modules_embeddings_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = Collection.from_source([np.asarray(PICTURE), np.zeros((300, 300, 3), dtype=np.uint8)])

    def embeddings(module: nn.Module) -> np.ndarray:
        network = get_network(module)
        return embed(collection, network, open_store(), threading.Event(), lambda done, total: None)

    first = embeddings(Net())
    assert first.shape == (2, 5)
    embed_nothing = get_network(Net())
    monkeypatch.setattr(type(embed_nothing), "forward", lambda network, batch: pytest.fail("embedded again"))
    again = embed(collection, embed_nothing, open_store(), threading.Event(), lambda done, total: None)
    np.testing.assert_array_equal(again, first)


@pytest.mark.parametrize(
    ("output", "made"),
    [
        (lambda images: images, r"an array of shape \(1, 3, 224, 224\)"),
        (lambda images: images.mean(), r"an array of shape \(\)"),
        (lambda images: {"features": images}, "a dict"),
        (lambda images: images.mean((2, 3)).repeat(2, 1), r"an array of shape \(2, 3\)"),
    ],
)
def test_an_output_that_is_no_row_of_numbers_is_refused(output: Any, made: str) -> None:
    class Wrong(nn.Module):
        def forward(self, images: torch.Tensor) -> Any:
            return output(images)

    with pytest.raises(ValueError, match=f"Wrong made {made} of a batch of 1; it must return one row"):
        get_network(Wrong())


def test_pictures_must_come_out_alike() -> None:
    network = get_network(with_preprocess(Net(), lambda picture: np.zeros((3, *picture.size), dtype=np.float32)))
    with pytest.raises(ValueError, match=r"preprocess of Net gave .*\(3, 640, 480\).*\(3, 400, 300\).*one size"):
        network.preprocess(PICTURE)


def mean_colour(images: np.ndarray) -> np.ndarray:
    return images.mean((1, 2))


def test_a_function_gets_squares_of_grey_levels() -> None:
    shapes = []

    def function(images: np.ndarray) -> torch.Tensor:
        shapes.append((images.shape, images.dtype))
        return torch.from_numpy(mean_colour(images))

    network = get_network(function)
    pictures = [Image.new("RGB", size, colour) for size, colour in [((640, 480), "red"), ((30, 50), (1, 2, 3))]]
    np.testing.assert_allclose(embedded_by(network, *pictures), [[255, 0, 0], [1, 2, 3]])
    assert (network.label, network.dimensions, network.min_side) == ("function", 3, 256)
    assert shapes[-1] == ((2, 224, 224, 3), np.uint8)


def test_a_callable_may_have_a_preprocess() -> None:
    class Embedder:
        def preprocess(self, picture: Image.Image) -> np.ndarray:
            return np.asarray(picture.resize((2, 2)))

        def __call__(self, images: np.ndarray) -> np.ndarray:
            return images.reshape(len(images), -1)

    network = get_network(Embedder())
    assert (network.label, network.dimensions) == ("Embedder", 12)


def test_the_same_function_is_the_same_network_and_another_is_not() -> None:
    class Unhashable:
        __hash__ = None

        def __call__(self, images: np.ndarray) -> np.ndarray:
            return mean_colour(images)

    class Bound:
        def embed(self, images: np.ndarray) -> np.ndarray:
            return mean_colour(images)

    bound, unhashable = Bound(), Unhashable()
    assert get_network(mean_colour) is get_network(mean_colour)
    assert get_network(bound.embed) is get_network(bound.embed)
    functions = [mean_colour, functools.partial(mean_colour), lambda images: mean_colour(images), bound.embed]
    functions += [Bound().embed, unhashable, unhashable]
    assert len({get_network(function).id for function in functions}) == len(functions)


def test_a_function_is_called_by_one_thread_at_a_time(tmp_path: Path) -> None:
    busy = threading.Lock()

    def function(images: np.ndarray) -> np.ndarray:
        assert busy.acquire(blocking=False)
        try:
            return mean_colour(images)
        finally:
            busy.release()

    collection = Collection.from_source([np.full((50, 60), level, dtype=np.uint8) for level in range(40)])
    store = open_store()
    embedded = embed(collection, get_network(function), store, threading.Event(), lambda done, total: None, n_jobs=4)
    np.testing.assert_array_equal(embedded, np.repeat(np.arange(40), 3).reshape(40, 3))
