"""Classes are told from embeddings."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.special import softmax

from imgclust_jupyter.embedding import ImageEmbedder, class_head, get_network, predict, squeezenet
from imgclust_jupyter.embedding.class_head import ClassHead


@pytest.mark.parametrize("layer", [torch.nn.Linear(5, 3), torch.nn.Linear(5, 3, bias=False), torch.nn.Conv2d(5, 3, 1)])
def test_scores_are_the_softmax_of_the_layer(layer: torch.nn.Module) -> None:
    embeddings = torch.randn(4, 5) * 30  # so large that a careless softmax would overflow
    head = ClassHead.from_layer(layer.bfloat16().float(), "abc")
    given = embeddings if isinstance(layer, torch.nn.Linear) else embeddings[:, :, None, None]
    expected = softmax(layer(given).detach().numpy().reshape(4, 3), axis=1)
    scores = head.scores(embeddings.numpy())
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-6)


def test_a_head_is_a_copy_of_the_layer() -> None:
    layer = torch.nn.Linear(5, 3)
    head = ClassHead.from_layer(layer, "abc")
    before = head.scores(np.ones((1, 5), dtype=np.float32))
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    np.testing.assert_array_equal(head.scores(np.ones((1, 5), dtype=np.float32)), before)


def test_the_first_class_of_each_image_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    network = get_network("squeezenet")
    embeddings = np.random.default_rng(0).exponential(1, (7, 512)).astype(np.float32)
    scores = network.class_scores(embeddings)
    assert scores.shape == (7, 1000) == (7, len(network.classes))
    monkeypatch.setattr(class_head, "_ROWS", 3)  # several blocks, the last one not full
    names, shares = predict(network, embeddings)
    assert names.dtype == object
    assert names.tolist() == [network.classes[row.argmax()] for row in scores]
    np.testing.assert_allclose(shares, scores.max(axis=1), rtol=1e-5)
    assert shares.dtype == np.float32
    names, shares = predict(network, embeddings[:0])
    assert len(names) == len(shares) == 0


def test_a_network_without_classes_says_so() -> None:
    pixels = get_network("pixels")
    assert pixels.classes is None
    with pytest.raises(ValueError, match="plain pixels knows no classes; use 'resnet50' or"):
        predict(pixels, np.zeros((1, 768), dtype=np.float32))


def whole_squeezenet(picture: Image.Image, relu: bool) -> np.ndarray:
    network = get_network("squeezenet")
    whole = squeezenet.classifier().eval()
    if not relu:
        whole.classifier[2] = torch.nn.Identity()
    image = np.asarray(network.resize(picture), dtype=np.float32) - np.array(network.mean, dtype=np.float32)
    with torch.inference_mode():
        return whole(torch.from_numpy(image).permute(2, 0, 1)[None]).numpy()[0]


def test_squeezenets_classes_are_told_as_by_the_original_but_for_its_last_relu() -> None:
    network = get_network("squeezenet")
    picture = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    with torch.inference_mode():
        scores = network.class_scores(network.forward(network.preprocess(picture)[None]))[0]
    np.testing.assert_allclose(scores, softmax(whole_squeezenet(picture, relu=False)), atol=0.02)


@pytest.mark.data
def test_squeezenet_names_photographs_as_the_original_does(test_data: Path) -> None:
    files = sorted((test_data / "animals").glob("*/*"))[::4]
    network = get_network("squeezenet")
    names, _ = predict(network, ImageEmbedder("squeezenet").fit_transform(files))
    original = []
    for file in files:
        with Image.open(file) as picture:
            original.append(network.classes[whole_squeezenet(picture.convert("RGB"), relu=True).argmax()])
    assert (names == np.array(original, dtype=object)).mean() > 0.9
    animals = np.array([file.parent.name for file in files])
    for animal, name in [("starfish", "starfish"), ("panda", "giant panda"), ("beaver", "beaver")]:
        assert (names[animals == animal] == name).sum() >= 2  # of five
