"""What to compute, and from what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Attributes
    ----------
    source, metadata, recursive
        As for `Collection.from_source`.
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
