"""Where the databases are, and how large the store may become."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = ["data_directory", "default_bytes", "default_directory"]

_DEFAULT_BYTES = 10_000_000_000


def default_directory() -> Path:
    """Return the folder that ``IMGCLUST_CACHE`` names now, or the user's cache folder."""
    named = os.environ.get("IMGCLUST_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_cache_path("imgclust_jupyter", appauthor=False)


def data_directory() -> Path:
    """Return the folder that ``IMGCLUST_DATA`` names now, or the user's data folder."""
    named = os.environ.get("IMGCLUST_DATA")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_data_path("imgclust_jupyter", appauthor=False)


def default_bytes() -> int:
    """Return the number of bytes that ``IMGCLUST_CACHE_BYTES`` names now, or ten billion.

    Raises
    ------
    ValueError
        When the variable is no number.
    """
    named = os.environ.get("IMGCLUST_CACHE_BYTES")
    if not named:
        return _DEFAULT_BYTES
    try:
        return int(float(named))
    except (ValueError, OverflowError):
        raise ValueError(f"IMGCLUST_CACHE_BYTES is {named!r}; it must be a number of bytes, such as 5e9") from None
