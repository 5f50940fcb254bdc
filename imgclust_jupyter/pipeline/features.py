"""What images are compared by: the network's numbers, columns of the table, both, or numbers of the user's own."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from imgclust_jupyter.clustering import prepare
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Network, precomputed

if TYPE_CHECKING:
    from imgclust_jupyter.embedding.columns import ColumnEncoder

__all__ = ["Blocks", "FeatureChoice", "featured", "numbers_without_network", "vectors_of"]

IMAGES = "images"
_NAMED = 3  # how many columns are called by their names in a headline

Columns = tuple[Hashable, ...]
Numbers = npt.NDArray[np.float32]
Vector = npt.NDArray[np.floating]


@dataclass(frozen=True)
class FeatureChoice:
    """What the user asked for.

    Attributes
    ----------
    own : object
        Numbers of the user's own, as for `precomputed`; None where there are none.
    images : float
        The share of the network's numbers, 0 to 1.
    columns : tuple of (tuple of column names, float)
        Columns that count together, and their share.
    """

    own: Any = None
    images: float = 0.0
    columns: tuple[tuple[Columns, float], ...] = ()

    @classmethod
    def of(cls, features: Any) -> Self:
        """Read what was given for ``features``.

        Parameters
        ----------
        features : object
            None or "images"; the name of a column or a list of names; a dict of shares by "images", a name, or a tuple
            of names; or anything else for numbers of the user's own.

        Returns
        -------
        FeatureChoice
            With shares that add up to 1.

        Raises
        ------
        ValueError
            When nothing is chosen, or shares are not positive numbers.

        Examples
        --------
        >>> FeatureChoice.of({"images": 3, ("breed", "weight"): 1}).columns
        ((('breed', 'weight'), 0.25),)
        """
        if features is None or (isinstance(features, str) and features == IMAGES):
            return cls(images=1.0)
        if isinstance(features, str):
            return cls(columns=(((features,), 1.0),))
        if isinstance(features, Mapping):
            return cls._of_shares(features)
        if isinstance(features, list | tuple) and (not features or isinstance(features[0], str)):
            if not features:
                raise ValueError("features is empty; name the columns, or leave it out for the images")
            return cls(columns=((tuple(features), 1.0),))
        return cls(own=features)

    @classmethod
    def _of_shares(cls, shares: Mapping[Any, Any]) -> Self:
        for key, share in shares.items():
            if not isinstance(share, Real) or not 0 < float(share) < np.inf:
                raise ValueError(f"the share of {key!r} must be a positive number, not {share!r}")
        if not shares:
            raise ValueError("features is empty; give shares such as {'images': 0.7, ('breed', 'weight'): 0.3}")
        whole = sum(map(float, shares.values()))
        groups = [(key if isinstance(key, tuple) else (key,), float(share) / whole) for key, share in shares.items()]
        columns = tuple((names, share) for names, share in groups if names != (IMAGES,))
        return cls(images=sum(share for names, share in groups if names == (IMAGES,)), columns=columns)

    @property
    def names(self) -> list[Hashable]:
        """All columns that count."""
        return [name for names, _ in self.columns for name in names]

    @property
    def metric(self) -> str:
        """The metric that goes with it: columns have no direction, and neither has what they are put together with."""
        return "euclidean" if self.columns else "cosine"

    def describe(self, network: str) -> str:
        """Return what the numbers are of, in words."""
        if not self.columns:
            return network
        names = [str(name) for name in self.names]
        columns = ", ".join(names if len(names) <= _NAMED + 1 else [*names[:_NAMED], f"{len(names) - _NAMED} more"])
        return f"{network} {self.images:.0%}, {columns} {1 - self.images:.0%}" if self.images else columns

    def check(self, columns: Iterable[Hashable]) -> None:
        """Raise `KeyError` when a column is not there."""
        for name in self.names:
            _in_table(name, columns)


@dataclass(frozen=True, eq=False)
class Blocks:
    """How numbers of different kinds are put together: each kind is scaled so that it has the share it is to have.

    The mean squared distance of two images is 1, of which each kind makes up its share. What was fitted first counts
    for images that come later.

    Attributes
    ----------
    images : float
        What the images' vectors are multiplied by; 0 where they do not count.
    columns : tuple of (ColumnEncoder, float)
        The same for columns.
    """

    images: float
    columns: tuple[tuple[ColumnEncoder, float], ...]

    @classmethod
    def fit(cls, choice: FeatureChoice, embeddings: Vector, table: pd.DataFrame) -> Self:
        """Learn from a collection.

        Parameters
        ----------
        choice : FeatureChoice
        embeddings : ndarray, shape (n, d)
            Of the images; only looked at where they count.
        table : DataFrame, n rows

        Returns
        -------
        Blocks

        Raises
        ------
        KeyError, ValueError
            As `ColumnEncoder.fit`.
        """
        from imgclust_jupyter.embedding.columns import ColumnEncoder

        images = _factor(choice.images, prepare(embeddings, "cosine")[0]) if choice.images else 0.0
        groups = [([_in_table(name, table.columns) for name in names], share) for names, share in choice.columns]
        encoders = [(ColumnEncoder(names).fit(table), share) for names, share in groups]
        return cls(images, tuple((each, _factor(share, each.transform(table))) for each, share in encoders))

    def encode(self, table: pd.DataFrame) -> Numbers:
        """Return the numbers of the columns, shape (n, c)."""
        return np.hstack([np.float32(factor) * encoder.transform(table) for encoder, factor in self.columns])


def featured(
    collection: Collection, network: Network, embeddings: Numbers, choice: FeatureChoice
) -> tuple[Network, Numbers, Blocks | None]:
    """Return what stands for the readable images of a collection.

    Parameters
    ----------
    collection : Collection
    network : Network
        What has made `embeddings`, for whatever purpose.
    embeddings : ndarray of float32, shape (n, d)
    choice : FeatureChoice

    Returns
    -------
    network : Network
        With a label that says what the images are compared by.
    embeddings : ndarray of float32, shape (n, D)
        The network's, the user's, or the encoded columns.
    blocks : Blocks or None
        Where columns count.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `precomputed` and `Blocks.fit`.
    """
    if not len(embeddings) or not (choice.columns or choice.own is not None):
        return network, embeddings, None
    blocks = Blocks.fit(choice, embeddings, collection.table()) if choice.columns else None
    label = choice.describe(network.label) if blocks else "your features"
    if choice.images:
        return replace(network, label=label), embeddings, blocks
    numbers = numbers_without_network(collection, choice, blocks)
    return replace(network, name="features", label=label, dimensions=numbers.shape[1]), numbers, blocks


def numbers_without_network(collection: Collection, choice: FeatureChoice, blocks: Blocks | None) -> Numbers:
    """Return the user's numbers, or the encoded columns, of the readable images."""
    return precomputed(collection, choice.own) if blocks is None else blocks.encode(collection.table())


