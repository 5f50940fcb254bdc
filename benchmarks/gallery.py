"""The gallery while one scrolls fast through many images: script per frame, requests a second, elements in the page.

Build the developers' page first (``npm --prefix js run dev-page -- --once``), then ``python benchmarks/gallery.py``.
Each frame moves the gallery on by a screenful, through the whole collection and from its start again, which is as fast
as a dragged scrollbar. Script, style and layout are Chromium's own counts (`Performance.getMetrics`), so that the time
of the software renderer is left out; tiles are drawn by the page itself in place of a kernel, and their drawing counts
as script too.
"""

from __future__ import annotations

import argparse
import mimetypes
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from browsers import FLAGS, find_browser  # noqa: E402

ORIGIN = "http://widget.test"

SCROLL = """async ([frames, pages]) => {
  const grid = document.querySelector('[data-testid=imgclust-gallery] .imgclust-grid');
  const step = pages * grid.clientHeight;
  const longest = {elements: 0, pictures: 0};
  const times = [];
  let last = performance.now();
  for (let i = 0; i < frames; i++) {
    const end = grid.scrollHeight - grid.clientHeight;
    grid.scrollTop = (grid.scrollTop + step) % end;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
    longest.elements = Math.max(longest.elements, grid.querySelectorAll('*').length);
    longest.pictures = Math.max(longest.pictures, grid.querySelectorAll('[data-row]').length);
  }
  times.sort((a, b) => a - b);
  return {...longest, median: times[frames >> 1], p95: times[Math.floor(0.95 * frames)]};
}"""

FILLED = """() => {
  const grid = document.querySelector('[data-testid=imgclust-gallery] .imgclust-grid');
  const box = grid.getBoundingClientRect();
  const inSight = [...grid.querySelectorAll('.imgclust-tile canvas')].filter(canvas => {
    const {top, bottom} = canvas.getBoundingClientRect();
    return bottom > box.top && top < box.bottom;
  });
  return inSight.length > 0 && !inSight.some(canvas => canvas.classList.contains('imgclust-placeholder'));
}"""

MARKS = "() => performance.getEntriesByType('mark').map(({name}) => name)"


def serve(page: Page, folder: Path) -> None:
    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN).split("?")[0].strip("/") or "index.html"
        file = folder / name
        if not file.is_file():
            return route.fulfill(status=404)
        return route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(name)[0] or "text/plain")

    page.route(f"{ORIGIN}/**", answer)


def metrics(session: Any) -> dict[str, float]:
    return {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}


def measure(page: Page, n: int, mode: str, tile: int, frames: int, pages: float) -> dict[str, float]:
    page.goto(f"{ORIGIN}/index.html?n={n}&k=24&delay=20&mode={mode}&tile={tile}")
    page.get_by_test_id("imgclust").wait_for()
    if mode == "pictures":
        page.wait_for_function(FILLED)
    page.wait_for_timeout(500)
    page.evaluate("() => performance.clearMarks()")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = metrics(session)
    began = page.evaluate("performance.now()")
    seen = page.evaluate(SCROLL, [frames, pages])
    ended = page.evaluate("performance.now()")
    after = metrics(session)
    sent = Counter(page.evaluate(MARKS))
    at_rest = 0.0
    if mode == "pictures":
        page.wait_for_function(FILLED, timeout=30_000, polling=10)
        at_rest = page.evaluate("performance.now()") - ended
    seconds = (ended - began) / 1000
    per_frame = {
        name: 1000 * (after[f"{name}Duration"] - before[f"{name}Duration"]) / frames
        for name in ("Script", "RecalcStyle", "Layout")
    }
    return {
        "script ms": per_frame["Script"],
        "style ms": per_frame["RecalcStyle"],
        "layout ms": per_frame["Layout"],
        "frame ms": seen["median"],
        "p95 ms": seen["p95"],
        "messages/s": sum(sent.values()) / seconds,
        "of them cancels": sent["imgclust:cancel"] / seconds,
        "elements": seen["elements"],
        "pictures": seen["pictures"],
        "filled after ms": at_rest,
        "heap MB": after["JSHeapUsedSize"] / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", type=Path, default=ROOT / "js" / "dev-page")
    parser.add_argument("-n", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    parser.add_argument("--tiles", type=int, nargs="+", default=[48, 84])
    parser.add_argument("--modes", nargs="+", default=["pictures", "table"])
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--pages", type=float, default=1.0, help="screenfuls that each frame moves on")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(120_000)
        serve(page, options.page)
        header = None
        for n in options.n:
            for mode in options.modes:
                for tile in options.tiles if mode == "pictures" else options.tiles[:1]:
                    row = measure(page, n, mode, tile, options.frames, options.pages)
                    if header is None:
                        header = list(row)
                        print("| images | mode | tile | " + " | ".join(header) + " |")
                        print("|---" * (len(header) + 3) + "|")
                    cells = (f"{row[name]:.1f}" if row[name] < 100 else f"{row[name]:.0f}" for name in header)
                    print(f"| {n:,} | {mode} | {tile} | " + " | ".join(cells) + " |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
