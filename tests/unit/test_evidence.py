"""Where in a picture the evidence lies, and what it adds up to."""

import io
import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding import get_network
from imgclust_jupyter.embedding.feature_maps import feature_maps, occluded
from imgclust_jupyter.embedding.torchvision_guard import load_torchvision
from imgclust_jupyter.embedding.torchvision_networks import from_classifier
from imgclust_jupyter.imaging import UnreadableImage
from imgclust_jupyter.insight.evidence import evidence, spotlight
from imgclust_jupyter.widget.explaining import why
from imgclust_jupyter.widget.rpc import BadRequestError


@pytest.fixture(scope="module")
def explorer(sample_folder):
    with ClusterExplorer(sample_folder, model="squeezenet", layout="pca", n_clusters=12) as explorer:
        yield explorer.wait()


def photograph(explorer, subject: str) -> Image.Image:
    data = explorer.data
    path = data.loc[data["name"].str.startswith(subject), "path"].iloc[0]
    return Image.open(path).convert("RGB")


def embed(network, image: Image.Image) -> np.ndarray:
    return network.forward(network.preprocess(image)[None])[0]


class TestFeatureMaps:
    def test_their_mean_is_the_embedding(self, explorer):
        network = get_network("squeezenet")
        images = [photograph(explorer, subject) for subject in ("cat", "coins")]
        maps = feature_maps(network, images)
        assert maps.shape[:2] == (2, 512)
        for each, image in zip(maps, images, strict=True):
            np.testing.assert_allclose(each.mean(axis=(1, 2)), embed(network, image), rtol=0.02, atol=0.5)

    @pytest.mark.parametrize(("name", "has"), [("resnet18", True), ("mobilenet_v2", True), ("vgg11", False)])
    def test_networks_that_average_have_them_and_others_do_not(self, name, has):
        torch.manual_seed(0)
        module = getattr(load_torchvision().models, name)(weights=None)
        maps = feature_maps(from_classifier(name, module), [Image.effect_noise((64, 64), 80).convert("RGB")])
        assert (maps is not None) == has

    def test_other_threads_may_run_the_network_meanwhile(self, explorer):
        from concurrent.futures import ThreadPoolExecutor

        network, image = get_network("squeezenet"), photograph(explorer, "cat")
        alone = feature_maps(network, [image])
        prepared = network.preprocess(photograph(explorer, "coins"))[None]
        with ThreadPoolExecutor(3) as pool:
            others = [pool.submit(network.forward, prepared) for _ in range(12)]
            together = [pool.submit(feature_maps, network, [image]) for _ in range(6)]
            assert all(np.array_equal(each.result(), alone) for each in together)
            assert all(np.isfinite(each.result()).all() for each in others)
        assert not any(part._forward_hooks for part in network.module.modules())


