"""Runs the notebooks, two at a time; ``python tests/notebooks/running.py`` saves them with what they show."""

from __future__ import annotations

import base64
import copy
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Run:
    """A notebook as it ran, and as somebody without a kernel should see it."""

    notebook: nbformat.NotebookNode
    for_readers: nbformat.NotebookNode


def run(path: Path, folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a notebook from top to bottom in a folder of its own, without a network."""
    notebook = nbformat.read(path, as_version=4)
    (folder / "tmp").mkdir(parents=True)
    own = {"TMPDIR": str(folder / "tmp"), "TORCH_HOME": str(folder / "torch"), "IMGCLUST_DATA": str(folder / "data")}
    variables = {**os.environ, **own, "https_proxy": "http://127.0.0.1:9", **environment}
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=300, startup_timeout=300, resources=resources).execute(env=variables)
    return Run(notebook, for_readers(notebook, folder))


@contextmanager
def running(paths: Iterable[Path], folder: Path) -> Iterator[dict[Path, Future[Run]]]:
    """Run notebooks meanwhile; they share a store, so that no sample image is embedded twice."""
    environment = {"IMGCLUST_CACHE": str(folder / "cache")}
    pool = ThreadPoolExecutor(2)
    try:
        yield {path: pool.submit(run, path, folder / path.stem, environment) for path in paths}
    finally:
        pool.shutdown(cancel_futures=True)


def for_readers(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Return a notebook with still pictures and tables in place of widgets, and without the folder's path."""
    reduced = copy.deepcopy(notebook)
    reduced.metadata.pop("widgets", None)
    reduced.metadata.language_info = {"name": "python"}
    for cell in (cell for cell in reduced.cells if cell.cell_type == "code"):
        cell.metadata.pop("execution", None)
        cell.outputs = [output for output in map(_for_readers, cell.outputs) if output]
    text = nbformat.writes(reduced)
    for place in (folder / "tmp", folder):
        text = text.replace(f"{place}/", "…/")
    return nbformat.reads(text, as_version=4)


def _for_readers(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    if output.output_type == "stream":
        return output if output.name == "stdout" else None
    kinds = output.get("data", {})
    pictures = [kinds.pop(kind) for kind in ("image/jpeg", "image/png") if kind in kinds]
    if pictures:
        kinds["image/jpeg"] = _small(pictures[0])
    # Without its picture, a widget is nothing but a name.
    return output if kinds.pop(_VIEW, None) is None or pictures else None


def _small(picture: str) -> str:
    # A repository keeps all of them for ever.
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    jpeg = io.BytesIO()
    Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB").save(jpeg, "JPEG", quality=75)
    return base64.b64encode(jpeg.getvalue()).decode()


def main(names: list[str]) -> None:
    """Run the notebooks with these names, or all, and save them."""
    wanted = [path for path in NOTEBOOKS if not names or path.stem in names]
    with tempfile.TemporaryDirectory() as folder, running(wanted, Path(folder)) as runs:
        for path, future in runs.items():
            nbformat.write(future.result().for_readers, path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
