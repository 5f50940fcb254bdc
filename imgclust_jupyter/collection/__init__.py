"""Which images there are, and their table."""

from imgclust_jupyter.collection.collection import Collection
from imgclust_jupyter.collection.frames import FRAMES
from imgclust_jupyter.collection.items import Item, natural_key, printable
from imgclust_jupyter.collection.sources import check_source
from imgclust_jupyter.collection.values import TEXT, date_unit, seconds_of

__all__ = [
    "FRAMES",
    "TEXT",
    "Collection",
    "Item",
    "check_source",
    "date_unit",
    "natural_key",
    "printable",
    "seconds_of",
]
