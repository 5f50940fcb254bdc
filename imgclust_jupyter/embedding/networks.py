"""Which networks there are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from imgclust_jupyter.embedding.network import Network, Progress, WeightsUnavailable

__all__ = ["NETWORKS", "get_network"]


def _resnet50(progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.torchvision_networks import torchvision_network

    return torchvision_network("resnet50", progress, label="ResNet-50")


def _squeezenet(progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.squeezenet import squeezenet

    return squeezenet()


def _pixels(progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.pixels import Pixels

    return Pixels()


# Torch is imported when a network needs it.
NETWORKS: dict[str, Callable[[Progress | None], Network]] = {
    "resnet50": _resnet50,
    "squeezenet": _squeezenet,
    "pixels": _pixels,
}
"""How to make each network, by name."""

_RETRY_SECONDS = 600.0

_CHOICES = (
    "one of "
    + ", ".join(repr(name) for name in ("auto", *NETWORKS))
    + ", the name of a classification network of torchvision, 'timm/' and the name of a network of timm, the path of a "
    "file of weights, a torch module or a function of a batch of images"
)

_made: dict[str, Network] = {}
_unavailable: tuple[float, str] | None = None  # when the default network could not be had, and why


def get_network(model: Any = "auto", progress: Progress | None = None) -> Network:
    """Return a network; for a name the same object each time.

    Parameters
    ----------
    model : str, Path, torch.nn.Module or callable, default="auto"
        - A name in `NETWORKS`.
        - "auto": "resnet50" when its weights are on this machine or can be downloaded, else "squeezenet" with a
          `notice` that says so. After a failed download "auto" does not try again for ten minutes; a network asked for
          by name is always tried.
        - The name of any other classification network of torchvision, such as "convnext_tiny" or "vit_b_16": with its
          default weights, what its classification layer is given.
        - "timm/" and the name of a network of the package timm, such as "timm/vit_small_patch14_dinov2" or
          "timm/resnet18.a1_in1k"; see `timm_network`.
        - The path of a state dict, .pth, .pt or .safetensors, of such a network with any number of classes. Which one
          is found by the names and shapes of the weights, or said before a colon: "mobilenet_v2:birds.pth",
          "timm/resnet18:birds.pth".
        - A torch module or another callable that makes one row of numbers of each image; see `from_module` and
          `from_function`.
    progress : callable, optional
        Called during a download with what is being done, megabytes done and in all. What it raises stops the download.

    Returns
    -------
    Network

    Raises
    ------
    WeightsUnavailable
        When the weights cannot be had; the message says what to do.
    FileNotFoundError
        When there is no such file of weights.
    ImportError
        When the name is one of timm's, and timm is not installed.
    ValueError
        For an unknown name, weights that are not for any of the networks, or an output that is no row of numbers.
    TypeError
        For anything else.

    Examples
    --------
    >>> get_network("pixels").dimensions
    768
    """
    if isinstance(model, str) and model == "auto":
        return _best(progress)
    if isinstance(model, str) and model in NETWORKS:
        return _once(model, lambda: NETWORKS[model](progress))
    if isinstance(model, str) and _is_of_timm(model):
        return _of_timm(model, progress)
    if isinstance(model, str | Path):
        return _of_torchvision(model, progress)
    if callable(model) and not isinstance(model, type):
        return _own(model)
    raise TypeError(f"model must be {_CHOICES}, not of the type {type(model).__name__}")


def _is_of_timm(model: str) -> bool:
    from imgclust_jupyter.embedding.weights_file import SUFFIXES

    # "timm/birds.pth" is a file in a folder of that name.
    return model.startswith("timm/") and (":" in model or Path(model).suffix.lower() not in SUFFIXES)


def _of_timm(model: str, progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.timm_networks import timm_network

    name, _, path = model.removeprefix("timm/").partition(":")
    if path:
        return timm_network(name, Path(path).expanduser())
    return _once(model, lambda: timm_network(name, progress=progress))


def _of_torchvision(model: str | Path, progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.torchvision_networks import architectures, from_file, torchvision_network
    from imgclust_jupyter.embedding.weights_file import SUFFIXES

    if model in architectures():
        return _once(str(model), lambda: torchvision_network(str(model), progress))
    name, colon, path = str(model).partition(":")
    named = colon != "" and name in architectures()
    file = Path(path if named else model).expanduser()
    if file.suffix.lower() in SUFFIXES:
        return from_file(file, name if named else None)
    if isinstance(model, Path) or named:
        raise ValueError(f"the name of a file of weights must end in {', '.join(SUFFIXES)}, not as {file.name!r} does")
    close = get_close_matches(model, {*NETWORKS, *architectures()}, n=3)
    meant = f" (did you mean {' or '.join(map(repr, close))}?)" if close else ""
    raise ValueError(f"there is no network {model!r}{meant}; model must be {_CHOICES}")


def _own(model: Any) -> Network:
    from imgclust_jupyter.embedding.own_networks import from_function, from_module

    # Whoever has a module has imported torch.
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return from_module(model)
    # Nothing can be remembered of a function that has no hash.
    return from_function(model) if isinstance(model, Hashable) else from_function.__wrapped__(model)


def _once(name: str, make: Callable[[], Network]) -> Network:
    if name not in _made:
        # Two threads may come here at once; both get what the first one made.
        _made.setdefault(name, make())
    return _made[name]


def _best(progress: Progress | None) -> Network:
    global _unavailable
    if _unavailable is None or time.monotonic() - _unavailable[0] > _RETRY_SECONDS:
        try:
            return get_network("resnet50", progress)
        except WeightsUnavailable as error:
            _unavailable = (time.monotonic(), error.reason)
    notice = (
        "Images are compared with SqueezeNet, a smaller network that tells fewer kinds of things apart, since the "
        f"weights of ResNet-50 are not on this machine and could not be downloaded: {_unavailable[1]}."
    )
    return replace(get_network("squeezenet"), notice=notice)
