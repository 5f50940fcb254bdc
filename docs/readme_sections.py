"""Sections of README.md on the pages of the documentation: a line ``{{ README: Limits }}`` stands for one of them.

What is said in the README is said once. ``{{ CHANGELOG.md }}`` is a whole file, without its title. Links to notebooks
become links to their pages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).parent.parent
_SECTION = re.compile(r"^\{\{ README: (?P<title>.+) \}\}$", re.MULTILINE)
_FILE = re.compile(r"^\{\{ (?P<name>\w+\.md) \}\}$", re.MULTILINE)
_FILES = {"docs/defaults.md": "defaults.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}

_pages: dict[str, str] = {}


def on_files(files: Any, config: Any) -> None:
    """Note on which page each section of the README is, so that links between sections become links between pages."""
    for file in files.documentation_pages():
        for match in _SECTION.finditer(file.content_string):
            _pages["#" + _slug(match["title"])] = file.src_uri


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put sections and files where a page names them."""
    markdown = _SECTION.sub(lambda match: _section(match["title"], page.file.src_uri), markdown)
    return _FILE.sub(lambda match: _linked(_body((ROOT / match["name"]).read_text()), page.file.src_uri), markdown)


def _section(title: str, uri: str) -> str:
    heading = r"\A# [^\n]*" if title == "Introduction" else f"^## {re.escape(title)}$"
    match = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    if match is None:
        raise PluginError(f"docs/{uri} includes the section {title!r} of README.md, which has none of that title")
    return _linked(match[1].strip(), uri)


def _body(text: str) -> str:
    return text.split("\n", 1)[1]


def _linked(text: str, uri: str) -> str:
    def target(match: re.Match[str]) -> str:
        link = match[1]
        page = _pages.get(link) or _FILES.get(link) or link.removeprefix("docs/").replace(".ipynb", ".md")
        return f"]({link if page == uri else page})"

    return re.sub(r"\]\(([^)\s:]+)\)", target, text)


def _slug(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
