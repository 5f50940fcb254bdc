"""Batches that fit into memory."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.embedding.memory import InParts

ERRORS = [
    torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory"),
]


class Small(torch.nn.Module):
    """A device on which so many images fit."""

    def __init__(self, fits: int, error: Exception = ERRORS[0]) -> None:
        super().__init__()
        self.fits, self.error, self.given = fits, error, []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.given.append(len(images))
        if len(images) > self.fits:
            raise self.error
        return images * 2


@given(n=st.integers(1, 70), fits=st.integers(1, 70), error=st.sampled_from(ERRORS))
def test_all_images_are_embedded_in_order_whatever_fits(n: int, fits: int, error: Exception) -> None:
    run = InParts(Small(fits, error))
    images = torch.arange(2.0 * n).view(n, 2)
    torch.testing.assert_close(run(images), images * 2, rtol=0, atol=0)


def test_later_batches_begin_with_what_has_fitted() -> None:
    module = Small(fits=20)
    run = InParts(module)
    run(torch.ones(64, 2))
    assert module.given == [64, 32, 16, 16, 16, 16]
    module.given.clear()
    run(torch.ones(40, 2))
    assert module.given == [16, 16, 8]


def test_what_is_too_small_for_one_image_says_so() -> None:
    with pytest.raises(torch.cuda.OutOfMemoryError, match=r"2\.00 GiB"):
        InParts(Small(fits=0))(torch.ones(8, 2))


def test_other_errors_are_raised_at_once() -> None:
    module = Small(fits=1, error=RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="mat1"):
        InParts(module)(torch.ones(8, 2))
    assert module.given == [8]
