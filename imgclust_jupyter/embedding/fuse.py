"""Running a torch module in the form that is fastest for batches of one size."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import torch

__all__ = ["FusedModule"]

_log = logging.getLogger(__name__)

# Fusing takes as long as embedding this many batches does: 0.7 s with ResNet-50, 0.2 s with SqueezeNet. Few pictures
# are done before; of many, these are a small part.
_PLAIN_BATCHES = 6

# Of the length of an embedding. bfloat16 has 8 bits, and the two forms round in different places, which makes 0.002 to
# 0.013; a wrong result is of the order of 1.
_TOLERANCE = 0.05

# What the compiler works with belongs to the process.
_compiling = threading.Lock()


class FusedModule:
    """A module that is compiled when it has had enough to do, with layers fused by oneDNN.

    A fused module keeps its weights in the order that the processor likes, and adds and activates while it computes
    convolutions. It is made for one shape of batch; others, and the batches until it is made, go through the module as
    it is. It is used when it is found to compute the same, in less time. So embeddings mean the same however they were
    computed, and cache keys need not tell.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode, on the CPU, without control flow that depends on the pixels.
    batch_size : int
        Of the batches that are worth it.

    Examples
    --------
    >>> run = FusedModule(torch.nn.Conv2d(3, 4, 3).eval(), batch_size=2)
    >>> with torch.inference_mode():
    ...     run(torch.zeros(2, 3, 8, 8)).shape
    torch.Size([2, 4, 6, 6])
    """

    def __init__(self, module: torch.nn.Module, batch_size: int) -> None:
        self._module = module
        self._batch_size = batch_size
        self._n_plain = 0
        self._fused: Any = None
        self._fusing = threading.Lock()

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Run the module; safe to call from several threads, in inference mode."""
        full = len(images) == self._batch_size
        if full and self._fused is not None:
            return _timed(self._fused, images)[0]
        output, seconds = _timed(self._module, images)
        self._n_plain += full
        # Other threads go on meanwhile; the lock is never given back.
        if full and self._n_plain > _PLAIN_BATCHES and self._fusing.acquire(blocking=False):
            self._fused = _fuse(self._module, images, output, seconds) or self._module
        return output


def _fuse(module: torch.nn.Module, images: torch.Tensor, output: torch.Tensor, seconds: float) -> Any:
    """Return the fused form; None when that fails, or is no better than what gave `output` in `seconds`."""
    with _compiling:
        enabled = torch.jit.onednn_fusion_enabled()  # type: ignore[no-untyped-call]
        torch.jit.enable_onednn_fusion(True)
        try:
            traced = torch.jit.trace(module, images, check_trace=False)  # type: ignore[no-untyped-call]
            fused = torch.jit.freeze(traced)
            fused(images)  # notes the shapes
            fused(images)  # compiles for them
            again, fused_seconds = _timed(fused, images)
        except Exception:  # noqa: BLE001  an optional compiler may fail in any way on any module
            _log.debug("a module cannot be fused, and runs as it is", exc_info=True)
            return None
        finally:
            torch.jit.enable_onednn_fusion(enabled)
    wrong = (again.double() - output.double()).norm(dim=1) > _TOLERANCE * output.double().norm(dim=1)
    return fused if fused_seconds < seconds and not wrong.any() else None


def _timed(module: Any, images: torch.Tensor) -> tuple[torch.Tensor, float]:
    started = time.thread_time()  # which does not count what other threads take
    return module(images), time.thread_time() - started
