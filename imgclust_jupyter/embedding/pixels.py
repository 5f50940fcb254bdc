"""Plain pixels: the baseline that a network has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgclust_jupyter.embedding.geometry import squash
from imgclust_jupyter.embedding.network import Network

__all__ = ["Pixels"]

# Settled by benchmarks/networks.py: colour finds more neighbours of the same kind than grey, and 8, 16 or 32 pixels
# make no difference.
_SIDE = 16


@dataclass(frozen=True, kw_only=True)
class Pixels(Network):
    """The image itself at 16 x 16 pixels in colour, as numbers from 0 to 1.

    Examples
    --------
    >>> pixels = Pixels()
    >>> picture = pixels.preprocess(Image.new("RGB", (640, 480), "red"))
    >>> pixels.forward(picture[None])[0, :3]
    array([1., 0., 0.], dtype=float32)
    """

    name: str = "pixels"
    label: str = "plain pixels"
    dimensions: int = 3 * _SIDE * _SIDE
    min_side: int = _SIDE
    version: int = 1
    batch_size: int = 32

    def preprocess(self, image: Image.Image) -> NDArray[np.uint8]:
        """Shrink an image; see `Network.preprocess`."""
        return np.asarray(squash(image, _SIDE))

    def forward(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn grey levels into numbers from 0 to 1; see `Network.forward`."""
        return batch.reshape(len(batch), -1).astype(np.float32) / np.float32(255)
