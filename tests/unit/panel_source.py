"""A source of charts as small as their protocol allows."""

import numpy as np

from imgclust_jupyter.workspace.filters import items_filter, mend, replaced
from imgclust_jupyter.workspace.passing import Rows, is_number
from imgclust_jupyter.workspace.selection import pack


class Table:
    """A table whose items are numbered from 10."""

    def __init__(self, data, unknown=()):
        self.data = data
        self.unknown = unknown  # columns that the views do not have
        self.filters = []
        self.selected_items = b""
        self.colors = {}  # of clusters, by how many there are
        self.origins, self.gestures = [], []
        self.listeners = []  # (names, callback)

    def rows(self):
        return Rows(self.data, np.arange(len(self.data)) + 10)

    @property
    def selected(self):
        return self.rows().holding(self.selected_items)

    def colors_at(self, n_clusters):
        return self.colors[n_clusters]

    def columns(self, *kinds):
        is_kind = {"number": is_number, "category": lambda column: not is_number(column)}
        return [
            name
            for name in self.data
            if name not in self.unknown and any(is_kind[kind](self.data[name]) for kind in kinds)
        ]

    def select(self, mask):
        """As the views do."""
        self.select_items(self.rows().ids[np.asarray(mask)], ("query", ""))

    def select_items(self, ids, origin, gesture=""):
        self.selected_items = pack(ids, len(self.data) + 10)
        self.origins.append(origin)
        self.tell("selection")

    def filter_by(self, column, chosen, gesture=""):
        if isinstance(chosen, str):
            ids = self.rows().ids[self.data.eval(chosen).to_numpy()]
            chosen = items_filter("query", chosen, pack(ids, len(self.data) + 10))
        self.gestures.append(gesture)
        self.set_filters(replaced(self.filters, column, chosen))

    def set_filters(self, filters):
        """As the views or undo do."""
        self.filters = mend(filters)
        self.tell("filters")

    def replace(self, data):
        self.data = data
        self.tell("data")

    def tell(self, *names):
        for known, callback in list(self.listeners):
            if set(known) & set(names):
                callback()

    def on_new(self, names, callback):
        self.listeners.append((names, callback))
        return lambda: self.listeners.remove((names, callback))

    def on_data(self, callback):
        return self.on_new(("data",), callback)
