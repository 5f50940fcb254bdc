"""What a person does in the three views, each measured: for `frontend.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import cos, pi, sin
from typing import TypeAlias

from frontend_browser import Bench, Times, median
from playwright.sync_api import Locator

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]

STEPS = 30
THUMBNAILS = """() => new Promise(resolve => {
  const waits = () => {
    const canvases = [...document.querySelectorAll('[data-testid=imgclust-gallery] .imgclust-tile canvas')];
    const isDrawn = canvas => !canvas.classList.contains('imgclust-placeholder');
    if (!canvases.some(isDrawn)) return requestAnimationFrame(waits);
    performance.mark('thumbnails');
    resolve();
  };
  waits();
})"""


def box_of(place: Locator) -> Box:
    """Left, top, width and height of an element in the page."""
    box = place.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def slowest(times: list[Times]) -> float:
    """Return the script time of the slowest frame, ms."""
    return max(each.script for each in times)


def around(box: Box) -> Callable[[int], Point]:
    """Return a spiral about the middle of a box, by the number of its step."""
    x, y, w, h = box

    def at(i: int) -> Point:
        t = i / STEPS
        return x + w * (0.5 + 0.3 * t * cos(4 * pi * t)), y + h * (0.5 + 0.3 * t * sin(4 * pi * t))

    return at


def first_drawing(bench: Bench, n: int, shape: str, mode: str = "pictures") -> dict[str, float]:
    """Let the data arrive on a page that waits for them."""
    bench.call("prepare", n, shape)
    bench.call("open", {"mode": mode})
    bench.page.wait_for_timeout(300)
    told = {}
    before = bench.times()
    bench.call("publish")
    bench.page.evaluate("() => new Promise(requestAnimationFrame).then(() => performance.mark('drawn'))")
    bench.page.evaluate(THUMBNAILS if mode == "pictures" else "null")
    told["data → first drawing of all views: script"] = (bench.times() - before).script
    told["data → first drawing of all views: elapsed"] = bench.after("data", "drawn")
    told["data → first thumbnails: elapsed, 20 of it the kernel's"] = bench.after("data", "thumbnails")
    bench.page.wait_for_timeout(700)
    told["elements in the page"] = bench.page.evaluate("document.querySelectorAll('*').length")
    return told


def branches(bench: Bench, n: int) -> Iterator[Point]:
    """Yield points on branches of a tenth of the images and more."""
    x, y, w, h = box_of(bench.page.get_by_test_id("imgclust-tree").get_by_role("tree"))
    title = bench.page.locator(".imgclust-tooltip-title")
    for share in (0.15, 0.25, 0.35):
        for step in range(40):
            at = x + share * w, y + 30 + (h - 60) * step / 40
            bench.page.mouse.move(*at)
            bench.page.evaluate("() => new Promise(requestAnimationFrame)")
            words = (title.text_content() or "") if title.is_visible() else ""
            size = int(re.sub(r"\D", "", words.split(" image")[0]) or 0) if " image" in words else 0
            if n / 10 < size < n:
                yield at
                break


def in_the_tree(bench: Bench, n: int) -> dict[str, float]:
    """Zoom, scroll, hover and click."""
    page = bench.page
    stage = page.get_by_test_id("imgclust-tree").get_by_role("tree")
    box = x, y, w, h = box_of(stage)
    told = {}
    stage.focus()
    page.mouse.move(x + w / 2, y + h / 3)
    told["tree: zoom, a frame"] = median(bench.each(lambda _: page.mouse.wheel(0, -60), STEPS))
    told["tree: pan, a frame"] = median(bench.each(lambda _: page.mouse.wheel(90, 0), STEPS))
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    path = around(box)
    told["tree: hover, a move"] = median(bench.each(lambda i: page.mouse.move(*path(i)), STEPS))
    clicks = []
    for at in branches(bench, n):
        clicks.append(bench.settled(lambda at=at: page.mouse.click(*at)))
        assert bench.call("selected") > n / 10
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    told["click on a branch → all views"] = median(clicks)
    told["… of it style and layout (click)"] = sorted(each.style for each in clicks)[len(clicks) // 2]
    return told


def cut(bench: Bench, name: str) -> dict[str, float]:
    """Drag the line over half the tree."""
    page = bench.page
    pane = page.get_by_test_id("imgclust-tree")
    x, _, w, _ = box_of(pane.get_by_role("tree"))
    left, top, width, height = box_of(pane.get_by_role("slider"))
    page.mouse.move(left + width / 2, top + height / 2)
    page.mouse.down()
    times = bench.each(lambda i: page.mouse.move(x + 40 + 0.5 * w * i / STEPS, top + height / 2), STEPS)
    page.mouse.up()
    page.wait_for_timeout(300)
    return {f"cut, a move ({name})": median(times), f"… the slowest ({name})": slowest(times)}


def on_the_map(bench: Bench, stage: Locator) -> dict[str, float]:
    """Hover, pan, zoom and a lasso around the left half; in ours and in others'."""
    page = bench.page
    box = x, y, w, h = box_of(stage)
    path = around(box)
    told = {"hover, a move": median(bench.each(lambda i: page.mouse.move(*path(i)), STEPS))}
    page.mouse.move(x + w / 2, y + h / 2)
    page.mouse.down()
    told["pan, a frame"] = median(bench.each(lambda i: page.mouse.move(*path(i)), STEPS))
    page.mouse.up()
    page.mouse.move(x + w / 2, y + h / 2)
    stage.focus()
    told["zoom, a frame"] = median(bench.each(lambda _: page.mouse.wheel(0, -40), STEPS))
    bench.call("reset")
    page.wait_for_timeout(800)

    def outline(i: int) -> Point:
        t = 3 * i / STEPS
        corners = [(0.01, 0.02), (0.5, 0.02), (0.5, 0.98), (0.01, 0.98), (0.01, 0.98)]
        (x0, y0), (x1, y1) = corners[int(t)], corners[int(t) + 1]
        return x + w * (x0 + (x1 - x0) * (t % 1)), y + h * (y0 + (y1 - y0) * (t % 1))

    page.keyboard.down("Shift")
    page.mouse.move(*outline(0))
    page.mouse.down()
    told["lasso, a move"] = median(bench.each(lambda i: page.mouse.move(*outline(i + 1)), STEPS))
    told["lasso of half → all updated"] = bench.settled(page.mouse.up).script
    page.keyboard.up("Shift")
    told["lasso of half → kernel told: elapsed"] = bench.after("released", "selection")
    if (selected := bench.call("selected")) is not None:
        told["… images selected"] = selected
    return told


