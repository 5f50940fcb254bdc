"""What to compute, and from what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from imgclust_jupyter.clustering import LINKAGES, METRICS
from imgclust_jupyter.collection import FRAMES, check_source
from imgclust_jupyter.collection.cards import with_cards
from imgclust_jupyter.collection.sources import path_column
from imgclust_jupyter.collection.watched import WatchedFolder
from imgclust_jupyter.embedding import check_client
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits
from imgclust_jupyter.layout import LAYOUTS
from imgclust_jupyter.pipeline.features import FeatureChoice

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Attributes
    ----------
    source, metadata, recursive, frames, storage_options, limits
        As for `Collection.from_source`.
    features
        As for `FeatureChoice.of`; None for the embeddings of the model.
    model
        As for `get_network`.
    metric, linkage, layout : str
        Names in the registries of `clustering` and `layout`.
    client
        As for `embed`.
    watch : bool
        Whether the source is looked through again by itself when something in it has changed.
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
    watch: bool = False

    @cached_property
    def choice(self) -> FeatureChoice:
        """What the images are compared by."""
        return FeatureChoice.of(self.features)

    def __post_init__(self) -> None:
        # Rows of a table without images are looked at as pictures of their values.
        by_columns = bool(self.choice.names) and not self.choice.images
        if by_columns and isinstance(self.source, pd.DataFrame) and path_column(self.source) is None:
            object.__setattr__(self, "source", with_cards(self.source, self.choice.names))

    def check(self) -> None:
        """Refuse what can be seen to be wrong without any work.

        Raises
        ------
        FileNotFoundError
            When the folder is not there.
        TypeError, ValueError
            For unknown names, and what does not go together.
        """
        check_source(self.source)
        if self.watch:
            WatchedFolder.of(self.source, self.recursive)
        if self.client is not None:
            check_client(self.client)
        if not isinstance(self.storage_options, dict | None):
            raise TypeError(f"storage_options must be a dict, not {self.storage_options!r}")
        if not isinstance(self.limits, Limits):
            raise TypeError(f"limits must be imgclust_jupyter.Limits(…), not {self.limits!r}")
        self.check_choices()

    def check_choices(self) -> None:
        """Refuse unknown names, and what does not go together, as `check`."""
        for what, name, known in (
            ("metric", self.metric, METRICS),
            ("linkage", self.linkage, LINKAGES),
            ("layout", self.layout, LAYOUTS),
            ("choice of frames", self.frames, FRAMES),
        ):
            if name not in known:
                raise ValueError(f"there is no {what} {name!r}; there are {', '.join(known)}")
        if self.choice.columns and self.choice.images and self.metric != self.choice.metric:
            raise ValueError(
                f"images and columns are put together as Euclidean distances, not {self.metric} ones; leave metric out"
            )
        if self.linkage == "ward" and not METRICS[self.metric].euclidean:
            raise ValueError(f"Ward's linkage has no meaning for {self.metric} distances; try linkage='average'")
