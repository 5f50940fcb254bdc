"""Telling torch modules of the user's apart, in this session and in later ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["module_identity"]

_PLAIN = (bool, int, float, str, bytes, type(None))
_LIBRARIES = ("torch", "torchvision", "timm")  # whose code changes with their version


def module_identity(
    module: Any, prepare: Callable[..., Any], picture: NDArray[Any], embedding: NDArray[np.float32]
) -> str:
    """Hash everything about a module that can be looked at.

    That is its weights and buffers, its printed form, the plain values among its attributes, the code of its classes
    and of its preprocessing as far as they are the user's own, and what they make of one picture. What only a function
    elsewhere does, and not to that picture, remains unseen.

    Parameters
    ----------
    module : torch.nn.Module
    prepare : callable
        Its preprocessing.
    picture : ndarray
        What `prepare` made of the one picture.
    embedding : ndarray of float32, shape (1, d)
        What the module made of that.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    digest = hashlib.sha256(repr(module).encode())
    for key, value in (*module.named_parameters(), *module.named_buffers()):
        digest.update(f"{key} {value.dtype} {tuple(value.shape)}".encode())
        digest.update(_bytes(value))
    classes: set[type] = set()
    for path, part in module.named_modules():
        plain = sorted((name, value) for name, value in vars(part).items() if isinstance(value, _PLAIN))
        digest.update(repr((path, plain)).encode())
        classes.update(cls for cls in type(part).__mro__ if cls.__module__.partition(".")[0] not in _LIBRARIES)
    codes = [code for cls in classes for member in vars(cls).values() for code in _described(member)]
    for code in sorted([*codes, *_described(prepare)]):
        digest.update(code.encode())
    digest.update(picture.tobytes())
    # Few numbers of few digits, since the last ones may change with the number of cores.
    mixed = embedding[0] @ np.random.default_rng(0).standard_normal((embedding.shape[1], 4))
    digest.update(" ".join(f"{number:.1e}" for number in mixed).encode())
    return digest.hexdigest()


def _bytes(tensor: Any) -> bytes:
    import torch

    raw: bytes = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    return raw


def _described(member: Any) -> Iterator[str]:
    """Describe what a function does and knows, in the same words in every session."""
    function = getattr(member, "__func__", getattr(member, "fget", member))
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType):
        cells = [_constant(cell.cell_contents) for cell in function.__closure__ or () if _is_filled(cell)]
        defaults = [_constant(value) for value in function.__defaults__ or ()]
        yield f"{function.__name__} {_constant(code)} {cells} {defaults}"


def _constant(value: Any) -> str:
    if isinstance(value, CodeType):
        # Not its lines, which move.
        return f"{value.co_code.hex()} {value.co_names} {[_constant(constant) for constant in value.co_consts]}"
    if isinstance(value, frozenset | tuple):
        return str(sorted(map(_constant, value)) if isinstance(value, frozenset) else [*map(_constant, value)])
    # The printed form of most other things has their place in memory.
    return repr(value) if isinstance(value, _PLAIN) else type(value).__qualname__


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # of a variable that has no value
        return False
