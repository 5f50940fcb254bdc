"""How long it takes until added images are in tree and map, and how well they stand there.

    python benchmarks/growth.py PHOTOS [--model MODEL]

PHOTOS is a folder of images whose label is the part of the name before "__". An explorer gets all but 101 of them, then
100, then one; their embedding counts. The same is done again without the exact tree, and with all at once.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors

from imgclust_jupyter.clustering.matching import match_clusters
from imgclust_jupyter.pipeline import Addition, Options, Pipeline, Results, growth


def add(pipeline: Pipeline, source: list[Path]) -> tuple[Results, str]:
    """Add images; return the results with them as soon as they show, and after how many seconds."""
    started, computed = time.perf_counter(), time.process_time()
    addition = Addition(source)
    pipeline.request(addition)
    pipeline.wait_for(addition)
    seconds = f"{time.perf_counter() - started:.2f} s ({time.process_time() - computed:.2f} s of a processor)"
    return pipeline.results, seconds


def computed(source: list[Path], model: str) -> Pipeline:
    """Return a pipeline that is done."""
    pipeline = Pipeline(Options(source, model=model), lambda results: None, lambda progress: None)
    pipeline.start()
    pipeline.wait()
    return pipeline


def names(results: Results) -> list[str]:
    """Return the file name of each row."""
    return [path.rpartition("/")[2] for path in results.relative_paths]


def agreement(results: Results, whole: Results, rows: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return the shares of the added and of the other rows in the cluster that the tree of all has them in."""
    row_of = {name: row for row, name in enumerate(names(whole))}
    assert whole.tree is not None
    assert results.tree is not None
    exact = whole.tree.cut(whole.auto)[[row_of[name] for name in names(results)]]
    own = results.tree.cut(whole.auto)
    same = match_clusters(exact, own)[own - 1] == exact
    return float(same[rows].mean()), float(np.delete(same, rows).mean())


def of_kind(results: Results, wanted: set[str]) -> float:
    """Return which share of the five nearest images on the map has the label of a wanted one."""
    all_names = names(results)
    assert results.coordinates is not None
    nearest = NearestNeighbors(n_neighbors=6).fit(results.coordinates).kneighbors(return_distance=False)[:, :5]
    labels = np.array([name.partition("__")[0] for name in all_names])
    rows = [row for row, name in enumerate(all_names) if name in wanted]
    return float((labels[nearest[rows]] == labels[rows][:, None]).mean())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--model", default="squeezenet")
    given = parser.parse_args()
    folder = tempfile.mkdtemp()
    os.environ["IMGCLUST_CACHE"] = folder
    files = sorted(path for path in given.photos.rglob("*") if path.is_file())
    files = [files[i] for i in np.random.default_rng(0).permutation(len(files))]
    rest, hundred, one = files[:-101], files[-101:-1], files[-1:]
    print(f"{len(files):,} images, {given.model}, load {os.getloadavg()[0]:.1f}")
    pipeline = computed(rest, given.model)
    exact, seconds = add(pipeline, hundred)
    print(f"100 added to {len(rest):,}: shown after {seconds}; {counted(exact)}")
    last, seconds = add(pipeline, one)
    print(f"1 added to {len(exact.relative_paths):,}: shown after {seconds}; {counted(last)}")
    whole = computed(rest + hundred, given.model).results
    growth.QUICK = 0  # no exact tree at once
    provisional, seconds = add(computed(rest, given.model), hundred)
    print(f"provisional, with the embeddings there: 100 shown after {seconds}")
    rows = np.arange(len(rest), len(rest) + len(hundred))
    for name, results in (("exact", exact), ("provisional", provisional)):
        added, others = agreement(results, whole, rows)
        print(f"{name} tree, {whole.auto} clusters as in that of all: {added:.0%} of the added, {others:.1%} of others")
    wanted = {path.name for path in hundred}
    print(
        f"five nearest on the map with the right label: {of_kind(exact, wanted):.0%}, anew {of_kind(whole, wanted):.0%}"
    )
    shutil.rmtree(folder)


def counted(results: Results) -> str:
    """Return the changes in words."""
    assert results.changes is not None
    assert results.ids is not None
    return results.changes.words(results.ids, results.tree, results.auto)


if __name__ == "__main__":
    main()
