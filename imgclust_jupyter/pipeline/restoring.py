"""Options and results as the file of a session has them, and made of it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.items import Item
from imgclust_jupyter.collection.state import SavedImage
from imgclust_jupyter.embedding import NETWORKS
from imgclust_jupyter.embedding.saved_network import SavedNetwork
from imgclust_jupyter.pipeline.features import FeatureChoice
from imgclust_jupyter.pipeline.growth import with_collection
from imgclust_jupyter.pipeline.options import Options
from imgclust_jupyter.pipeline.relinking import Place, place_of, relinked
from imgclust_jupyter.pipeline.results import Results
from imgclust_jupyter.pipeline.saved_collection import SavedCollection, decode_collection, encode_collection
from imgclust_jupyter.pipeline.saved_results import decode_results, encode_results
from imgclust_jupyter.store import Store
from imgclust_jupyter.workspace.session_file import Array
from imgclust_jupyter.workspace.table_codec import Arrays, pack_value, unpack_value

__all__ = ["Decoded", "captured", "decoded"]

_CHOICES = ("metric", "linkage", "layout", "recursive")


def captured(
    results: Results, options: Options, tiles: Mapping[int, bytes], beside: Path, store: Store, arrays: Arrays
) -> tuple[dict[str, Any], list[str]]:
    """Take results and options apart.

    Parameters
    ----------
    results : Results
        Complete ones.
    options : Options
        Credentials, the Dask client and modules and functions as a model are left out.
    tiles : mapping of int to bytes
        Thumbnails to be taken along, by item id.
    beside : Path
        Folder of the file.
    store : Store
        Knows digests.
    arrays : dict of str to ndarray
        Gets what is better kept as an array.

    Returns
    -------
    dict
        The rest, as JSON has it.
    list of str
        Columns with values that have become text.
    """
    assert results.collection is not None
    place, places = place_of(options.source, results.collection, beside)
    collection, lost = encode_collection(results.collection.state(store), tiles, places, arrays)
    document = {
        "options": {name: getattr(options, name) for name in _CHOICES},
        "model": _model(options, results),
        "features": _encode_features(options.choice),
        "place": asdict(place),
        "collection": collection,
        "results": encode_results(results, arrays),
    }
    return document, lost


@dataclass(frozen=True, eq=False)
class Decoded:
    """What a file has, before its images are looked for.

    Attributes
    ----------
    results : Results
        With a collection of which every item is a `SavedImage`.
    saved : SavedCollection
    place : Place
    choices : mapping of str to object
        Of the `Options`.
    """

    results: Results
    saved: SavedCollection
    place: Place
    choices: Mapping[str, Any]

    def relinked(
        self, beside: Path, source: Any, storage_options: dict[str, Any] | None, store: Store
    ) -> tuple[Options, Results]:
        """Return options and results with the images where they are now, and a notice of those that were not found.

        Parameters and what is raised are those of `relinking.relinked`.
        """
        recursive = self.choices["recursive"]
        state, there = relinked(self.saved, self.place, beside, source, recursive, storage_options, store)
        collection = Collection.of_state(state)
        if notice := _missing(collection):
            collection.add_notice(notice)
        options = Options(
            there,
            state.details.metadata,
            frames=state.frames,
            storage_options=storage_options,
            limits=state.limits,
            **self.choices,
        )
        return options, with_collection(self.results, collection)


def decoded(document: Mapping[str, Any], arrays: Mapping[str, Array], model: Any) -> Decoded:
    """Make results again.

    Parameters
    ----------
    document, arrays
        As from `captured`.
    model : object
        The network, where the user gives it; None for that of the session.

    Raises
    ------
    Exception
        Of several kinds, when the session is damaged (`session_file.DAMAGE`).
    """
    choices = {name: document["options"][name] for name in _CHOICES}
    place = Place(**{name: document["place"][name] for name in ("path", "near", "listed")})
    if not (isinstance(place.path, str) and isinstance(place.near, str)):
        raise ValueError("the place of its images is no text")
    saved = decode_collection(document["collection"], arrays)
    model = document["model"] if model is None else model
    collection = Collection.of_state(saved.state)
    results = decode_results(document["results"], arrays, collection, choices["metric"], model)
    choices |= {"features": _decode_features(document["features"], results), "model": model}
    Options(None, **choices).check_choices()
    return Decoded(results, saved, place, choices)


def _missing(collection: Collection) -> str:
    """Say which images were not found; nothing where all were."""
    files = [item for item in collection.present if _lost(item) or not item.in_memory]
    lost = [item.source for item in files if _lost(item)]
    if not lost:
        return ""
    shown = sum(isinstance(source, SavedImage) and bool(source.content) for source in lost)
    rest = "shown by their thumbnails" if shown == len(lost) else f"of which {shown:,} are shown by their thumbnails"
    where = "ClusterExplorer.load(…, source=…) says where they are"
    return f"{len(lost):,} of {len(files):,} images were not found, {rest}; {where}"


def _lost(item: Item) -> bool:
    return isinstance(item.source, SavedImage) and item.source.was_file


def _model(options: Options, results: Results) -> str | None:
    """Return what `get_network` makes the network of, where that can be written down."""
    network = results.network
    if isinstance(network, SavedNetwork):
        return network.model if isinstance(network.model, str) else None
    if options.model == "auto":
        return network.name if network is not None and network.name in NETWORKS else None
    return str(options.model) if isinstance(options.model, str | Path) else None


def _encode_features(choice: FeatureChoice) -> dict[str, Any]:
    columns = [[[pack_value(name)[0] for name in names], share] for names, share in choice.columns]
    return {"own": choice.own is not None, "images": choice.images, "columns": columns}


def _decode_features(saved: Mapping[str, Any], results: Results) -> Any:
    if saved["own"]:
        return pd.DataFrame(results.embeddings, index=pd.Index(results.relative_paths, dtype=object))
    columns = {tuple(map(unpack_value, names)): float(share) for names, share in saved["columns"]}
    return {**({"images": float(saved["images"])} if saved["images"] else {}), **columns} if columns else None
