"""What the user can know and do about the store: ``imgclust_jupyter.cache``."""

from __future__ import annotations

from typing import Any

from imgclust_jupyter.store.store import open_store

__all__ = ["clear", "info"]


def info() -> dict[str, Any]:
    """Return where the cache is and what is in it.

    Returns
    -------
    dict
        ``path`` (str, or None while the file cannot be used and the cache lives in memory), ``bytes`` in use, number of
        ``images``, number of ``embeddings`` by network (dict), number of ``thumbnails``.

    Examples
    --------
    >>> import imgclust_jupyter
    >>> imgclust_jupyter.cache.info()["images"]  # doctest: +SKIP
    391
    """
    return open_store().info()


def clear() -> None:
    """Empty the cache. Images will be embedded again when they are next looked at.

    Examples
    --------
    >>> import imgclust_jupyter
    >>> imgclust_jupyter.cache.clear()  # doctest: +SKIP
    """
    open_store().clear()
