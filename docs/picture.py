"""Record the README's moving picture: what a person does with the explorer, in a real JupyterLab, on the sample images.

.venv/bin/python docs/picture.py [FILE.webp]

Each step of the mouse is one frame, so that the picture does not depend on how fast the machine draws.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "browser"))
from browsers import FLAGS, find_browser
from jupyterlab import serve
from notebook_page import Notebook

PICTURE = Path(__file__).parent / "explorer.webp"
CELL = """
from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.samples import make_samples
explorer = ClusterExplorer(
    "photos", metadata=make_samples("photos"), model="squeezenet", layout="pca", n_clusters=6
)
explorer
"""
# A headless browser draws no pointer.
POINTER = """() => {
  const pointer = document.createElement('div');
  pointer.innerHTML = '<svg width="20" height="24"><path d="M1 1v18l4.6-4.2 3 7 3.4-1.5-3-6.8h6.3z"' +
    ' fill="#111" stroke="#fff" stroke-width="1.5"/></svg>';
  pointer.style.cssText = 'position: fixed; z-index: 100000; pointer-events: none; left: -50px';
  document.body.append(pointer);
  addEventListener('pointermove', event => {
    pointer.style.left = `${event.clientX}px`;
    pointer.style.top = `${event.clientY}px`;
  }, true);
}"""
STEP = 70  # ms that a frame is shown for

Point = tuple[float, float]


@dataclass
class Recording:
    """Frames of a notebook's explorer, and a mouse that leaves one at each step."""

    notebook: Notebook
    at: Point = (0, 0)
    frames: list[Image.Image] = field(default_factory=list)
    durations: list[int] = field(default_factory=list)

    def take(self, ms: int = STEP) -> None:
        """Add a frame, shown for so long."""
        self.frames.append(Image.open(io.BytesIO(self.notebook.widget.screenshot())).convert("RGB"))
        self.durations.append(ms)

    def settle(self, ms: int) -> None:
        """Let the views come to rest, and show that."""
        self.notebook.page.wait_for_timeout(600)
        self.take(ms)

    def move(self, *path: Point, steps: int = 6) -> None:
        """Move the mouse along a path, so many steps for each part of it."""
        for end in path:
            start = self.at
            for step in range(1, steps + 1):
                self.at = (
                    start[0] + (end[0] - start[0]) * step / steps,
                    start[1] + (end[1] - start[1]) * step / steps,
                )
                self.notebook.page.mouse.move(*self.at)
                self.take()

    def drag(self, *path: Point, steps: int) -> None:
        """Move to where a path begins, and along it with the button pressed."""
        self.move(path[0])
        self.notebook.page.mouse.down()
        self.move(*path[1:], steps=steps)
        self.notebook.page.mouse.up()

    def save(self, file: Path) -> None:
        """Write all of it as an animation that begins again."""
        first, *others = self.frames
        first.save(file, save_all=True, append_images=others, duration=self.durations, loop=0, quality=75, method=6)


def part(place: Locator, x: float, y: float) -> Point:
    """Return a point of an element, as shares of its width and height."""
    box = place.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def perform(recording: Recording, regions: Sequence[Point]) -> None:
    """Click a branch, draw a lasso, drag the cut, colour by a column."""
    page, widget = recording.notebook.page, recording.notebook.widget
    tree = widget.get_by_test_id("imgclust-tree")
    stage = widget.get_by_test_id("imgclust-map").locator(".imgclust-map-stage")
    widget.get_by_role("button", name="Pictures", exact=True).click()
    recording.at = part(widget, 0.5, 0.6)
    page.mouse.move(*recording.at)
    recording.settle(800)

    recording.move(part(tree.get_by_role("tree"), 0.65, 0.26))
    page.mouse.click(*recording.at)
    recording.settle(1300)

    page.keyboard.down("Shift")
    recording.drag(*(part(stage, x, y) for x, y in regions), steps=3)
    page.keyboard.up("Shift")
    recording.settle(1200)
    recording.move(part(stage, 0.2, 0.95), steps=3)
    page.mouse.click(*recording.at)
    recording.settle(300)

    line = part(tree.get_by_role("slider"), 0.5, 0.5)
    recording.drag(line, (line[0] + 42, line[1]), steps=10)
    recording.settle(900)

    colour = widget.get_by_label("Colour by", exact=True)
    recording.move(part(colour, 0.5, 0.6))
    colour.select_option("subject")
    recording.settle(500)
    widget.get_by_label("Group by", exact=True).select_option("subject")
    recording.move(part(widget, 0.5, 0.6))
    recording.settle(1300)


def main() -> None:
    """Write docs/explorer.webp, or the file that is named."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        home, root = Path(temporary, "jupyter"), Path(temporary, "notebooks")
        home.mkdir()
        root.mkdir()
        browser = playwright.chromium.launch(executable_path=str(find_browser()), args=FLAGS)
        with serve(home, root) as lab:
            notebook = Notebook(browser.new_page(viewport={"width": 1180, "height": 760}), lab)
            notebook.open([CELL])
            notebook.run_all()
            notebook.await_state("done")
            notebook.page.evaluate(POINTER)
            recording = Recording(notebook)
            perform(recording, [(0.02, 0.28), (0.45, 0.3), (0.46, 0.52), (0.04, 0.56), (0.02, 0.32)])
            recording.save(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
