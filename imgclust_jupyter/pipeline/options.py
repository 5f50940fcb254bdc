"""What to compute, and from what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Attributes
    ----------
    source, metadata, recursive, frames, storage_options, limits
        As for `Collection.from_source`.
    features
        As for `precomputed`; None for the embeddings of the model.
    model
        As for `get_network`.
    metric, linkage, layout : str
        Names in the registries of `clustering` and `layout`.
    client
        As for `embed`.
    """

    source: Any
    metadata: pd.DataFrame | None = None
    recursive: bool = True
    model: Any = "auto"
    metric: str = "cosine"
    linkage: str = "ward"
    layout: str = "umap"
    client: Any = None
    features: Any = None
    frames: str = "first"
    storage_options: dict[str, Any] | None = None
    limits: Limits = DEFAULT_LIMITS
