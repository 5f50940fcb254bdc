"""What turns a picture into a row of numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imgclust_jupyter.embedding.class_head import ClassHead
from imgclust_jupyter.embedding.torchvision_guard import WithTorchvision

__all__ = ["Network", "Progress", "WeightsUnavailable"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is to do (0 where that is unknown)."""


class WeightsUnavailable(Exception):  # noqa: N818  nothing is wrong with the program
    """The weights of a network are not on this machine and cannot be had.

    Parameters
    ----------
    message : str
        What was wrong, and what to do.
    reason : str, optional
        Only why, as the end of a sentence. Default: the message.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


@dataclass(frozen=True, kw_only=True)
class Network(ABC):
    """A network (or anything else) that embeds images.

    It can be pickled, for other processes and machines. What belongs to one process alone, such as a lock, is in fields
    whose name begins with an underscore and that have a default; a copy has its own.

    Attributes
    ----------
    name : str
        What ``get_network`` knows it by.
    label : str
        Its name for people.
    dimensions : int
        Length d of an embedding.
    min_side : int
        Pixels of the shorter side below which an image may not be reduced before `preprocess`.
    version : int
        Counts changes of preprocessing or layer, which make old embeddings incomparable.
    weights_hash : str
        SHA-256 of the weights, hexadecimal; empty where there are none.
    batch_size : int
        Images that `forward` is best given at once.
    notice : str or None
        What a person should know about the choice of this network.
    head : ClassHead or None
        From embeddings to classes, where the network was made for telling classes apart and their names are known.
    """

    name: str
    label: str
    dimensions: int
    min_side: int
    version: int
    weights_hash: str = ""
    batch_size: int = 8
    notice: str | None = None
    head: ClassHead | None = None

    @property
    def id(self) -> str:
        """Part of every cache key: embeddings are comparable where it is equal."""
        return "-".join(part for part in (self.name, self.weights_hash[:16], f"v{self.version}") if part)

    @property
    def original(self) -> Network:
        """What embeds; another one where this is known from a saved session only."""
        return self

    @property
    def classes(self) -> tuple[str, ...] | None:
        """Names of the classes that the network tells apart; None where it knows of none."""
        return self.head.classes if self.head else None

    def class_scores(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the share of each class in images, of which only the embeddings are needed.

        Parameters
        ----------
        embeddings : ndarray of float32, shape (n, d)
            Made by this network.

        Returns
        -------
        ndarray of float32, shape (n, number of classes)
            From 0 to 1, with a sum of 1 in each row.

        Raises
        ------
        ValueError
            When the network has no classes.
        """
        if self.head is None:
            raise ValueError(f"{self.label} knows no classes; use 'resnet50' or 'squeezenet', which know ImageNet's")
        return self.head.scores(embeddings)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._restored, (WithTorchvision(), self._shared_fields())

    def _shared_fields(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self) if not field.name.startswith("_")}

    @classmethod
    def _restored(cls, torchvision: object, attributes: dict[str, Any]) -> Self:
        return cls(**attributes)

    def prepare_thread(self) -> None:  # noqa: B027 - a hook that most networks need not fill
        """Set up the calling thread, which is about to run `forward` beside others that do the same."""

    @abstractmethod
    def preprocess(self, image: Image.Image) -> NDArray[Any]:
        """Bring an RGB image to the size that the network wants.

        Returns
        -------
        ndarray
            Of the same shape for every image. The networks of this package give uint8 and (height, width, channels).
        """

    @abstractmethod
    def forward(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """Embed preprocessed images; safe to call from several threads.

        Parameters
        ----------
        batch : ndarray, shape (b, …)
            Results of `preprocess`, stacked.

        Returns
        -------
        ndarray of float32, shape (b, d)
        """
