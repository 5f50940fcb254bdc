"""The store against a dictionary."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imgclust_jupyter.store import Record, Store

names = st.sampled_from("abcdef")
networks = st.sampled_from(["one", "two"])
records = st.builds(
    Record,
    hash=names,
    width=st.integers(1, 99),
    height=st.integers(1, 99),
    embedding=st.none() | st.lists(st.floats(width=32, allow_nan=False), max_size=4).map(np.float32),
    thumbnails=st.dictionaries(st.sampled_from([64, 128]), st.binary(max_size=40)),
)


@settings(max_examples=25)
@given(st.lists(st.tuples(networks, st.lists(records, max_size=5)), max_size=6))
def test_it_is_a_dictionary(batches):
    vectors, tiles, shapes = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for network, batch in batches:
            store.put(batch, network)
            for record in batch:
                shapes[record.hash] = record.width, record.height
                tiles |= {(record.hash, size): file for size, file in record.thumbnails.items()}
                if record.embedding is not None:
                    vectors[record.hash, network] = record.embedding.tolist()
        asked = list("gfedcba")
        assert store.shapes(asked) == shapes
        for size in (64, 128):
            assert store.thumbnails(asked, size) == {key: file for (key, of), file in tiles.items() if of == size}
        for network in ("one", "two"):
            found = {key: vector.tolist() for key, vector in store.embeddings(asked, network).items()}
            assert found == {key: vector for (key, of), vector in vectors.items() if of == network}
        store.close()
