"""Colours of clusters (twin: ``js/src/palette.ts``)."""

from __future__ import annotations

__all__ = ["PALETTE", "cluster_color"]

PALETTE = (
    "#4477AA",
    "#EE7733",
    "#228833",
    "#CC3377",
    "#009988",
    "#AA4499",
    "#DDAA33",
    "#33BBEE",
    "#882255",
    "#999933",
    "#BB5566",
    "#6699CC",
)
"""Twelve colours that stay apart for the common kinds of colour blindness, the first few the most.

After Paul Tol, Colour Schemes, SRON/EPS/TN/09-002, 2021.
"""


def cluster_color(index: int) -> str:
    """Return the colour for an index of `Tree.colors`; beyond twelve they repeat, and numbers tell clusters apart."""
    return PALETTE[index % len(PALETTE)]
