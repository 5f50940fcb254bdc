"""Script time of the map for each event of the pointer, in Chromium with WebGL in software: the page for developers.

The times are what Chromium counts as script (CDP, ``ScriptDuration``), divided by the moves of the mouse, less the time
that copying the points from the WebGL canvas takes: there, a script waits for the software that draws them, which a
graphics card would do meanwhile. That wait is told in brackets.

    npm --prefix js run dev-page -- --once
    .venv/bin/python benchmarks/map_frames.py 400 5000 20000 100000
"""

from __future__ import annotations

import argparse
import mimetypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import cos, pi, sin
from pathlib import Path

from playwright.sync_api import CDPSession, Page, Route, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from browsers import FLAGS, find_browser  # noqa: E402

MOVES = 30
TIME_COPIES = """
const drawImage = CanvasRenderingContext2D.prototype.drawImage;
window.copying = 0;
CanvasRenderingContext2D.prototype.drawImage = function (source, ...at) {
  const started = performance.now();
  drawImage.call(this, source, ...at);
  if (source instanceof HTMLCanvasElement) window.copying += performance.now() - started;
};
"""
NEXT_FRAME = "() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))"


@contextmanager
def developers_page(folder: Path) -> Iterator[tuple[Page, CDPSession]]:
    """Open a browser in which http://widget.test/ is the page for developers."""

    def answer(route: Route) -> None:
        file = folder / (route.request.url.split("?")[0].rsplit("/", 1)[-1] or "index.html")
        if file.exists():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])
        else:
            route.fulfill(status=404)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 760})
        page.set_default_timeout(120_000)
        page.add_init_script(TIME_COPIES)
        page.route("http://widget.test/**", answer)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        yield page, session
        browser.close()


def durations(page: Page, session: CDPSession) -> tuple[float, float]:
    """Milliseconds until now in scripts, and of these in copying from other canvases."""
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    copying = page.evaluate("window.copying")
    return 1000 * metrics["ScriptDuration"] - copying, copying


def per_move(page: Page, session: CDPSession, path: Callable[[float], tuple[float, float]]) -> tuple[float, float]:
    """Move the mouse along a path (parameter 0 to 1), a frame for each step; times of a step, ms."""
    page.mouse.move(*path(0))
    page.evaluate(NEXT_FRAME)
    before = durations(page, session)
    for step in range(MOVES):
        page.mouse.move(*path((step + 1) / MOVES))
        page.evaluate(NEXT_FRAME)
    after = durations(page, session)
    return (after[0] - before[0]) / MOVES, (after[1] - before[1]) / MOVES


def measure(page: Page, session: CDPSession, n: int) -> dict[str, tuple[float, float]]:
    page.goto(f"http://widget.test/?n={n}&k=12")
    stage = page.locator(".imgclust-map-stage")
    stage.wait_for()
    page.wait_for_timeout(500 + n / 20)
    box = stage.bounding_box()
    assert box is not None
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    told = {}

    def around(t: float) -> tuple[float, float]:
        """Over the middle of the map, in a spiral."""
        return x + w * (0.5 + 0.3 * t * cos(4 * pi * t)), y + h * (0.5 + 0.3 * t * sin(4 * pi * t))

    told["hover"] = per_move(page, session, around)
    page.mouse.move(x + w / 2, y + h / 2)
    page.mouse.down()
    told["pan"] = per_move(page, session, around)
    page.mouse.up()
    stage.focus()
    before = durations(page, session)
    for _ in range(MOVES):
        page.mouse.wheel(0, -40)
        page.evaluate(NEXT_FRAME)
    after = durations(page, session)
    told["zoom"] = ((after[0] - before[0]) / MOVES, (after[1] - before[1]) / MOVES)
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    page.keyboard.down("Shift")
    page.mouse.move(x + 0.05 * w, y + 0.03 * h)
    page.mouse.down()
    corners = [(0.05, 0.03), (0.5, 0.03), (0.5, 0.97), (0.05, 0.97)]

    def half(t: float) -> tuple[float, float]:
        at = min(t * 3, 2.999)
        (x0, y0), (x1, y1) = corners[int(at)], corners[int(at) + 1]
        return x + w * (x0 + (x1 - x0) * (at % 1)), y + h * (y0 + (y1 - y0) * (at % 1))

    told["lasso"] = per_move(page, session, half)
    before = durations(page, session)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.wait_for_function("document.querySelector('[data-testid=imgclust]').dataset.selected !== '0'")
    page.evaluate(NEXT_FRAME)
    page.wait_for_timeout(300)
    after = durations(page, session)
    told["select"] = (after[0] - before[0], after[1] - before[1])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", nargs="*", type=int, default=[400, 5000, 20_000, 100_000])
    parser.add_argument("--page", type=Path, default=ROOT / "js" / "dev-page")
    options = parser.parse_args()
    print(
        "script ms (task ms): hover, pan, zoom, lasso for each move; select once, about half of the points, all views"
    )
    with developers_page(options.page) as (page, session):
        for n in options.n:
            told = measure(page, session, n)
            line = "  ".join(f"{name} {script:5.1f} ({copies:5.1f})" for name, (script, copies) in told.items())
            print(f"{n:7,d}  {line}", flush=True)


if __name__ == "__main__":
    main()
