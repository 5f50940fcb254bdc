"""The part of a session that charts of the tree look at: where it is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imgclust_jupyter.widget.colors import shown_colors
from imgclust_jupyter.widget.palette import cluster_color

if TYPE_CHECKING:
    from imgclust_jupyter.pipeline import Pipeline, Results
    from imgclust_jupyter.widget.models import ExplorerWidget
    from imgclust_jupyter.widget.publisher import Publisher

__all__ = ["Cutting"]


class Cutting:
    """The tree's cut, as it is and as it is to be."""

    pipeline: Pipeline
    widget: ExplorerWidget
    _publisher: Publisher

    @property
    def results(self) -> Results:
        """What has been computed so far."""
        return self.pipeline.results

    @property
    def metric(self) -> str:
        """How images are compared."""
        return self.pipeline.options.metric

    @property
    def n_clusters(self) -> int:
        """Where the tree is cut."""
        return int(self.widget.cut["n_clusters"])

    def colors_at(self, n_clusters: int) -> list[str]:
        """Return the colour that each cluster of a cut has in the views, from cluster 1; empty without a tree."""
        tree = self.pipeline.results.tree
        if tree is None:
            return []
        return [cluster_color(index) for index in shown_colors(tree, n_clusters, self._publisher.colors).tolist()]

    def cut_into(self, n_clusters: int, gesture: str = "") -> None:
        """Cut elsewhere; cuts one after the other with the same gesture are one step of the history."""
        self.widget.change(gesture, cut={"n_clusters": n_clusters, "height": None})
