"""Names of branches: found by hand on small trees, and by averages of the scores on larger ones."""

import numpy as np
import pytest

from imgclust_jupyter.clustering import Tree, linkage, medoids
from imgclust_jupyter.embedding import get_network
from imgclust_jupyter.insight.cluster_names import name_branches
from imgclust_jupyter.insight.cluster_table import cluster_table, cohesion, silhouettes
from imgclust_jupyter.insight.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def imagenet() -> tuple[str, ...]:
    classes = get_network("squeezenet").classes
    assert classes is not None
    return classes


def named(groups: list[dict[str, float]], classes: tuple[str, ...]) -> list[str]:
    """Name clusters of four images each, all of a cluster with the same shares; the rest is spread over all classes."""
    scores = np.zeros((4 * len(groups), len(classes)))
    for i, shares in enumerate(groups):
        scores[4 * i : 4 * i + 4] = (1 - sum(shares.values())) / len(classes)
        for word, share in shares.items():
            scores[4 * i : 4 * i + 4, classes.index(word)] += share
    points = np.repeat(np.arange(len(groups)) * 10.0, 4)[:, None] + np.tile(np.arange(4) / 10, len(groups))[:, None]
    tree = Tree.from_linkage(linkage(points, "average", "euclidean"))
    names = name_branches(tree, classes, lambda rows: scores[rows])
    labels = tree.cut(len(groups))
    found = {tuple(sorted(tree.members(merge).tolist())): name.text for merge, name in names.items()}
    return [found[tuple(np.flatnonzero(labels == labels[4 * i]).tolist())] for i in range(len(groups))]


class TestNames:
    def test_one_class_many_classes_of_a_kind_two_kinds_and_nothing(self, imagenet):
        breeds = ["Chihuahua", "beagle", "pug", "Great Dane", "basset", "Siberian husky"]
        assert named(
            [
                {"zebra": 0.9},
                dict.fromkeys(breeds, 0.15),
                {"ox": 0.45, "hog": 0.4},
                {"grand piano": 0.1, "broom": 0.1, "volcano": 0.1},
            ],
            imagenet,
        ) == ["zebra", "dog", "ox, hog", ""]

    def test_what_all_images_have_in_common_tells_none_apart(self, imagenet):
        # Everywhere in water, and so no name.
        assert named([{"lakeside": 0.5, "king penguin": 0.4}, {"lakeside": 0.5, "speedboat": 0.4}], imagenet) == [
            "king penguin",
            "speedboat",
        ]

    def test_the_classes_are_means_over_the_members(self):
        rng = np.random.default_rng(3)
        scores = rng.dirichlet(np.ones(7), size=9_000)
        points = rng.normal(size=(9_000, 2))
        tree = Tree.from_linkage(linkage(points, "ward", "euclidean"))
        classes = tuple("abcdefg")
        names = name_branches(tree, classes, lambda rows: scores[rows])
        assert len(names) > 500
        for merge in [*list(names)[::100], tree.n - 2]:
            mean = scores[tree.members(merge)].mean(axis=0)
            first = np.argsort(-mean)[:5]
            assert [word for word, _ in names[merge].classes] == [classes[i] for i in first]
            np.testing.assert_allclose([share for _, share in names[merge].classes], mean[first], atol=1e-4)

    def test_small_trees(self):
        one = Tree.from_linkage(np.empty((0, 4)))
        two = Tree.from_linkage(np.array([[0, 1, 0.0, 2]]))
        scores = np.array([[1.0, 0.0], [1.0, 0.0]])
        assert name_branches(one, ("a", "b"), lambda rows: scores[rows]) == {}
        assert name_branches(two, ("a", "b"), lambda rows: scores[rows])[0].text == "a"


