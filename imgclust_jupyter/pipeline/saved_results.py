"""What has been computed, in the file of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import is_valid_linkage

from imgclust_jupyter.clustering import Tree
from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.revision import Change
from imgclust_jupyter.embedding.saved_network import SavedNetwork
from imgclust_jupyter.insight.cluster_names import BranchName
from imgclust_jupyter.layout import LAYOUTS, Neighbors
from imgclust_jupyter.pipeline.changes import Changes
from imgclust_jupyter.pipeline.features import Blocks, vectors_of
from imgclust_jupyter.pipeline.results import Aside, Findings, Results
from imgclust_jupyter.pipeline.working_set import reunited
from imgclust_jupyter.workspace.session_file import Array
from imgclust_jupyter.workspace.table_codec import Arrays, pack_value, unpack_value

__all__ = ["decode_results", "encode_results"]


def encode_results(results: Results, arrays: Arrays) -> dict[str, Any]:
    """Take results apart, but for their collection and the network's weights.

    Parameters
    ----------
    results : Results
        Complete ones.
    arrays : dict of str to ndarray
        Gets what is better kept as an array.

    Returns
    -------
    dict
        The rest, as JSON has it.
    """
    everything = reunited(results)
    network = results.network
    assert network is not None
    assert everything.embeddings is not None
    arrays["embeddings"] = everything.embeddings
    if results.mean is not None:
        arrays["mean"] = results.mean
    fields = ("name", "label", "dimensions", "min_side", "version", "weights_hash", "batch_size", "notice")
    return {
        "network": {field: getattr(network, field) for field in fields},
        "blocks": results.blocks and _encode_blocks(results.blocks),
        "everything": _encode_part(everything, "everything", arrays),
        "rest": _encode_part(results, "rest", arrays) if results.aside else None,
        "excluded": sorted(results.excluded),
        "by_hand": sorted(results.by_hand),
    }


def decode_results(
    saved: Mapping[str, Any], arrays: Mapping[str, Array], collection: Collection, metric: str, model: Any
) -> Results:
    """Put results together again; nothing is computed but what a subtraction gives.

    Parameters
    ----------
    saved : mapping
    arrays : mapping of str to ndarray
    collection : Collection
    metric : str
    model : object
        As for `SavedNetwork`.

    Returns
    -------
    Results

    Raises
    ------
    Exception
        Of several kinds, when it is damaged (`session_file.DAMAGE`).
    """
    everything = _decode_part(saved["everything"], "everything", arrays, collection)
    ids = everything.ids
    assert ids is not None
    if not np.array_equal(ids, collection.readable):
        raise ValueError("its results are about other images than those that can be read")
    embeddings = arrays["embeddings"].astype(np.float32, copy=False)
    if embeddings.ndim != 2 or len(embeddings) != len(ids) or not np.isfinite(embeddings).all():
        raise ValueError(f"the embeddings have the shape {embeddings.shape}, or are no numbers")
    blocks = saved["blocks"] and _decode_blocks(saved["blocks"])
    vectors, mean = vectors_of(embeddings, collection, ids, blocks, metric, arrays.get("mean"))
    everything = replace(
        everything,
        collection=collection,
        network=SavedNetwork(**_network(saved["network"]), model=model),
        embeddings=embeddings,
        vectors=vectors,
        mean=mean,
        blocks=blocks,
        by_hand=frozenset(map(int, saved["by_hand"])),
    )
    excluded = frozenset(map(int, saved["excluded"]))
    if saved["rest"] is None:
        return replace(everything, excluded=excluded)
    rest = _decode_part(saved["rest"], "rest", arrays, collection)
    assert rest.ids is not None
    out = np.isin(ids, rest.ids, invert=True)
    if out.sum() + len(rest.ids) != len(ids):
        raise ValueError("its working set has images that are not there")
    aside = Aside(replace(everything, embeddings=None, vectors=None), embeddings[out], vectors[out])
    kept = {name: getattr(everything, name) for name in ("collection", "network", "mean", "blocks", "by_hand")}
    return replace(rest, **kept, embeddings=embeddings[~out], vectors=vectors[~out], excluded=excluded, aside=aside)


def _encode_part(results: Results, key: str, arrays: Arrays) -> dict[str, Any]:
    tree, neighbors, findings = results.tree, results.neighbors, results.findings
    assert tree is not None
    assert neighbors is not None
    assert findings is not None
    shares = None if findings.predicted is None else findings.predicted[1]
    codes, classes = pd.factorize(np.zeros(0, object) if findings.predicted is None else findings.predicted[0])
    parts = {
        "ids": results.ids,
        "coordinates": results.coordinates,
        "linkage": tree.linkage_matrix,
        "leaf_order": tree.leaf_order,
        "medoids": results.medoids,
        "neighbors": neighbors.indices,
        "distances": neighbors.distances,
        "outlier": findings.outlier,
        "outlier_local": findings.outlier_local,
        "duplicates": findings.duplicates,
        "predicted": None if shares is None else codes,
        "predicted_share": shares,
    }
    arrays.update({f"{key}/{name}": array for name, array in parts.items() if array is not None})
    changes = results.changes
    return {
        "method": tree.method,
        "recall": float(neighbors.recall),
        "classes": list(map(str, classes)),
        "names": [
            [int(merge), name.text, [[each, float(share)] for each, share in name.classes]]
            for merge, name in results.names.items()
        ],
        "auto": int(results.auto),
        "layout": results.layout,
        "notices": list(results.notices),
        # Not the tree that there was before: which images have moved is no longer said.
        "changes": changes and [[each.id, each.what, each.before, each.after] for each in changes.made],
    }


def _decode_part(saved: Mapping[str, Any], key: str, arrays: Mapping[str, Array], collection: Collection) -> Results:
    def array(name: str, *shape: int, kind: str = "i") -> Array:
        found = arrays[f"{key}/{name}"]
        if found.shape != shape or found.dtype.kind not in kind or not np.isfinite(found).all():
            raise ValueError(f"{name} has the shape {found.shape} and the type {found.dtype}; {shape} was expected")
        return found

    def below(limit: int, found: Array) -> Array:
        if found.size and not 0 <= found.min() <= found.max() < limit:
            raise ValueError(f"rows are named that are not among the {limit}")
        return found

    n = len(arrays[f"{key}/ids"])
    ids = below(len(collection.items), array("ids", n)).astype(np.int64)
    if n == 0 or (np.diff(ids) <= 0).any():
        raise ValueError("its images are in no order")
    Z = array("linkage", n - 1, 4, kind="f").astype(np.float64)
    leaf_order = below(n, array("leaf_order", n)).astype(np.int32)
    if n > 1:
        is_valid_linkage(Z, throw=True)
    if (np.diff(Z[:, 2]) < 0).any() or len(np.unique(leaf_order)) != n:
        raise ValueError("its tree is none")
    k = arrays[f"{key}/neighbors"].shape[1]
    indices = below(n, array("neighbors", n, k)).astype(np.int32)
    neighbors = Neighbors(indices, array("distances", n, k, kind="f"), float(saved["recall"]))
    outlier, outlier_local, duplicates = (
        array(name, n, kind="iu") for name in ("outlier", "outlier_local", "duplicates")
    )
    predicted = None
    if f"{key}/predicted" in arrays:
        classes = np.array([*map(str, saved["classes"])], dtype=object)
        shares = array("predicted_share", n, kind="f").astype(np.float32)
        predicted = classes[below(len(classes), array("predicted", n))], shares
    if saved["layout"] not in LAYOUTS:
        raise ValueError(f"it has a map of an unknown layout {saved['layout']!r}")
    made = saved["changes"]
    return Results(
        ids=ids,
        neighbors=neighbors,
        findings=Findings(outlier.astype(np.int64), outlier_local.astype(np.int64), duplicates, predicted),
        tree=Tree.from_linkage(Z, leaf_order, str(saved["method"])),
        medoids=below(n, array("medoids", n - 1)).astype(np.int32),
        names={int(merge): _name(text, classes) for merge, text, classes in saved["names"]},
        auto=int(saved["auto"]),
        coordinates=array("coordinates", n, 2, kind="f").astype(np.float32),
        layout=saved["layout"],
        complete=True,
        changes=None if made is None else Changes(tuple(_change(each, collection) for each in made), None, ids),
        notices=tuple(map(str, saved["notices"])),
    )


def _name(text: Any, classes: Any) -> BranchName:
    if text and not classes:
        raise ValueError(f"the name {text!r} is of no class")
    return BranchName(str(text), tuple((str(name), float(share)) for name, share in classes))


def _change(saved: Any, collection: Collection) -> Change:
    number, *words = saved
    if not 0 <= int(number) < len(collection.items):
        raise ValueError("it speaks of changes of images that are not there")
    return Change(int(number), *map(str, words))


def _network(saved: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {field: int(saved[field]) for field in ("dimensions", "min_side", "version", "batch_size")}
    texts = {field: str(saved[field]) for field in ("name", "label", "weights_hash")}
    return {**numbers, **texts, "notice": saved["notice"] and str(saved["notice"])}


def _encode_blocks(blocks: Blocks) -> dict[str, Any]:
    groups = [
        [factor, [[pack_value(name)[0], known] for name, known in encoder.known_.items()]]
        for encoder, factor in blocks.columns
    ]
    return {"images": blocks.images, "columns": groups}


def _decode_blocks(saved: Mapping[str, Any]) -> Blocks:
    from imgclust_jupyter.embedding.columns import ColumnEncoder

    columns = []
    for factor, known in saved["columns"]:
        # In the file the two numbers of a column are a list, as its categories are.
        learnt = {unpack_value(name): _known(values) for name, values in known}
        columns.append((ColumnEncoder.of_known(learnt), float(factor)))
    return Blocks(float(saved["images"]), tuple(columns))


def _known(values: list[Any]) -> tuple[float, float] | list[str]:
    if values and all(isinstance(value, str) for value in values):
        return list(values)
    median, spread = values
    return float(median), float(spread)
