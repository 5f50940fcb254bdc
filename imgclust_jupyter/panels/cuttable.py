"""What the charts of a tree need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from imgclust_jupyter.pipeline import Results

__all__ = ["Cuttable"]

Stop = Callable[[], None]


class Cuttable(Protocol):
    """What has a tree that is cut; the callbacks may come on any thread."""

    @property
    def results(self) -> Results:
        """What has been computed so far."""

    @property
    def metric(self) -> str:
        """How images are compared."""

    @property
    def n_clusters(self) -> int:
        """Where the tree is cut."""

    def colors_at(self, n_clusters: int) -> list[str]:
        """Return the colour that each cluster of a cut has in the views, from cluster 1."""

    def cut_into(self, n_clusters: int, gesture: str = ...) -> None:
        """Cut elsewhere; cuts one after the other with the same gesture are one step of the history."""

    def on_new(self, names: tuple[str, ...], callback: Callable[[], object]) -> Stop:
        """Call back after changes of some of what is remembered, such as "cut"; the result ends that."""

    def on_data(self, callback: Callable[[], object]) -> Stop:
        """Call back whenever there are new results; the result ends that."""
