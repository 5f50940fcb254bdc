"""The words that clusters are named with: a network's classes, and groups of them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = ["Vocabulary"]

_IMAGENET_CLASSES = 1000


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words, and which of a network's classes each of them covers.

    Attributes
    ----------
    words : tuple of str
        The k classes, and after them groups such as "dog".
    covers : ndarray of float32, shape (k, number of words)
        1 where a class is what the word says, else 0.

    Examples
    --------
    >>> words = Vocabulary.of(("left", "right"))
    >>> words.words, words.covers.tolist()
    (('left', 'right'), [[1.0, 0.0], [0.0, 1.0]])
    """

    words: tuple[str, ...]
    covers: npt.NDArray[np.float32]

    @classmethod
    def of(cls, classes: Sequence[str]) -> Vocabulary:
        """Return the words for a network's classes.

        Parameters
        ----------
        classes : sequence of str
            The groups are known for ImageNet's 1,000, in their usual order.

        Returns
        -------
        Vocabulary
        """
        return _vocabulary(tuple(classes))

    def overlap(self, one: int, other: int) -> bool:
        """Say whether there is a class that two words cover."""
        return bool((self.covers[:, one] * self.covers[:, other]).any())


@cache
def _vocabulary(classes: tuple[str, ...]) -> Vocabulary:
    own = np.eye(len(classes), dtype=np.float32)
    if len(classes) != _IMAGENET_CLASSES or classes[0] != "tench":
        return Vocabulary(classes, own)
    text = files("imgclust_jupyter.insight").joinpath("imagenet_groups.toml").read_text(encoding="utf-8")
    groups: dict[str, str] = tomllib.loads(text)
    covers = np.zeros((len(classes), len(groups)), dtype=np.float32)
    for column, places in enumerate(groups.values()):
        for part in places.split():
            first, _, last = part.partition("-")
            covers[int(first) : int(last or first) + 1, column] = 1
    return Vocabulary((*classes, *groups), np.hstack([own, covers]))
