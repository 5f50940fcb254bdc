"""What is kept: content hashes, embeddings and thumbnails in one SQLite database per user, labels in another."""

from imgclust_jupyter.store import cache
from imgclust_jupyter.store.label_log import Action, LabelLog, LoggedImage, Mark, open_label_log
from imgclust_jupyter.store.schema import DECODE_VERSION
from imgclust_jupyter.store.store import Record, Store, open_store

__all__ = [
    "DECODE_VERSION",
    "Action",
    "LabelLog",
    "LoggedImage",
    "Mark",
    "Record",
    "Store",
    "cache",
    "open_label_log",
    "open_store",
]
