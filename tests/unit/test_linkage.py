import sys

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from imgclust_jupyter.clustering import LINKAGES, METRICS, linkage, memory, plan_linkage, prepare

SCIPY = {"cosine": "cosine", "euclidean": "euclidean", "manhattan": "cityblock", "correlation": "cosine"}


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(3, 1, size=(60, 12))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("method", [name for name in LINKAGES if name != "ward"])
def test_linkage_is_that_of_scipy(features, method, metric):
    vectors, _ = prepare(features, metric)
    expected = hierarchy.linkage(pdist(vectors, SCIPY[metric]), method)
    np.testing.assert_allclose(linkage(vectors, method, metric), expected, rtol=1e-7)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "correlation"])
def test_ward_is_scipys_on_the_prepared_vectors(features, metric):
    vectors, _ = prepare(features, metric)
    np.testing.assert_allclose(linkage(vectors, "ward", metric), hierarchy.ward(vectors), rtol=1e-7)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("method", LINKAGES)
def test_few_images(n, method):
    vectors, _ = prepare(np.eye(3)[:n], "cosine")
    assert linkage(vectors, method, "cosine").shape == (n - 1, 4)


@pytest.mark.parametrize("method", LINKAGES)
def test_identical_images_make_a_flat_tree(method):
    vectors, _ = prepare(np.full((9, 5), 0.1, dtype=np.float32), "cosine")
    Z = linkage(vectors, method, "cosine")
    assert hierarchy.is_valid_linkage(Z)
    assert not Z[:, 2].any()


def test_ward_refuses_manhattan():
    with pytest.raises(ValueError, match=r"not go with the manhattan metric.*linkage='average'.*cosine, euclidean"):
        linkage(np.ones((3, 2)), "ward", "manhattan")


def test_unknown_names():
    with pytest.raises(ValueError, match="no linkage 'centroid'; the linkages are average"):
        linkage(np.ones((3, 2)), "centroid", "cosine")
    with pytest.raises(ValueError, match="no metric 'cosinus'"):
        linkage(np.ones((3, 2)), "single", "cosinus")


def little_memory(monkeypatch, folder, kilobytes):
    (folder / "meminfo").write_text(f"MemAvailable: {kilobytes} kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", folder / "meminfo")
    monkeypatch.setattr(memory, "_CGROUP", folder)


def test_too_many_images_are_refused_before_the_work(tmp_path, monkeypatch):
    little_memory(monkeypatch, tmp_path, 4_000)
    with pytest.raises(MemoryError) as error:
        linkage(np.ones((20_000, 1)), "complete", "euclidean")
    assert "20,000 images need 1.5 GiB" in str(error.value)
    affordable = int(str(error.value).split("enough for ")[1].split(" ")[0].replace(",", ""))
    assert 0.99 * 4_096_000 < 2 * affordable * (affordable - 1) / 2 * 8 <= 4_096_000


def test_more_images_than_there_is_memory_for_make_an_approximate_tree(tmp_path, monkeypatch):
    little_memory(monkeypatch, tmp_path, 20_000)
    monkeypatch.setattr(sys.modules[linkage.__module__], "_MANY", 2_000)
    plan = plan_linkage(3_000, "complete", "euclidean")
    assert not plan.exact
    assert plan.description.startswith("complete linkage, approximate: of 1,600 small clusters by their medoids")
    assert plan.description.endswith("(exact without: linkage='single' or 'ward')")
    vectors = np.random.default_rng(0).normal(size=(3_000, 4))
    assert hierarchy.is_valid_linkage(linkage(vectors, "complete", "euclidean"))
    assert plan_linkage(3_000, "ward", "euclidean").exact


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        ({}, 8000 * 1024),
        ({"memory.max": "max\n"}, 8000 * 1024),
        ({"memory.max": "5000000\n", "memory.current": "4000000\n", "memory.stat": "anon 1\nfile 500000\n"}, 1_500_000),
    ],
)
def test_memory_of_the_machine_or_the_container(tmp_path, monkeypatch, cgroup, expected):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  16000 kB\nMemFree: 10 kB\nMemAvailable:   8000 kB\nHugePages_Total:  0\n")
    for name, text in cgroup.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "_MEMINFO", meminfo)
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available_memory() == expected


def test_memory_without_proc(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "missing")
    monkeypatch.setattr(memory.os, "sysconf", {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}.__getitem__, raising=False)
    monkeypatch.setattr(memory.os, "sysconf_names", {"SC_PHYS_PAGES": 1}, raising=False)
    assert memory.available_memory() == 4_096_000
    monkeypatch.setattr(memory.os, "sysconf_names", {})
    assert memory.available_memory() is None
