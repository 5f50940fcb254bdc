"""What a hand does with the mouse."""

from __future__ import annotations

from patience import box_of
from playwright.sync_api import Locator

# Around the left half.
LASSO = ((0.02, 0.05), (0.5, 0.02), (0.5, 0.95), (0.02, 0.95), (0.02, 0.2))


def drag(target: Locator, *path: tuple[float, float], key: str = "") -> None:
    """Drag along points given as shares of the target's width and height, while a key is held."""
    box = box_of(target)
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    mouse, keyboard = target.page.mouse, target.page.keyboard
    if key:
        keyboard.down(key)
    mouse.move(*at[0])
    mouse.down()
    for x, y in at[1:]:
        mouse.move(x, y, steps=6)
    mouse.up()
    if key:
        keyboard.up(key)


def drag_aside(handle: Locator, way: float) -> None:
    """Drag a handle so many pixels to the right: half of the way as slowly as a hand does, then in one leap.

    After the leap nothing more follows that a kernel could hear later.
    """
    box = box_of(handle)
    mouse = handle.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    for step in range(12):
        mouse.move(box["x"] + way / 2 * step / 11, box["y"] + 5)
        handle.page.wait_for_timeout(40)
    mouse.move(box["x"] + way, box["y"] + 5)
    mouse.up()
