"""Networks that are torch modules."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from threadpoolctl import threadpool_limits

from imgclust_jupyter.embedding.fuse import FusedModule
from imgclust_jupyter.embedding.memory import InParts
from imgclust_jupyter.embedding.network import Network

__all__ = ["TorchNetwork", "torch_network", "use_one_core"]


@dataclass(frozen=True, kw_only=True)
class TorchNetwork(Network):
    """A torch module that turns RGB images of one size into rows of numbers.

    Attributes
    ----------
    module : torch.nn.Module
        From a float tensor of shape (b, 3, height, width) to one of shape (b, d).
    resize : callable
        From a PIL image to one of the size that the module wants.
    mean, std : tuple of float
        Of red, green and blue, in grey levels 0 to 255; the module gets ``(image - mean) / std``.
    device, dtype
        Where and how the module computes.
    """

    module: torch.nn.Module
    resize: Callable[[Image.Image], Image.Image]
    mean: tuple[float, float, float]
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    dtype: torch.dtype = torch.float32
    _on_device: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _run: Callable[[torch.Tensor], torch.Tensor] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        run = FusedModule(self.module, self.batch_size) if self.device.type == "cpu" else self.module
        object.__setattr__(self, "_run", InParts(run))  # the instance is frozen

    def _shared_fields(self) -> dict[str, Any]:
        # Another machine may have other devices, and be fast in another number format.
        shared = super()._shared_fields()
        for chosen in ("device", "dtype", "batch_size"):
            del shared[chosen]
        if self.device.type != "cpu":
            shared["module"] = copy.deepcopy(self.module).cpu()
        return shared

    @classmethod
    def _restored(cls, torchvision: object, attributes: dict[str, Any]) -> TorchNetwork:
        return torch_network(**attributes)

    def prepare_thread(self) -> None:
        """Let torch use one core on this thread; see `use_one_core`."""
        use_one_core()

    def preprocess(self, image: Image.Image) -> NDArray[np.uint8]:
        """Resize an image; see `Network.preprocess`."""
        return np.array(self.resize(image))  # a copy: torch warns of arrays that must not be written to

    def forward(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the module on images; see `Network.forward`."""
        images = _transfer(torch.from_numpy(batch), self.device)
        # One batch at a time on a GPU, whose memory is not made for as many as the machine has cores. Others are
        # decoded and transferred meanwhile.
        turn = nullcontext() if self.device.type == "cpu" else self._on_device
        with turn, torch.inference_mode():
            scaled = self.scale(images).to(self.dtype)
            embedded: NDArray[np.float32] = self._run(scaled).float().cpu().numpy()
        return embedded

    def scale(self, images: torch.Tensor) -> torch.Tensor:
        """Bring images, uint8 of shape (b, height, width, 3) on the device, into the form that the module wants."""
        n, height, width, channels = images.shape
        mean, std = (torch.tensor(values, device=self.device).repeat(width) for values in (self.mean, self.std))
        # Whole rows of pixels at once take a third of the time of three channels at once.
        rows = images.view(n, height, width * channels).float().sub_(mean).div_(std)
        # The channels of a pixel stay together, which is the fastest layout for torch (channels_last).
        return rows.view(images.shape).permute(0, 3, 1, 2)


def torch_network(module: torch.nn.Module, **attributes: Any) -> TorchNetwork:
    """Make a network of a module, on the fastest device, in the number format that is best there.

    Parameters
    ----------
    module : torch.nn.Module
        Changed in place.
    **attributes
        The other attributes of `TorchNetwork`.

    Returns
    -------
    TorchNetwork
    """
    device, dtype, batch_size = _fastest()
    module.eval().requires_grad_(False).to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return TorchNetwork(module=module, device=device, dtype=dtype, batch_size=batch_size, **attributes)


def use_one_core() -> None:
    """Let torch use one core on the calling thread, since the other cores have threads of their own.

    torch's own ``set_num_threads`` would also count for threads that meet torch later, the user's among them. OpenMP's
    limit belongs to the thread.
    """
    torch.get_num_threads()  # the first use of torch in a thread would overwrite the limit
    threadpool_limits(1, user_api="openmp")


def _fastest() -> tuple[torch.device, torch.dtype, int]:
    # Where the hardware has it, bfloat16 is 2 to 4 times as fast, and of an image's five nearest neighbours 99 % stay
    # the same. Elsewhere it would be many times slower on a processor, and a GPU is fast enough for as many pictures as
    # are decoded. float16 is no choice: numbers within SqueezeNet may be larger than its largest.
    if torch.cuda.is_available():
        half = torch.cuda.get_device_capability() >= (8, 0)
        return torch.device("cuda"), torch.bfloat16 if half else torch.float32, 64
    if torch.backends.mps.is_available():
        return torch.device("mps"), torch.float32, 32
    capabilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # not in older torch
    half = capabilities.get("avx512_bf16", False)
    return torch.device("cpu"), torch.bfloat16 if half else torch.float32, Network.batch_size


def _transfer(images: torch.Tensor, device: torch.device) -> torch.Tensor:
    if device.type != "cuda":
        return images.to(device)
    # On a stream of its own, from memory that is not paged out, while the GPU computes on another batch.
    stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    with torch.cuda.stream(stream):
        transferred = images.pin_memory().to(device, non_blocking=True)
    computing = torch.cuda.current_stream(device)
    computing.wait_stream(stream)
    transferred.record_stream(computing)
    return transferred
