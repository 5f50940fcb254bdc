"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from imgclust_jupyter.samples import make_samples

# How long an example takes says more about the machine than about the code.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", unhurried)
# What passes once passes everywhere: the examples are the same in every run.
settings.register_profile("imgclust", unhurried, derandomize=True)
settings.load_profile("imgclust")


@pytest.fixture(autouse=True)
def cache_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of its own for every test, so that none reads or writes the user's."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("IMGCLUST_CACHE", str(folder))
    monkeypatch.delenv("IMGCLUST_CACHE_BYTES", raising=False)
    return folder


@pytest.fixture(autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for every test's labels, so that none sees the user's, or another test's."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("IMGCLUST_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 sample images, four of each subject, with metadata.csv; not to be written to."""
    folder = tmp_path_factory.mktemp("samples") / "samples"
    make_samples(folder, per_subject=4)
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of labelled photographs and bad files; for tests marked ``data``."""
    named = os.environ.get("IMGCLUST_TEST_DATA")
    if not named:
        pytest.skip("IMGCLUST_TEST_DATA does not name a folder of test images")
    return Path(named)
