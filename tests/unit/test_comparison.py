"""Figures of a comparison, against scipy and scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from scipy.cluster import hierarchy
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.insight.comparison import Agreement, cophenetic_agreement, entanglement, turned_like
from imgclust_jupyter.insight.same_images import same_images


def agreement_of(a, b):
    return Agreement(pd.DataFrame({"cluster_a": a, "cluster_b": b}))


@pytest.mark.parametrize(("k_a", "k_b"), [(4, 4), (3, 9), (9, 3), (1, 5), (5, 1)])
def test_figures_are_those_of_scikit_learn_and_scipy(k_a, k_b):
    rng = np.random.default_rng(10 * k_a + k_b)
    a, b = rng.choice([1, 2, 4, 5, 8, 9, 10, 13, 20][:k_a], 200), rng.choice([2, 3, 5, 6, 7, 9, 30, 31, 40][:k_b], 200)
    agreement = agreement_of(a, b)
    assert agreement.rand_index == pytest.approx(adjusted_rand_score(a, b))
    assert agreement.mutual_information == pytest.approx(adjusted_mutual_info_score(a, b))
    counts = contingency_matrix(a, b)
    assert agreement.table.to_numpy().tolist() == counts.tolist()
    assert agreement.table.index.tolist() == sorted(set(a))
    assert agreement.table.columns.tolist() == sorted(set(b))
    stay = counts[linear_sum_assignment(counts, maximize=True)].sum()
    assert len(agreement.moved) == 200 - stay
    stayed = agreement.images[~agreement.is_moved]
    assert (stayed["cluster_a"].map(agreement.counterparts) == stayed["cluster_b"]).all()
    assert len(set(agreement.counterparts.values())) == len(agreement.counterparts)


def test_clusters_that_share_no_image_are_no_counterparts():
    agreement = agreement_of([1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 2, 1])
    assert agreement.counterparts == {1: 1}
    assert agreement.moved.index.tolist() == [5, 6]


def trees(n, seed):
    rng = np.random.default_rng(seed)
    return [Tree.from_linkage(hierarchy.linkage(rng.normal(size=(n, 2)), method)) for method in ("average", "ward")]


def test_cophenetic_agreement_is_that_of_scipys_distances():
    a, b = trees(60, 1)
    expected = np.corrcoef(*(hierarchy.cophenet(tree.linkage_matrix) for tree in (a, b)))[0, 1]
    assert cophenetic_agreement(a, b) == pytest.approx(expected)
    assert np.isnan(cophenetic_agreement(*trees(2, 1)))


def test_entanglement_of_a_known_pair():
    Z = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 2, 4]], dtype=float)
    a, b = Tree.from_linkage(Z, [0, 1, 2, 3]), Tree.from_linkage(Z, [1, 0, 2, 3])
    # One apart twice; reversed it is three apart twice, and one twice.
    assert entanglement(a, b) == pytest.approx(2 / (2 * 3**1.5 + 2))
    assert entanglement(a, a) == 0


def test_a_tree_is_turned_back_to_face_another_one():
    (tree, _), rng = trees(50, 2), np.random.default_rng(0)
    Z = tree.linkage_matrix.copy()
    swapped = rng.random(len(Z)) < 0.5
    Z[swapped, :2] = Z[swapped, 1::-1]
    shuffled = Tree.from_linkage(Z)
    assert entanglement(shuffled, tree) > 0.05
    assert entanglement(turned_like(shuffled, tree), tree) == 0


@pytest.mark.parametrize("seed", range(5))
def test_turning_never_entangles(seed):
    a, b = trees(40, seed)
    assert entanglement(turned_like(b, a), a) <= entanglement(b, a)
    turned = turned_like(b, a)
    np.testing.assert_array_equal(pdist(turned.cut(7)[:, None], "hamming"), pdist(b.cut(7)[:, None], "hamming"))


def test_images_are_the_same_by_content_before_path():
    rows_a, rows_b, by_path = same_images(["x", "x", "y", None], list("abcd"), ["y", "x", "x", None], list("dbae"))
    assert list(zip(rows_a.tolist(), rows_b.tolist(), strict=True)) == [(0, 2), (1, 1), (2, 0)]
    assert by_path == 0


def test_an_image_that_was_edited_is_the_same_by_its_path():
    rows_a, rows_b, by_path = same_images(["old", "x", None], list("abc"), ["new", None, "x"], list("acd"))
    assert list(zip(rows_a.tolist(), rows_b.tolist(), strict=True)) == [(0, 0), (1, 2), (2, 1)]
    assert by_path == 2
