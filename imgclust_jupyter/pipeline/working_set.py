"""Results of some of the images while others are taken out, which may come back as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.pipeline.changes import Changes
from imgclust_jupyter.pipeline.growth import Counting, rearranged
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.results import Aside, Results
from imgclust_jupyter.store import Store

__all__ = ["laid_out_anew", "reunited", "with_changes", "without"]


def without(
    everything: Results, excluded: frozenset[int], options: Options, store: Store, counting: Counting
) -> Results:
    """Return the results of the images that are not taken out.

    They depend on nothing but the two, so that the same images taken out, by whatever detours, make the same results,
    and none of them those that there were. Vectors and places on the map stay, since the mean stays that is subtracted;
    neighbours, ranks, duplicates and, where it takes seconds, the tree are those that a computation of the rest finds
    with that mean.

    Parameters
    ----------
    everything : Results
        Complete ones of all readable images.
    excluded : frozenset of int
        Item ids; those of images that are not there mean nothing.
    options : Options
    store : Store
    counting : callable
        As for `growth.grow`.

    Returns
    -------
    Results

    Raises
    ------
    ValueError
        When no image would be left.
    """
    assert everything.ids is not None
    assert everything.embeddings is not None
    out = np.isin(everything.ids, list(excluded))
    if not out.any():
        return replace(everything, excluded=excluded)
    if out.all():
        raise ValueError("no image would be left; nothing was changed")
    rows = np.flatnonzero(~out)
    nothing = everything.embeddings[:0]
    rest = rearranged(everything, everything.ids[rows], rows, nothing, options, store, counting)
    return replace(
        _with_aside(rest, everything),
        excluded=excluded,
        auto=min(rest.auto, len(rows)),
        changes=_without_moves(rest.changes),
    )


def reunited(results: Results) -> Results:
    """Return the results of all images, from those of the rest and what was kept of the others."""
    aside = results.aside
    if aside is None:
        return replace(results, excluded=frozenset())
    assert aside.everything.ids is not None
    assert results.ids is not None
    out = np.isin(aside.everything.ids, results.ids, invert=True)
    return replace(
        aside.everything,
        embeddings=_joined(out, aside.embeddings, results.embeddings),
        vectors=_joined(out, aside.vectors, results.vectors),
    )


def with_changes(results: Results, changes: Changes | None, by_hand: frozenset[int]) -> Results:
    """Return the same after a look that has found no other images."""
    assert results.aside is not None
    everything = replace(results.aside.everything, changes=changes, by_hand=by_hand)
    return replace(
        results,
        changes=_without_moves(changes),
        by_hand=by_hand,
        aside=replace(results.aside, everything=everything),
    )


def laid_out_anew(rest: Results, everything: Results, options: Options, store: Store, counting: Counting) -> Results:
    """Return results that were computed anew, with the images that are taken out put among them for later.

    Parameters
    ----------
    rest : Results
        Complete ones of the working set.
    everything : Results
        Those of all images from before.
    options : Options
    store : Store
    counting : callable
        As for `growth.grow`.

    Returns
    -------
    Results
    """
    assert everything.ids is not None
    assert everything.embeddings is not None
    assert rest.ids is not None
    changes = _without_moves(rest.changes)
    row_of = {item: row for row, item in enumerate(rest.ids.tolist())}
    before = np.array([row_of.get(item, -1) for item in everything.ids.tolist()])
    if (before >= 0).all():
        return replace(rest, changes=changes, aside=None)
    others = everything.embeddings[before < 0]
    everything = rearranged(
        replace(rest, excluded=frozenset(), aside=None), everything.ids, before, others, options, store, counting
    )
    return replace(_with_aside(rest, everything), changes=changes)


def _with_aside(rest: Results, everything: Results) -> Results:
    assert everything.embeddings is not None
    assert everything.vectors is not None
    assert everything.ids is not None
    assert rest.ids is not None
    out = np.isin(everything.ids, rest.ids, invert=True)
    kept = replace(everything, embeddings=None, vectors=None)
    return replace(rest, aside=Aside(kept, everything.embeddings[out], everything.vectors[out]))


def _joined(
    out: npt.NDArray[np.bool_], aside: npt.NDArray[Any] | None, rest: npt.NDArray[Any] | None
) -> npt.NDArray[Any]:
    assert aside is not None
    assert rest is not None
    joined = np.empty((len(out), rest.shape[1]), dtype=rest.dtype)
    joined[out], joined[~out] = aside, rest
    return joined


def _without_moves(changes: Changes | None) -> Changes | None:
    # What moved to another cluster because others were taken out is no report of what an addition has changed.
    return changes and replace(changes, tree_before=None)
