"""Batches that fit into the memory there is."""

from __future__ import annotations

from collections.abc import Callable

import torch

__all__ = ["InParts"]


class InParts:
    """A function of batches that is given smaller ones when the memory of the device does not suffice.

    Parameters
    ----------
    function : callable
        From a tensor of shape (b, …) to one of shape (b, d), image by image.

    Attributes
    ----------
    most : int or None
        Images that it is given at once, as far as is known.

    Examples
    --------
    >>> def sums(batch):
    ...     if len(batch) > 3:
    ...         raise torch.cuda.OutOfMemoryError
    ...     return batch.sum(dim=1, keepdim=True)
    >>> run = InParts(sums)
    >>> run(torch.ones(8, 2)).shape, run.most
    (torch.Size([8, 1]), 2)
    """

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        self._function = function
        self.most: int | None = None

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """Apply the function, to half as many at a time until that fits; later batches begin with what has fitted.

        Raises
        ------
        RuntimeError
            Whatever the function raises, and lack of memory when one image does not fit.
        """
        parts: list[torch.Tensor] = []
        done = 0
        while done < len(batch):
            part = batch[done : done + (self.most or len(batch))]
            try:
                parts.append(self._function(part))
            except RuntimeError as error:
                if len(part) == 1 or not _lacks_memory(error):
                    raise
                self.most = len(part) // 2
            else:
                done += len(part)
                continue
            # Here the error is gone, and with it what the failed run holds.
            if batch.is_cuda:
                torch.cuda.empty_cache()
        return torch.cat(parts)


def _lacks_memory(error: RuntimeError) -> bool:
    # Processors and Apple's GPUs have no class of their own for it.
    said = str(error)
    return isinstance(error, torch.cuda.OutOfMemoryError) or "out of memory" in said or "can't allocate memory" in said