class TestEvidence:
    def half(self, explorer, subject: str) -> Image.Image:
        """A photograph in the left half, and nothing in the right one."""
        both = Image.new("RGB", (400, 200), "grey")
        both.paste(photograph(explorer, subject).resize((200, 200)), (0, 0))
        return both

    def test_parts_add_up_to_the_cosine_similarity(self, explorer):
        network, values = get_network("squeezenet"), explorer.embeddings.to_numpy()
        mean = values.mean(axis=0)
        found = evidence(network, photograph(explorer, "cat"), values[5], mean)
        a, b = embed(network, photograph(explorer, "cat")) - mean, values[5] - mean
        assert found.exact
        assert found.similarity == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), abs=0.02)
        assert found.parts.mean() == pytest.approx(found.similarity, abs=1e-5)

    def test_what_is_alike_is_lit(self, explorer):
        network, values = get_network("squeezenet"), explorer.embeddings.to_numpy()
        target = embed(network, photograph(explorer, "coins"))
        found = evidence(network, self.half(explorer, "coins"), target, values.mean(axis=0))
        columns = found.parts.shape[1]
        assert found.parts[:, : columns // 2].sum() > 3 * abs(found.parts[:, -columns // 2 :].sum())

    def test_networks_without_maps_are_asked_about_painted_pictures(self, explorer):
        # One half is as grey as what it is painted with.
        network = get_network("pixels")
        image = Image.new("RGB", (200, 200), (128, 128, 128))
        image.paste("black", (0, 0, 100, 100))
        image.paste("white", (100, 0, 200, 100))
        found = evidence(network, image, embed(network, image), np.full(network.dimensions, 0.5))
        assert not found.exact
        assert found.similarity == pytest.approx(1)
        assert found.parts.shape == (7, 7)
        assert abs(found.parts[4:]).max() < 0.01 * found.parts[:3].min()

    def test_painting_over_leaves_the_rest(self):
        image = Image.effect_noise((70, 35), 80).convert("RGB")
        copies = list(occluded(image, side=7))
        for place, copy in enumerate(copies):
            changed = np.asarray(copy) != np.asarray(image)
            rows, columns = np.nonzero(changed.any(axis=2))
            assert set(rows // 5) == {place // 7}
            assert set(columns // 10) == {place % 7}

    def test_nothing_alike_is_dark_and_nothing_fails(self):
        network = get_network("pixels")
        found = evidence(network, Image.new("RGB", (10, 1)), np.zeros(network.dimensions), None)
        assert found.similarity == 0
        assert spotlight(found, 64).size == (64, 6)


class TestExplanation:
    def test_two_images(self, explorer):
        data = explorer.data
        one, other = data.index[data["name"].str.startswith("coins")][:2]
        found = explorer.explain(one, other)
        cosine = 1 - explorer.similar(one, len(data)).loc[other, "distance"]
        assert [each.similarity for each in found.evidence] == pytest.approx([cosine, cosine], abs=0.02)
        assert found.classes.index[0] == "golf ball"
        assert (found.classes["binding"].to_numpy()[:-1] >= found.classes["binding"].to_numpy()[1:]).all()
        assert found.classes["share"].iloc[0] > 2 * found.classes["elsewhere"].iloc[0]
        assert Image.open(io.BytesIO(found._repr_jpeg_())).size == found.picture.size
        assert repr(found) == f"<Explanation of {', '.join(found.names)}>"

    def test_a_cluster(self, explorer):
        cluster = int(explorer.clusters["size"].idxmax())
        found = explorer.explain(cluster=cluster, n=2)
        members = explorer.data.loc[explorer.data["cluster"] == cluster]
        assert len(found.names) == 2
        assert set(found.names) <= set(members["name"])
        assert all(each.similarity > 0 for each in found.evidence)

    def test_what_cannot_be_explained(self, explorer, sample_folder):
        with pytest.raises(TypeError, match="two images, or a cluster"):
            explorer.explain("cat")
        with pytest.raises(KeyError, match="no cluster 99; there are 1 to 12"):
            explorer.explain(cluster=99)
        with pytest.raises(ValueError, match="not 0"):
            explorer.explain(cluster=1, n=0)
        arrays = [np.full((8, 8), shade, dtype=np.uint8) for shade in range(5)]
        with (
            ClusterExplorer(arrays, features=np.eye(5)) as own,
            pytest.raises(ValueError, match="features of your own"),
        ):
            own.explain(0, 1)

    def test_a_picture_that_has_gone_is_named(self, sample_folder, tmp_path):
        for name in ("cat_00.jpg", "cat_01.jpg"):
            shutil.copy(sample_folder / name, tmp_path)
        with ClusterExplorer(tmp_path, model="pixels", layout="pca") as explorer:
            explorer.wait()
            (tmp_path / "cat_01.jpg").unlink()
            with pytest.raises(UnreadableImage, match=r"cat_01\.jpg: there is no such file"):
                explorer.explain("cat_00.jpg", "cat_01.jpg")

    def test_a_module_of_ones_own_has_no_classes(self, explorer):
        torch.manual_seed(1)
        module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        images = [photograph(explorer, subject) for subject in ("cat", "coins", "brick", "grass")]
        with ClusterExplorer(images, model=module, layout="pca") as own:
            found = own.explain(0, 1)
            assert found.classes.empty
            assert not found.evidence[0].exact


class TestRequest:
    def test_the_page_gets_pictures_and_classes(self, explorer):
        results = explorer._session.pipeline.results
        row = int(np.flatnonzero(explorer.data["name"].str.startswith("coins"))[0])
        answer, pictures = why(results, 12, {"id": int(results.ids[row])})
        assert answer["shown"][0] == results.ids[row]
        others = explorer.data["name"].iloc[np.flatnonzero(np.isin(results.ids, answer["shown"]))]
        assert others.str.startswith("coins").all()
        assert len(answer["shown"]) == len(answer["similarity"]) == len(pictures) == 2
        assert all(Image.open(io.BytesIO(each)).format == "JPEG" for each in pictures)
        assert answer["classes"][0]["name"] == "golf ball"
        assert json.loads(json.dumps(answer)) == answer

    def test_an_image_alone_is_its_own_middle(self, explorer):
        results = explorer._session.pipeline.results
        answer, pictures = why(results, len(results.ids), {"id": int(results.ids[0])})
        assert answer["shown"] == [results.ids[0]]
        assert answer["similarity"][0] == pytest.approx(1, abs=0.02)
        assert len(pictures) == 1

    @pytest.mark.parametrize("item", [-1, 10**9, "0", None, True, 0.0])
    def test_what_is_no_image(self, explorer, item):
        with pytest.raises(BadRequestError, match="no image"):
            why(explorer._session.pipeline.results, 3, {"id": item})
