"""How the inner loops are compiled: once, kept on disk, and without the interpreter's lock while they run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

__all__ = ["compiled", "vectorized"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile a function; none uses numba's own threads, of which there may be only one user in a process."""
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))


def vectorized(function: _Function) -> _Function:
    """Compile a function whose sums may be taken in another order; infinities stay what they are."""
    return cast(
        _Function, numba.njit(cache=True, nogil=True, fastmath={"nnan", "nsz", "reassoc", "contract"})(function)
    )
