"""How long a person waits: from running the cell to the first thumbnails, the tree, and everything.

A real JupyterLab in a real headless Chromium, sample images of 160 to 320 pixels, SqueezeNet. "cold" is a
fresh kernel with an empty store, "warm" a fresh kernel with the store of the cold run; imports are part of both.

    .venv/bin/python benchmarks/first_view.py 20 400 5000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))
from browsers import FLAGS, find_browser
from jupyterlab import JupyterLab, serve
from notebook_page import Notebook

CELL = """
from imgclust_jupyter import ClusterExplorer
explorer = ClusterExplorer({folder!r}, model="squeezenet")
display(explorer)
"""

MEASURE = """async () => {
  const started = performance.now();
  const seconds = {};
  window.jupyterapp.commands.execute('notebook:run-cell');
  const root = () => document.querySelector('[data-testid=imgclust]');
  const stages = {
    widget: () => root() !== null,
    thumbnails: () => root()?.querySelector('.imgclust-tile canvas:not(.imgclust-placeholder)'),
    tree: () => Number(root()?.dataset.clusters) > 0,
    done: () => root()?.dataset.state === 'done',
  };
  while (Object.keys(seconds).length < Object.keys(stages).length) {
    for (const [name, reached] of Object.entries(stages)) {
      if (!(name in seconds) && reached()) seconds[name] = (performance.now() - started) / 1000;
    }
    if (root()?.dataset.state === 'failed') throw new Error(root().innerText);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return seconds;
}"""


def make_folder(folder: Path, n: int) -> None:
    """Cut n sample images."""
    from imgclust_jupyter.samples import make_samples

    subjects = make_samples(folder / "trial", per_subject=1)["subject"].nunique()
    for file in (folder / "trial").iterdir():
        file.unlink()
    make_samples(folder, per_subject=-(-n // subjects))
    for file in sorted(folder.glob("*.jpg"))[n:]:
        file.unlink()


def measure(page: Page, lab: JupyterLab, folder: Path) -> dict[str, float]:
    """Run the cell in a fresh kernel and note when each thing is on the page."""
    notebook = Notebook(page, lab)
    notebook.open([CELL.format(folder=str(folder))])
    seconds: dict[str, float] = page.evaluate(MEASURE)
    lab.shut_down_kernels()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of images")
    sizes = parser.parse_args().sizes
    print(f"{'images':>8} {'':6}" + "".join(f"{name:>12}" for name in ("widget", "thumbnails", "tree", "done")))
    for n in sizes:
        with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
            here = Path(temporary)
            for name in ("photos", "jupyter", "notebooks"):
                (here / name).mkdir()
            make_folder(here / "photos", n)
            browser = playwright.chromium.launch(executable_path=str(find_browser()), args=FLAGS)
            with serve(here / "jupyter", here / "notebooks") as lab:
                for state in ("cold", "warm"):
                    page = browser.new_page(viewport={"width": 1200, "height": 900})
                    seconds = measure(page, lab, here / "photos")
                    page.close()
                    print(f"{n:8,} {state:6}" + "".join(f"{s:10.1f} s" for s in seconds.values()), flush=True)
            browser.close()


if __name__ == "__main__":
    main()
