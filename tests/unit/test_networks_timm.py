"""Networks of timm, against what timm itself makes of a picture."""

import hashlib
import sys
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from scipy.special import softmax

from imgclust_jupyter.embedding import WeightsUnavailable, get_network, load_torchvision, networks, predict

load_torchvision()
timm = pytest.importorskip("timm")

PICTURE = Image.effect_mandelbrot((640, 480), (-2, -1.5, 1, 1.5), 60).convert("RGB")


@pytest.fixture(autouse=True)
def nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "_made", {})
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda repository, name: None)


def reference(name: str, **options: object) -> torch.nn.Module:
    torch.manual_seed(0)
    return timm.create_model(name, **options).eval()


def by_hand(model: torch.nn.Module, picture: Image.Image) -> np.ndarray:
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    with torch.inference_mode():
        return model(transform(picture)[None]).numpy()[0]


@pytest.mark.parametrize(
    "name",
    [
        "resnet18",
        "mobilenetv3_small_050",  # with layers between its pooling and its classes
        "vit_tiny_patch16_224",
        "efficientformerv2_s0",  # has two classification layers
        "mobileone_s0",
        "test_vit4",  # of ImageNet-1k at 160 pixels
    ],
)
def test_a_network_is_timms_without_its_classes(name: str, tmp_path: Path) -> None:
    model = reference(name)
    file = tmp_path / "weights.safetensors"
    save_file(model.state_dict(), file)
    network = get_network(f"timm/{name}:{file}")
    without = timm.create_model(name, num_classes=0).eval()
    without.load_state_dict(model.state_dict(), strict=False)
    expected = by_hand(without, PICTURE)
    embedded = network.forward(network.preprocess(PICTURE)[None])[0]
    assert embedded.shape == expected.shape == (network.dimensions,)
    # Some processors are fastest in bfloat16, which has three digits.
    assert np.corrcoef(embedded, expected)[0, 1] > 0.999
    np.testing.assert_allclose(embedded, expected, atol=0.05 * np.abs(expected).max())
    if name == "efficientformerv2_s0":
        assert network.classes is None
    else:
        assert network.classes[:2] == ("tench", "goldfish")
        np.testing.assert_allclose(
            network.class_scores(expected[None])[0], softmax(by_hand(model, PICTURE)), rtol=1e-3, atol=1e-6
        )


@pytest.mark.parametrize("size", [(640, 480), (480, 641), (57, 100)])
@pytest.mark.parametrize(
    ("input_size", "crop_mode", "crop_pct"),
    [
        ((3, 64, 64), "center", 0.875),
        ((3, 64, 64), "center", 1.0),
        ((3, 64, 64), "squash", 0.9),
        ((3, 64, 64), "border", 1.0),
        ((3, 48, 64), "center", 0.9),
    ],
)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_pictures_are_prepared_as_timm_does(
    interpolation: str, input_size: tuple[int, int, int], crop_mode: str, crop_pct: float, size: tuple[int, int]
) -> None:
    from imgclust_jupyter.embedding.timm_networks import _resize

    data = {
        "input_size": input_size,
        "interpolation": interpolation,
        "crop_mode": crop_mode,
        "crop_pct": crop_pct,
        "mean": (0.0, 0.0, 0.0),
        "std": (1.0, 1.0, 1.0),
    }
    # Too little contrast for bicubic interpolation to overshoot, which Pillow cuts off between rows and columns.
    picture = Image.effect_noise(size, 25).convert("RGB")
    expected = 255 * timm.data.create_transform(**data)(picture).numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(np.asarray(_resize(data)(picture)), expected, atol=2.01)


def test_weights_of_ones_own_may_have_any_classes(tmp_path: Path) -> None:
    model = reference("resnet18", num_classes=3)
    torch.save(model.state_dict(), tmp_path / "birds.pth")
    (tmp_path / "birds.classes.txt").write_text("jay\ncrow\nrook\n")
    network = get_network(f"timm/resnet18:{tmp_path / 'birds.pth'}")
    assert network.label == "timm/resnet18 (birds.pth)"
    assert network.id.startswith("timm/resnet18.")
    names, shares = predict(network, network.forward(network.preprocess(PICTURE)[None]))
    expected = softmax(by_hand(model, PICTURE))
    assert names.tolist() == [("jay", "crow", "rook")[expected.argmax()]]
    np.testing.assert_allclose(shares, expected.max(), atol=0.02)


