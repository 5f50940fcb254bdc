"""Take the README's picture: the explorer on the sample images, in a real JupyterLab, with one branch selected.

.venv/bin/python docs/picture.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))
from browsers import FLAGS, find_browser
from jupyterlab import serve
from notebook_page import Notebook

PICTURE = Path(__file__).parent / "explorer.png"
CELL = """
from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.samples import make_samples
explorer = ClusterExplorer("photos", metadata=make_samples("photos"), model="squeezenet", n_clusters=12)
explorer
"""


def main() -> None:
    """Write docs/explorer.png."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        home, root = Path(temporary, "jupyter"), Path(temporary, "notebooks")
        home.mkdir()
        root.mkdir()
        browser = playwright.chromium.launch(executable_path=str(find_browser()), args=FLAGS)
        with serve(home, root) as lab:
            page = browser.new_page(viewport={"width": 1320, "height": 900}, device_scale_factor=1.5)
            notebook = Notebook(page, lab)
            notebook.open([CELL])
            notebook.run_all()
            notebook.await_state("done")
            notebook.run_code("explorer.select(\"subject == 'cat' or subject == 'coffee'\")")
            page.mouse.move(0, 0)
            page.wait_for_timeout(3000)  # the points move to their places
            notebook.widget.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
