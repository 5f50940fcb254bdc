"""What is done and what is left of one embedding, whoever computes it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding.batch import embed_pictures
from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.store import Record, Store

__all__ = ["Interrupted", "Work"]

_ATTEMPTS = 3  # at a file that changes while it is being read

_ROWS = 1024  # of embeddings, in one array


class Interrupted(Exception):  # noqa: N818  somebody wanted it so
    """Work was stopped before its end; what is finished is kept."""


class Work:
    """What the threads or the machines of one embedding have in common.

    Attributes
    ----------
    collection, network, store, stop
        As for `embed`.
    """

    def __init__(self, collection: Collection, network: Network, store: Store, stop: threading.Event) -> None:
        self.collection = collection
        self.network = network
        self.store = store
        self.stop = stop
        self._hashes: dict[int, str] = {}  # of content, by item id; the rest by these hashes
        self._vectors: dict[str, NDArray[np.float32]] = {}  # rows of a few large arrays
        self._free = np.empty((0, network.dimensions), dtype=np.float32)
        self._keeping = threading.Lock()
        self._shapes: dict[str, tuple[int, int]] = {}
        self._failures: dict[str, UnreadableImage] = {}
        self._claimed: set[str] = set()
        self._claiming = threading.Lock()

    def look_up(self, ids: Sequence[int]) -> list[int]:
        """Take from the store what it has without reading an image; return the ids of the rest."""
        hashes = self.collection.known_hashes(self.store, ids)
        self._take_stored({content for content in hashes if content})
        self._hashes = {i: found for i, found in zip(ids, hashes, strict=True) if found and found in self._vectors}
        return [i for i in ids if i not in self._hashes]

    def embed_batch(self, ids: Sequence[int]) -> int:
        """Embed some images; return how many are finished, among them those that another batch has or that are bad."""
        if self.stop.is_set():
            return 0
        left = list(ids)
        changes: Counter[int] = Counter()
        while left:
            claimed = self.claim(left)
            sources = {content: self.collection.items[item_id].source for item_id, content in claimed}
            records, failures = embed_pictures(self.network, sources, self.collection.limits)
            # What was decoded from a file that has changed is not of the content that the digest is of.
            changed = set(self.collection.forget_changed([item_id for item_id, _ in claimed]))
            stale = {content for item_id, content in claimed if item_id in changed}
            self.keep(
                [record for record in records if record.hash not in stale],
                {content: error for content, error in failures.items() if content not in stale},
            )
            changes.update(changed)
            restless = {item_id for item_id in changed if changes[item_id] == _ATTEMPTS}
            for item_id in restless:
                error = UnreadableImage("the file was changed again and again while it was being read")
                self.collection.report_unreadable(item_id, "read", error)
            left = [item_id for item_id in self.release(stale) if item_id not in restless]
        return len(ids)

    def keep(self, records: Sequence[Record], failures: Mapping[str, UnreadableImage]) -> None:
        """Put what has been computed into the store."""
        self._failures.update(failures)
        self.store.put(records, self.network.id)
        self._shapes.update({record.hash: (record.width, record.height) for record in records})
        self._remember({record.hash: record.embedding for record in records if record.embedding is not None})

    def learn(self, hashes: Mapping[int, str], read_at: int) -> list[int]:
        """Take note of contents that another machine has read since; return the ids of those without a result."""
        self.collection.remember_hashes(self.store, hashes, read_at)
        self._hashes.update(hashes)
        self._take_stored(set(hashes.values()))
        return [i for i, content in hashes.items() if content not in self._vectors and content not in self._failures]

    def result(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Tell the collection what was found out; return the embeddings of the images that are readable."""
        for item_id in ids:
            content = self._hashes.get(item_id)
            if content in self._failures:
                self.collection.report_unreadable(item_id, "decode", self._failures[content])
            elif content is not None:
                self.collection.set_shape(item_id, *self._shapes[content])
        readable = self.collection.readable.tolist()
        embeddings = np.empty((len(readable), self.network.dimensions), dtype=np.float32)
        for row, item_id in enumerate(readable):
            embeddings[row] = self._vectors[self._hashes[item_id]]
        return embeddings

    def claim(self, ids: Sequence[int]) -> list[tuple[int, str]]:
        """Return those of the images, with their contents' hashes, whose content is not in the store or being done."""
        hashes = self.collection.content_hashes(self.store, ids)
        # A file with a new name may have a content that is known.
        self._take_stored({content for content in hashes if content})
        claimed = []
        with self._claiming:
            for item_id, content in zip(ids, hashes, strict=True):
                if content is None:  # unreadable, and reported
                    continue
                self._hashes[item_id] = content
                if content not in self._claimed and content not in self._vectors:
                    self._claimed.add(content)
                    claimed.append((item_id, content))
        return claimed

    def release(self, contents: set[str]) -> list[int]:
        """Give up contents that were claimed; return the ids of the images that waited for them."""
        if not contents:
            return []
        with self._claiming:
            self._claimed -= contents
            left = [item_id for item_id, content in self._hashes.items() if content in contents]
            for item_id in left:
                del self._hashes[item_id]
        return left

    def _take_stored(self, hashes: set[str]) -> None:
        wanted = list(hashes - self._vectors.keys())
        vectors = self.store.embeddings(wanted, self.network.id)
        shapes = self.store.shapes(list(vectors))
        # Another process may have cleared the store between the two.
        self._shapes.update(shapes)
        self._remember({content: vectors[content] for content in shapes})

    def _remember(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        # Thousands of small arrays, made while pictures come and go, would keep the pictures' memory from being used
        # again: the process grew by 73 kB with each image.
        with self._keeping:
            for content, vector in vectors.items():
                if not len(self._free):
                    self._free = np.empty((_ROWS, self.network.dimensions), dtype=np.float32)
                row, self._free = self._free[0], self._free[1:]
                row[:] = vector
                self._vectors[content] = row
