"""torchvision's classification networks without their weights: their layers, and which of them weights are for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from imgclust_jupyter.embedding.torchvision_guard import load_torchvision

__all__ = ["Misfit", "architectures", "build", "classification_layer", "identify", "load_state", "modern_names"]

_MOST_LISTED = 3

# What torchvision's builders choose when they are given weights. The auxiliary classifiers are for training.
_WITH_WEIGHTS = {"transform_input": True, "init_weights": False, "aux_logits": False}
_AUXILIARY = re.compile(r"(aux1|aux2|AuxLogits)\.")

# How torchvision's published files of DenseNet and ViT name what is called otherwise in its modules today.
_RENAMED = (
    (re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\."), r"\1\2."),
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)


class Misfit(ValueError):  # noqa: N818  it says what the error is
    """Weights are not for a network; the message says why, as the end of a sentence."""


@cache
def architectures() -> tuple[str, ...]:
    """Return the names of torchvision's classification networks, such as "convnext_tiny"."""
    models = load_torchvision().models
    return tuple(models.list_models(module=models))


def build(name: str, num_classes: int = 1000) -> Any:
    """Make a network as its default weights want it, with random weights.

    Parameters
    ----------
    name : str
        One of `architectures`.
    num_classes : int

    Returns
    -------
    torch.nn.Module
        Without the auxiliary classifiers of GoogLeNet and Inception.
    """
    models = load_torchvision().models
    options: dict[str, Any] = {}
    if name in ("googlenet", "inception_v3"):
        options = _WITH_WEIGHTS
    elif name.startswith("vit_"):
        options = {"image_size": models.get_model_weights(name).DEFAULT.meta["min_size"][0]}
    return models.get_model(name, num_classes=num_classes, **options)


@cache
def classification_layer(name: str) -> str:
    """Return which module of a network turns features into classes: the one that depends on their number.

    Parameters
    ----------
    name : str
        One of `architectures`.

    Returns
    -------
    str
        Its path in the network, such as "classifier.1".

    Examples
    --------
    >>> classification_layer("alexnet")
    'classifier.6'
    """
    fewer, more = _shapes(name, 7), _shapes(name, 1000)
    (layer,) = {key.rpartition(".")[0] for key in more if fewer[key] != more[key]}
    return layer


def modern_names(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give weights the names that they have in torchvision's modules today.

    Parameters
    ----------
    state : mapping of str to torch.Tensor

    Returns
    -------
    dict of str to torch.Tensor
        Without the weights of auxiliary classifiers.
    """
    renamed = {}
    for key, value in state.items():
        if not _AUXILIARY.match(key):
            for old, new in _RENAMED:
                key = old.sub(new, key)
            renamed[key] = value
    return renamed


def identify(state: Mapping[str, torch.Tensor], hint: str = "") -> str:
    """Find the network that weights are for, by their names and shapes.

    Parameters
    ----------
    state : mapping of str to torch.Tensor
        From `modern_names`. The number of classes is free.
    hint : str
        Networks whose name is in it are tried first.

    Returns
    -------
    str
        One of `architectures`.

    Raises
    ------
    Misfit
        When there is none. The message tells the nearest one.
    """
    keys = _needed(state)
    names = sorted(architectures(), key=lambda name: (name not in hint, -len(name)))
    shared: dict[str, float] = {}
    for name in names:
        theirs = _needed(_shapes(name, 1000))
        shared[name] = len(keys & theirs) / len(keys | theirs)
        if shared[name] == 1 and not _differences(state, name):
            return name
    nearest = max(names, key=lambda name: shared[name])
    if not shared[nearest]:
        raise Misfit("none of its names is one of any classification network of torchvision")
    raise Misfit(f"the nearest network of torchvision is {nearest}, but {_listed(_differences(state, nearest))}")


def load_state(name: str, state: Mapping[str, torch.Tensor]) -> Any:
    """Make a network with weights.

    Parameters
    ----------
    name : str
        One of `architectures`.
    state : mapping of str to torch.Tensor
        From `modern_names`.

    Returns
    -------
    torch.nn.Module

    Raises
    ------
    Misfit
        When they are not for this network.
    """
    differences = _differences(state, name)
    if differences:
        raise Misfit(_listed(differences))
    module = build(name, _n_classes(state, name))
    own = module.state_dict()
    # In place, since load_state_dict would want to know which version of torch wrote the weights. Counters of batches
    # are for training, and not in old files.
    with torch.no_grad():
        for key in _needed(own):
            own[key].copy_(state[key])
    return module


def _needed(state: Mapping[str, Any]) -> set[str]:
    return {key for key in state if not key.endswith("num_batches_tracked")}


def _n_classes(state: Mapping[str, torch.Tensor], name: str) -> int:
    return state[f"{classification_layer(name)}.weight"].shape[0]


def _differences(state: Mapping[str, torch.Tensor], name: str) -> list[str]:
    """Say what keeps weights from being those of a network."""
    theirs = _shapes(name, 1000)
    missing, unknown = _needed(theirs) - state.keys(), _needed(state) - theirs.keys()
    differences = [f"{key!r} is missing" for key in theirs if key in missing]
    differences += [f"{key!r} has no place in it" for key in state if key in unknown]
    if f"{classification_layer(name)}.weight" in state:
        theirs = _shapes(name, _n_classes(state, name))
    for key, shape in theirs.items():
        if key in state and tuple(state[key].shape) != shape:
            differences.append(f"{key!r} has the shape {tuple(state[key].shape)} where {name} has {shape}")
    return differences


def _listed(differences: Sequence[str]) -> str:
    more = len(differences) - _MOST_LISTED
    return ", ".join(differences[:_MOST_LISTED]) + (f" and {more} more differences" if more > 0 else "")


@cache
def _shapes(name: str, num_classes: int) -> dict[str, tuple[int, ...]]:
    with _NoMemory():
        module = build(name, num_classes)
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


class _NoMemory(TorchFunctionMode):
    """Parameters are made with a shape, but without values.

    The device "meta" would also take those small tensors that RegNets compute their widths with.
    """

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.empty:
            kwargs = {**kwargs, "device": "meta"}
        elif getattr(func, "__module__", None) == "torch.nn.init":
            return kwargs.get("tensor")
        return func(*args, **kwargs)
