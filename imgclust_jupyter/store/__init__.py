"""What has been computed is kept: content hashes, embeddings and thumbnails, in one SQLite database per user."""

from imgclust_jupyter.store import cache
from imgclust_jupyter.store.schema import DECODE_VERSION
from imgclust_jupyter.store.store import Record, Store, open_store

__all__ = ["DECODE_VERSION", "Record", "Store", "cache", "open_store"]
