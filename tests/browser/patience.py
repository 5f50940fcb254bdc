"""Waiting for what a slow machine takes its time for."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import FloatRect, Locator, Page

# Two slow cores may take a while for what takes a moment elsewhere; nothing waits longer than it must.
WAIT_SECONDS = 60
WAIT_MS = 1000 * WAIT_SECONDS

AT_REST = """async element => {
  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const place = () => JSON.stringify(element.getBoundingClientRect());
  for (let same = 0, before = place(); same < 5; ) {
    await frame();
    const now = place();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}"""

NEXT_FRAME = "() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))"


def until(page: Page, condition: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until something is true that `expect` has no word for.

    Raises
    ------
    AssertionError
        With `what`, when it does not become true in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"after {seconds:g} s there is still not: {what}"
        page.wait_for_timeout(50)


def box_of(element: Locator) -> FloatRect:
    """Return where an element is, brought into view, when it has come to rest there."""
    element.scroll_into_view_if_needed()
    element.evaluate(AT_REST)
    box = element.bounding_box()
    assert box is not None
    return box


def next_frame(page: Page) -> None:
    """Wait until the page has dealt with what the mouse has done."""
    page.evaluate(NEXT_FRAME)