def in_the_gallery(bench: Bench, mode: str) -> dict[str, float]:
    """Scroll by a screenful a frame, as fast as a dragged scrollbar."""
    scroll = """() => {
      const grid = document.querySelector('[data-testid=imgclust-gallery] .imgclust-grid');
      grid.scrollTop = (grid.scrollTop + grid.clientHeight) % (grid.scrollHeight - grid.clientHeight);
    }"""
    times = bench.each(lambda _: bench.page.evaluate(scroll), 4 * STEPS)
    return {
        f"gallery, {mode}: scroll, a frame": median(times),
        f"… of it style and layout ({mode})": sorted(each.style for each in times)[len(times) // 2],
        f"… the slowest ({mode})": slowest(times),
    }


def opened_and_closed(bench: Bench, cycles: int) -> dict[str, float]:
    """Open and close the widget, and see what stays."""

    def cycle(count: int) -> tuple[float, float, float]:
        for _ in range(count):
            bench.call("open")
            bench.call("publish")
            bench.times()
            bench.call("close")
        bench.page.wait_for_timeout(300)
        for _ in range(3):
            bench.cdp("HeapProfiler.collectGarbage")
        counters = bench.cdp("Memory.getDOMCounters")
        used = bench.cdp("Runtime.getHeapUsage")["usedSize"] / 1e6
        return used, counters["nodes"], counters["jsEventListeners"]

    bench.call("close")
    before, after = cycle(5), cycle(cycles)
    alive = "window.contexts.filter(held => held.deref() && !held.deref().isContextLost()).length"
    return {
        f"after {cycles} more times: heap, MB": after[0] - before[0],
        "… elements": after[1] - before[1],
        "… listeners": after[2] - before[2],
        "… WebGL contexts alive": bench.page.evaluate(alive),
    }
