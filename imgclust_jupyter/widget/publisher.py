"""What goes from the worker to the browser: results and progress.

The lock is the widget's, which the browser's messages hold too: two locks would be taken in two orders.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.pipeline import Options, Progress, Results
from imgclust_jupyter.widget.colors import carried_colors
from imgclust_jupyter.widget.models import DatasetModel, ExplorerWidget
from imgclust_jupyter.widget.paths import without_folders
from imgclust_jupyter.widget.report import Reports
from imgclust_jupyter.widget.wire import encode_dataset
from imgclust_jupyter.workspace.naming import stepped_aside

__all__ = ["Publisher"]

_INTERVAL = 0.2  # seconds between two messages about progress

_UNLIKE = ("name", "path", "outlier_local")  # another for each image: asked for in words, never coloured by


class Publisher:
    """Turns results into traits; the worker calls it and never touches a trait itself.

    Parameters
    ----------
    dataset : DatasetModel
    widget : ExplorerWidget
    options : Options
        What the header says about how things were computed.
    n_clusters : int or None
        Where the tree is cut when it comes.

    Attributes
    ----------
    colors : list of int
        The permutation of the clusters' colours, as in `shown_colors`.
    """

    def __init__(
        self, dataset: DatasetModel, widget: ExplorerWidget, options: Options, n_clusters: int | None = None
    ) -> None:
        self._n_clusters = n_clusters
        self._dataset = dataset
        self._widget = widget
        self._options = options
        self._version = 0
        self._colored: tuple[Tree, npt.NDArray[np.int64]] | None = None  # the tree that the colours are of
        self.colors: list[int] = []
        self._reports = Reports()
        self._sent = 0.0
        self._last = Progress()

    def results(self, results: Results) -> None:
        """Publish what has been computed so far."""
        collection, ids = results.collection, results.ids
        if collection is None or ids is None:
            return
        self._version += 1
        table = stepped_aside(results.described(), self._widget.labels.columns)
        table = table.drop(
            columns=[name for name in table if name in _UNLIKE or collection.names_images(table[name], ids.tolist())]
        )
        with self._widget.lock:  # for the cut, which decides which clusters are to keep their colours
            self._carry_colors(results.tree, ids)
            header = self._header(results)
        message = encode_dataset(header, ids, table, results.tree, results.coordinates, results.medoids)
        with self._widget.lock:
            if message.leaf_order and not self._dataset.leaf_order:
                n_clusters = min(self._n_clusters or results.auto, len(ids))
                self._widget.begin(cut={"n_clusters": n_clusters, "height": None})
            self._dataset.publish(message)

    def _carry_colors(self, tree: Tree | None, ids: npt.NDArray[np.int64]) -> None:
        if tree is None:
            return
        if self._colored is not None and self._colored[0] is not tree:
            n_clusters = self._widget.cut["n_clusters"]
            self.colors = carried_colors(*self._colored, self.colors, tree, ids, n_clusters)
        self._colored = tree, ids

    def progress(self, progress: Progress) -> None:
        """Publish progress: each change of stage or state, and in between a few times a second."""
        with self._widget.lock:
            now = time.monotonic()
            changed = (progress.state, progress.stage, progress.label) != (
                self._last.state,
                self._last.stage,
                self._last.label,
            )
            if not changed and now - self._sent < _INTERVAL:
                return
            self._last = progress
            self._sent = now
            self._dataset.progress = asdict(replace(progress, message=without_folders(progress.message)))

    def _header(self, results: Results) -> dict[str, Any]:
        collection = results.collection
        assert collection is not None
        assert results.ids is not None
        notices = [without_folders(notice) for notice in results.notices]
        return {
            "version": self._version,
            "id_count": len(collection.items),
            "title": collection.name,
            "network": results.network.label if results.network else None,
            "metric": self._options.metric,
            "linkage": self._options.linkage,
            "method": results.tree.method if results.tree else "",
            # Two clusters may have one name: then the class that most of their images are of tells them apart.
            "names": {str(m): [name.text, name.classes[0][0]] for m, name in results.names.items() if name.text},
            "layout": results.layout,
            "auto": results.auto,
            "errors": len(collection.errors),
            "excluded": len(results.ids_taken_out),
            "notices": notices,
            "colors": self.colors,
            "changes": self._reports.header(results, self._widget.cut["n_clusters"]),
        }
