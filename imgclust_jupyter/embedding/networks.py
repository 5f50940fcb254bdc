"""Which networks there are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from imgclust_jupyter.embedding.network import Network, Progress, WeightsUnavailable

__all__ = ["NETWORKS", "get_network"]


def _resnet50(progress: Progress | None) -> Network:
    from imgclust_jupyter.embedding.resnet50 import resnet50

    return resnet50(progress)


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

_made: dict[str, Network] = {}
_unavailable: tuple[float, str] | None = None  # when the default network could not be had, and why


def get_network(model: str | Path | Callable[..., Any] = "auto", progress: Progress | None = None) -> Network:
    """Return a network, the same object each time.

    Parameters
    ----------
    model : str, default="auto"
        A name in `NETWORKS`; or "auto": "resnet50" when its weights are on this machine or can be downloaded, else
        "squeezenet" with a `notice` that says so. After a failed download "auto" does not try again for ten minutes; a
        network asked for by name is always tried.
    progress : callable, optional
        Called during a download with what is being done, megabytes done and in all. What it raises stops the download.

    Returns
    -------
    Network

    Raises
    ------
    WeightsUnavailable
        When the weights cannot be had; the message says what to do.
    ValueError
        For an unknown name.
    TypeError
        For anything but a name.

    Examples
    --------
    >>> get_network("pixels").dimensions
    768
    """
    if not isinstance(model, str):
        raise TypeError(f"model must be {_choices()}, not of the type {type(model).__name__}")
    if model == "auto":
        return _best(progress)
    if model not in NETWORKS:
        raise ValueError(f"there is no network {model!r}; model must be {_choices()}")
    if model not in _made:
        # Two threads may come here at once; both get what the first one made.
        _made.setdefault(model, NETWORKS[model](progress))
    return _made[model]


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


def _choices() -> str:
    return "one of " + ", ".join(repr(name) for name in ("auto", *NETWORKS))
