"""Turning images into numbers: networks, their weights, and embedding with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imgclust_jupyter.embedding.class_head import predict
from imgclust_jupyter.embedding.distributed import check_client
from imgclust_jupyter.embedding.network import Network, WeightsUnavailable
from imgclust_jupyter.embedding.networks import NETWORKS, get_network
from imgclust_jupyter.embedding.precomputed import precomputed
from imgclust_jupyter.embedding.run import embed
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.work import Interrupted

if TYPE_CHECKING:
    from imgclust_jupyter.embedding.embedder import ImageEmbedder

__all__ = [
    "NETWORKS",
    "ImageEmbedder",
    "Interrupted",
    "Network",
    "WeightsUnavailable",
    "check_client",
    "embed",
    "get_network",
    "load_torchvision",
    "precomputed",
    "predict",
]


def __getattr__(name: str) -> Any:
    # The one class whose module needs scikit-learn, which takes its time to import.
    if name == "ImageEmbedder":
        from imgclust_jupyter.embedding.embedder import ImageEmbedder

        return ImageEmbedder
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
