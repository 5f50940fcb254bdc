"""Embedding images as a scikit-learn transformer."""

from __future__ import annotations

import threading
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding.networks import get_network
from imgclust_jupyter.embedding.run import embed
from imgclust_jupyter.store import open_store

__all__ = ["ImageEmbedder"]


class ImageEmbedder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Turn images into rows of numbers that are near each other where the images are of like things.

    Nothing is learnt from the images. Embeddings are kept in the user's cache, so that no image is embedded twice.

    Parameters
    ----------
    model : str, Path, torch.nn.Module or callable, default="auto"
        As for `get_network`.
    n_jobs : int, optional
        Number of threads, -1 for one on each core that the system counts. Default: one on each physical core.
    client : dask.distributed.Client, optional
        Embed on the workers of a Dask cluster instead.

    Attributes
    ----------
    network_name_ : str
        The network that is used; what "auto" was when `fit` was called. Not there before `fit`, which need not be
        called.

    Examples
    --------
    >>> ImageEmbedder("pixels").fit_transform([np.zeros((40, 60)), np.ones((60, 40))]).shape
    (2, 768)
    """

    def __init__(self, model: Any = "auto", n_jobs: int | None = None, client: Any = None) -> None:
        self.model = model
        self.n_jobs = n_jobs
        self.client = client

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Settle on a network.

        Parameters
        ----------
        X, y : ignored

        Returns
        -------
        ImageEmbedder
            Itself.

        Raises
        ------
        WeightsUnavailable, ValueError, TypeError
            As from `get_network`.
        """
        self.network_name_ = get_network(self.model).name
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Embed images.

        Parameters
        ----------
        X : list of n paths, arrays or PIL images, or another source of `Collection.from_source`

        Returns
        -------
        ndarray of float32, shape (n, d)

        Raises
        ------
        ValueError
            When an image cannot be read; the message names it.
        """
        collection = Collection.from_source(X)
        network = get_network(self._model)
        embeddings = embed(
            collection, network, open_store(), threading.Event(), lambda done, total: None, self.n_jobs, self.client
        )
        errors = collection.errors
        if len(errors):
            first = "; ".join(f"{row.path}: {row.reason}" for row in errors.head(3).itertuples())
            raise ValueError(
                f"{len(errors)} of {len(collection.items)} images cannot be read ({first}{' …' * (len(errors) > 3)}); "
                "leave them out"
            )
        return embeddings

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the columns, n0 and so on.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str, shape (d,)
        """
        return np.array([f"n{i}" for i in range(get_network(self._model).dimensions)], dtype=object)

    def __sklearn_clone__(self) -> Self:
        # scikit-learn would copy a connection to a cluster, and a module with all of its weights.
        return type(self)(**self.get_params(deep=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.two_d_array = False
        return tags

    @property
    def _model(self) -> Any:
        # Images to compare must be embedded by one network, even if a better one can be had meanwhile.
        return getattr(self, "network_name_", "auto") if self.model == "auto" else self.model
