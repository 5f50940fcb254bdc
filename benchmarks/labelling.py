"""How many actions it takes to label all images with at least 95 % right, against one by one.

``IMGCLUST_TEST_DATA=<folder> python benchmarks/labelling.py`` prints two tables in Markdown.

The first one counts a careful person's actions on each labelled set. Each of these counts one: going to the next
cluster that the explorer proposes, clicking a branch, taking an odd picture out of the selection, giving a label
(typed, completed or proposed), opening the suggestions for a label, confirming or refusing one of them.

one by one
    Select an image, label it: two actions an image.
clusters
    The next cluster; as long as less than 95 % of it are of one kind, on to its larger branch; label. To the end.
odd ones out
    The same, but of a cluster that is mostly of one kind the others are taken out of the selection.
suggestions
    Clusters, while the next one has two images or more. Then, label by label, suggestions are confirmed, until one is
    refused; the rest one by one.
both
    Odd ones out, then suggestions.

The second one compares rules for suggestions: mean average precision of the rankings of the images without a label,
where 5 % or 20 % of the images, or half of the clusters, have one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from networks import labelled_sets
from scipy import sparse
from sklearn.metrics import average_precision_score

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.insight.label_suggestions import LabelModel, next_branch
from imgclust_jupyter.layout import Neighbors
from imgclust_jupyter.pipeline import Options, Pipeline, Results

Codes = npt.NDArray[np.int64]
Scores = npt.NDArray[np.floating]
Rule = Callable[[npt.NDArray[np.floating], Neighbors, Codes, int], Scores]

PURE = 0.95
SMALL = 2
FEW_ODD = 0.5


@dataclass
class Person:
    """Somebody who sees what each picture is."""

    results: Results
    kinds: Codes
    suggested: bool
    odd_out: bool
    actions: int = 0
    given: Codes = field(init=False)

    def __post_init__(self) -> None:
        self.given = np.full(len(self.kinds), -1)

    @property
    def tree(self) -> Tree:
        """The tree of the images."""
        assert self.results.tree is not None
        return self.results.tree

    def label_all(self) -> None:
        """Label every image."""
        while self.label_next(SMALL if self.suggested else 1):
            pass
        if self.suggested:
            for kind in np.unique(self.given[self.given >= 0]).tolist():
                self.go_through(kind)
        rest = np.flatnonzero(self.given < 0)
        self.given[rest] = self.kinds[rest]
        self.actions += 2 * len(rest)

    def label_next(self, least: int) -> bool:
        """Label the next cluster, or a part of it; return whether it had as many images as `least`."""
        rows = next_branch(self.tree, self.results.auto, self.given >= 0)
        if len(rows) < least:
            return False
        self.actions += 1
        while True:
            values, counts = np.unique(self.kinds[rows], return_counts=True)
            odd = len(rows) - counts.max()
            if odd <= (1 - PURE) * len(rows):
                break
            if self.odd_out and odd <= FEW_ODD * len(rows):
                rows = rows[self.kinds[rows] == values[counts.argmax()]]
                self.actions += odd
                break
            rows = self.larger_branch(rows)
            self.actions += 1
        self.given[rows] = values[counts.argmax()]
        self.actions += 1
        return True

    def larger_branch(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the larger child of a branch."""
        start = int(np.flatnonzero(self.tree.leaf_order == rows[0])[0])
        (merge,) = np.flatnonzero((self.tree.left_start == start) & (self.tree.size == len(rows)))
        split = int(self.tree.split[merge])
        return rows[:split] if 2 * split >= len(rows) else rows[split:]

    def go_through(self, kind: int) -> None:
        """Confirm what is suggested for a label, until something has to be refused."""
        self.actions += 1
        while True:
            codes, names = self.codes()
            model = LabelModel.fit(self.results.vectors, codes, len(names), "cosine")
            rows, _ = model.suggest(names.index(kind), 1)
            if not len(rows):
                return
            self.actions += 1
            if self.kinds[rows[0]] != kind:
                return
            self.given[rows[0]] = kind

    def codes(self) -> tuple[Codes, list[int]]:
        """Return the labels that were given, numbered from 0, and which they are."""
        names = np.unique(self.given[self.given >= 0])
        return np.where(self.given < 0, -1, np.searchsorted(names, self.given)), names.tolist()


def by_vote(labelled: int | None) -> Rule:
    """Return the vote of the neighbours in the graph, or of so many nearest ones that have a label."""

    def rule(vectors: npt.NDArray[np.floating], neighbors: Neighbors, codes: Codes, n: int) -> Scores:
        if labelled is None:
            indices, weights = neighbors.indices[:, 1:], np.maximum(1 - neighbors.distances[:, 1:], 1e-3)
        else:
            (known,) = np.nonzero(codes >= 0)
            similarity = vectors @ vectors[known].T
            nearest = np.argsort(-similarity, axis=1)[:, :labelled]
            indices, weights = known[nearest], np.maximum(np.take_along_axis(similarity, nearest, 1), 1e-3)
        votes = np.stack([(weights * (codes[indices] == code)).sum(axis=1) for code in range(n)], axis=1)
        return votes / weights.sum(axis=1, keepdims=True)

    return rule


