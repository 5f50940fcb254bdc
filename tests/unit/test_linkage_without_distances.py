import sys
import tracemalloc

import numpy as np
import pytest
from scipy.cluster import hierarchy

from imgclust_jupyter.clustering import condensed_distances, linkage, plan_linkage, prepare
from imgclust_jupyter.clustering.agglomeration import agglomerate, rounds
from imgclust_jupyter.clustering.agglomeration.rounds import Agglomeration


def unit_vectors(n, d, groups=40, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, d))
    X = centres[rng.integers(0, groups, n)] + rng.normal(size=(n, d)) * rng.uniform(0.3, 1.2, size=(n, 1))
    return prepare(X.astype(np.float32), "cosine")[0]


def by_scipy(vectors, ward):
    distances = condensed_distances(vectors, "euclidean" if ward else "cosine")
    return hierarchy.linkage(distances, "ward" if ward else "average")


def quietly(share):
    pass


def agglomerated(vectors, ward):
    return agglomerate(vectors, "ward" if ward else "average", squared=not ward, on_progress=quietly)


@pytest.mark.parametrize("ward", [False, True])
def test_trees_of_5000_are_those_of_scipy(ward):
    vectors = unit_vectors(5000, 64)
    Z, expected = agglomerated(vectors, ward), by_scipy(vectors, ward)
    assert hierarchy.is_valid_linkage(Z)
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], atol=1e-6)
    np.testing.assert_allclose(hierarchy.cophenet(Z), hierarchy.cophenet(expected), atol=1e-6)


@pytest.mark.parametrize(
    ("method", "metric"),
    [
        ("average", "cosine"),
        ("average", "correlation"),
        ("ward", "euclidean"),
        ("single", "cosine"),
        ("single", "euclidean"),
    ],
)
def test_many_vectors_need_no_distances(monkeypatch, method, metric):
    module = sys.modules["imgclust_jupyter.clustering.linkage"]  # the package's attribute is the function
    features = np.random.default_rng(1).normal(3, 1, size=(1500, 6))
    vectors, _ = prepare(features, metric)
    expected = linkage(vectors, method, metric)
    monkeypatch.setattr(module, "_MANY", 1000)
    monkeypatch.setattr(module, "condensed_distances", None)
    np.testing.assert_allclose(linkage(vectors, method, metric)[:, 2], expected[:, 2], atol=1e-6)


def test_what_is_said_of_the_way():
    assert plan_linkage(10_000, "average", "cosine").description.endswith("from the distances of all pairs")
    assert plan_linkage(10_001, "average", "cosine").description.endswith("without the distances of all pairs")
    assert plan_linkage(10_001, "average", "euclidean").description.endswith("from the distances of all pairs")


@pytest.mark.parametrize("ward", [False, True])
def test_work_and_memory_stay_in_bounds(ward):
    vectors = np.array(unit_vectors(6000, 32))
    agglomeration = Agglomeration(vectors, np.ones(6000), ward, quietly)
    tracemalloc.start()
    for _pairs, _height in agglomeration.merges():
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert agglomeration.compared < 0.8 * 6000**2
    assert agglomeration.computed < 40 * 6000
    assert peak < 80 * 2**20  # the distances would be 144 MB


@pytest.mark.parametrize("ward", [False, True])
def test_equally_near_vectors_merge_in_few_comparisons(ward, monkeypatch):
    # All vectors are equally far from each other, so that nothing tells one pair from another.
    monkeypatch.setattr(rounds, "_MATRIX", 16)
    agglomeration = Agglomeration(np.eye(512, dtype=np.float32), np.ones(512), ward, quietly)
    heights = np.concatenate([height for _, height in agglomeration.merges()])
    expected = hierarchy.linkage(np.ones(512 * 511 // 2) * (2**0.5 if ward else 1.0), "ward" if ward else "average")
    np.testing.assert_allclose(np.sort((2 * heights) ** 0.5 if ward else heights), expected[:, 2], atol=1e-6)
    assert agglomeration.compared < 20 * 512**2


@pytest.mark.parametrize("ward", [False, True])
def test_many_copies_of_few_vectors(ward):
    few = unit_vectors(30, 8)
    copies = few[np.random.default_rng(0).integers(0, 30, 3000)]
    Z = agglomerated(copies, ward)
    np.testing.assert_allclose(Z[:, 2], by_scipy(copies, ward)[:, 2], atol=1e-6)
    assert (Z[:2970, 2] == 0).all()


@pytest.mark.parametrize("ward", [False, True])
def test_identical_vectors_make_a_balanced_tree(ward):
    Z = agglomerated(np.full((4096, 3), 7.0), ward)
    assert not Z[:, 2].any()
    depth = np.zeros(2 * 4096 - 1, dtype=int)
    for merge, (a, b) in enumerate(Z[:, :2].astype(int), 4096):
        depth[merge] = 1 + max(depth[a], depth[b])
    assert depth[-1] == 12


def test_vectors_of_zeros_are_half_way_from_unit_vectors(monkeypatch):
    monkeypatch.setattr(rounds, "_MATRIX", 4)
    vectors = np.vstack([np.zeros((3, 8), dtype=np.float32), unit_vectors(60, 8)])
    np.testing.assert_allclose(agglomerated(vectors, False)[:, 2], by_scipy(vectors, False)[:, 2], atol=1e-6)


def test_progress_rises_and_can_end_the_work():
    vectors, seen = unit_vectors(11_000, 4), []
    linkage(vectors, "average", "cosine", seen.append)
    assert seen[0] == 0
    assert seen[-1] == 1
    assert seen == sorted(seen)
    assert len(seen) > 10

    def stop(share):
        if share > 0.1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        linkage(vectors, "average", "cosine", stop)
