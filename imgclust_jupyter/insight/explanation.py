"""Why images are together: what the network sees in them, and where."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from imgclust_jupyter.embedding import Network
from imgclust_jupyter.insight.evidence import Evidence, Vector, evidence, spotlight

__all__ = ["Explanation", "explain"]

_SIDE = 240
_GAP = 8
_TOP = 8


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why some images are together; a notebook shows the pictures with light on what binds them.

    Attributes
    ----------
    names : tuple of str
        Of the images.
    evidence : tuple of Evidence
        Of each image.
    classes : DataFrame
        By class of the network, what binds most first: ``share`` in these images (0 to 1), ``elsewhere`` in the whole
        collection, and ``binding``, the geometric mean of the shares in each of the images, which is small for a class
        that is seen in some of them only. Empty where the network has no classes.

    Examples
    --------
    >>> explorer.explain("milka.jpg", "berta.jpg").classes  # doctest: +SKIP
    """

    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    classes: pd.DataFrame

    @property
    def picture(self) -> Image.Image:
        """The images side by side, lit where they are like the others."""
        tiles = [spotlight(each, _SIDE) for each in self.evidence]
        width = sum(tile.width for tile in tiles) + _GAP * (len(tiles) - 1)
        strip = Image.new("RGB", (width, max(tile.height for tile in tiles)), "white")
        left = 0
        for tile in tiles:
            strip.paste(tile, (left, (strip.height - tile.height) // 2))
            left += tile.width + _GAP
        return strip

    def __repr__(self) -> str:
        return f"<Explanation of {', '.join(self.names)}>"

    def _repr_jpeg_(self) -> bytes:
        # Ten times smaller than PNG, and a notebook keeps it.
        jpeg = io.BytesIO()
        self.picture.save(jpeg, "JPEG", quality=85)
        return jpeg.getvalue()


def explain(
    network: Network,
    images: Sequence[Image.Image],
    names: Sequence[str],
    targets: Sequence[Vector],
    embeddings: Vector,
    everywhere: Vector,
    mean: Vector | None,
) -> Explanation:
    """Say why images are together.

    Parameters
    ----------
    network : Network
    images : sequence of PIL.Image.Image
        RGB.
    names : sequence of str
    targets : sequence of ndarray, shape (d,)
        What each image is compared with, an embedding or the mean of several.
    embeddings : ndarray of float32, shape (m, d)
        Of all that are together, images that are not shown too.
    everywhere : ndarray of float32, shape (n, d)
        Of the collection, or a sample of it.
    mean : ndarray, shape (d,), or None
        Of the collection, as it was subtracted.

    Returns
    -------
    Explanation
    """
    found = tuple(evidence(network, image, target, mean) for image, target in zip(images, targets, strict=True))
    return Explanation(tuple(names), found, _classes(network, embeddings, everywhere))


def _classes(network: Network, embeddings: Vector, everywhere: Vector) -> pd.DataFrame:
    columns = ["share", "elsewhere", "binding"]
    if network.classes is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="class"), dtype=float)
    shares = network.class_scores(embeddings.astype(np.float32)).astype(np.float64)
    binding = np.exp(np.log(shares + 1e-6).mean(axis=0))
    first = np.argsort(-binding, kind="stable")[:_TOP]
    elsewhere = network.class_scores(everywhere.astype(np.float32)).mean(axis=0)
    values = {"share": shares.mean(axis=0)[first], "elsewhere": elsewhere[first], "binding": binding[first]}
    index = pd.Index([network.classes[i] for i in first], name="class")
    return pd.DataFrame(values, index=index, columns=columns)
