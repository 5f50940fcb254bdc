"""Merging of reciprocal nearest neighbours, and what becomes of the lists of candidates then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering.agglomeration.clusters import (
    Clusters,
    Lists,
    combine,
    dissimilarity,
    squared_distance,
    weight,
)
from imgclust_jupyter.clustering.agglomeration.compiled import compiled

__all__ = ["find_nearest", "join_lists", "join_means", "match", "replace_merged"]

Slots = npt.NDArray[np.int32]


@compiled
def find_nearest(clusters: Clusters, lists: Lists, rows: Slots, tolerance: float) -> int:
    """Find the nearest neighbours that the lists can tell, computing as few dissimilarities as that takes.

    The smallest bound of a list is made exact until the smallest is exact, which is the nearest neighbour unless the
    bound for the clusters outside of the list is below it, by more than the tolerance times the greatest weight.

    Returns
    -------
    int
        How many dissimilarities were computed.
    """
    computed = 0
    for x in rows:
        low, exact = lists.low[x], lists.exact[x]
        limit = lists.rest[x] + tolerance * (clusters.size[x] if clusters.ward else 1.0)
        while True:
            best = 0
            for k in range(1, len(low)):
                if low[k] < low[best]:
                    best = k
            unknown = low[best] > limit or low[best] == np.inf
            if unknown or exact[best]:
                break
            low[best] = dissimilarity(clusters, x, lists.member[x, best])
            exact[best] = True
            computed += 1
        lists.nearest[x] = -1 if unknown else lists.member[x, best]
        lists.distance[x] = min(low[best], lists.rest[x]) if unknown else low[best]
    return computed


@compiled
def match(clusters: Clusters, lists: Lists, active: Slots, pairs: Slots, tolerance: float) -> int:
    """Pair the clusters that are each other's nearest neighbours.

    Where several are equally near, each goes with one of them that is not taken yet.

    Returns
    -------
    int
        How many pairs there are: the first rows of ``pairs``, in each the smaller slot first.
    """
    count = 0
    partner = clusters.partner
    for x in active:
        partner[x] = -1
    for x in active:
        if lists.nearest[x] < 0 or partner[x] >= 0:
            continue
        limit = lists.distance[x] + tolerance
        for k in range(lists.member.shape[1]):
            y = lists.member[x, k]
            if y < 0 or not lists.exact[x, k] or partner[y] >= 0:
                continue
            between = lists.low[x, k]
            if between <= limit and between <= lists.distance[y] + tolerance:
                partner[x], partner[y] = y, x
                clusters.joined[x] = clusters.joined[y] = between
                pairs[count, 0], pairs[count, 1] = min(x, y), max(x, y)
                count += 1
                break
    return count


@compiled
def join_lists(clusters: Clusters, lists: Lists, pairs: Slots) -> None:
    """Make one list of the two of each pair, in the slot of the first.

    A cluster that is no candidate of either is bounded by what the two bounds for such clusters combine to. For Ward's
    linkage that grows with the size of the cluster, so it is taken for the smallest, a single vector.
    """
    width = lists.member.shape[1]
    members = np.empty(2 * width, np.int32)
    lows = np.empty(2 * width)
    size, ward = clusters.size, clusters.ward
    for i, j in pairs:
        a, b, between = size[i], size[j], clusters.joined[i]
        count = 0
        for k in range(width):
            y = lists.member[i, k]
            if y < 0 or y == j:
                continue
            other = lists.rest[j]
            for m in range(width):
                if lists.member[j, m] == y:
                    other = lists.low[j, m]
                    lists.member[j, m] = -1
            members[count] = y
            lows[count] = combine(lists.low[i, k], other, a, b, between, size[y], ward)
            count += 1
        for k in range(width):
            y = lists.member[j, k]
            if y < 0 or y == i:
                continue
            members[count] = y
            lows[count] = combine(lists.rest[i], lists.low[j, k], a, b, between, size[y], ward)
            count += 1
        for k in range(count):
            lows[k] -= clusters.rounding * weight(a + b, size[members[k]], ward)
        rest = combine(lists.rest[i], lists.rest[j], a, b, between, 1.0, ward)
        rest -= clusters.rounding * (a + b if ward else 0.5)
        lists.member[i] = -1
        lists.low[i] = np.inf
        lists.exact[i] = False
        for k in range(width):
            best = np.argmin(lows[: max(count, 1)])
            if k < count:
                lists.member[i, k], lists.low[i, k] = members[best], lows[best]
                lows[best] = np.inf
        for k in range(count):
            rest = min(rest, lows[k])
        lists.rest[i] = rest


@compiled
def replace_merged(clusters: Clusters, lists: Lists, remaining: Slots, changed: Slots) -> int:
    """Put the new clusters in the place of those they were made of, in all lists.

    Returns
    -------
    int
        How many clusters have another list now, or are new: the first of ``changed``.
    """
    count = 0
    width = lists.member.shape[1]
    partner, size, ward = clusters.partner, clusters.size, clusters.ward
    for x in remaining:
        new = partner[x] >= 0
        own = size[x] + size[partner[x]] if new else size[x]
        affected = new
        for k in range(width):
            y = lists.member[x, k]
            if y < 0 or partner[y] < 0:
                continue
            affected = True
            other, low = partner[y], lists.rest[x]
            for m in range(width):
                if lists.member[x, m] == other:
                    low = lists.low[x, m]
                    lists.member[x, m] = -1
                    lists.low[x, m] = np.inf
                    lists.exact[x, m] = False
            both = combine(lists.low[x, k], low, size[y], size[other], clusters.joined[y], own, ward)
            lists.member[x, k] = -2 - min(y, other)  # marks it as replaced
            lists.low[x, k] = both - clusters.rounding * weight(own, size[y] + size[other], ward)
            lists.exact[x, k] = False
        if affected:
            for k in range(width):
                if lists.member[x, k] < -1:
                    lists.member[x, k] = -2 - lists.member[x, k]
            changed[count] = x
            count += 1
    return count


@compiled
def join_means(clusters: Clusters, pairs: Slots) -> None:
    """Make one cluster of each pair, in the slot of the first."""
    for i, j in pairs:
        a, b = clusters.size[i], clusters.size[j]
        first, second = clusters.mean[i], clusters.mean[j]
        if not clusters.ward:
            between = squared_distance(first, second)
            spread = a * clusters.offset[i] + b * clusters.offset[j] + a * b / (a + b) * between / 2
            clusters.offset[i] = spread / (a + b)
        for k in range(len(first)):
            first[k] = (a * np.float64(first[k]) + b * np.float64(second[k])) / (a + b)
        clusters.size[i] = a + b
        # Rounding must not put a cluster below its parts.
        clusters.height[i] = max(clusters.joined[i], clusters.height[i], clusters.height[j])
