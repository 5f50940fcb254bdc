"""By what a collection is known again, in another session."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from imgclust_jupyter.collection.remote import is_url, public_url
from imgclust_jupyter.collection.remote_listing import local_path

__all__ = ["identity"]


def identity(source: Any, digests: Iterable[str]) -> str:
    """Return what a source has in common with the same one in another session.

    Parameters
    ----------
    source : object
        As for `Collection.from_source`.
    digests : iterable of str
        Those of the images' contents.

    Returns
    -------
    str
        Of a folder, a pattern, a file or an archive a digest of its absolute path; of a URL one of the URL without its
        secrets; of a list, a table or pixels, which have no place, one of their contents in any order.

    Examples
    --------
    >>> identity(["a.jpg", "b.jpg"], ["0a", "1b"]) == identity(["/moved/b.jpg", "/moved/a.jpg"], ["1b", "0a"])
    True
    """
    if not isinstance(source, str | Path):
        known_by = " ".join(["contents", *sorted(digests)])
    else:
        local = local_path(str(source)) if is_url(source) else Path(source)
        path = local and os.path.normpath(local.expanduser().absolute())
        known_by = f"path {path}" if path else f"url {public_url(str(source))}"
    return hashlib.blake2b(known_by.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
