"""ResNet-50 with torchvision's best ImageNet weights.

References
----------
He et al., "Deep residual learning for image recognition", 2015. The weights: V. Vryniotis, "How to train
state-of-the-art models using TorchVision's latest primitives", 2021.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

from imgclust_jupyter.embedding.geometry import crop
from imgclust_jupyter.embedding.network import Progress
from imgclust_jupyter.embedding.torch_network import TorchNetwork, torch_network
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.weights import find_weights

__all__ = ["from_state_dict", "resnet50"]


def resnet50(progress: Progress | None = None) -> TorchNetwork:
    """Make the network: averaged output of the last block, 2,048 numbers.

    Parameters
    ----------
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
    weights = load_torchvision().models.ResNet50_Weights.IMAGENET1K_V2
    found = find_weights(weights.url, "ResNet-50", progress)
    state = torch.load(found.file, map_location="cpu", weights_only=True)
    return from_state_dict(state, found.sha256)


def from_state_dict(state: dict[str, Any], sha256: str) -> TorchNetwork:
    """Make the network of weights in torchvision's form.

    Parameters
    ----------
    state : dict of str to torch.Tensor
    sha256 : str
        Digest of the file that the weights are from, hexadecimal.

    Returns
    -------
    TorchNetwork
    """
    module = load_torchvision().models.resnet50()
    module.load_state_dict(state)
    module.fc = nn.Identity()
    # What torchvision's transforms of these weights say, in grey levels.
    return torch_network(
        _without_batch_norms(module.eval()),
        name="resnet50",
        label="ResNet-50",
        dimensions=2048,
        min_side=232,
        version=1,
        weights_hash=sha256,
        resize=partial(crop, shorter=232, side=224),
        mean=(123.675, 116.28, 103.53),
        std=(58.395, 57.12, 57.375),
    )


def _without_batch_norms(module: Any) -> nn.Module:
    """Let each convolution do the batch normalisation that follows it, which costs a tenth of the time otherwise."""
    _fuse(module, "conv1", "bn1")
    for block in (block for stage in range(1, 5) for block in getattr(module, f"layer{stage}")):
        for number in "123":
            _fuse(block, f"conv{number}", f"bn{number}")
        if block.downsample is not None:
            _fuse(block.downsample, "0", "1")
    fused: nn.Module = module
    return fused


def _fuse(parent: nn.Module, convolution: str, normalisation: str) -> None:
    fused = fuse_conv_bn_eval(getattr(parent, convolution), getattr(parent, normalisation))
    setattr(parent, convolution, fused)
    setattr(parent, normalisation, nn.Identity())
