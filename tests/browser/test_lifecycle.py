"""Cells are run again and again, also in the middle of the work, and nothing is left behind or done twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from notebook_page import Notebook
from patience import until
from playwright.sync_api import expect

COUNT_DECODING = """
import collections, os, tempfile, threading, time
os.environ["IMGCLUST_CACHE"] = tempfile.mkdtemp()  # what other tests have embedded does not count
import imgclust_jupyter.embedding.batch as batch
embedded, original = collections.Counter(), batch.decode_guarded
go_on = threading.Event()
go_on.set()
def decode(source, *arguments, **options):
    embedded[str(source)] += 1
    go_on.wait()
    time.sleep(0.15)
    return original(source, *arguments, **options)
batch.decode_guarded = decode
"""

SHOW = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca")
display(explorer)
"""

WEBGL = """() => {
  window.contexts = [];
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
    const context = getContext.call(this, kind, ...options);
    const isNew = context && String(kind).startsWith('webgl') && !window.contexts.includes(context);
    if (isNew) window.contexts.push(context);
    return context;
  };
}"""


def test_running_the_cell_ten_times_leaves_nothing_behind(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    opened = notebook("import threading")
    opened.page.evaluate(WEBGL)
    opened.set_source(0, SHOW.format(folder=str(sample_folder)))
    warnings: list[str] = []
    opened.page.on("console", lambda message: warnings.append(message.text))
    for _ in range(10):
        opened.run_cell(0)
        opened.await_state("done")
        expect(opened.widget).to_have_count(1)
    # The map's contexts: one for the whole page, the others given back.
    alive = "() => window.contexts.filter(context => !context.isContextLost()).length"
    until(opened.page, lambda: opened.page.evaluate(alive) <= 1, "all contexts but one are given back")
    assert not [text for text in warnings if "WebGL" in text and "Too many" in text]
    workers = "[t.name for t in __import__('threading').enumerate() if t.name == 'imgclust-worker']"
    opened.eventually(workers, ["imgclust-worker"])


def test_running_the_cell_again_in_mid_embedding_embeds_no_image_twice(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    opened = notebook(COUNT_DECODING, SHOW.format(folder=str(sample_folder)))
    opened.eventually("len(embedded) > 3", True)
    opened.run_cell(1)
    opened.await_state("done")
    images = len(list(sample_folder.glob("*.jpg")))
    opened.eventually("len(explorer.data)", images)
    assert opened.value("dict(collections.Counter(embedded.values()))") == {"1": images}


def test_the_one_line_without_a_name_goes_on_after_the_cell(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    line = SHOW.replace("explorer = ", "display(").replace('"pca")', '"pca"))').replace("display(explorer)", "")
    opened = notebook(COUNT_DECODING, line.format(folder=str(sample_folder)))
    opened.await_state("done")
    expect(opened.widget).to_have_attribute("data-n", str(len(list(sample_folder.glob("*.jpg")))))


def test_work_can_be_cancelled_and_resumed_in_the_widget(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    opened = notebook(COUNT_DECODING, "go_on.clear()" + SHOW.format(folder=str(sample_folder)))
    status = opened.widget.get_by_test_id("imgclust-status")
    status.get_by_role("button", name="Stop the work").click()
    opened.eventually("explorer._session.pipeline._stop.is_set()", True)
    opened.run_code("go_on.set()")
    opened.await_state("cancelled")
    status.get_by_role("button", name="go on").click()
    opened.await_state("done")
    assert opened.value("max(embedded.values())") == 1


def test_closing_takes_the_widget_off_the_page(notebook: Callable[..., Notebook], sample_folder: Path) -> None:
    opened = notebook(SHOW.format(folder=str(sample_folder)))
    opened.await_state("done")
    opened.run_code("explorer.close()")
    expect(opened.widget).to_have_count(0)


def test_a_folder_without_images_says_so_in_the_cell(notebook: Callable[..., Notebook], tmp_path: Path) -> None:
    opened = notebook(SHOW.format(folder=str(tmp_path)))
    opened.await_state("failed")
    expect(opened.widget.get_by_test_id("imgclust-status")).to_contain_text(tmp_path.name)
