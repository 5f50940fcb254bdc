import colorsys
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter.clustering import Tree, linkage, order_leaves, prepare
from imgclust_jupyter.layout import pca_map
from imgclust_jupyter.widget.palette import PALETTE, cluster_color
from imgclust_jupyter.widget.snapshot import snapshot

# Panes of a picture 1200 pixels wide, from left to right.
TREE, SHEET, MAP = (0, 340), (345, 745), (755, 1200)


def collection(n, groups=4, seed=0):
    rng = np.random.default_rng(seed)
    X = 5 * rng.normal(size=(groups, 6))[np.arange(n) % groups] + rng.normal(size=(n, 6))
    vectors, _ = prepare(X, "cosine")
    Z = linkage(vectors, "ward", "cosine")
    return Tree.from_linkage(Z, order_leaves(Z, vectors)), pca_map(vectors)


class Swatches:
    """A plain colour for each row, which can be told from all others and from what else is drawn."""

    def __init__(self, n):
        self.asked = []
        self.colors = [
            tuple(round(255 * c) for c in colorsys.hsv_to_rgb(row / n, 1, 0.5 + row % 2 / 2)) for row in range(n)
        ]

    def __call__(self, row):
        self.asked.append(row)
        return Image.new("RGB", (64, 48), self.colors[row])

    def find(self, picture, row, pane):
        """Return where (x, y) the middle of a row's picture is in a pane, or None."""
        pixels = np.asarray(picture)[:, slice(*pane)]
        ys, xs = np.nonzero((pixels == self.colors[row]).all(axis=2))
        return (xs.mean() + pane[0], ys.mean()) if len(xs) >= 100 else None


def test_pictures_stand_along_the_leaves_in_their_order():
    tree, coordinates = collection(16)
    swatches = Swatches(16)
    picture = snapshot(tree, coordinates, 4, swatches)
    ys = [swatches.find(picture, row, TREE)[1] for row in tree.leaf_order]
    assert ys == sorted(ys)


def test_the_sheet_has_every_image_by_cluster():
    tree, coordinates = collection(16)
    swatches = Swatches(16)
    picture = snapshot(tree, coordinates, 4, swatches)
    labels = tree.cut(4)
    places = [swatches.find(picture, row, SHEET) for row in range(16)]
    tops = {label: {round(places[row][1]) for row in np.flatnonzero(labels == label)} for label in range(1, 5)}
    assert all(len(lines) == 1 for lines in tops.values())
    assert [min(lines) for lines in tops.values()] == sorted(min(lines) for lines in tops.values())
    for label in range(1, 5):
        in_order = [places[row][0] for row in tree.leaf_order if labels[row] == label]
        assert in_order == sorted(in_order)


def test_names_stand_beside_the_clusters_that_have_one():
    tree, coordinates = collection(24)
    names = ["big cat", "", "wading bird (flamingo) and a long name that nobody has room for", "cow"]
    # Where the pictures begin depends on whether there are names at all.
    blank, named = (
        np.asarray(snapshot(tree, coordinates, 4, lambda _: None, names=each)) for each in ([" "] * 4, names)
    )
    left = slice(SHEET[0] + 5, SHEET[0] + 65)
    lines = np.flatnonzero((named[:, left] != blank[:, left]).any(axis=(1, 2)))
    groups = np.split(lines, np.flatnonzero(np.diff(lines) > 20) + 1)
    assert len(groups) == 3
    assert all(len(group) < 14 for group in groups)


def test_the_map_has_images_about_where_they_stand():
    tree, coordinates = collection(16)
    swatches = Swatches(16)
    picture = snapshot(tree, coordinates, 4, swatches)
    places = np.array([swatches.find(picture, row, MAP) for row in range(16)])
    assert np.corrcoef(places[:, 0], coordinates[:, 0])[0, 1] > 0.9
    assert np.corrcoef(-places[:, 1], coordinates[:, 1])[0, 1] > 0.9
    apart = np.abs(places[:, None] - places).max(axis=2) + 1e3 * np.eye(16)
    assert apart.min() > 30


def test_clusters_have_their_colors_in_all_panes():
    tree, coordinates = collection(40, groups=6)
    picture = snapshot(tree, coordinates, 6, lambda row: None)
    pixels = np.asarray(picture).reshape(picture.height, -1, 3)
    for color in tree.colors(6):
        rgb = tuple(int(cluster_color(color)[i : i + 2], 16) for i in (1, 3, 5))
        for pane in (TREE, SHEET, MAP):
            assert (pixels[:, slice(*pane)] == rgb).all(axis=2).sum() > 20


@pytest.mark.parametrize(("dark", "background"), [(False, (255, 255, 255)), (True, (19, 22, 25))])
@pytest.mark.parametrize("width", [800, 1200])
def test_size_and_theme(dark, background, width):
    tree, coordinates = collection(12)
    picture = snapshot(tree, coordinates, 3, lambda row: None, "photos", ["ResNet-50"], width=width, dark=dark)
    assert (picture.mode, picture.size) == ("RGB", (width, round(0.56 * width)))
    assert picture.getpixel((width - 3, 3)) == background


def test_a_large_collection_asks_for_few_pictures():
    tree, coordinates = collection(3000, groups=9)
    swatches = Swatches(3000)
    snapshot(tree, coordinates, 12, swatches)
    assert len(set(swatches.asked)) < 700


def test_more_clusters_than_there_is_room_for():
    tree, coordinates = collection(300)
    for n_clusters in (60, 300, 1000):
        assert snapshot(tree, coordinates, n_clusters, lambda row: None).size == (1200, 672)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_images(n):
    vectors = np.eye(3)[:n]
    tree = Tree.from_linkage(linkage(vectors, "average", "euclidean"))
    swatches = Swatches(n)
    picture = snapshot(tree, pca_map(vectors), n, swatches)
    for pane in (TREE, SHEET, MAP):
        assert all(swatches.find(picture, row, pane) for row in range(n))


def test_equal_images():
    vectors = np.zeros((30, 4))
    tree = Tree.from_linkage(linkage(vectors, "ward", "euclidean"))
    swatches = Swatches(30)
    picture = snapshot(tree, np.zeros((30, 2), dtype=np.float32), 3, swatches)
    assert all(swatches.find(picture, row, SHEET) for row in range(30))


def test_it_is_the_same_each_time():
    tree, coordinates = collection(50)
    first, second = (snapshot(tree, coordinates, 5, Swatches(50), "a") for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("title", ["two\nlines", "x" * 300, "Füchse & 猫", "<b>"])
def test_any_title(title):
    tree, coordinates = collection(12)
    picture = np.asarray(snapshot(tree, coordinates, 3, lambda row: None, title))
    without = np.asarray(snapshot(tree, coordinates, 3, lambda row: None))
    assert (picture[:44] != without[:44]).any()
    np.testing.assert_array_equal(picture[50:], without[50:])


def test_errors():
    tree, coordinates = collection(12)
    with pytest.raises(ValueError, match="at least 800 pixels wide, not 300"):
        snapshot(tree, coordinates, 3, lambda row: None, width=300)
    with pytest.raises(ValueError, match="the tree has 12 images, the map 11"):
        snapshot(tree, coordinates[1:], 3, lambda row: None)


def test_the_palette_is_that_of_the_browser():
    source = (Path(__file__).parents[2] / "js" / "src" / "palette.ts").read_text()
    colors = source[source.index("CLUSTER_COLORS") :].split("]")[0]
    assert tuple(re.findall(r'"(#[0-9A-Fa-f]{6})"', colors)) == PALETTE
    assert cluster_color(12) == PALETTE[0]
