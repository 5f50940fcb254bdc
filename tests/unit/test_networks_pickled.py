"""Networks travel to other processes and machines."""

import pickle
import subprocess
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import torch
from PIL import Image

from imgclust_jupyter.embedding import Network, get_network, load_torchvision

PICTURE = Image.effect_mandelbrot((320, 240), (-2, -1.5, 1, 1.5), 60).convert("RGB")

EMBED = """
import pickle, sys
import numpy as np
from PIL import Image
picture = Image.open(sys.argv[2])
embedded = {}
with open(sys.argv[1], "rb") as file:
    while file.peek():
        network = pickle.load(file)
        network.prepare_thread()
        embedded[network.id] = network.forward(network.preprocess(picture)[None])
np.savez(sys.argv[3], **embedded)
"""


def from_file(folder: Path) -> Network:
    torch.manual_seed(0)
    torch.save(load_torchvision().models.mobilenet_v3_small().state_dict(), folder / "weights.pth")
    return get_network(folder / "weights.pth")


def from_module(folder: Path) -> Network:
    class Net(torch.nn.Module):  # of this test alone: no other process could import it
        def __init__(self) -> None:
            super().__init__()
            self.layers = load_torchvision().models.mobilenet_v3_small(num_classes=5)

        def preprocess(self, picture: Image.Image) -> torch.Tensor:
            return torch.from_numpy(np.asarray(picture.resize((64, 64)), dtype=np.float32).transpose(2, 0, 1) / 255)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.layers(images)

    torch.manual_seed(0)
    return get_network(Net())


def from_function(folder: Path) -> Network:
    return get_network(lambda images: images.mean((1, 2)))


def test_networks_work_in_another_process(tmp_path: Path) -> None:
    # SqueezeNet first: torchvision, which may need help to be imported, has not been there before.
    made = [get_network("squeezenet"), *(make(tmp_path) for make in (from_file, from_module, from_function))]
    networks = [*made, get_network("pixels")]
    (tmp_path / "networks").write_bytes(b"".join(map(cloudpickle.dumps, networks)))
    PICTURE.save(tmp_path / "picture.png")
    command = [sys.executable, "-c", EMBED, tmp_path / "networks", tmp_path / "picture.png", tmp_path / "embedded.npz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "embedded.npz") as embedded:
        assert list(embedded) == [network.id for network in networks]
        for network in networks:
            expected = network.forward(network.preprocess(PICTURE)[None])
            np.testing.assert_allclose(embedded[network.id], expected, atol=1e-3 * np.abs(expected).max())


def test_a_copy_does_not_wait_for_the_original() -> None:
    network = get_network("squeezenet")
    copied = pickle.loads(pickle.dumps(network))
    assert copied._on_device is not network._on_device
