"""The part of the pipeline that makes the changes that somebody asks for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.revision import ALREADY_THERE, merge
from imgclust_jupyter.embedding import Network, get_network
from imgclust_jupyter.pipeline.changes import TAKEN_OUT, Changes
from imgclust_jupyter.pipeline.features import numbers_without_network, vectors_of
from imgclust_jupyter.pipeline.growth import OnProgress, from_the_start, grow, with_collection
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.requests import Addition, CollectionChange, LayOutAnew, Refresh, Request, WorkingSet
from imgclust_jupyter.pipeline.results import Results
from imgclust_jupyter.pipeline.working_set import laid_out_anew, reunited, with_changes, without
from imgclust_jupyter.store import open_store

__all__ = ["Changing", "SupersededError"]


class SupersededError(Exception):
    """What is being computed is not wanted any more, since something else is."""


class Changing(ABC):
    """Changes of the collection and of the working set, one at a time, on the worker's thread."""

    options: Options
    results: Results

    @abstractmethod
    def _begin(self, stage: str, label: str = "") -> None: ...

    @abstractmethod
    def _counting(self, stage: str) -> OnProgress: ...

    @abstractmethod
    def _embedded(self, collection: Collection, network: Network) -> npt.NDArray[np.float32]: ...

    @abstractmethod
    def _completed(self, results: Results) -> Results: ...

    @abstractmethod
    def _replace(self, results: Results) -> None: ...

    def _change(self, request: Request) -> None:
        match request:
            case CollectionChange():
                self._change_collection(request)
            case WorkingSet():
                self._change_working_set(request)
            case LayOutAnew():
                self._lay_out_anew()

    def _change_collection(self, request: CollectionChange) -> None:
        results, options, store = self.results, self.options, open_store()
        everything = self._everything()
        assert results.network is not None
        self._begin("scan", "looking for changes")
        collection, gathered, vanished = request.look(everything, options)
        if gathered is None:
            self._replace(self._described(collection))
            return
        quiet = isinstance(request, Refresh) and request.quiet
        if quiet and not gathered.items and not vanished:
            return
        found = Collection(gathered, None, options.frames, options.limits)
        network = results.network if options.choice.images else get_network("pixels")
        embeddings = self._embedded(found, network)
        revision = merge(collection, found, store, vanished)
        if options.choice.images:
            embeddings = embeddings[
                np.searchsorted(found.readable, [revision.taken[i] for i in sorted(revision.taken)])
            ]
        else:
            taken = np.isin(revision.collection.readable, list(revision.taken))
            numbers = numbers_without_network(revision.collection, options.choice, everything.blocks)
            embeddings = numbers[taken]
        told = [each for each in revision.changes if each.what != ALREADY_THERE]
        if quiet and not told:
            self._replace(with_collection(results, revision.collection))
            return
        by_hand = everything.by_hand
        if isinstance(request, Addition):
            by_hand = by_hand.union(each.id for each in told)
            out = set(results.ids_taken_out.tolist())
            told = [
                replace(each, what=TAKEN_OUT) if each.what == ALREADY_THERE and each.id in out else each
                for each in revision.changes
            ]
        # Elsewhere nobody has asked for what has not changed.
        revision = replace(revision, changes=tuple(told))
        grown = replace(grow(everything, revision, embeddings, options, store, self._counting), by_hand=by_hand)
        assert grown.ids is not None
        # An image that is taken out may have been unreadable until now.
        if results.aside is None and results.excluded.isdisjoint(grown.ids.tolist()):
            self._replace(replace(grown, excluded=results.excluded))
        elif grown.vectors is everything.vectors:
            assert grown.collection is not None
            self._replace(with_changes(with_collection(results, grown.collection), grown.changes, by_hand))
        else:
            rest = without(self._completed(grown), results.excluded, options, store, self._counting)
            assert results.ids is not None
            self._replace(replace(rest, changes=Changes(revision.changes, results.tree, results.ids)))

    def _described(self, collection: Collection) -> Results:
        """Return the results with other metadata, by which the images may be compared."""
        if not self.options.choice.columns:
            return with_collection(self.results, collection)
        everything = from_the_start(with_collection(self._everything(), collection))
        everything = self._completed(replace(everything, embeddings=None, blocks=None))
        return without(everything, self.results.excluded, self.options, open_store(), self._counting)

    def _change_working_set(self, request: WorkingSet) -> None:
        if request.excluded == self.results.excluded:
            return

        def counting(stage: str) -> Callable[[int, int], None]:
            count = self._counting(stage)

            def on_progress(done: int, total: int) -> None:
                if request.done:
                    raise SupersededError
                count(done, total)

            return on_progress

        self._begin("neighbors")
        results = without(self._everything(), request.excluded, self.options, open_store(), counting)
        if not request.done:
            self._replace(results)

    def _lay_out_anew(self) -> None:
        everything, results = self._everything(), self.results
        assert everything.ids is not None
        assert results.ids is not None
        assert everything.embeddings is not None
        embeddings = everything.embeddings[np.isin(everything.ids, results.ids)]
        rest = self._completed(from_the_start(replace(results, embeddings=embeddings)))
        self._replace(laid_out_anew(rest, everything, self.options, open_store(), self._counting))

    def _everything(self) -> Results:
        """Return the results of all readable images, whose embeddings the store has where they were forgotten."""
        results = self.results
        if results.embeddings is not None:
            return reunited(results)
        results = replace(results.aside.everything if results.aside else results, excluded=frozenset())
        assert results.collection is not None
        assert results.network is not None
        assert results.ids is not None
        choice = self.options.choice
        self._begin("embed")
        if choice.images:
            embeddings = self._embedded(results.collection, results.network)
        else:
            embeddings = numbers_without_network(results.collection, choice, results.blocks)
        if not np.array_equal(results.collection.readable, results.ids):
            raise RuntimeError("some of the images can no longer be read; run the cell again")
        vectors, _ = vectors_of(
            embeddings, results.collection, results.ids, results.blocks, self.options.metric, results.mean
        )
        return replace(results, embeddings=embeddings, vectors=vectors)
