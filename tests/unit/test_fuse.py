"""Modules in the form that is fastest."""

import copy
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from imgclust_jupyter.embedding import fuse, get_network, load_torchvision
from imgclust_jupyter.embedding.fuse import FusedModule
from imgclust_jupyter.embedding.torchvision_networks import from_classifier
from imgclust_jupyter.imaging import decode

BATCH = 4


class Counted(nn.Module):
    """Counts how often it runs as it is; a fused form does not come by here."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.shapes: list[int] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if not torch.jit.is_tracing():
            self.shapes.append(len(images))
        return self.layers(images)


@pytest.fixture(autouse=True)
def always_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Timing decides in earnest only."""
    monkeypatch.setattr(fuse, "_timed", lambda module, images: (module(images), float(is_plain(module))))


def is_plain(module: Any) -> bool:
    return isinstance(module, nn.Module) and not isinstance(module, torch.jit.ScriptModule)


def images(n: int = BATCH, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 3, 12, 12, generator=torch.Generator().manual_seed(seed))


def feed(run: FusedModule, n_batches: int) -> None:
    with torch.inference_mode():
        for seed in range(n_batches):
            run(images(seed=seed))


def test_a_module_is_fused_when_it_has_had_enough_to_do() -> None:
    module = Counted().eval()
    run = FusedModule(module, BATCH)
    feed(run, 30)
    assert len(module.shapes) == fuse._PLAIN_BATCHES + 1
    with torch.inference_mode():
        np.testing.assert_allclose(run(images(seed=99)), module.layers(images(seed=99)), atol=1e-5)


def test_few_batches_and_batches_of_other_sizes_are_run_plainly() -> None:
    module = Counted().eval()
    run = FusedModule(module, BATCH)
    feed(run, fuse._PLAIN_BATCHES)
    with torch.inference_mode():
        for _ in range(30):
            run(images(BATCH - 1))
    assert run._fused is None
    feed(run, 10)
    assert run._fused is not None
    with torch.inference_mode():
        np.testing.assert_array_equal(run(images(BATCH - 1)), module(images(BATCH - 1)))


@pytest.mark.parametrize("how", ["wrong", "slower", "raises"])
def test_what_is_no_better_is_not_used(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = Counted().eval()
    if how == "wrong":
        monkeypatch.setattr(torch.jit, "freeze", lambda traced: lambda batch: traced(batch) * 1.2)
    elif how == "slower":
        monkeypatch.setattr(fuse, "_timed", lambda of, batch: (of(batch), float(not is_plain(of))))
    else:
        monkeypatch.setattr(torch.jit, "freeze", lambda traced: 1 / 0)
    before = torch.jit.onednn_fusion_enabled()
    run = FusedModule(module, BATCH)
    feed(run, 20)
    assert run._fused is module
    assert len(module.shapes) == 20
    # What belongs to the process is as it was.
    assert torch.jit.onednn_fusion_enabled() == before


def test_threads_fuse_once_and_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    fusing, others_are_done = threading.Event(), threading.Event()
    freeze = torch.jit.freeze
    n_fused = []

    def slow(traced: torch.nn.Module) -> torch.nn.Module:
        n_fused.append(1)
        fusing.set()
        assert others_are_done.wait(60)
        return freeze(traced)

    monkeypatch.setattr(torch.jit, "freeze", slow)
    module = Counted().eval()
    run = FusedModule(module, BATCH)
    thread = threading.Thread(target=feed, args=(run, fuse._PLAIN_BATCHES + 1))
    thread.start()
    assert fusing.wait(60)
    feed(run, 5)
    others_are_done.set()
    thread.join()
    assert len(n_fused) == 1
    assert len(module.shapes) == fuse._PLAIN_BATCHES + 1 + 5


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mobilenet_v3_small"])
def test_embeddings_of_networks_stay_the_same(name: str) -> None:
    torch.manual_seed(0)
    network = from_classifier(name, load_torchvision().models.get_model(name))
    batch = np.random.default_rng(0).integers(0, 256, (network.batch_size, 224, 224, 3), dtype=np.uint8)
    plain = network.forward(batch)
    for _ in range(fuse._PLAIN_BATCHES + 1):
        again = network.forward(batch)
    difference = np.linalg.norm(again - plain, axis=1)
    assert (difference <= fuse._TOLERANCE * np.linalg.norm(plain, axis=1)).all()


def nearest(embeddings: np.ndarray) -> np.ndarray:
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import normalize

    vectors = normalize(embeddings - embeddings.mean(axis=0))
    return NearestNeighbors(n_neighbors=5).fit(vectors).kneighbors(return_distance=False)


def test_neighbours_stay_the_same(sample_folder: Path) -> None:
    network = get_network("squeezenet")
    files = sorted(sample_folder.glob("*.*g"))
    pixels = np.stack([network.preprocess(decode(file, network.min_side).image) for file in files])
    run = FusedModule(network.module, network.batch_size)
    batches = np.split(pixels, len(pixels) // network.batch_size)
    with torch.inference_mode():
        scaled = [network.scale(torch.from_numpy(batch)).to(network.dtype) for batch in batches]
        plain = np.concatenate([network.module(batch).float().numpy() for batch in scaled])
        run._n_plain = fuse._PLAIN_BATCHES
        run(scaled[0])
        assert run._fused is not network.module
        fused = np.concatenate([run(batch).float().numpy() for batch in scaled])
    same = [len(set(a) & set(b)) / 5 for a, b in zip(nearest(plain), nearest(fused), strict=True)]
    assert np.mean(same) > 0.98


@pytest.mark.data
@pytest.mark.parametrize(
    ("model", "least"),
    [("squeezenet", 0.99), ("weights/mobilenet_v2_coral_dequant.pth", 0.96)],
    ids=["squeezenet", "mobilenet"],
)
def test_bfloat16_hardly_changes_neighbours(test_data: Path, model: str, least: float) -> None:
    network = get_network(test_data / model if "/" in model else model)
    if network.dtype != torch.bfloat16:
        pytest.skip("this processor does not compute in bfloat16")
    exact = replace(network, module=copy.deepcopy(network.module).float(), dtype=torch.float32)
    files = sorted((test_data / "animals").glob("*/*.*"))
    labels = np.array([file.parent.name for file in files])
    pixels = [network.preprocess(decode(file, network.min_side).image) for file in files]
    found = [
        nearest(np.concatenate([one.forward(np.stack(pixels[i : i + 8])) for i in range(0, len(pixels), 8)]))
        for one in (network, exact)
    ]
    same = [len(set(a) & set(b)) / 5 for a, b in zip(*found, strict=True)]
    assert np.mean(same) > least
    alike, alike_exactly = (np.mean(labels[neighbours] == labels[:, None]) for neighbours in found)
    assert abs(alike - alike_exactly) < 0.01
