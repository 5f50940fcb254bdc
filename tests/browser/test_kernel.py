"""What the explorer does while the kernel is busy, and when it is gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jupyterlab import JupyterLab
from notebook_page import Notebook
from patience import until
from playwright.sync_api import Locator, expect

MAKE = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="pixels", layout="pca", n_clusters=6)
explorer
"""

# As long as a file is there.
BE_BUSY = """
from pathlib import Path
from time import sleep
busy = Path("busy")
busy.touch()
while busy.exists():
    sleep(0.05)
"""


def cluster(widget: Locator) -> Locator:
    return widget.get_by_test_id("imgclust-gallery").locator(".imgclust-group").last


def test_views_go_on_while_the_kernel_is_busy_and_after_a_restart(
    notebook: Callable[..., Notebook], lab: JupyterLab, sample_folder: Path
) -> None:
    # As in hosts and kernels that have no thread of their own for what widgets ask.
    lab.set("@jupyterlab/apputils-extension:kernels-settings", {"commsOverSubshells": "disabled"})
    opened = notebook(MAKE.format(folder=str(sample_folder)), "")
    opened.await_state("done")
    widget = opened.widget
    status = widget.get_by_test_id("imgclust-status")
    expect(widget.locator(".imgclust-placeholder")).to_have_count(0)

    busy = lab.root / "busy"
    opened.set_source(1, BE_BUSY)
    opened.start_cell(1)
    until(opened.page, busy.exists, "the kernel is busy")
    # Pictures that nobody has seen yet, and a search.
    widget.get_by_role("grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight; }")
    find = widget.get_by_role("searchbox")
    find.fill("cat")
    expect(widget.locator(".imgclust-placeholder")).not_to_have_count(0)
    expect(status).to_contain_text("kernel busy")
    expect(widget.locator(".imgclust-search [role=status]")).to_have_text("kernel busy")
    cluster(widget).click()
    expect(widget).not_to_have_attribute("data-selected", "0")
    expect(widget).to_have_attribute("data-kernel", "busy")
    expect(widget.locator(".imgclust-error:visible")).to_have_count(0)

    busy.unlink()
    expect(widget).to_have_attribute("data-kernel", "ready")
    expect(status).not_to_contain_text("kernel busy")
    expect(widget.locator(".imgclust-placeholder")).to_have_count(0)
    expect(widget.locator(".imgclust-search [role=status]")).to_have_text("4")
    opened.eventually("len(explorer.selection)", int(widget.get_attribute("data-selected") or 0))
    find.fill("")

    opened.restart_kernel()
    expect(widget).to_have_attribute("data-kernel", "gone")
    expect(status).to_contain_text("not connected")
    widget.get_by_role("button", name="One cluster more").click()
    expect(widget).to_have_attribute("data-clusters", "7")
    widget.get_by_role("button", name="Undo").click()
    expect(widget).to_have_attribute("data-clusters", "6")
    opened.run_cell(0)
    opened.await_state("done")
    expect(widget).to_have_attribute("data-kernel", "ready")
    expect(status).not_to_contain_text("not connected")
    expect(widget.locator(".imgclust-placeholder")).to_have_count(0)


def test_a_kernel_that_is_shut_down_is_noticed_when_it_is_needed(
    notebook: Callable[..., Notebook], sample_folder: Path
) -> None:
    opened = notebook(MAKE.format(folder=str(sample_folder)))
    opened.await_state("done")
    widget = opened.widget
    expect(widget.locator(".imgclust-placeholder")).to_have_count(0)
    opened.shut_down_kernel()
    widget.get_by_role("searchbox").fill("cat")
    expect(widget).to_have_attribute("data-kernel", "gone")
    cluster(widget).click()
    expect(widget).not_to_have_attribute("data-selected", "0")
