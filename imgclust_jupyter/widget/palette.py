"""Colours of clusters (twin: ``js/src/palette.ts``)."""

from __future__ import annotations

__all__ = ["PALETTE", "cluster_color"]

PALETTE = (
    "#0273C7",
    "#CE3800",
    "#007E00",
    "#AD3DB2",
    "#A89300",
    "#F95A8A",
    "#079C72",
    "#7E88FF",
    "#C37153",
    "#D06FD1",
    "#986494",
    "#6A6E60",
)
"""Twelve colours that stay apart for the common kinds of colour blindness and stand out on white and on dark grey.

Every one has a contrast of at least 3:1 with white and with JupyterLab's dark pages. How they were found is told in
the twin.
"""


def cluster_color(index: int) -> str:
    """Return the colour for an index of `Tree.colors`; beyond twelve they repeat, and numbers tell clusters apart."""
    return PALETTE[index % len(PALETTE)]
