"""A page in headless Chromium, and how long its own script runs: for `frontend.py`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "benchmarks" / "frontend_pages"
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from browsers import FLAGS, find_browser  # noqa: E402

ORIGIN = "http://widget.test"
SIZE = {"width": 1400, "height": 800}

WATCH = """
window.contexts = [];
const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
  const context = getContext.call(this, kind, ...options);
  const isNew = String(kind).startsWith('webgl') && !window.contexts.some(held => held.deref() === context);
  if (isNew) window.contexts.push(new WeakRef(context));
  return context;
};
addEventListener('pointerup', () => performance.mark('released'), true);
addEventListener('mouseup', () => performance.mark('released'), true);
"""
FRAME = "() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)))"


def bundle(name: str, folder: Path, modules: Path | None = None) -> None:
    """Build a page of `frontend_pages` with the front end's own esbuild, and libraries from elsewhere."""
    stub = f"={PAGES / 'mosaic.cjs'}"
    command = [ROOT / "js" / "node_modules" / ".bin" / "esbuild", PAGES / name, ROOT / "js" / "src" / "styles.css"]
    command += ["--bundle", "--format=esm", "--charset=utf8", "--log-level=error", "--entry-names=[name]"]
    command += [f"--outdir={folder}", f"--alias:@uwdata/mosaic-core{stub}", f"--alias:@uwdata/mosaic-sql{stub}"]
    environment = {**os.environ, "NODE_PATH": str(modules or "")}
    subprocess.run(command, env=environment, check=True)


@dataclass(frozen=True)
class Times:
    """Milliseconds that the page's main thread was at work: in JavaScript, and working out styles and layout."""

    script: float
    style: float

    def __sub__(self, other: Times) -> Times:
        return Times(self.script - other.script, self.style - other.style)


class Bench:
    """A fresh page, to be measured.

    Parameters
    ----------
    browser : Browser
    folder : Path
        Where the page has been built.
    name : str
        "ours" or "others".
    """

    def __init__(self, browser: Browser, folder: Path, name: str) -> None:
        self.page = browser.new_page(viewport=SIZE)
        self.page.set_default_timeout(120_000)
        self.page.on("pageerror", lambda error: print(f"the page says: {error}", file=sys.stderr))
        self.page.add_init_script(WATCH)
        self._cdp = self.page.context.new_cdp_session(self.page)
        # The thread's own time: neither other programs nor the software that draws, which it waits for, are in it.
        self._cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        (folder / "index.html").write_text(
            '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="styles.css">'
            f'<body style="margin: 0"><div id="cell"></div><script type="module" src="{name}.js"></script>'
        )
        kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

        def answer(route: Any) -> None:
            file = folder / (route.request.url.removeprefix(ORIGIN).strip("/") or "index.html")
            if file.is_file():
                route.fulfill(body=file.read_bytes(), content_type=kinds[file.suffix])
            else:
                route.fulfill(status=404)

        self.page.route(f"{ORIGIN}/**", answer)
        self.page.goto(f"{ORIGIN}/")
        self.page.wait_for_function("window.page !== undefined")

    def call(self, name: str, *values: object) -> Any:
        """Call one of the functions that the page offers."""
        return self.page.evaluate("([name, values]) => window.page[name](...values)", [name, list(values)])

    def cdp(self, method: str) -> Any:
        """Ask Chromium."""
        return self._cdp.send(method)

    def times(self) -> Times:
        """Wait for a frame, and tell what has been counted until then."""
        self.page.evaluate(FRAME)
        told = {each["name"]: 1000 * each["value"] for each in self.cdp("Performance.getMetrics")["metrics"]}
        style = told["RecalcStyleDuration"] + told["LayoutDuration"]
        return Times(told["ScriptDuration"], style)

    def each(self, act: Callable[[int], object], count: int) -> list[Times]:
        """Do something so many times, a frame for each."""
        times = []
        before = self.times()
        for i in range(count):
            act(i)
            after = self.times()
            times.append(after - before)
            before = after
        return times

    def settled(self, act: Callable[[], object], ms: int = 500) -> Times:
        """Do something, and wait until all that follows has been done."""
        before = self.times()
        act()
        self.page.wait_for_timeout(ms)
        return self.times() - before

    def after(self, start: str, end: str) -> float:
        """Return the milliseconds from the last mark of one name to the next of another (of which this is a part)."""
        return float(
            self.page.evaluate(
                """([start, end]) => {
                  const marks = performance.getEntriesByType('mark');
                  const from = marks.findLast(({name}) => name === start).startTime;
                  const to = marks.find(({name, startTime}) => startTime >= from && name.includes(end));
                  return to ? to.startTime - from : NaN;
                }""",
                [start, end],
            )
        )

    def close(self) -> None:
        """Close the page."""
        self.page.context.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium without a graphics card."""
    with sync_playwright() as playwright:
        program = find_browser()
        started = playwright.chromium.launch(executable_path=str(program) if program else None, args=list(FLAGS))
        yield started
        started.close()


def median(times: list[Times]) -> float:
    """Return the script time of a frame, ms."""
    return statistics.median(each.script for each in times)
