"""Where else than in JupyterLab the explorer is shown: Notebook 7, the pages of nbconvert, marimo."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anywidget
import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from notebook_page import Notebook, complaints
from playwright.sync_api import Locator, Page, Route, expect
from servers import DIRECTLY, free_port, running

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SECONDS = 300

MAKE = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=6)
"""


def use(widget: Locator, images: int) -> None:
    """Cut, select and hover, and see that every view follows."""
    widget.get_by_role("button", name="One cluster more").click()
    expect(widget).to_have_attribute("data-clusters", "7")
    group = widget.get_by_test_id("imgclust-gallery").locator(".imgclust-group").first
    group.click()
    expect(widget).not_to_have_attribute("data-selected", "0")
    count = widget.get_attribute("data-selected") or ""
    expect(group.locator(".imgclust-count")).to_have_text(count)
    assert 0 < int(count) < images
    tile = widget.get_by_test_id("imgclust-gallery").locator(".imgclust-tile").first
    tile.hover()
    expect(tile).to_have_class(re.compile(r"\bimgclust-hovered\b"))


def test_notebook_7(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    cells = (MAKE.format(folder=str(sample_folder)) + "explorer", "view = explorer.view('map')\nview")
    opened = notebook(*cells, at="notebooks")
    opened.await_state("done", displays=2)
    assert "/notebooks/" in opened.page.url
    whole, pane = opened.widget.nth(0), opened.widget.nth(1)
    use(whole, images=48)
    count = whole.get_attribute("data-selected") or ""
    expect(pane).to_have_attribute("data-selected", count)
    opened.eventually("len(explorer.selection)", int(count))
    expect(pane.get_by_test_id("imgclust-map")).to_be_visible()
    expect(whole.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()


@pytest.fixture
def converted(sample_folder: Path, tmp_path: Path) -> str:
    """What `jupyter nbconvert --to html` makes of a notebook that was executed, with the state of its widgets."""
    cells = [MAKE.format(folder=str(sample_folder)) + "explorer.wait();", "explorer", "explorer.view('map')"]
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(document, store_widget_state=True, timeout=SECONDS, startup_timeout=SECONDS).execute(
        cwd=str(tmp_path)
    )
    return str(HTMLExporter().from_notebook_node(document)[0])


def deliver(route: Route, document: str) -> None:
    """Answer as the network would, with what such a page loads from it."""
    address = urlsplit(route.request.url)
    files = {
        "embed-amd.js": MODULES / "@jupyter-widgets" / "html-manager" / "dist" / "embed-amd.js",
        "require.min.js": MODULES / "requirejs" / "require.js",
        # What anywidget's package on npm has at this place.
        "index.js": Path(anywidget.__file__).parent / "nbextension" / "index.js",
    }
    if address.hostname == "127.0.0.1" and address.path == "/":
        route.fulfill(body=document, content_type="text/html")
    elif address.hostname != "127.0.0.1" and (name := address.path.rpartition("/")[2]) in files:
        route.fulfill(path=files[name])
    else:
        route.fulfill(status=404)


def test_page_of_nbconvert(converted: str, page: Page) -> None:
    if not MODULES.exists():
        pytest.skip("what nbconvert's pages load is not installed; run npm ci in tests/browser/")
    heard = complaints(page)
    page.route("**/*", lambda route: deliver(route, converted))
    page.goto("http://127.0.0.1/")
    widgets = page.get_by_test_id("imgclust")
    expect(widgets).to_have_count(2, timeout=SECONDS * 1000)
    whole, pane = widgets.nth(0), widgets.nth(1)
    expect(whole).to_have_attribute("data-kernel", "gone")
    expect(whole.get_by_test_id("imgclust-status")).to_contain_text("not connected")
    use(whole, images=48)
    expect(pane).to_have_attribute("data-clusters", "7")
    # No kernel has the history, so the page has.
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(whole).to_have_attribute("data-clusters", "6")
    whole.get_by_role("searchbox").fill("cat")
    expect(whole.locator(".imgclust-search [role=status]")).to_have_text("not connected")
    whole.locator(".imgclust-tile").first.dblclick()
    expect(whole.get_by_role("dialog")).to_contain_text("not connected")
    # It loads scripts from the network, as it is meant to, and MathJax, which is not needed here.
    unexpected = [text for text in heard if not text.startswith(("request to the outside", "console: Failed to load"))]
    assert unexpected == []


APP = """
import marimo

app = marimo.App()

with app.setup:
    import marimo as mo
    from imgclust_jupyter import ClusterExplorer

@app.cell
def _():
    explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=6).wait()
    return (explorer,)

@app.cell
def _(explorer):
    explorer
    return

@app.cell
def _(explorer):
    element = mo.ui.anywidget(explorer.widget)
    element
    return (element,)

@app.cell
def _(explorer):
    explorer.view("map")
    return

@app.cell
def _(element, explorer):
    element.value
    mo.md(f"{{len(explorer.selection)}} in Python")
    return
"""


@pytest.fixture
def marimo(tmp_path: Path, sample_folder: Path) -> Iterator[str]:
    """Run a marimo app with an explorer, as such and in each other way; gives its address."""
    script = tmp_path / "app.py"
    script.write_text(APP.format(folder=str(sample_folder)))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "marimo", "run", "--headless", "--no-token"),
        *("--host", "127.0.0.1", "--port", str(port), str(script)),
    ]
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "MARIMO_SKIP_UPDATE_CHECK": "1"}
    with running(command, home, tmp_path / "marimo.log", lambda: DIRECTLY.open(f"{url}/health", timeout=10).close()):
        yield url


def test_marimo(marimo: str, page: Page) -> None:
    heard = complaints(page)
    page.goto(marimo)
    widgets = page.get_by_test_id("imgclust")
    expect(widgets).to_have_count(3, timeout=SECONDS * 1000)
    for widget in widgets.all():
        expect(widget).to_have_attribute("data-state", "done")
    bare, element, pane = widgets.all()
    use(element, images=48)
    selected = element.get_attribute("data-selected")
    for other in (bare, pane):
        expect(other).to_have_attribute("data-selected", str(selected))
    expect(page.get_by_text(f"{selected} in Python")).to_be_visible()
    expect(bare.locator(".imgclust-tile canvas:not(.imgclust-placeholder)").first).to_be_visible()
    bare.get_by_role("searchbox").fill("cat")
    expect(bare.locator(".imgclust-search [role=status]")).to_have_text("4")
    assert heard == []
