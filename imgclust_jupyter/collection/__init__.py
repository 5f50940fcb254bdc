"""Which images there are, and their table."""

from imgclust_jupyter.collection.collection import Collection
from imgclust_jupyter.collection.items import Item, printable
from imgclust_jupyter.collection.sources import check_source

__all__ = ["Collection", "Item", "check_source", "printable"]
