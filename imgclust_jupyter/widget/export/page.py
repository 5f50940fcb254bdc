"""The text of the file: scripts, styles, data and pictures in one HTML document that may ask nobody for anything.

Data stand in elements of a kind that no browser runs; pictures as base64, a block of them in each element, decoded when
they are looked at. The two scripts and styles that may work are named by their digests, so that no other can.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from imgclust_jupyter.collection import printable
from imgclust_jupyter.widget.export.pictures import Pictures
from imgclust_jupyter.widget.models import front_end

__all__ = ["Page", "picture_bytes"]

_PER_BLOCK = 64

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="imgclust_jupyter {version}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main id="imgclust"><h1>{title}</h1><p>Opening …</p></main>
<noscript><div class="imgclust-still">
<p>This is a still picture: the views need JavaScript, which is switched off here or cannot be had.</p>
<img alt="Dendrogram, gallery and map of {title}" src="data:image/jpeg;base64,{still}">
</div></noscript>
"""


@dataclass(frozen=True, eq=False)
class Page:
    """A page whose size is known before it is written.

    Attributes
    ----------
    size : int
        Bytes.
    """

    _head: bytes
    _pictures: Pictures
    _foot: bytes

    @classmethod
    def of(cls, title: str, document: dict[str, Any], texts: Any, pictures: Pictures, still: bytes) -> Page:
        """Lay out a page.

        Parameters
        ----------
        title : str
        document, texts : object
            What `imgclust_jupyter.widget.export.document` returns.
        pictures : Pictures
        still : bytes
            A JPEG file, shown where no script runs.

        Returns
        -------
        Page
        """
        style = front_end("widget.css") + front_end("standalone.css")
        script = front_end("standalone.js")
        policy = (
            f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; img-src data: blob:; "
            "base-uri 'none'; form-action 'none'"
        )
        lengths = [picture_bytes(tile) for tile in pictures.tiles]
        index = {"perBlock": _PER_BLOCK, "rows": _words(pictures.rows), "lengths": _words(lengths)}
        head = _PAGE.format(
            policy=policy,
            version=version("imgclust_jupyter"),
            title=html.escape(printable(title)),
            style=style,
            still=base64.b64encode(still).decode(),
        )
        data = _data("document", {**document, "pictures": index}) + _data("texts", texts)
        foot = f'<script type="module">{script}</script>\n</body>\n</html>\n'
        return cls((head + data).encode(), pictures, foot.encode())

    @property
    def size(self) -> int:
        """Bytes."""
        blocks = range(0, len(self._pictures.tiles), _PER_BLOCK)
        around = sum(len(_opening(first // _PER_BLOCK)) + len(_CLOSING) for first in blocks)
        return len(self._head) + around + sum(map(picture_bytes, self._pictures.tiles)) + len(self._foot)

    def parts(self) -> Iterator[bytes]:
        """Yield its bytes, one piece after the other."""
        yield self._head
        tiles = self._pictures.tiles
        for first in range(0, len(tiles), _PER_BLOCK):
            yield _opening(first // _PER_BLOCK)
            yield b"".join(map(base64.b64encode, tiles[first : first + _PER_BLOCK]))
            yield _CLOSING
        yield self._foot


def picture_bytes(tile: bytes) -> int:
    """Return how many bytes of the page a picture is, as base64."""
    return 4 * -(-len(tile) // 3)


_CLOSING = b"</script>\n"


def _opening(block: int) -> bytes:
    return f'<script type="text/plain" id="imgclust-pictures-{block}">'.encode()


def _data(name: str, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Whatever a file is called: without this letter nothing in it ends the element, or begins a comment.
    safe = printable(text).replace("<", "\\u003c")
    return f'<script type="application/json" id="imgclust-{name}">{safe}</script>\n'


def _words(values: Any) -> str:
    return base64.b64encode(np.asarray(values, dtype="<u4").tobytes()).decode()


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
