"""torchvision's classification networks, with its own weights or with those of a file."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import nn

from imgclust_jupyter.embedding.architectures import (
    Misfit,
    architectures,
    classification_layer,
    identify,
    load_state,
    modern_names,
)
from imgclust_jupyter.embedding.geometry import crop
from imgclust_jupyter.embedding.network import Progress
from imgclust_jupyter.embedding.torch_network import TorchNetwork, torch_network
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.weights import find_weights
from imgclust_jupyter.embedding.weights_file import read_state

__all__ = ["architectures", "from_file", "torchvision_network"]

_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def torchvision_network(name: str, progress: Progress | None = None) -> TorchNetwork:
    """Make a network with torchvision's default weights: what its classification layer is given.

    Parameters
    ----------
    name : str
        One of `architectures`, such as "convnext_tiny".
    progress : callable, optional
        Told how the download goes, where one is needed; see `find_weights`.

    Returns
    -------
    TorchNetwork

    Raises
    ------
    WeightsUnavailable
        When the weights are neither on this machine nor to be downloaded.
    """
    found = find_weights(_default_weights(name).url, name, progress)
    state = torch.load(found.file, map_location="cpu", weights_only=True)
    return _headless(name, load_state(name, modern_names(state)), found.sha256, label=name)


def from_file(file: Path, name: str | None = None) -> TorchNetwork:
    """Make one of torchvision's networks with weights of one's own, for any number of classes.

    Pictures are prepared as for torchvision's default weights of that network.

    Parameters
    ----------
    file : Path
        A state dict; see `read_state`.
    name : str, optional
        One of `architectures`. Default: found by the names and shapes of the weights.

    Returns
    -------
    TorchNetwork

    Raises
    ------
    FileNotFoundError, OSError
        When the file cannot be opened.
    ValueError
        When it holds no state dict, or not that of such a network; the message says what differs.

    Examples
    --------
    >>> from_file(Path("my_birds.pth"), "mobilenet_v2").dimensions  # doctest: +SKIP
    1280
    """
    state = modern_names(read_state(file))
    try:
        if name is None:
            name = identify(state, hint=file.name)
        module = load_state(name, state)
    except Misfit as error:
        wanted = f"weights of {name}" if name else "weights of a network that is known"
        raise ValueError(
            f"{file} does not hold {wanted}: {error}. For another network make an nn.Module, load the weights into it "
            "and give that as model."
        ) from error
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return _headless(name, module, sha256, label=f"{name} ({file.name})")


def _headless(name: str, module: Any, sha256: str, label: str) -> TorchNetwork:
    path = classification_layer(name)
    layer = module.get_submodule(path)
    parent, _, attribute = path.rpartition(".")
    setattr(module.get_submodule(parent), attribute, nn.Identity())
    transforms = _default_weights(name).transforms()
    (shorter,), (side,) = transforms.resize_size, transforms.crop_size
    return torch_network(
        module,
        name=name,
        label=label,
        dimensions=layer.in_features if isinstance(layer, nn.Linear) else layer.in_channels,
        min_side=shorter,
        version=1,
        weights_hash=sha256,
        resize=partial(crop, shorter=shorter, side=side, resample=_RESAMPLING[transforms.interpolation.value]),
        mean=tuple(255 * value for value in transforms.mean),
        std=tuple(255 * value for value in transforms.std),
    )


def _default_weights(name: str) -> Any:
    return load_torchvision().models.get_model_weights(name).DEFAULT
