"""How quick the three views are in Chromium: script time of what a person does, beside other tools; bytes, and leaks.

Each number of images is drawn by the widget on a page of its own (``benchmarks/frontend_pages``), with a synthetic
collection and a kernel that answers at once with pictures drawn beforehand. Times are milliseconds of processor time
that the page's own script takes (Chromium's `Performance.getMetrics` in thread ticks), from handling the event to the
end of the frame or, where it says "→", until nothing more happens; medians of 30 frames. What draws in place of a
graphics card works elsewhere, and is left out; so is what else the machine does. "Elapsed" is by the clock, with all.

    npm --prefix js ci && npm --prefix js run build
    python benchmarks/frontend.py 1000 20000 100000

Beside the map stand jupyter-scatter's own renderer and Embedding Atlas's view, with the same points, colours and size,
in the same browser. They are skipped, which is said, unless they are installed in a folder outside of the repository:

    npm install --prefix /tmp/others --legacy-peer-deps regl-scatterplot@1.16.0 embedding-atlas@0.23.0
    python benchmarks/frontend.py 20000 100000 --others /tmp/others

jupyter-scatter 1.0 is regl-scatterplot 1.16 in a notebook. Embedding Atlas 0.23 is the last that draws without WebGPU;
it asks its database which points an outline holds, off the page's script: its lasso has no number of images.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from frontend_browser import ROOT, Bench, browser, bundle
from frontend_gestures import cut, first_drawing, in_the_gallery, in_the_tree, on_the_map, opened_and_closed

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.widget.wire import encode_dataset

STATIC = ROOT / "imgclust_jupyter" / "static"
LIBRARIES = ("jupyter-scatter", "Embedding Atlas")


def message_bytes(n: int) -> dict[str, float]:
    """Size of what the kernel sends before anything can be drawn, with a tree, a map and the columns of any network."""
    rng = np.random.default_rng(0)
    Z = np.column_stack(
        [np.r_[0, n + np.arange(n - 2)], np.arange(1, n), np.sort(rng.random(n - 1)), np.arange(2, n + 1)]
    )
    numbers = {name: rng.random(n) for name in ("size", "width", "height", "outlier", "predicted_share")}
    words = {name: rng.integers(0, 1000, n).astype("U12") for name in ("predicted", "duplicate_of")}
    message = encode_dataset(
        {"version": 1, "id_count": n},
        np.arange(n),
        pd.DataFrame({**numbers, **words}),
        Tree.from_linkage(Z),
        rng.random((n, 2), dtype=np.float32),
        np.arange(n - 1, dtype=np.int32),
    )
    arrays = sum(len(value) for name, value in vars(message).items() if name != "header")
    return {"the dataset, MB": (arrays + len(json.dumps(message.header))) / 1e6}


def ours(n: int, folder: Path, cycles: int) -> dict[str, float]:
    """All views together."""
    told = message_bytes(n)
    with browser() as chromium:
        bench = Bench(chromium, folder, "ours")
        told["measuring itself, a frame"] = bench.each(lambda _: None, 10)[5].script
        told |= first_drawing(bench, n, "balanced")
        told |= in_the_tree(bench, n)
        told |= cut(bench, "balanced tree")
        stage = bench.page.locator(".imgclust-map-stage")
        told |= {f"map: {name}" if "→" not in name else name: value for name, value in on_the_map(bench, stage).items()}
        bench.page.keyboard.press("Escape")
        told |= in_the_gallery(bench, "pictures")
        bench.close()
        bench = Bench(chromium, folder, "ours")
        first_drawing(bench, n, "chain")
        told |= cut(bench, "one long chain")
        bench.close()
        bench = Bench(chromium, folder, "ours")
        first_drawing(bench, n, "balanced", "table")
        told |= in_the_gallery(bench, "table")
        told |= opened_and_closed(bench, cycles)
        bench.close()
    return told


def alone(n: int, folder: Path, others: Path | None) -> dict[str, dict[str, float]]:
    """Map against map, in a browser that can do WebGPU in software."""
    found = {}
    with browser() as chromium:
        box = None
        for name in ("ours", *(LIBRARIES if others else ())):
            bench = Bench(chromium, folder, "ours" if name == "ours" else "others")
            bench.call("prepare", n, "balanced")
            bench.call("open", {"pane": "map"} if box is None else {"library": name, **box})
            bench.page.wait_for_timeout(500)
            told = {"data → first drawing": bench.settled(lambda bench=bench: bench.call("publish"), 1500).script}
            stage = bench.page.locator(".imgclust-map-stage" if name == "ours" else "#cell canvas").first
            told |= on_the_map(bench, stage)
            size = stage.bounding_box()
            assert size is not None
            box = box or {"width": size["width"], "height": size["height"]}
            found[name] = told
            bench.close()
    return found


def table(title: str, columns: dict[str, dict[str, float]]) -> None:
    """Print numbers, a line for each name."""
    print(f"\n| {title} | " + " | ".join(columns) + " |")
    print("|---" + "|---:" * len(columns) + "|")
    for name in dict.fromkeys(name for column in columns.values() for name in column):
        cells = (
            f"{column[name]:,.{0 if abs(column[name]) >= 100 else 1}f}" if name in column else ""
            for column in columns.values()
        )
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    """Print a table of ours and one of the maps for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", nargs="*", type=int, default=[1000, 20_000, 100_000])
    parser.add_argument("--others", type=Path, help="where regl-scatterplot and embedding-atlas are installed")
    parser.add_argument("--cycles", type=int, default=50, help="how often the widget is opened and closed")
    parser.add_argument("--skip-ours", action="store_true", help="compare the maps only")
    parser.add_argument("--json", type=Path, help="a file to write the numbers to, too")
    options = parser.parse_args()
    modules = options.others / "node_modules" if options.others else None
    if modules and not (modules / "regl-scatterplot").is_dir():
        parser.error(f"{modules} has no regl-scatterplot; install it as the top of this file says")
    found: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle("ours.ts", folder)
        if modules:
            bundle("others.ts", folder, modules)
        bytes_of = {file.name: file.stat().st_size / 1e3 for file in sorted(STATIC.glob("widget.*"))}
        print(
            f"bundle: {sum(bytes_of.values()):.0f} kB; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        if not options.skip_ours:
            found["ours"] = {f"{n:,}": ours(n, folder, options.cycles) for n in options.n}
            table("script ms", found["ours"])
        for n in options.n:
            found[f"maps of {n:,}"] = alone(n, folder, modules)
            table(f"map alone, {n:,} points, script ms", found[f"maps of {n:,}"])
    if modules is None:
        print("\njupyter-scatter and Embedding Atlas are not here: the top of this file says how to install them.")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
