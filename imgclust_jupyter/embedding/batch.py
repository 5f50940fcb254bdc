"""From some pictures to what the store keeps of them: the work of one thread, or of one machine of many."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.imaging import DEFAULT_LIMITS, Limits, Source, UnreadableImage, decode_guarded, encode_thumbnails
from imgclust_jupyter.store import Record

__all__ = ["embed_pictures"]

_THUMBNAIL_SIZES = (64, 128)  # larger ones are wanted of few images, and made when they are


def embed_pictures(
    network: Network, sources: Mapping[str, Source], limits: Limits = DEFAULT_LIMITS
) -> tuple[list[Record], dict[str, UnreadableImage]]:
    """Decode pictures once each, for the network and for thumbnails, and embed those that can be read.

    Parameters
    ----------
    network : Network
    sources : mapping of str to Source
        What to decode, by the digest of its content; not more than fit into memory with the network.
    limits : Limits
        What a picture may ask for.

    Returns
    -------
    records : list of Record
    failures : dict of str to UnreadableImage
        Of the rest, by digest.

    Raises
    ------
    ValueError
        When the network makes numbers that have no distance.

    Examples
    --------
    >>> from imgclust_jupyter.embedding import get_network
    >>> records, failures = embed_pictures(get_network("pixels"), {"a": np.zeros((40, 60)), "b": b"no picture"})
    >>> [record.width for record in records], list(failures)
    ([60], ['b'])
    """
    min_side = max(network.min_side, *_THUMBNAIL_SIZES)
    pictures, inputs, failures = [], [], {}
    for content, source in sources.items():
        try:
            picture = decode_guarded(source, min_side, limits=limits)
        except UnreadableImage as error:
            failures[content] = error
            continue
        pictures.append((content, picture.width, picture.height, encode_thumbnails(picture.image, _THUMBNAIL_SIZES)))
        inputs.append(network.preprocess(picture.image))
    if not inputs:
        return [], failures
    vectors = network.forward(np.stack(inputs))
    # They would be kept for good, and be found out by the tree, which can say neither of which image nor why.
    if not np.isfinite(vectors).all():
        raise ValueError(
            f"{network.label} made numbers that are infinite or NaN of an image; its weights, or its code, are damaged"
        )
    records = [
        Record(content, width, height, vector, thumbnails)
        for (content, width, height, thumbnails), vector in zip(pictures, vectors, strict=True)
    ]
    return records, failures
