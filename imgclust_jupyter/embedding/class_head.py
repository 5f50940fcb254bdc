"""What a network for classification would say of a picture, from its embedding alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from imgclust_jupyter.embedding.network import Network

__all__ = ["ClassHead", "predict"]

_ROWS = 4096  # at once, since scores of 1,000 classes take more room than embeddings


@dataclass(frozen=True, eq=False)
class ClassHead:
    """The last layer of a classification network.

    Attributes
    ----------
    classes : tuple of str
        Names of the k classes.
    weight : ndarray of float32, shape (k, d)
    bias : ndarray of float32, shape (k,)

    Examples
    --------
    >>> head = ClassHead(("left", "right"), np.eye(2, dtype=np.float32), np.zeros(2, dtype=np.float32))
    >>> head.scores(np.array([[9.0, 0.0]], dtype=np.float32)).round(2)
    array([[1., 0.]], dtype=float32)
    """

    classes: tuple[str, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def from_layer(cls, layer: Any, classes: Sequence[str]) -> ClassHead:
        """Copy a layer of torch.

        Parameters
        ----------
        layer : torch.nn.Linear or torch.nn.Conv2d
            A convolution must look at one pixel at a time.
        classes : sequence of str
            Names of its outputs.

        Returns
        -------
        ClassHead
        """
        weight = layer.weight.detach().float().cpu().flatten(1).numpy().copy()
        bias = np.zeros(len(weight), np.float32) if layer.bias is None else layer.bias.detach().float().cpu().numpy()
        return cls(tuple(classes), weight, bias.copy())

    def scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the share of each class, as the network's softmax gives it.

        Parameters
        ----------
        embeddings : ndarray of float32, shape (n, d)

        Returns
        -------
        ndarray of float32, shape (n, k)
            From 0 to 1, with a sum of 1 in each row.
        """
        logits = embeddings @ self.weight.T + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        shares: NDArray[np.float32] = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        return shares


def predict(network: Network, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.object_], NDArray[np.float32]]:
    """Name the class that a network sees in each image first.

    Parameters
    ----------
    network : Network
        One that has classes.
    embeddings : ndarray of float32, shape (n, d)
        Made by this network; no image is read.

    Returns
    -------
    names : ndarray of str objects, shape (n,)
    shares : ndarray of float32, shape (n,)
        Of that class among all, from 0 to 1. It is how sure the network is, not how often it is right.

    Raises
    ------
    ValueError
        When the network has no classes.

    Examples
    --------
    >>> from imgclust_jupyter.embedding import get_network
    >>> names, shares = predict(get_network("squeezenet"), np.zeros((2, 512), dtype=np.float32))
    >>> len(names), len(shares)
    (2, 2)
    """
    best = np.zeros(len(embeddings), dtype=np.intp)
    shares = np.zeros(len(embeddings), dtype=np.float32)
    for start in range(0, len(embeddings), _ROWS):
        scores = network.class_scores(embeddings[start : start + _ROWS])
        best[start : start + _ROWS] = scores.argmax(axis=1)
        shares[start : start + _ROWS] = scores.max(axis=1)
    return np.array(network.classes, dtype=object)[best], shares
