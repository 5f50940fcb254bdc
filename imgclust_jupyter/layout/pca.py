"""The map that is there at once: the two directions in which the collection varies most."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pca_map"]


def pca_map(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Project onto the first two principal components.

    Parameters
    ----------
    vectors : ndarray of float32 or float64, shape (n, d)
        As `clustering.prepare` returns them.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Zeros where there is nothing to spread: for one image, for equal ones, and in the second column for one feature.
        The same vectors always give the same map, mirrored no differently.

    Examples
    --------
    >>> pca_map(np.array([[0.0, 0.0], [3.0, 4.0]]))[:, 0].tolist()
    [-2.5, 2.5]
    """
    coordinates = np.zeros((len(vectors), 2), dtype=np.float32)
    components = min(2, *vectors.shape)
    if len(vectors) < 2 or not components or not np.ptp(vectors, axis=0).any():
        return coordinates
    from sklearn.decomposition import PCA

    coordinates[:, :components] = PCA(components, random_state=0).fit_transform(vectors)
    return coordinates
