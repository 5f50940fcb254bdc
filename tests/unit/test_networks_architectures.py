"""torchvision's classification networks: built as with its weights, cut at the right layer, told apart by weights."""

import re

import pytest
import torch

from imgclust_jupyter.embedding import architectures, load_torchvision
from imgclust_jupyter.embedding.architectures import (
    Misfit,
    build,
    classification_layer,
    identify,
    load_state,
    modern_names,
)

MODELS = load_torchvision().models
NAMES = MODELS.list_models(module=MODELS)
FAMILIES = [
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "googlenet",
    "inception_v3",
    "maxvit_t",
    "mnasnet0_5",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "regnet_y_400mf",
    "resnet18",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "swin_t",
    "swin_v2_t",
    "vgg11_bn",
    "vit_b_16",
    "vit_h_14",
]


def without_memory(name: str, **options: object) -> torch.nn.Module:
    with architectures._NoMemory():
        return MODELS.get_model(name, **options) if options else build(name)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_network_is_as_torchvision_builds_it_for_its_weights(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODELS.WeightsEnum, "get_state_dict", lambda weights, *args, **kwargs: {})
    monkeypatch.setattr(torch.nn.Module, "load_state_dict", lambda module, state, **kwargs: None)
    theirs, ours = without_memory(name, weights="DEFAULT"), without_memory(name)
    for module in (theirs, ours):
        for auxiliary in ("aux1", "aux2", "AuxLogits"):
            module._modules.pop(auxiliary, None)
    assert repr(ours) == repr(theirs)
    assert getattr(ours, "transform_input", None) == getattr(theirs, "transform_input", None)


def test_no_two_networks_have_the_same_weights_and_all_can_be_had() -> None:
    assert len(NAMES) >= 80
    assert len({tuple(architectures._shapes(name, 1000).items()) for name in NAMES}) == len(NAMES)
    for name in NAMES:
        assert re.search(r"-[0-9a-f]{8,}\.pth$", MODELS.get_model_weights(name).DEFAULT.url), name


@pytest.mark.parametrize("name", FAMILIES)
def test_the_classification_layer_is_the_last_one_that_runs(name: str) -> None:
    module = without_memory(name).to("meta").eval()
    ran = []
    for path, layer in module.named_modules():
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
            layer.register_forward_hook(lambda layer, inputs, output, path=path: ran.append(path))
    side = MODELS.get_model_weights(name).DEFAULT.transforms().crop_size[0]
    with torch.inference_mode():
        assert module(torch.empty(1, 3, side, side, device="meta")).shape == (1, 1000)
    assert ran[-1] == classification_layer(name)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_network_is_known_by_its_weights(name: str) -> None:
    assert identify(without_memory(name).state_dict()) == name


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mnasnet0_5", "googlenet"])
def test_a_network_with_any_number_of_classes_is_found_and_loaded(name: str) -> None:
    options = {"init_weights": False} if name == "googlenet" else {}
    module = MODELS.get_model(name, num_classes=5, **options)
    # Without its batches' counters, as old files are, and with the auxiliary classifiers of GoogLeNet.
    state = {key: value for key, value in module.state_dict().items() if not key.endswith("num_batches_tracked")}
    assert identify(modern_names(state)) == name
    loaded = load_state(name, modern_names(state)).state_dict()
    assert loaded[f"{classification_layer(name)}.weight"].shape[0] == 5
    for key, value in modern_names(state).items():
        torch.testing.assert_close(loaded[key], value, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "today", "published"),
    [
        ("densenet121", r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2."),
        ("vit_b_16", r"mlp\.([03])\.", lambda found: f"mlp.linear_{1 if found[1] == '0' else 2}."),
    ],
)
def test_names_of_published_files_are_brought_up_to_date(name: str, today: str, published: object) -> None:
    state = without_memory(name).state_dict()
    old = {re.sub(today, published, key): value for key, value in state.items()}
    assert old.keys() != state.keys()
    assert modern_names(old).keys() == state.keys()


def test_what_does_not_fit_is_said() -> None:
    state = dict(without_memory("resnet18").state_dict())
    state["layer1.0.conv1.weight"] = torch.zeros(64, 64, 5, 5)
    message = r"resnet18, but 'layer1\.0\.conv1\.weight' has the shape \(64, 64, 5, 5\) where resnet18 has \(64, 64, 3"
    with pytest.raises(Misfit, match=message):
        identify(state)
    del state["layer1.0.conv1.weight"]
    state["extra"] = torch.zeros(1)
    with pytest.raises(Misfit, match=r"^'layer1\.0\.conv1\.weight' is missing, 'extra' has no place in it$"):
        load_state("resnet18", state)
    with pytest.raises(Misfit, match="none of its names"):
        identify({"a": torch.zeros(1)})
    with pytest.raises(Misfit, match=r" and \d+ more differences$"):
        load_state("vgg11", state)
