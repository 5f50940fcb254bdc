import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

from imgclust_jupyter.clustering import LINKAGES, METRICS, linkage, memory, prepare

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


def test_too_many_images_are_refused_before_the_work(tmp_path, monkeypatch):
    (tmp_path / "meminfo").write_text("MemAvailable: 102400 kB\n")
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    vectors = np.ones((20_000, 1))
    with pytest.raises(MemoryError) as error:
        linkage(vectors, "average", "euclidean")
    assert "20,000 images need 3.0 GiB" in str(error.value)
    assert "0.1 GiB are available" in str(error.value)
    assert "linkage='single' or 'ward', which need no distances" in str(error.value)
    sample = int(str(error.value).split("at most ")[1].split(" ")[0].replace(",", ""))
    assert 2 * sample * (sample - 1) / 2 * 8 <= 100 * 2**20
    with pytest.raises(MemoryError, match=r"1\.5 GiB"):
        linkage(vectors, "single", "manhattan")


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
