"""What somebody asks for: other images, other metadata, another working set, a map laid out anew."""

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

__all__ = ["Addition", "CollectionChange", "LayOutAnew", "MetadataUpdate", "Refresh", "Request", "WorkingSet"]


@dataclass(eq=False)
class Request:
    """A change, to be made by the pipeline.

    Attributes
    ----------
    done : bool
        Whether the results have it, or nobody wants it any more.
    error : Exception or None
        What has kept it from coming about; everything is then as it was.
    """

    done: bool = field(default=False, init=False)
    error: Exception | None = field(default=None, init=False)


@dataclass(eq=False)
class WorkingSet(Request):
    """Which images are taken out; of several that wait, the last counts.

    Attributes
    ----------
    excluded : frozenset of int
        Item ids.
    """

    excluded: frozenset[int]


class LayOutAnew(Request):
    """Mean, neighbours, tree and map, computed from the embeddings as if the others had never been there."""


@dataclass(eq=False)
class CollectionChange(Request, ABC):
    """A change of the collection."""

    @abstractmethod
    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Return the collection, what is to be taken into it (None: nothing), and the ids of what has vanished."""


@dataclass(eq=False)
class Addition(CollectionChange):
    """Images of any source that `Collection.from_source` takes, or a single array or PIL image."""

    source: Any

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Find the images."""
        assert results.collection is not None
        return results.collection, candidates(results.collection, self.source, options.storage_options), []


@dataclass(eq=False)
class Refresh(CollectionChange):
    """The source, looked through again.

    Attributes
    ----------
    quiet : bool
        Whether nothing is said of it when nothing has changed; what was said before then stays.
    begun : bool
        Whether the source is being looked through, or has been.
    """

    quiet: bool = False
    begun: bool = field(default=False, init=False)

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Compare the source with what is known of it."""
        self.begun = True
        collection = results.collection
        assert collection is not None
        gathered = gather(options.source, options.recursive, options.storage_options)
        return collection, *scan_again(collection, gathered, results.by_hand)


@dataclass(eq=False)
class MetadataUpdate(CollectionChange):
    """Other metadata for the same images."""

    metadata: pd.DataFrame | None

    def look(self, results: Results, options: Options) -> tuple[Collection, Gathered | None, list[int]]:
        """Join them."""
        assert results.collection is not None
        return results.collection.described_by(self.metadata), None, []
