"""Names for branches of the tree, by the classes that the network sees in their images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.insight.vocabulary import Vocabulary

__all__ = ["BranchName", "name_branches"]

_MERGES = 512  # from the root: what cuts into as many clusters show
_ROWS = 4096  # at once, since scores of 1,000 classes take more room than embeddings
_TOP = 5

# A word is a name when this share of the scores is its, and when it says this much of the branch (in nats).
_LEAST_SHARE, _LEAST_TELLING = 0.2, 0.3
# When it covers less than this, the next that has nothing in common with it is added.
_ENOUGH, _SECOND = 0.6, 0.15
_FEW = 0.002  # the share that a word is taken to have elsewhere at least

Scores = npt.NDArray[np.floating]


@dataclass(frozen=True)
class BranchName:
    """What the images of a branch seem to be.

    Attributes
    ----------
    text : str
        Such as "big cat" or "cattle, pig"; empty where no word says enough.
    classes : tuple of (str, float)
        The network's classes with the largest mean shares, from 0 to 1, the first of them first.
    """

    text: str
    classes: tuple[tuple[str, float], ...]


def name_branches(
    tree: Tree, classes: tuple[str, ...], scores: Callable[[npt.NDArray[np.int32]], Scores]
) -> Mapping[int, BranchName]:
    """Name the upper branches of a tree.

    The network's scores are averaged over the images of each branch, and over all others. The word with the largest
    term in the Kullback-Leibler divergence of the two, share * log(share / share elsewhere), is what tells the branch
    best: a single class where most images are of it, "dog" where they are of many breeds, "animal" among things.

    Parameters
    ----------
    tree : Tree
    classes : tuple of str
        Of the network.
    scores : callable
        From rows, shape (b,), to the shares of the classes in them, shape (b, k).

    Returns
    -------
    mapping of int to BranchName
        By merge: the children of the upper 512, and the root. It takes one pass over all rows.

    Examples
    --------
    >>> Z = np.array([[0, 1, 1, 2], [2, 3, 1, 2], [4, 5, 4, 4]], dtype=float)
    >>> shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.0, 1.0], [0.1, 0.9]])
    >>> names = name_branches(Tree.from_linkage(Z), ("ox", "sheep"), lambda rows: shares[rows])
    >>> {merge: name.text for merge, name in names.items()}
    {0: 'ox', 1: 'sheep', 2: ''}
    """
    if tree.n == 1:
        return {}
    merges, k = _upper(tree), len(classes)
    starts = tree.left_start[merges].astype(np.int64)
    sizes = tree.size[merges].astype(np.int64)
    sums, total = _sums(scores, tree.leaf_order, starts, starts + sizes, k)
    vocabulary = Vocabulary.of(classes)
    inside, everything = sums @ vocabulary.covers, total @ vocabulary.covers
    others = tree.n - sizes
    shares = inside / sizes[:, None]
    # There is nothing beside the root: any class is as likely.
    anywhere = vocabulary.covers.mean(axis=0)
    elsewhere = np.where(others[:, None] > 0, (everything - inside) / np.maximum(others, 1)[:, None], anywhere)
    shares = np.maximum(shares, 0)
    telling = shares * np.log((shares + 1e-12) / (np.maximum(elsewhere, 0) + _FEW))
    return {
        int(merge): BranchName(_text(vocabulary, shares[i], telling[i]), _classes(classes, shares[i, :k]))
        for i, merge in enumerate(merges)
    }


def _upper(tree: Tree) -> npt.NDArray[np.int64]:
    children = tree.linkage_matrix[-_MERGES:, :2].astype(np.int64).ravel() - tree.n
    return np.unique(np.append(children[children >= 0], tree.n - 2))


def _sums(
    scores: Callable[[npt.NDArray[np.int32]], Scores],
    leaf_order: npt.NDArray[np.int32],
    starts: npt.NDArray[np.int64],
    stops: npt.NDArray[np.int64],
    k: int,
) -> tuple[Scores, Scores]:
    """Return the sums of the scores over intervals of leaf order, shape (m, k), and over all, shape (k,)."""
    n = len(leaf_order)
    edges = np.unique(np.concatenate([starts, stops, [0, n]]))
    ahead = np.zeros((len(edges), k))  # of each edge, the sum from the edge before it
    for first in range(0, n, _ROWS):
        positions = np.arange(first, min(first + _ROWS, n))
        edge = np.searchsorted(edges, positions, side="right")
        begins = np.flatnonzero(np.diff(edge, prepend=0))
        ahead[edge[begins]] += np.add.reduceat(scores(leaf_order[positions]), begins, axis=0, dtype=np.float64)
    ahead = ahead.cumsum(axis=0)
    return ahead[np.searchsorted(edges, stops)] - ahead[np.searchsorted(edges, starts)], ahead[-1]


def _text(vocabulary: Vocabulary, shares: Scores, telling: Scores) -> str:
    chosen: list[int] = []
    for word in np.argsort(-telling, kind="stable")[:20].tolist():
        least = _SECOND if chosen else _LEAST_SHARE
        if telling[word] < _LEAST_TELLING or shares[word] < least:
            continue
        if any(vocabulary.overlap(word, other) for other in chosen):
            continue
        chosen.append(word)
        if len(chosen) == 2 or shares[word] >= _ENOUGH:
            break
    return ", ".join(vocabulary.words[word] for word in chosen)


def _classes(classes: tuple[str, ...], shares: Scores) -> tuple[tuple[str, float], ...]:
    first = np.argsort(-shares, kind="stable")[:_TOP].tolist()
    return tuple((classes[i], round(float(shares[i]), 4)) for i in first)