def vectors_of(
    embeddings: Numbers,
    collection: Collection,
    ids: npt.NDArray[np.int64],
    blocks: Blocks | None,
    metric: str,
    mean: Vector | None = None,
) -> tuple[Vector, Vector | None]:
    """Return what trees and maps are made of.

    Parameters
    ----------
    embeddings : ndarray of float32, shape (n, d)
    collection : Collection
    ids : ndarray of int64, shape (n,)
        Item ids of the rows.
    blocks : Blocks or None
        None where nothing but the embeddings counts.
    metric : str
    mean : ndarray, shape (d,), optional
        As for `prepare`.

    Returns
    -------
    vectors : ndarray, shape (n, D)
    mean : ndarray, shape (d,), or None
        What was subtracted from the embeddings.
    """
    if blocks is None or not blocks.images:
        return prepare(embeddings, metric, mean)
    vectors, mean = prepare(embeddings, "cosine", mean)
    return np.hstack([np.float32(blocks.images) * vectors, blocks.encode(collection.table(ids))]), mean


def _in_table(name: Hashable, columns: Iterable[Hashable]) -> Hashable:
    # A column of the user's that is called as one of ours has another name there.
    known = list(columns)
    for each in (name, f"{name}_metadata"):
        if each in known:
            return each
    raise KeyError(f"there is no column {name!r} to compare by; there are {', '.join(map(str, known))}")


def _factor(share: float, vectors: Vector) -> float:
    # The mean squared distance of two rows is twice the variance, summed over the columns.
    typical = 2 * float(vectors.var(axis=0, dtype=np.float64).sum())
    return float(np.sqrt(share / typical)) if typical > 0 else 0.0
