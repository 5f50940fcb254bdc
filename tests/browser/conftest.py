"""Fixtures of the browser tests: one JupyterLab for all of them, a fresh notebook and kernel for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsers import FLAGS, advice, find_browser
from jupyterlab import JupyterLab, serve
from notebook_page import Notebook, complaints
from playwright.sync_api import Page, expect

# Two slow cores may take a while for what takes a moment elsewhere; nothing waits longer than it must.
WAIT_MS = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    program = find_browser()
    if program is None:
        pytest.fail(advice(), pytrace=False)
    return {**browser_type_launch_args, "executable_path": program, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1200, "height": 900}}


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with serve(tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("notebooks")) as server:
        yield server


@pytest.fixture
def notebook(lab: JupyterLab, page: Page) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook with the given cells and run them all: ``notebook(*cells)``; ``at`` as for `Notebook.open`.

    The page must have no complaint when the test is over.
    """
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    heard = complaints(page)

    def open_and_run(*cells: str, at: str = "doc/tree") -> Notebook:
        opened = Notebook(page, lab)
        opened.open(cells, at)
        opened.run_all()
        return opened

    yield open_and_run
    lab.shut_down_kernels()
    lab.forget_settings()
    assert not heard, "\n".join(heard)