class TestVocabulary:
    def covered(self, word: str, classes: tuple[str, ...]) -> set[str]:
        vocabulary = Vocabulary.of(classes)
        # Of two with one name, the group.
        column = len(vocabulary.words) - 1 - vocabulary.words[::-1].index(word)
        return {classes[i] for i in np.flatnonzero(vocabulary.covers[:, column])}

    @pytest.mark.parametrize(
        ("word", "some", "none"),
        [
            ("dog", ["Chihuahua", "Mexican hairless", "pug"], ["timber wolf", "tabby", "hyena"]),
            ("cat", ["tabby", "Egyptian cat"], ["cougar", "Arctic fox"]),
            ("bird", ["cock", "great grey owl", "flamingo", "albatross", "drake"], ["tusker", "grey whale"]),
            ("turtle", ["loggerhead", "box turtle"], ["banded gecko", "tailed frog"]),
            ("crab", ["Dungeness crab", "hermit crab"], ["American lobster", "isopod"]),
            ("big cat", ["leopard", "cheetah", "lion"], ["cougar", "lynx", "brown bear"]),
            ("car", ["limousine", "sports car", "minivan"], ["car wheel", "car mirror", "streetcar"]),
            ("truck", ["fire engine", "garbage truck", "tow truck"], ["tractor", "cab"]),
            ("sailboat", ["yawl", "schooner"], ["gondola", "liner"]),
            ("guitar", ["banjo", "electric guitar"], ["violin", "harp"]),
            ("shoe", ["running shoe", "Loafer", "clog"], ["sock", "shoe shop"]),
            ("chair", ["rocking chair", "throne"], ["studio couch", "park bench"]),
            ("fruit", ["Granny Smith", "pomegranate"], ["hay", "bell pepper"]),
            ("mushroom", ["agaric", "mushroom", "bolete"], ["buckeye", "ear"]),
            ("church", ["mosque", "church"], ["castle", "palace"]),
            ("computer", ["laptop", "mouse", "notebook"], ["television", "modem"]),
        ],
    )
    def test_groups_hold_what_they_say(self, imagenet, word, some, none):
        covered = self.covered(word, imagenet)
        assert covered >= set(some)
        assert not covered & set(none)

    def test_every_animal_is_an_animal_and_nothing_else_is(self, imagenet):
        assert len(self.covered("animal", imagenet)) == 398

    def test_other_classes_have_no_groups(self):
        assert Vocabulary.of(("cow", "horse")).words == ("cow", "horse")


class TestTable:
    def test_agrees_with_computing_each_cluster_alone(self):
        from scipy.spatial.distance import cdist
        from sklearn.metrics import silhouette_samples

        rng = np.random.default_rng(0)
        points = np.concatenate([rng.normal(center, 0.5, size=(30, 3)) for center in (0, 3, 6)])
        tree = Tree.from_linkage(linkage(points, "average", "euclidean"))
        standing = medoids(tree, points)
        labels = tree.cut(4)
        table = cluster_table(tree, 4, standing, {}, points, "euclidean")
        values = silhouette_samples(points, labels)
        for cluster, row in table.iterrows():
            members = np.flatnonzero(labels == cluster)
            assert row["size"] == len(members)
            assert row["medoid"] in members
            assert row["cohesion"] == pytest.approx(cdist(points[[row["medoid"]]], points[members]).mean())
            assert row["separation"] == pytest.approx(values[members].mean())
            assert row["height"] <= tree.cut_height(4)

    @pytest.mark.parametrize(("metric", "scipys"), [("cosine", "sqeuclidean"), ("manhattan", "cityblock")])
    def test_cohesion_is_in_the_metric(self, metric, scipys):
        from scipy.spatial.distance import cdist

        points = np.random.default_rng(1).normal(size=(20, 4))
        labels = np.repeat([1, 2], 10)
        halved = 0.5 if metric == "cosine" else 1.0
        expected = [
            halved * cdist(points[[0]], points[:10], scipys).mean(),
            halved * cdist(points[[15]], points[10:], scipys).mean(),
        ]
        np.testing.assert_allclose(cohesion(points, labels, np.array([0, 15]), metric), expected)

    def test_sampled_silhouettes_are_close_to_those_of_all(self):
        from sklearn.metrics import silhouette_samples

        rng = np.random.default_rng(5)
        labels = rng.permutation(np.repeat(np.arange(1, 6), [4_000, 500, 400, 90, 10]))
        points = rng.normal(size=(5_000, 2)) + 3 * np.array([np.cos(labels), np.sin(labels)]).T
        values = silhouette_samples(points, labels)
        expected = [values[labels == cluster].mean() for cluster in range(1, 6)]
        np.testing.assert_allclose(silhouettes(points, labels, "euclidean"), expected, atol=0.03)

    def test_one_cluster_and_nothing_but_single_images(self):
        points = np.arange(3.0)[:, None]
        tree = Tree.from_linkage(linkage(points, "average", "euclidean"))
        standing = medoids(tree, points)
        assert cluster_table(tree, 1, standing, {}, points, "euclidean")["separation"].isna().all()
        singles = cluster_table(tree, 3, standing, {}, points, "euclidean")
        assert singles["size"].tolist() == [1, 1, 1]
        assert singles[["height", "cohesion", "separation"]].to_numpy().tolist() == [[0.0] * 3] * 3
