"""Explore a folder of images in a notebook: a dendrogram linked with a thumbnail gallery and a map.

Examples
--------
>>> from imgclust_jupyter import ClusterExplorer
>>> display(ClusterExplorer("photos/"))  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imgclust_jupyter.comparing import compare
    from imgclust_jupyter.embedding import ImageEmbedder
    from imgclust_jupyter.explorer import ClusterExplorer
    from imgclust_jupyter.imaging import Limits
    from imgclust_jupyter.store import cache

__version__ = "0.1.0"

__all__ = ["ClusterExplorer", "ImageEmbedder", "Limits", "__version__", "cache", "compare"]

# torch, scikit-learn and pandas take seconds to import; a notebook pays for them when it uses them.
_LAZY = {
    "ClusterExplorer": "imgclust_jupyter.explorer",
    "ImageEmbedder": "imgclust_jupyter.embedding",
    "Limits": "imgclust_jupyter.imaging",
    "cache": "imgclust_jupyter.store",
    "compare": "imgclust_jupyter.comparing",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
