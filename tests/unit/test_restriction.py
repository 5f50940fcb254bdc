"""The tree of a part of the images, against scipy."""

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.clustering.restriction import restricted


@pytest.fixture
def tree():
    X = np.random.default_rng(0).normal(size=(40, 3))
    Z = hierarchy.linkage(X, "average")
    return Tree.from_linkage(Z, hierarchy.leaves_list(Z).astype(np.int64)[::-1])


@pytest.mark.parametrize("m", [1, 2, 17, 40])
def test_images_come_together_where_they_did(tree, m):
    rows = np.random.default_rng(m).permutation(40)[:m]
    part = restricted(tree, rows)
    assert part.n == m
    if m > 1:
        assert hierarchy.is_valid_linkage(part.linkage_matrix, throw=True)
        whole = squareform(hierarchy.cophenet(tree.linkage_matrix))
        np.testing.assert_allclose(squareform(hierarchy.cophenet(part.linkage_matrix)), whole[np.ix_(rows, rows)])


def test_leaves_keep_their_order_and_cuts_their_clusters(tree):
    rows = np.random.default_rng(5).permutation(40)[:25]
    part = restricted(tree, rows)
    assert rows[part.leaf_order].tolist() == [row for row in tree.leaf_order if row in rows]
    for k in range(1, 41):
        labels = tree.cut(k)[rows]
        numbers, renumbered = np.unique(labels, return_inverse=True)
        assert part.cut(len(numbers)).tolist() == (renumbered + 1).tolist()
