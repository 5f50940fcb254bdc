"""torchvision's classification networks, with its own weights or with those of a file."""

from __future__ import annotations

from collections.abc import Sequence
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
from imgclust_jupyter.embedding.batch_norms import fuse_batch_norms
from imgclust_jupyter.embedding.class_head import ClassHead
from imgclust_jupyter.embedding.geometry import crop
from imgclust_jupyter.embedding.network import Progress
from imgclust_jupyter.embedding.torch_network import TorchNetwork, torch_network
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.weights import find_weights, sha256_of
from imgclust_jupyter.embedding.weights_file import read_classes, read_state

__all__ = ["architectures", "from_classifier", "from_file", "imagenet_classes", "torchvision_network"]

_RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def torchvision_network(name: str, progress: Progress | None = None, label: str = "") -> TorchNetwork:
    """Make a network with torchvision's default weights: what its classification layer is given.

    Parameters
    ----------
    name : str
        One of `architectures`, such as "convnext_tiny".
    progress : callable, optional
        Told how the download goes, where one is needed; see `find_weights`.
    label : str, optional
        Its name for people. Default: `name`.

    Returns
    -------
    TorchNetwork

    Raises
    ------
    WeightsUnavailable
        When the weights are neither on this machine nor to be downloaded.
    """
    weights = _default_weights(name)
    found = find_weights(weights.url, label or name, progress)
    state = torch.load(found.file, map_location="cpu", weights_only=True)
    module = load_state(name, modern_names(state))
    return from_classifier(name, module, found.sha256, label, imagenet_classes(name))


def from_file(file: Path, name: str | None = None) -> TorchNetwork:
    """Make one of torchvision's networks with weights of one's own, for any number of classes.

    Pictures are prepared as for torchvision's default weights of that network. Its classes are named by the lines of
    the text file `read_classes` looks for; without one, 1,000 classes are taken for ImageNet's, in torchvision's order.

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
        When it holds no state dict, or not that of such a network, or the file of classes does not fit; the message
        says what differs.

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
    n_classes = len(module.get_submodule(classification_layer(name)).weight)
    classes = read_classes(file, n_classes, imagenet_classes(name))
    return from_classifier(name, module, sha256_of(file), f"{name} ({file.name})", classes)


def imagenet_classes(name: str) -> tuple[str, ...]:
    """Return the names of ImageNet's 1,000 classes, in the order of a network's default weights.

    Parameters
    ----------
    name : str
        One of `architectures`.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> imagenet_classes("resnet50")[:3]
    ('tench', 'goldfish', 'great white shark')
    """
    return tuple(_default_weights(name).meta["categories"])


def from_classifier(
    name: str, module: Any, sha256: str = "", label: str = "", classes: Sequence[str] | None = None
) -> TorchNetwork:
    """Make a network of one of torchvision's that tells classes apart: what its classification layer is given.

    Parameters
    ----------
    name : str
        One of `architectures`.
    module : torch.nn.Module
        From `architectures.build` or `load_state`; changed in place.
    sha256 : str, optional
        Digest of its weights, hexadecimal. Embeddings are kept under it.
    label : str, optional
        Its name for people. Default: `name`.
    classes : sequence of str, optional
        Names of its classes. SqueezeNets' are told as by `squeezenet`, those of others exactly as the module does.

    Returns
    -------
    TorchNetwork
    """
    path = classification_layer(name)
    layer = module.get_submodule(path)
    parent, _, attribute = path.rpartition(".")
    setattr(module.get_submodule(parent), attribute, nn.Identity())
    fuse_batch_norms(module.eval())
    transforms = _default_weights(name).transforms()
    (shorter,), (side,) = transforms.resize_size, transforms.crop_size
    return torch_network(
        module,
        name=name,
        label=label or name,
        dimensions=layer.weight.shape[1],
        min_side=shorter,
        version=1,
        weights_hash=sha256,
        resize=partial(crop, shorter=shorter, side=side, resample=_RESAMPLING[transforms.interpolation.value]),
        mean=tuple(255 * value for value in transforms.mean),
        std=tuple(255 * value for value in transforms.std),
        head=ClassHead.from_layer(layer, classes) if classes else None,
    )


def _default_weights(name: str) -> Any:
    return load_torchvision().models.get_model_weights(name).DEFAULT
