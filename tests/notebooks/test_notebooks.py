"""Every notebook runs from top to bottom without a network, and shows pictures where there is no kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import nbformat
import pytest
from running import NOTEBOOKS, Run, running

PLACE_OF_A_MACHINE = re.compile(r"(?<![\w.…])(/(home|private|root|tmp|Users|var)|[A-Z]:\\)\b")
VIEW = "application/vnd.jupyter.widget-view+json"

Runs = dict[Path, Future[Run]]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """All notebooks that this session tests, running two at a time while the tests wait for them in turn."""
    chosen = {item.callspec.params.get("path") for item in request.session.items if hasattr(item, "callspec")}
    with running([path for path in NOTEBOOKS if path in chosen], tmp_path_factory.mktemp("notebooks")) as started:
        yield started


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def kinds(notebook: nbformat.NotebookNode) -> list[set[str]]:
    return [set(output.data) for output in outputs(notebook) if "data" in output]


def test_runs_from_top_to_bottom_without_a_network(path: Path, runs: Runs) -> None:
    notebook = runs[path].result().notebook
    said = "".join(output.text for output in outputs(notebook) if output.get("name") == "stderr")
    assert "Warning" not in said
    assert "Traceback" not in said
    shown = kinds(notebook)
    assert any(VIEW in each for each in shown)
    assert any(each & {"image/jpeg", "image/png"} for each in shown)


def test_readers_see_what_it_shows(path: Path, runs: Runs) -> None:
    """Where this fails, the notebook has changed since it was run: ``make notebooks``."""
    committed = nbformat.read(path, as_version=4)
    assert kinds(committed) == kinds(runs[path].result().for_readers)


def test_readers_see_pictures_and_nothing_of_a_machine(path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    assert any("image/jpeg" in each for each in kinds(committed))
    assert not any(VIEW in each for each in kinds(committed))
    assert "widgets" not in committed.metadata
    assert path.stat().st_size < 400_000
    texts = [output.get("text", "") for output in outputs(committed)]
    texts += [text for output in outputs(committed) for kind, text in output.get("data", {}).items() if "text/" in kind]
    assert not [text for text in texts if PLACE_OF_A_MACHINE.search(text)]