def test_classes_that_embeddings_do_not_tell_are_not_told() -> None:
    from imgclust_jupyter.embedding.timm_networks import _take_head

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden, self.head = torch.nn.Linear(3, 3), torch.nn.Linear(3, 2)

        def get_classifier(self) -> torch.nn.Module:
            return self.head

        def reset_classifier(self, num_classes: int) -> None:
            self.hidden = self.head = torch.nn.Identity()

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.head(self.hidden(images.mean((2, 3))))

    assert _take_head(Net(), torch.randn(1, 3, 8, 8), "ab") == (None, 3)


def test_names_of_imagenets_larger_forms_are_known(tmp_path: Path) -> None:
    model = reference("resnet18", num_classes=11821)
    torch.save(model.state_dict(), tmp_path / "a.pth")
    assert len(get_network(f"timm/resnet18:{tmp_path / 'a.pth'}").classes) == 11821


def test_weights_of_another_network_are_explained(tmp_path: Path) -> None:
    torch.save(reference("resnet18").state_dict(), tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth does not hold weights of timm/resnet34: .*[Mm]issing.*layer1\.2"):
        get_network(f"timm/resnet34:{tmp_path / 'a.pth'}")
    with pytest.raises(FileNotFoundError, match="no file of weights"):
        get_network("timm/resnet18:nothing.pth")
    with pytest.raises(FileNotFoundError, match="no file of weights"):
        get_network("timm/nothing.pth")  # in a folder of that name


def test_unknown_names_are_told() -> None:
    with pytest.raises(ValueError, match=r"timm has no network 'resnet_18' \(did you mean 'resnet18'.*list_models"):
        get_network("timm/resnet_18")
    with pytest.raises(WeightsUnavailable, match=r"timm has no weights for resnet18\.nonsense; give a file"):
        get_network("timm/resnet18.nonsense")


def test_without_timm_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ImportError, match=r"pip install 'imgclust_jupyter\[timm\]'"):
        get_network("timm/resnet18")


class Hub(BaseHTTPRequestHandler):
    """As Hugging Face's: tells the hash, and sends elsewhere."""

    def __init__(self, content: bytes, tag: str, *request: object) -> None:
        self.content, self.tag = content, tag
        super().__init__(*request)

    def do_HEAD(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Linked-ETag", f'"{self.tag}"')
        self.end_headers()

    def do_GET(self) -> None:
        if self.path != "/elsewhere":
            self.do_HEAD()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("hub") / "model.safetensors"
    save_file(reference("resnet18").state_dict(), file)
    return file.read_bytes()


@pytest.fixture(params=["right", "wrong"])
def hub(content: bytes, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    tag = hashlib.sha256(content).hexdigest() if request.param == "right" else "0" * 64
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, content, tag)) as listening:
        Thread(target=partial(listening.serve_forever, poll_interval=0.01)).start()
        base = f"http://127.0.0.1:{listening.server_port}"
        monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda repository, name: f"{base}/{repository}/{name}")
        yield request.param
        listening.shutdown()


def test_weights_come_from_the_hub(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if hub == "wrong":
        with pytest.raises(WeightsUnavailable, match="something else"):
            get_network("timm/resnet18")
        return
    steps = []
    network = get_network("timm/resnet18", lambda *step: steps.append(step))
    assert steps[-1] == ("downloading timm/resnet18.a1_in1k (megabytes)", 46, 46)
    model = reference("resnet18")
    np.testing.assert_allclose(
        network.class_scores(network.forward(network.preprocess(PICTURE)[None]))[0],
        softmax(by_hand(model, PICTURE)),
        atol=0.01,
    )
    assert get_network("timm/resnet18") is network
    # In another session there may be no connection.
    monkeypatch.setattr("huggingface_hub.hf_hub_url", lambda repository, name: "http://127.0.0.1:1/a.safetensors")
    monkeypatch.setattr(networks, "_made", {})
    assert get_network("timm/resnet18").id == network.id


def test_the_hubs_own_cache_is_used(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(content)
    asked = []
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *wanted: asked.append(wanted) or str(file))
    assert get_network("timm/resnet18").weights_hash == hashlib.sha256(content).hexdigest()
    assert asked == [("timm/resnet18.a1_in1k", "model.safetensors")]


def test_without_a_connection_that_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")  # nothing is there
    message = r"timm/resnet18\.a1_in1k are not on this machine .* the proxy on the way to huggingface\.co"
    with pytest.raises(WeightsUnavailable, match=message):
        get_network("timm/resnet18")
