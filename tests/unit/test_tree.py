import numpy as np
import pytest

from imgclust_jupyter.clustering import Tree, order_leaves


def caterpillar(n):
    """Each merge adds one leaf: the deepest tree there is."""
    merges = np.arange(n - 1)
    first = np.where(merges == 0, 0, n + merges - 1)
    return np.column_stack([first, merges + 1, merges + 1.0, merges + 2]).astype(float)


def test_caterpillars_of_any_depth():
    n = 20_000
    Z = caterpillar(n)
    tree = Tree.from_linkage(Z, order_leaves(Z, np.arange(n, dtype=float)[:, None]))
    assert tree.members(n - 2).tolist() == tree.leaf_order.tolist()
    assert sorted(tree.members(99)) == list(range(101))
    labels = tree.cut(n - 50)
    assert np.bincount(labels).max() == 51
    assert sorted(tree.colors(n)) == list(range(n))


def test_dtypes_are_those_of_the_wire():
    tree = Tree.from_linkage(caterpillar(5))
    assert tree.leaf_order.dtype == np.int32
    assert {tree.left_start.dtype, tree.size.dtype, tree.split.dtype} == {np.dtype(np.uint32)}
    assert tree.height.dtype == np.float32


def test_one_image():
    tree = Tree.from_linkage(np.empty((0, 4)))
    assert tree.leaf_order.tolist() == [0]
    assert tree.cut(3).tolist() == [1]
    assert tree.colors(1).tolist() == [0]
    assert tree.clusters_at(0.5) == 1
    assert tree.cut_height(1) == 0


def test_two_images():
    tree = Tree.from_linkage(np.array([[0, 1, 2.0, 2]]))
    assert tree.cut(2).tolist() == [1, 2]
    assert tree.colors(2).tolist() == [0, 1]
    assert tree.cut_height(2) == 1
    assert tree.cut_height(1) == pytest.approx(2.1)


def test_colors_by_hand():
    # ((0 1) ((2 3 4) 5)), undone from the top: 2+4 leaves, then 3+1, then 2+1, then the pair.
    Z = np.array([[2, 3, 1, 2], [0, 1, 2, 2], [4, 6, 3, 3], [5, 8, 4, 4], [7, 9, 5, 6]], dtype=float)
    tree = Tree.from_linkage(Z)
    assert tree.leaf_order.tolist() == [0, 1, 5, 4, 2, 3]
    assert tree.colors(2).tolist() == [1, 0]
    assert tree.colors(3).tolist() == [1, 2, 0]
    assert tree.colors(4).tolist() == [1, 2, 3, 0]
    # Equal halves: the left one keeps the colour.
    assert tree.colors(5).tolist() == [1, 4, 2, 3, 0]


def test_a_cut_at_the_height_of_a_merge_keeps_it():
    Z = np.array([[0, 1, 0.1, 2], [2, 3, 0.3, 3]])
    assert Tree.from_linkage(Z).clusters_at(0.1) == 2
    assert Tree.from_linkage(Z).clusters_at(0.3) == 1
    assert Tree.from_linkage(Z).clusters_at(0.0999) == 3
