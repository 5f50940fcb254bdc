"""A network of which only the embeddings are there, until somebody has more images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgclust_jupyter.embedding.network import Network, WeightsUnavailable
from imgclust_jupyter.embedding.networks import get_network

__all__ = ["SavedNetwork"]


@dataclass(frozen=True, kw_only=True)
class SavedNetwork(Network):
    """What a saved session knows of its network.

    Attributes
    ----------
    model : object
        As for `get_network`, which is called when the network itself is needed; None where there is nothing to call it
        with.

    Examples
    --------
    >>> size = {"dimensions": 768, "min_side": 16}
    >>> SavedNetwork(name="pixels", label="plain pixels", version=1, model="pixels", **size).original.dimensions
    768
    """

    model: Any = None

    @cached_property
    def original(self) -> Network:
        """The network itself.

        Raises
        ------
        WeightsUnavailable
            When it cannot be had here, or is another one than that of the session.
        """
        if self.model is None:
            raise WeightsUnavailable(
                f"the images of the session were embedded by {self.label}, a network of one's own, which is not in it; "
                "give it to ClusterExplorer.load(…, model=…)"
            )
        network = get_network(self.model)
        if network.id != self.id:
            raise WeightsUnavailable(
                f"the images of the session were embedded by {self.label} ({self.id}), and model={self.model!r} is "
                f"{network.label} ({network.id}) here; give the same one to ClusterExplorer.load(…, model=…)"
            )
        return network

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of the classes; None also where the network is not to be had."""
        try:
            return self.original.classes
        except (ImportError, OSError, TypeError, ValueError, WeightsUnavailable):
            return None

    def class_scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """As the network itself."""
        return self.original.class_scores(embeddings)

    def preprocess(self, image: Image.Image) -> NDArray[Any]:
        """As the network itself."""
        return self.original.preprocess(image)

    def forward(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """As the network itself."""
        return self.original.forward(batch)
