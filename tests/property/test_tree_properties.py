import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from imgclust_jupyter.clustering import LINKAGES, METRICS, Tree, linkage, order_leaves, prepare

# Few different values make ties and duplicates common.
features = st.integers(1, 40).flatmap(
    lambda n: hnp.arrays(np.float64, (n, 3), elements=st.sampled_from([0.0, 1.0, 2.0, 2.5, 7.0, -3.0]))
)
seeds = st.integers(0, 2**32 - 1)


def linked(X, method="average", metric="euclidean"):
    vectors, _ = prepare(X, metric)
    return vectors, linkage(vectors, method, metric)


def random_linkage(n, rng):
    """A tree of any shape with distinct heights."""
    nodes, sizes, Z = list(range(n)), [1] * n, []
    for merge in range(n - 1):
        a, b = sorted(nodes.pop(rng.integers(len(nodes))) for _ in range(2))
        sizes.append(sizes[a] + sizes[b])
        nodes.append(n + merge)
        Z.append([a, b, merge + rng.uniform(0.1, 0.9), sizes[-1]])
    return np.array(Z, dtype=float).reshape(-1, 4)


random_trees = st.builds(lambda n, seed: random_linkage(n, np.random.default_rng(seed)), st.integers(1, 60), seeds)


@given(features, st.sampled_from(list(LINKAGES)), st.sampled_from(list(METRICS)))
def test_linkages_are_valid(X, method, metric):
    if method == "ward" and not METRICS[metric].euclidean:
        return
    _, Z = linked(X, method, metric)
    assert Z.shape == (len(X) - 1, 4)
    assert np.isfinite(Z).all()
    if len(X) > 1:
        assert hierarchy.is_valid_linkage(Z, throw=True)
        assert hierarchy.is_monotonic(Z)


@given(features)
def test_subtrees_are_intervals_of_leaf_order(X):
    vectors, Z = linked(X)
    tree = Tree.from_linkage(Z, order_leaves(Z, vectors))
    assert sorted(tree.leaf_order) == list(range(len(X)))
    leaves = [{row} for row in range(len(X))]
    for merge, (a, b) in enumerate(Z[:, :2].astype(int)):
        leaves.append(leaves[a] | leaves[b])
        assert set(tree.members(merge)) == leaves[-1]
        assert len(tree.members(merge)) == tree.size[merge]
        left = set(tree.members(merge)[: tree.split[merge]])
        assert left in (leaves[a], leaves[b])


@given(random_trees)
def test_the_unordered_tree_is_scipys(Z):
    if len(Z):
        np.testing.assert_array_equal(Tree.from_linkage(Z).leaf_order, hierarchy.leaves_list(Z))


@given(random_trees, st.integers(-1, 70))
def test_cuts_are_those_of_fcluster(Z, k):
    tree = Tree.from_linkage(Z)
    labels = tree.cut(k)
    clamped = min(max(k, 1), tree.n)
    assert set(labels) == set(range(1, clamped + 1))
    assert (np.diff(labels[tree.leaf_order]) >= 0).all()
    if len(Z):
        expected = hierarchy.fcluster(Z, clamped, "maxclust")
        assert len(set(zip(labels, expected, strict=True))) == clamped == len(set(expected))


@given(random_trees)
def test_heights_and_numbers_of_clusters_agree(Z):
    tree = Tree.from_linkage(Z)
    for k in range(1, tree.n + 1):
        assert tree.clusters_at(tree.cut_height(k)) == k
    for height in Z[:, 2]:
        assert tree.clusters_at(height) == hierarchy.fcluster(Z, height, "distance").max()


@given(random_trees)
def test_colors_are_used_once_and_kept_by_the_larger_part(Z):
    tree = Tree.from_linkage(Z)
    previous = {frozenset(range(tree.n)): 0}
    for k in range(1, tree.n + 1):
        labels, colors = tree.cut(k), tree.colors(k)
        clusters = {frozenset(np.flatnonzero(labels == c + 1)): int(colors[c]) for c in range(k)}
        assert sorted(clusters.values()) == list(range(k))
        for cluster, color in previous.items():
            parts = {part: c for part, c in clusters.items() if part <= cluster}
            keeps = [part for part, c in parts.items() if c == color]
            assert len(keeps) == 1
            assert len(keeps[0]) == max(map(len, parts))
        previous = clusters


@given(random_trees, seeds)
def test_any_other_order_is_refused(Z, seed):
    order = np.random.default_rng(seed).permutation(len(Z) + 1)
    members = [{row} for row in range(len(Z) + 1)]
    fits = True
    position = np.argsort(order)
    for a, b in Z[:, :2].astype(int):
        members.append(members[a] | members[b])
        places = position[list(members[-1])]
        fits &= places.max() - places.min() + 1 == len(places)
    if fits:
        np.testing.assert_array_equal(Tree.from_linkage(Z, order).leaf_order, order)
    else:
        with pytest.raises(ValueError, match="tears a subtree apart"):
            Tree.from_linkage(Z, order)


@given(features)
def test_cophenetic_distances_are_heights_of_the_smallest_common_subtree(X):
    _, Z = linked(X, "ward")
    tree = Tree.from_linkage(Z)
    if tree.n < 2:
        return
    ours = np.zeros((tree.n, tree.n))
    for merge in range(tree.n - 1):
        rows, split = tree.members(merge), int(tree.split[merge])
        ours[np.ix_(rows[:split], rows[split:])] = ours[np.ix_(rows[split:], rows[:split])] = tree.height[merge]
    np.testing.assert_allclose(ours, squareform(hierarchy.cophenet(Z)), rtol=1e-6)
