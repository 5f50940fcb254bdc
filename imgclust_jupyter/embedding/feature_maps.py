"""What a network sees at each place of a picture."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.embedding.torch_network import TorchNetwork

__all__ = ["feature_maps", "occluded", "seen"]

# Of the length of an embedding: what bfloat16 rounds off, as for fused modules.
_TOLERANCE = 0.05


def feature_maps(network: Network, images: Sequence[Image.Image]) -> NDArray[np.float32] | None:
    """Return the features at each place of pictures, where their mean over all places is the embedding.

    Parameters
    ----------
    network : Network
    images : sequence of PIL.Image.Image
        RGB; not more than fit into memory with the network.

    Returns
    -------
    ndarray of float32, shape (b, d, rows, columns), or None
        None for a network whose embedding is not such a mean: transformers, VGG, and all that is not torchvision's.

    Examples
    --------
    >>> from imgclust_jupyter.embedding import get_network
    >>> feature_maps(get_network("squeezenet"), [Image.new("RGB", (60, 40))]).shape
    (1, 512, 12, 12)
    """
    if not isinstance(network, TorchNetwork):
        return None
    batch = torch.from_numpy(np.stack([network.preprocess(image) for image in images])).to(network.device)
    with torch.inference_mode(), _outputs(network.module) as outputs:
        embedded = network.module(network.scale(batch).to(network.dtype)).float()
        for output in reversed(outputs):
            if output.ndim != 4 or output.shape[1] != embedded.shape[1] or output.shape[2:].numel() < 2:
                continue
            away = (output.float().mean(dim=(2, 3)) - embedded).norm(dim=1)
            if bool((away <= _TOLERANCE * embedded.norm(dim=1)).all()):
                found: NDArray[np.float32] = output.float().cpu().numpy()
                return found
    return None


def seen(network: Network, image: Image.Image) -> Image.Image:
    """Return the picture as the network is given it; the whole one where it wants something else than pixels."""
    prepared = network.preprocess(image)
    if prepared.dtype == np.uint8 and prepared.ndim == 3 and prepared.shape[2] == 3:
        return Image.fromarray(prepared)
    return image


def occluded(image: Image.Image, side: int) -> Iterator[Image.Image]:
    """Yield copies of a picture with one part after the other painted over, row by row.

    Parameters
    ----------
    image : PIL.Image.Image
        RGB.
    side : int
        Parts from left to right, and from top to bottom.

    Yields
    ------
    PIL.Image.Image
        The part is of the mean colour of the picture.

    Examples
    --------
    >>> len(list(occluded(Image.new("RGB", (60, 40)), side=7)))
    49
    """
    painted = Image.new("RGB", image.size, tuple(np.asarray(image).mean(axis=(0, 1)).round().astype(int).tolist()))
    for row in range(side):
        for column in range(side):
            copy = image.copy()
            left, right = (round(end * image.width / side) for end in (column, column + 1))
            top, bottom = (round(end * image.height / side) for end in (row, row + 1))
            copy.paste(painted.crop((left, top, right, bottom)), (left, top))
            yield copy


@contextmanager
def _outputs(module: torch.nn.Module) -> Iterator[list[torch.Tensor]]:
    """Collect what the parts of a module make while it runs on this thread; others may run it as well."""
    own = threading.get_ident()
    outputs: list[torch.Tensor] = []

    def note(_module: Any, _inputs: Any, output: Any) -> None:
        if threading.get_ident() == own and isinstance(output, torch.Tensor):
            outputs.append(output)

    hooks = [part.register_forward_hook(note) for part in module.modules()]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()
