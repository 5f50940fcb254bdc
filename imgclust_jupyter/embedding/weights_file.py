"""Reading a state dict from a file that anybody may have written."""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

__all__ = ["SUFFIXES", "read_classes", "read_state"]

SUFFIXES = (".pth", ".pt", ".safetensors")

# Under which training scripts put the weights among other things, and what they put before the names.
_ENTRIES = ("state_dict", "model_state_dict", "model")
_PREFIXES = ("module.", "_orig_mod.")

# What torch raises depends on the place where a file is damaged.
_DAMAGED = (RuntimeError, EOFError, LookupError, ValueError, TypeError, AttributeError, AssertionError, struct.error)

_HOW_TO_SAVE = "Save the weights alone: torch.save(model.state_dict(), 'weights.pth')."


def read_state(file: Path) -> dict[str, torch.Tensor]:
    """Read weights without running any code that may be in the file.

    Parameters
    ----------
    file : Path
        Written by ``torch.save`` (.pth, .pt) or safetensors (.safetensors). A checkpoint with the weights under
        "state_dict", "model_state_dict" or "model" will do, and names with the "module." of ``DataParallel`` or the
        "_orig_mod." of ``torch.compile`` before them.

    Returns
    -------
    dict of str to torch.Tensor

    Raises
    ------
    FileNotFoundError, OSError
        When there is no such file, or it cannot be opened.
    ValueError
        When it does not hold a state dict; the message says what it is instead.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no file of weights {file}; check the path")
    content = _read_safetensors(file) if file.suffix.lower() == ".safetensors" else _read_torch(file)
    if isinstance(content, Mapping):
        content = next((content[key] for key in _ENTRIES if isinstance(content.get(key), Mapping)), content)
    if not isinstance(content, Mapping):
        raise ValueError(f"{file} holds {_kind(content)}, not a state dict. {_HOW_TO_SAVE}")
    other = next((key for key, value in content.items() if not isinstance(value, torch.Tensor)), None)
    if not content or other is not None:
        what = f"{_kind(content[other])} under {other!r}" if content else "nothing"
        raise ValueError(f"{file} holds {what} where a state dict has tensors. {_HOW_TO_SAVE}")
    state = {str(key): value for key, value in content.items()}
    for prefix in _PREFIXES:
        if all(key.startswith(prefix) for key in state):
            state = {key.removeprefix(prefix): value for key, value in state.items()}
    return state


def read_classes(file: Path, n_classes: int, usual: Sequence[str]) -> Sequence[str] | None:
    """Find the names of the classes that weights are for.

    Parameters
    ----------
    file : Path
        Of weights. For birds.pth the names are the lines of birds.classes.txt beside it, if there is one.
    n_classes : int
    usual : sequence of str
        The names where nothing else is known, and their number is right.

    Returns
    -------
    sequence of str or None

    Raises
    ------
    ValueError
        When the file of names does not hold as many as there are classes.
    """
    names_file = file.with_suffix(".classes.txt")
    if not names_file.is_file():
        return usual if len(usual) == n_classes else None
    names = names_file.read_text(encoding="utf-8").splitlines()
    if len(names) != n_classes:
        raise ValueError(
            f"{names_file} has {len(names)} lines, but {file.name} is for {n_classes} classes; give it a line for each"
        )
    return names


def _read_safetensors(file: Path) -> Any:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except SafetensorError as error:
        raise ValueError(f"{file} is not a whole safetensors file ({error}); fetch or write it again") from error


def _read_torch(file: Path) -> Any:
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL (\S+)", str(error))
        if named is None:
            raise ValueError(f"{file} is not a file that torch.save has written. {_HOW_TO_SAVE}") from error
        raise ValueError(
            f"{file} holds more than tensors ({named[1]}). Loading that could run any code, so it is not done. "
            f"{_HOW_TO_SAVE}"
        ) from error
    except _DAMAGED as error:
        reason = (str(error).splitlines() or ["it ends too early"])[0] if isinstance(error, RuntimeError) else "damaged"
        raise ValueError(f"{file} cannot be read as weights ({reason}). {_HOW_TO_SAVE}") from error


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
