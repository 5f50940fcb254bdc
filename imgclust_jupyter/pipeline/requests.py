"""Changes that somebody asks for: images to be added, a source to be looked through again, other metadata."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.revision import candidates, scan_again
from imgclust_jupyter.collection.sources import Gathered, gather
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.results import Results

__all__ = ["Addition", "MetadataUpdate", "Refresh", "Request"]


@dataclass(eq=False)
class Request(ABC):
    """A change of the collection, to be made by the pipeline.

    Attributes
    ----------
    done : bool
        Whether the results have it.
    error : Exception or None
        What has kept it from coming about; everything is then as it was.
    """

    done: bool = field(default=False, init=False)
    error: Exception | None = field(default=None, init=False)

    @abstractmethod
    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Return the collection, what is to be taken into it (None: nothing), and the ids of what has vanished."""


@dataclass(eq=False)
class Addition(Request):
    """Images of any source that `Collection.from_source` takes, or a single array or PIL image."""

    source: Any

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Find the images."""
        assert results.collection is not None
        return results.collection, candidates(results.collection, self.source, options.storage_options), []


class Refresh(Request):
    """The source, looked through again."""

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Compare the source with what is known of it."""
        collection = results.collection
        assert collection is not None
        gathered = gather(options.source, options.recursive, options.storage_options)
        return collection, *scan_again(collection, gathered, results.by_hand)


@dataclass(eq=False)
class MetadataUpdate(Request):
    """Other metadata for the same images."""

    metadata: pd.DataFrame | None

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Join them."""
        assert results.collection is not None
        return results.collection.described_by(self.metadata), None, []
