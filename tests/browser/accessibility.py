"""What axe-core has to say against a part of a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator

__all__ = ["violations"]

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"

# What is still fading in has too little contrast.
RUN = """async root => {
  const moving = root.getAnimations({subtree: true}).filter(each => each.effect.getTiming().iterations !== Infinity);
  await Promise.allSettled(moving.map(each => each.finished));
  return (await axe.run(root)).violations.flatMap(({id, nodes}) =>
    nodes.map(({html}) => `${id}: ${html.slice(0, 200)}`));
}"""


def violations(part: Locator) -> list[str]:
    """Return the rules of accessibility that a part of a page breaks, each with the beginning of the element."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed; run npm ci in js/")
    part.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = part.evaluate(RUN)
    return found
