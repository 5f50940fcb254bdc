"""The notebooks as pages, with the tables and pictures that they were saved with, and as files to take along."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File
from nbconvert import MarkdownExporter

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

_PANDAS_STYLE = re.compile(r"<style scoped>.*?</style>\n", re.DOTALL)
_PANDAS_TABLE = '<table border="1" class="dataframe">'
_PICTURE = re.compile(r"!\[\w+\]\(")


def on_files(files: Any, config: Any) -> None:
    """Add a page for each notebook, its pictures, and the notebook."""
    exporter = MarkdownExporter()
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        text, resources = exporter.from_filename(str(notebook), resources={"unique_key": notebook.stem})
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=_page(text, notebook.name)))
        files.append(File.generated(config, f"notebooks/{notebook.name}", abs_src_path=str(notebook)))
        for name, picture in resources["outputs"].items():
            files.append(File.generated(config, f"notebooks/{name}", content=picture))


def _page(text: str, name: str) -> str:
    title, rest = text.strip().split("\n", 1)
    # The theme draws tables that are no one else's.
    rest = _PANDAS_STYLE.sub("", rest).replace(_PANDAS_TABLE, "<table>")
    rest = _PICTURE.sub("![The explorer](", rest)
    return f"{title}\n\n[The notebook]({name}){{ download }} of this page, to be run.\n{rest}"
