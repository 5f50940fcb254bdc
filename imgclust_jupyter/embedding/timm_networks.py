"""Networks of the package timm, with its weights or with those of a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from imgclust_jupyter.embedding.class_head import ClassHead
from imgclust_jupyter.embedding.geometry import crop
from imgclust_jupyter.embedding.network import Progress, WeightsUnavailable
from imgclust_jupyter.embedding.torch_network import TorchNetwork, torch_network
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.torchvision_networks import imagenet_classes
from imgclust_jupyter.embedding.weights import Weights, checkpoints, fetch, sha256_of
from imgclust_jupyter.embedding.weights_file import read_classes, read_state

__all__ = ["timm_network"]


def timm_network(name: str, file: Path | None = None, progress: Progress | None = None) -> TorchNetwork:
    """Make a network of timm: what its classification layer is given, as with ``num_classes=0``.

    Pictures are prepared as timm's configuration of the weights says.

    Parameters
    ----------
    name : str
        As timm calls it, with or without the name of the weights: "resnet18", "resnet18.a1_in1k".
    file : Path, optional
        Weights for any number of classes; see `read_state` and `read_classes`. Default: those that timm has for it,
        from the cache of Hugging Face's hub, or downloaded.
    progress : callable, optional
        Told how the download goes, where one is needed; see `find_weights`.

    Returns
    -------
    TorchNetwork

    Raises
    ------
    ImportError
        When timm is not installed.
    WeightsUnavailable
        When there are no weights, or they are neither on this machine nor to be downloaded.
    FileNotFoundError, OSError
        When the file cannot be opened.
    ValueError
        When timm has no such network, or the file is not for it.

    Examples
    --------
    >>> timm_network("vit_small_patch14_dinov2").dimensions  # doctest: +SKIP
    384
    """
    config = _config(_load_timm(), name)
    full_name = f"timm/{config.architecture}{'.' * bool(config.tag)}{config.tag}"
    label = f"timm/{name}" + (f" ({file.name})" if file else "")
    weights = Weights(file, sha256_of(file)) if file else _pretrained(config, full_name, progress)
    state = read_state(weights.file)
    model = _load(config, state, weights.file)
    data = _load_timm().data.resolve_model_data_config(model)
    _, height, width = data["input_size"]
    classes = read_classes(weights.file, model.num_classes, _class_names(model.num_classes))
    head, dimensions = _take_head(model.eval(), torch.randn(1, 3, height, width), classes)
    return torch_network(
        model,
        name=full_name,
        label=label,
        dimensions=dimensions,
        min_side=math.floor(max(height, width) / data["crop_pct"]),
        version=1,
        weights_hash=weights.sha256,
        resize=_resize(data),
        mean=tuple(255 * value for value in data["mean"]),
        std=tuple(255 * value for value in data["std"]),
        head=head,
    )


def _load_timm() -> ModuleType:
    load_torchvision()  # which timm imports
    try:
        import timm.data
    except ModuleNotFoundError as error:
        raise ImportError(
            "networks whose name begins with timm/ come with the package timm; pip install 'imgclust_jupyter[timm]' "
            "brings it"
        ) from error
    timm_package: ModuleType = timm
    return timm_package


def _config(timm: ModuleType, name: str) -> Any:
    try:
        config = timm.get_pretrained_cfg(name)
    except RuntimeError:  # for a known network with unknown weights
        config = None
    if config is None and not timm.is_model(name):
        close = get_close_matches(name, timm.list_models(), n=3)
        meant = f" (did you mean {' or '.join(map(repr, close))}?)" if close else ""
        raise ValueError(f"timm has no network {name!r}{meant}; timm.list_models() lists what it has")
    if config is None:
        raise WeightsUnavailable(f"timm has no weights for {name}; give a file of them: 'timm/{name}:weights.pth'")
    return config


def _pretrained(config: Any, name: str, progress: Progress | None) -> Weights:
    from huggingface_hub import hf_hub_url, try_to_load_from_cache

    url = config.url
    if config.hf_hub_id:
        kept = try_to_load_from_cache(config.hf_hub_id, "model.safetensors")
        if isinstance(kept, str):
            return Weights(Path(kept), sha256_of(Path(kept)))
        url = hf_hub_url(config.hf_hub_id, "model.safetensors")
    if not url:
        raise WeightsUnavailable(f"timm has no weights for {name}; give a file of them: '{name}:weights.pth'")
    # Not by the hub's own client, which without a connection tries for three quarters of a minute.
    file = checkpoints() / (name.replace("/", "_") + PurePosixPath(url).suffix)
    return Weights(file, sha256_of(file)) if file.is_file() else fetch(url, file, name, progress=progress)


def _load(config: Any, state: dict[str, torch.Tensor], file: Path) -> Any:
    layer = f"{config.classifier}.weight"
    n_classes = len(state[layer]) - (config.label_offset or 0) if layer in state else config.num_classes
    try:
        return _load_timm().create_model(
            f"{config.architecture}{'.' * bool(config.tag)}{config.tag}",
            pretrained=True,
            num_classes=n_classes,
            pretrained_cfg_overlay={"state_dict": state, "num_classes": n_classes},
        )
    except (RuntimeError, LookupError) as error:
        differences = " ".join(str(error).split()).partition(": ")[2] or str(error)
        raise ValueError(f"{file} does not hold weights of timm/{config.architecture}: {differences[:300]}") from error


def _class_names(n_classes: int) -> Sequence[str]:
    if n_classes == 1000:
        return imagenet_classes("resnet50")
    data = _load_timm().data
    subset = data.infer_imagenet_subset({"num_classes": n_classes})
    return [names.partition(",")[0] for names in data.ImageNetInfo(subset).label_descriptions()] if subset else ()


def _take_head(model: Any, picture: torch.Tensor, classes: Sequence[str] | None) -> tuple[ClassHead | None, int]:
    """Remove the classification layer; return it, where it alone makes scores of embeddings, and their length."""
    layer = model.get_classifier()
    with torch.inference_mode():
        logits = model(picture)
        model.reset_classifier(0)
        embedding = model(picture)
    if embedding.ndim != 2:
        raise ValueError(f"{type(model).__name__} makes no row of numbers of an image, but {tuple(embedding.shape)}")
    if not classes or not isinstance(layer, nn.Linear) or layer.in_features != embedding.shape[1]:
        return None, embedding.shape[1]
    head = ClassHead.from_layer(layer, classes)
    # Some models have more than this layer after what they call their features.
    scores = torch.softmax(logits.float(), 1).numpy()
    told = np.allclose(head.scores(embedding.float().numpy()), scores, rtol=0.01, atol=1e-4)
    return head if told else None, embedding.shape[1]


def _resize(data: dict[str, Any]) -> Any:
    _, height, width = data["input_size"]
    if data["crop_mode"] == "center" and height == width:
        resample = Image.Resampling[data["interpolation"].upper()]
        return partial(crop, shorter=math.floor(height / data["crop_pct"]), side=height, resample=resample)
    transforms = load_torchvision().transforms
    # Without the last two, which make a normalised tensor.
    return transforms.Compose(_load_timm().data.create_transform(**data).transforms[:-2])
