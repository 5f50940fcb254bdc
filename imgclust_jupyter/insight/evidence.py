"""Where in a picture lies what makes it like others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from imgclust_jupyter.embedding import Network

__all__ = ["Evidence", "evidence", "spotlight"]

_PARTS = 7  # of a picture from left to right, where they are painted over one by one
_DIMMED = 0.3  # of the light, where there is nothing
_BRIGHTEST = 95  # percent of the parts are not in full light
_BATCH = 8

Vector = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the parts of a picture contribute to its likeness with something.

    Attributes
    ----------
    picture : PIL.Image.Image
        As the network is given it.
    parts : ndarray of float32, shape (rows, columns)
        Positive where it is alike. Where `exact`, their mean is the cosine similarity; else each is by how much the
        similarity is less when the part is painted over.
    similarity : float
        Cosine of the angle between the two, with the mean of the collection subtracted, from -1 to 1.
    exact : bool
    """

    picture: Image.Image
    parts: npt.NDArray[np.float32]
    similarity: float
    exact: bool


def evidence(network: Network, image: Image.Image, target: Vector, mean: Vector | None) -> Evidence:
    """Find the parts of a picture that make it like a target.

    In networks that average the features of all places, the cosine similarity is a sum of what the places contribute.
    For others each part is painted over and the picture is embedded again.

    Parameters
    ----------
    network : Network
    image : PIL.Image.Image
        RGB.
    target : ndarray, shape (d,)
        An embedding, or the mean of several.
    mean : ndarray, shape (d,), or None
        Of the collection; it is subtracted first, so that likeness is that which not all images have.

    Returns
    -------
    Evidence

    References
    ----------
    Stylianou, Souvenir, Pless: Visualizing deep similarity networks. WACV, 2019.
    Zeiler, Fergus: Visualizing and understanding convolutional networks. ECCV, 2014.

    Examples
    --------
    >>> from imgclust_jupyter.embedding import get_network
    >>> half = Image.new("RGB", (64, 64)); half.paste("white", (0, 0, 32, 64))
    >>> found = evidence(get_network("pixels"), half, np.ones(768), None)
    >>> bool(found.parts[:, :3].mean() > found.parts[:, 4:].mean()), found.exact
    (True, False)
    """
    from imgclust_jupyter.embedding.feature_maps import feature_maps, occluded, seen

    origin = np.zeros(network.dimensions) if mean is None else np.asarray(mean, dtype=np.float64)
    direction = _unit(np.asarray(target, dtype=np.float64) - origin)
    maps = feature_maps(network, [image])
    if maps is not None:
        features = maps[0].astype(np.float64)
        length = np.linalg.norm(features.mean(axis=(1, 2)) - origin)
        parts = np.einsum("dij,d->ij", features - origin[:, None, None], direction) / (length or 1.0)
        return Evidence(seen(network, image), parts.astype(np.float32), float(parts.mean()), exact=True)
    variants = [image, *occluded(image, _PARTS)]
    embedded = np.vstack(
        [
            network.forward(np.stack([network.preprocess(each) for each in variants[first : first + _BATCH]]))
            for first in range(0, len(variants), _BATCH)
        ]
    )
    similarities = np.array([_unit(each - origin) @ direction for each in embedded.astype(np.float64)])
    parts = (similarities[0] - similarities[1:]).reshape(_PARTS, _PARTS)
    return Evidence(image, parts.astype(np.float32), float(similarities[0]), exact=False)


def spotlight(found: Evidence, side: int = 256) -> Image.Image:
    """Draw a picture with light where it is like the target, and dimmed elsewhere.

    Parameters
    ----------
    found : Evidence
    side : int
        Pixels of the longer side.

    Returns
    -------
    PIL.Image.Image

    Examples
    --------
    >>> parts = np.array([[0.0, 1.0]], dtype=np.float32)
    >>> lit = spotlight(Evidence(Image.new("RGB", (64, 32), "white"), parts, 0.5, True), 64)
    >>> lit.size, lit.getpixel((2, 16)), lit.getpixel((62, 16))
    ((64, 32), (76, 76, 76), (255, 255, 255))
    """
    scale = side / max(found.picture.size)
    size = (max(1, round(found.picture.width * scale)), max(1, round(found.picture.height * scale)))
    picture = found.picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    most = float(np.percentile(found.parts, _BRIGHTEST))
    light = np.clip(found.parts / most, 0, 1) if most > 0 else np.zeros_like(found.parts)
    mask = Image.fromarray((255 * (_DIMMED + (1 - _DIMMED) * light)).round().astype(np.uint8))
    mask = mask.resize(size, Image.Resampling.BILINEAR)
    return Image.composite(picture, Image.new("RGB", size), mask)


def _unit(vector: Vector) -> Vector:
    length = np.linalg.norm(vector)
    return np.asarray(vector / length if length > 0 else vector)
