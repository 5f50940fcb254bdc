"""Networks that the user has made: torch modules, and functions of a batch of images."""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgclust_jupyter.embedding.geometry import crop
from imgclust_jupyter.embedding.module_identity import module_identity
from imgclust_jupyter.embedding.network import Network

__all__ = ["FunctionNetwork", "ModuleNetwork", "from_function", "from_module"]

# What networks for ImageNet are usually given, in the range from 0 to 1.
_SHORTER, _SIDE = 256, 224
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)[:, None, None]
_STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)[:, None, None]

# So large that no picture is decoded at a smaller size: nobody knows what the user's preprocessing looks at.
_FULL_SIZE = sys.maxsize


@dataclass(frozen=True, kw_only=True)
class _OwnNetwork(Network):
    """Anything with preprocessing of the user's.

    Attributes
    ----------
    prepare : callable
        From an RGB PIL image to an array or a tensor.
    shape : tuple of int
        Of what `prepare` returns.
    """

    prepare: Callable[[Image.Image], Any]
    shape: tuple[int, ...]
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def preprocess(self, image: Image.Image) -> NDArray[Any]:
        """Apply the user's preprocessing; see `Network.preprocess`."""
        prepared = np.asarray(self.prepare(image))
        if prepared.shape != self.shape:
            raise ValueError(
                f"preprocess of {self.label} gave an array of shape {prepared.shape} for one picture and of "
                f"{self.shape} for another; let it bring all pictures to one size"
            )
        return prepared


@dataclass(frozen=True, kw_only=True)
class ModuleNetwork(_OwnNetwork):
    """A torch module, on the device and in the number format that it has."""

    module: Any
    device: Any
    dtype: Any

    def prepare_thread(self) -> None:
        """Let torch use one core on this thread; see `use_one_core`."""
        from imgclust_jupyter.embedding.torch_network import use_one_core

        use_one_core()

    def forward(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Run the module; see `Network.forward`."""
        # One batch at a time on a GPU, whose memory is not made for as many as the machine has cores.
        turn = nullcontext() if self.device.type == "cpu" else self._turn
        with turn:
            return _embedded(_run(self.module, batch, self.device, self.dtype), len(batch), self.label)


@dataclass(frozen=True, kw_only=True)
class FunctionNetwork(_OwnNetwork):
    """A function from a batch of images to rows of numbers."""

    function: Callable[[NDArray[Any]], Any]

    def forward(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Call the function, on one batch at a time; see `Network.forward`."""
        with self._turn:
            return _embedded(self.function(batch), len(batch), self.label)


def from_module(module: Any) -> ModuleNetwork:
    """Make a network of a torch module, whose output is the embedding.

    A copy of the module in evaluation mode is used, so that going on to train it changes nothing here.

    The embeddings are kept under a hash of the module, so that they are found again in later sessions.
    `module_identity` says what is in it; give modules that differ in nothing of that classes of different names.

    Parameters
    ----------
    module : torch.nn.Module
        From a float tensor of shape (b, 3, height, width) to one of shape (b, d). Its attribute ``preprocess``, if
        there is one, turns an RGB PIL image into a float array or tensor of shape (3, height, width). Else the shorter
        side becomes 256 pixels, a square of 224 is cut out of the middle, and ImageNet's mean and standard deviation
        are applied.

    Returns
    -------
    ModuleNetwork

    Raises
    ------
    ValueError
        When the output has another shape.
    """
    import torch

    label = type(module).__name__
    own = copy.deepcopy(module).eval().requires_grad_(False)
    first = next((parameter for parameter in own.parameters() if parameter.is_floating_point()), torch.zeros(0))
    prepare = _preprocess_of(own) or _imagenet
    picture = np.asarray(prepare(_picture()))
    embedding = _embedded(_run(own, np.stack([picture]), first.device, first.dtype), 1, label)
    return ModuleNetwork(
        name=label,
        label=label,
        dimensions=embedding.shape[1],
        min_side=_SHORTER if prepare is _imagenet else _FULL_SIZE,
        version=1,
        weights_hash=module_identity(own, prepare, picture, embedding),
        prepare=prepare,
        shape=picture.shape,
        module=own,
        device=first.device,
        dtype=first.dtype,
    )


@lru_cache(maxsize=4)
def from_function(function: Callable[[NDArray[Any]], Any]) -> FunctionNetwork:
    """Make a network of a function; the same network for the same function, of which the last four are known.

    What a function does cannot be told from outside, so embeddings are not found again after the kernel has restarted.

    Parameters
    ----------
    function : callable
        From images, an array of uint8 and shape (b, 224, 224, 3), to an array or tensor of shape (b, d). The images are
        squares out of the middle. With an attribute ``preprocess``, from an RGB PIL image to an array of always the
        same shape, its arrays are stacked instead. Called with one batch at a time.

    Returns
    -------
    FunctionNetwork

    Raises
    ------
    ValueError
        When the output has another shape.

    Examples
    --------
    >>> from_function(lambda images: images.mean((1, 2))).dimensions
    3
    """
    label = getattr(function, "__name__", type(function).__name__)
    prepare = _preprocess_of(function) or _square
    picture = np.asarray(prepare(_picture()))
    embedding = _embedded(function(np.stack([picture])), 1, label)
    return FunctionNetwork(
        name=label,
        label=label,
        dimensions=embedding.shape[1],
        min_side=_SHORTER if prepare is _square else _FULL_SIZE,
        version=1,
        weights_hash=uuid4().hex,
        prepare=prepare,
        shape=picture.shape,
        function=function,
    )


def _run(module: Any, batch: NDArray[Any], device: Any, dtype: Any) -> Any:
    import torch

    with torch.inference_mode():
        return module(torch.from_numpy(batch).to(device=device, dtype=dtype))


def _embedded(output: Any, n: int, label: str) -> NDArray[np.float32]:
    """Bring what a module or function returned into the form of embeddings."""
    if hasattr(output, "detach"):
        output = output.detach().float().cpu()
    shape = getattr(output, "shape", None)
    if shape is None or len(shape) != 2 or shape[0] != n:
        what = f"an array of shape {tuple(shape)}" if shape is not None else f"a {type(output).__name__}"
        raise ValueError(
            f"{label} made {what} of a batch of {n}; it must return one row of numbers for each image, shape (b, d)"
        )
    return np.asarray(output, dtype=np.float32)


def _preprocess_of(model: Any) -> Callable[[Image.Image], Any] | None:
    preprocess: Callable[[Image.Image], Any] | None = getattr(model, "preprocess", None)
    return preprocess


def _square(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(crop(image, _SHORTER, _SIDE))


def _imagenet(image: Image.Image) -> NDArray[np.float32]:
    scaled = _square(image).transpose(2, 0, 1) / np.float32(255)
    return np.asarray((scaled - _MEAN) / _STD, dtype=np.float32)


def _picture() -> Image.Image:
    """Return a picture that looks different through different preprocessing."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8))
