"""Script time of a frame of the dendrogram, in milliseconds, for trees of any size and two shapes.

The widget and a synthetic collection in headless Chromium, without Jupyter, its other panes hidden; what these still
do when the cut or the hovered branch changes is in the figures. Time is that of the page's own script: handling the
event, and the drawing commands of the frame after it. What the browser then paints (in software here) is not in it.
Trees are balanced, or one long chain that takes up image by image.

    npm --prefix js run dev-page -- --once
    .venv/bin/python benchmarks/dendrogram.py 19 400 5000 20000 100000
"""

from __future__ import annotations

import argparse
import functools
import http.server
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from browsers import FLAGS, find_browser  # noqa: E402

COUNT_FRAMES = """() => {
  window.inFrames = 0;
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = run => request(now => {
    const started = performance.now();
    run(now);
    window.inFrames += performance.now() - started;
  });
}"""

# Each gesture: an element, and the events of one frame, of which the i-th of so many is asked for.
MEASURE = """async () => {
  const pane = document.querySelector('[data-testid=imgclust-tree]');
  const stage = pane.querySelector('[role=tree]');
  const handle = pane.querySelector('[role=slider]');
  const {left, top, width, height} = stage.getBoundingClientRect();
  stage.focus();
  const at = (x, y) => ({clientX: left + x, clientY: top + y, bubbles: true, cancelable: true, pointerId: 1});
  const turn = options => stage.dispatchEvent(new WheelEvent('wheel', {...at(width / 2, height / 3), ...options}));
  const move = (target, x, y) => target.dispatchEvent(new PointerEvent('pointermove', at(x, y)));
  const frame = () => new Promise(resolve => setTimeout(() => requestAnimationFrame(() => setTimeout(resolve)), 0));

  async function measure(act, count = 40) {
    const times = [];
    for (let i = 0; i < count; i++) {
      window.inFrames = 0;
      const started = performance.now();
      act(i, count);
      const handling = performance.now() - started;
      await frame();
      times.push(handling + window.inFrames);
    }
    return times;
  }

  const times = {};
  // Far enough to come from the whole tree to rows with pictures.
  const steps = Math.log(24 * pane.ownerDocument.querySelector('[data-testid=imgclust]').dataset.n / height);
  times['zoom in'] = await measure((_, count) => turn({deltaY: -Math.max(1, steps) / count / 0.0022}));
  times['scroll'] = await measure(() => turn({deltaX: 90}));
  times['zoom out'] = await measure((_, count) => turn({deltaY: Math.max(1, steps) / count / 0.0022}));
  times['hover'] = await measure((i, count) => move(stage, 30 + width * i / count / 2, 40 + (height - 60) * i / count));
  stage.dispatchEvent(new PointerEvent('pointerleave', {bubbles: false}));
  handle.setPointerCapture = () => {};
  handle.hasPointerCapture = () => true;
  times['cut'] = await measure((i, count) => move(handle, 40 + 0.5 * width * i / count, 5));
  return times;
}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder to this machine, and give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def measure(page: Page, address: str, n: int, shape: str) -> dict[str, list[float]]:
    """Open the page with a tree and go through all gestures."""
    chain = "&chain=1" if shape == "chain" else ""
    page.goto(f"{address}/index.html?n={n}&k=12&delay=0&hide=gallery,map{chain}")
    page.wait_for_selector(f"[data-testid=imgclust][data-n='{n}'] [data-testid=imgclust-tree] canvas")
    page.wait_for_timeout(1500)
    times: dict[str, list[float]] = page.evaluate(MEASURE)
    return times


def main() -> None:
    """Print a line for each tree: the median and the slowest of forty frames of each gesture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[19, 400, 5000, 20_000, 100_000])
    parser.add_argument("--page", type=Path, default=ROOT / "js" / "dev-page", help="where the page was built")
    options = parser.parse_args()
    if not (options.page / "index.html").exists():
        parser.error(f"{options.page} has no page; build it with: npm --prefix js run dev-page -- --once")
    with served(options.page) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find_browser()), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 800})
        page.add_init_script(f"({COUNT_FRAMES})()")
        for shape in ("balanced", "chain"):
            for n in options.sizes:
                times = measure(page, address, n, shape)
                if (shape, n) == ("balanced", options.sizes[0]):
                    print(f"{'tree':>20}" + "".join(f"{name:>16}" for name in times))
                cells = (f"{statistics.median(each):.1f} / {max(each):.1f}" for each in times.values())
                print(f"{f'{n:,} {shape}':>20}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