def by_margin(vectors: npt.NDArray[np.floating], _: Neighbors, codes: Codes, n: int) -> Scores:
    """How much nearer the nearest image of a label is than the nearest of any other."""
    away = np.full((len(vectors), n), 2.0)
    for code in np.unique(codes[codes >= 0]):
        away[:, code] = 1 - (vectors @ vectors[codes == code].T).max(axis=1)
    first, second = np.sort(away, axis=1)[:, :2].T
    other = np.where(away == first[:, None], second[:, None], first[:, None])
    return other / (away + other + 1e-9)


def by_spreading(vectors: npt.NDArray[np.floating], neighbors: Neighbors, codes: Codes, n: int) -> Scores:
    """Label spreading over the graph of neighbours (Zhou et al. 2004) with alpha 0.9."""
    indices, weights = neighbors.indices[:, 1:], np.maximum(1 - neighbors.distances[:, 1:], 1e-3)
    rows = np.repeat(np.arange(len(vectors)), indices.shape[1])
    graph = sparse.csr_matrix((weights.ravel(), (rows, indices.ravel())), (len(vectors), len(vectors)))
    graph = graph.maximum(graph.T)
    scale = sparse.diags(1 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel()))
    given = np.eye(n + 1)[codes][:, :n]
    spread = given
    for _ in range(30):
        spread = 0.9 * (scale @ graph @ scale @ spread) + 0.1 * given
    return spread / np.maximum(spread.sum(axis=1, keepdims=True), 1e-12)


def by_means(vectors: npt.NDArray[np.floating], _: Neighbors, codes: Codes, n: int) -> Scores:
    """Apply the rule of the package."""
    return LabelModel.fit(vectors, codes, n, "cosine").likelihoods(range(len(vectors)))


RULES: dict[str, Rule] = {
    "nearest means": by_means,
    "label spreading": by_spreading,
    "vote of the 15 neighbours": by_vote(None),
    "vote of the 10 nearest with a label": by_vote(10),
    "nearest with the label against nearest with another": by_margin,
}


def known_part(results: Results, kinds: Codes, how: float | None, seed: int) -> Codes:
    """Return the labels of some images: a share of all, or half of the clusters that are mostly of one kind."""
    rng, n = np.random.default_rng(seed), kinds.max() + 1
    if how is not None:
        chosen = rng.permutation(len(kinds))[: max(n, int(how * len(kinds)))]
        return np.where(np.isin(np.arange(len(kinds)), chosen), kinds, -1)
    assert results.tree is not None
    codes, clusters = np.full(len(kinds), -1), results.tree.cut(3 * n)
    for cluster in rng.permutation(np.arange(1, 3 * n + 1))[: 3 * n // 2]:
        rows = np.flatnonzero(clusters == cluster)
        values, counts = np.unique(kinds[rows], return_counts=True)
        if counts.max() >= 0.8 * len(rows):
            right = rows[kinds[rows] == values[counts.argmax()]]
            codes[right] = kinds[right]
    return codes


def precision(results: Results, kinds: Codes, rule: Rule, how: float | None) -> float:
    """Return the mean average precision over three draws and all labels."""
    values = []
    for seed in range(3):
        codes = known_part(results, kinds, how, seed)
        assert results.vectors is not None
        assert results.neighbors is not None
        scores = rule(results.vectors, results.neighbors, codes, kinds.max() + 1)[codes < 0]
        left = kinds[codes < 0]
        values += [
            average_precision_score(left == kind, scores[:, kind])
            for kind in np.intersect1d(codes[codes >= 0], left).tolist()
        ]
    return float(np.mean(values))


def computed(files: list[Path]) -> Results:
    pipeline = Pipeline(Options(files, model="squeezenet", layout="pca"), lambda results: None, lambda progress: None)
    pipeline.start()
    return pipeline.wait()


def main() -> None:
    """Measure and print."""
    ways = {
        "clusters": (False, False),
        "odd ones out": (False, True),
        "suggestions": (True, False),
        "both": (True, True),
    }
    print("| set | images | labels | clusters | one by one | " + " | ".join(ways) + " |")
    print("|---" * (5 + len(ways)) + "|")
    sets = {}
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["IMGCLUST_CACHE"] = scratch
        for name, (files, labels) in labelled_sets(Path(os.environ["IMGCLUST_TEST_DATA"]), Path(scratch)).items():
            results = computed(files)
            assert results.ids is not None
            kinds = np.unique(labels, return_inverse=True)[1][results.ids]
            sets[name] = results, kinds
            cells = []
            for suggested, odd_out in ways.values():
                person = Person(results, kinds, suggested, odd_out)
                person.label_all()
                right = (person.given == kinds).mean()
                cells.append(f"{person.actions:,} ({2 * len(kinds) / person.actions:.1f} times; {right:.1%} right)")
            counts = [f"{count:,}" for count in (len(kinds), kinds.max() + 1, results.auto, 2 * len(kinds))]
            print("| " + " | ".join([name, *counts, *cells]) + " |")
    print("\n| rule | " + " | ".join(f"{name}: 5 %, 20 %, clusters" for name in sets) + " |")
    print("|---" * (1 + len(sets)) + "|")
    for rule_name, rule in RULES.items():
        cells = [
            ", ".join(f"{precision(results, kinds, rule, how):.2f}" for how in (0.05, 0.2, None))
            for results, kinds in sets.values()
        ]
        print("| " + " | ".join([rule_name, *cells]) + " |")


if __name__ == "__main__":
    main()
