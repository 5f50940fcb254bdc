"""Fixtures of the browser tests: one JupyterLab for all of them, a fresh notebook and kernel for each."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from browsers import FLAGS, advice, find_browser
from jupyterlab import JupyterLab, serve
from notebook_page import Notebook, complaints
from patience import WAIT_MS
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

LAST = 40  # lines of what the page and the server have said that are shown when a test fails

expect.set_options(timeout=WAIT_MS)


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
def context(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(WAIT_MS)
    return context


@pytest.fixture
def console(page: Page) -> list[str]:
    """What the page has said so far, harmless or not."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(f"{message.type}: {message.text}")

    page.on("console", note)
    return said


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fixtures: dict[str, Any] = getattr(item, "funcargs", {})
    if report.failed and "console" in fixtures:
        report.sections.append(("the page's console", "\n".join(fixtures["console"][-LAST:])))
    if report.failed and "lab" in fixtures:
        log = fixtures["lab"].log.read_text(errors="replace").splitlines()
        report.sections.append(("JupyterLab's log", "\n".join(log[-LAST:])))
    return report


@pytest.fixture
def notebook(lab: JupyterLab, page: Page, console: list[str]) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook with the given cells and run them all: ``notebook(*cells)``; ``at`` as for `Notebook.open`.

    The page must have no complaint when the test is over.
    """
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
