"""Choosing a network."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from imgclust_jupyter.embedding import NETWORKS, Network, WeightsUnavailable, get_network, networks


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """ResNet-50 cannot be had; the list grows with each attempt."""
    attempts: list[float] = []

    def unavailable(progress: object) -> Network:
        attempts.append(networks.time.monotonic())
        raise WeightsUnavailable("Not here. Use another one.", reason="example.org cannot be reached")

    monkeypatch.setitem(NETWORKS, "resnet50", unavailable)
    monkeypatch.setattr(networks, "_made", {})
    monkeypatch.setattr(networks, "_unavailable", None)
    return attempts


def test_auto_falls_back_to_squeezenet_and_says_so(downloads: list[float]) -> None:
    network = get_network("auto")
    assert network.name == "squeezenet"
    assert network.notice is not None
    assert "SqueezeNet" in network.notice
    assert "ResNet-50" in network.notice
    assert "example.org cannot be reached" in network.notice
    assert get_network("squeezenet").notice is None
    assert get_network("squeezenet").id == network.id


def test_auto_does_not_wait_for_the_same_download_again_and_again(
    downloads: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = get_network("auto"), get_network("auto")
    assert len(downloads) == 1
    assert second.notice == first.notice
    monkeypatch.setattr(networks, "_RETRY_SECONDS", -1.0)
    get_network("auto")
    assert len(downloads) == 2


def test_a_network_asked_for_by_name_never_falls_back(downloads: list[float]) -> None:
    get_network("auto")
    with pytest.raises(WeightsUnavailable, match="Use another one"):
        get_network("resnet50")
    assert len(downloads) == 2


def test_auto_is_resnet50_where_it_can_be_had(downloads: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    made = get_network("pixels")
    monkeypatch.setitem(NETWORKS, "resnet50", lambda progress: made)
    assert get_network("auto") is made


def test_progress_reaches_the_network(downloads: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setitem(NETWORKS, "resnet50", lambda progress: progress("downloading", 1, 2) or get_network("pixels"))
    get_network("resnet50", lambda *step: told.append(step))
    assert told == [("downloading", 1, 2)]


def test_a_network_is_made_once() -> None:
    assert get_network("squeezenet") is get_network("squeezenet")


def test_wrong_models_are_named() -> None:
    with pytest.raises(ValueError, match=r"no network 'resnet51'.*'auto', 'resnet50', 'squeezenet', 'pixels'"):
        get_network("resnet51")
    with pytest.raises(TypeError, match=r"'squeezenet'.*torch module.*not of the type int"):
        get_network(5)
    with pytest.raises(TypeError, match="not of the type type"):
        get_network(torch.nn.Identity)


@pytest.mark.parametrize("name", ["squeezenet", "pixels"])
def test_networks_keep_their_word(name: str) -> None:
    network = get_network(name)
    pictures = [Image.effect_noise(size, 80).convert("RGB") for size in ((640, 480), (30, 500), (1, 1))]
    embedded = network.forward(np.stack([network.preprocess(picture) for picture in pictures]))
    assert embedded.shape == (3, network.dimensions)
    assert embedded.dtype == np.float32
    assert np.isfinite(embedded).all()
    assert network.id.startswith(name)
    assert network.weights_hash[:16] in network.id


def test_ids_tell_networks_versions_and_weights_apart() -> None:
    def network(name: str = "a", version: int = 1, weights_hash: str = "") -> Network:
        pixels = get_network("pixels")
        return type(pixels)(name=name, version=version, weights_hash=weights_hash)

    ids = {n.id for n in (network(), network("b"), network(version=2), network(weights_hash="0" * 64))}
    assert len(ids) == 4


def test_pixels_are_the_image_in_16_by_16() -> None:
    halves = np.zeros((100, 200, 3), dtype=np.uint8)
    halves[:, 100:] = (255, 51, 0)
    network = get_network("pixels")
    embedded = network.forward(network.preprocess(Image.fromarray(halves))[None]).reshape(16, 16, 3)
    np.testing.assert_array_equal(embedded[:, :7], 0)
    np.testing.assert_allclose(embedded[:, 9:], np.broadcast_to([1, 0.2, 0], (16, 7, 3)), rtol=1e-6)


def test_importing_the_room_imports_nothing_slow() -> None:
    code = (
        "import sys; from imgclust_jupyter.embedding import Network, embed, get_network; get_network('pixels'); "
        "print(*{'torch', 'torchvision', 'sklearn', 'requests'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
