import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage, to_tree
from scipy.special import softmax
from sklearn.datasets import make_blobs
from sklearn.neighbors import NearestCentroid
from sklearn.preprocessing import normalize

from imgclust_jupyter.clustering import Tree, prepare
from imgclust_jupyter.insight.label_suggestions import LabelModel, next_branch


@pytest.fixture
def blobs():
    X, kinds = make_blobs(120, n_features=8, centers=4, cluster_std=3.0, random_state=2)
    codes = np.where(np.arange(120) % 5 == 0, kinds, -1)
    return prepare(X, "cosine")[0], kinds, codes


def test_likelihoods_are_a_softmax_over_means_that_may_abstain(blobs):
    vectors, _, codes = blobs
    likely = LabelModel.fit(vectors, codes, 4, "cosine").likelihoods(range(120))
    means = normalize([vectors[codes == code].mean(axis=0) for code in range(4)])
    logits = np.hstack([vectors @ means.T, np.full((120, 1), 0.3)]) / 0.08
    np.testing.assert_allclose(likely, softmax(logits, axis=1)[:, :4], rtol=1e-5)


def test_the_likeliest_label_is_that_of_the_nearest_mean(blobs):
    vectors, _, codes = blobs
    known = codes >= 0
    model = LabelModel.fit(vectors, codes, 4, "cosine")
    reference = NearestCentroid().fit(vectors[known], codes[known])
    reference.centroids_ = normalize(reference.centroids_)
    np.testing.assert_array_equal(model.likelihoods(range(120)).argmax(axis=1), reference.predict(vectors))


def test_suggestions_have_no_label_and_were_not_refused(blobs):
    vectors, kinds, codes = blobs
    model = LabelModel.fit(vectors, codes, 4, "cosine")
    rows, scores = model.suggest(2, 20)
    assert (codes[rows] == -1).all()
    assert (np.diff(scores) <= 0).all()
    assert (scores > 0).all()
    assert (scores <= 1).all()
    assert (kinds[rows[:10]] == 2).mean() > 0.8
    fewer, _ = model.suggest(2, 20, refused=rows[:3].tolist())
    assert fewer[:17].tolist() == rows[3:].tolist()
    assert len(model.suggest(2, 1000)[0]) == (codes < 0).sum()


def test_a_label_without_images_suggests_nothing(blobs):
    vectors, _, codes = blobs
    model = LabelModel.fit(vectors, codes, 5, "cosine")
    assert [len(each) for each in model.suggest(4, 10)] == [0, 0]
    assert (model.likelihoods(range(120))[:, 4] == 0).all()
    everything = LabelModel.fit(vectors, np.zeros(120, dtype=int), 1, "cosine")
    assert len(everything.suggest(0, 10)[0]) == 0


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "correlation"])
def test_every_metric_has_suggestions(metric):
    X, kinds = make_blobs(60, n_features=8, centers=3, random_state=2)
    codes = np.where(np.arange(60) < 12, kinds, -1)
    model = LabelModel.fit(prepare(X, metric)[0], codes, 3, metric)
    assert (kinds[model.suggest(1, 10)[0]] == 1).all()
    best, share = model.guess(np.flatnonzero(kinds == 2))
    assert best == 2
    assert share > 0.5


def tree_of(seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 2))
    return Tree.from_linkage(linkage(points, "average")) if n > 1 else Tree.from_linkage(np.zeros((0, 4)))


def open_branches(tree, clusters, labelled):
    """All largest branches without a label, by walking down scipy's tree."""
    found = []

    def walk(node):
        rows = node.pre_order()
        if len(set(clusters[rows])) == 1 and not labelled[rows].any():
            found.append(frozenset(rows))
        elif not node.is_leaf():
            walk(node.left)
            walk(node.right)

    walk(to_tree(tree.linkage_matrix))
    return found


@given(st.integers(0, 1000), st.integers(2, 25), st.integers(1, 8), st.sets(st.integers(0, 24)))
def test_the_next_branch_is_the_largest_without_a_label(seed, n, k, with_label):
    tree = tree_of(seed, n)
    labelled = np.isin(np.arange(n), list(with_label))
    branches = open_branches(tree, tree.cut(k), labelled)
    rows = next_branch(tree, k, labelled)
    assert len(rows) == max(map(len, branches), default=0)
    assert not branches or frozenset(rows.tolist()) in branches
    # Whoever passes over each comes to all of them, and back to the first.
    seen, at = [], rows
    for _ in branches:
        seen.append(frozenset(at.tolist()))
        at = next_branch(tree, k, labelled, after=at.tolist())
    assert sorted(map(sorted, seen)) == sorted(map(sorted, branches))
    assert at.tolist() == rows.tolist()
    assert [len(each) for each in seen] == sorted(map(len, branches), reverse=True)


def test_one_image_is_a_branch():
    assert next_branch(tree_of(0, 1), 1, np.array([False])).tolist() == [0]
    assert next_branch(tree_of(0, 1), 1, np.array([True])).tolist() == []


def test_after_what_was_labelled_comes_the_largest():
    tree = tree_of(3, 20)
    first = next_branch(tree, 5, np.zeros(20, dtype=bool))
    labelled = np.isin(np.arange(20), first)
    assert next_branch(tree, 5, labelled, first.tolist()).tolist() == next_branch(tree, 5, labelled).tolist()
