"""Tables, arrays and label logs, written and read again."""

import contextlib
import itertools
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from test_label_properties import ACTIONS, done, in_words

from imgclust_jupyter.store import Action, LoggedImage
from imgclust_jupyter.workspace.label_replay import located, replay
from imgclust_jupyter.workspace.label_transcript import Transcript
from imgclust_jupyter.workspace.labels import LabelTable
from imgclust_jupyter.workspace.session_file import (
    DAMAGE,
    SessionFile,
    SessionFileError,
    read_session_file,
    write_session_file,
)
from imgclust_jupyter.workspace.table_codec import decode_table, encode_table

TEXTS = st.text(max_size=8)
EXACT = st.decimals().filter(lambda number: not number.is_snan())  # which pandas can make no index of
SCALARS = st.none() | TEXTS | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | EXACT
TIMES = st.datetimes(pd.Timestamp("1700-01-01"), pd.Timestamp("2200-01-01"))


def columns_of(n):
    """Return a strategy for columns of n values, of every type that pandas has for tables of people."""

    def lists(values, dtype):
        return st.lists(values, min_size=n, max_size=n).map(lambda each: pd.Series(each, dtype=dtype))

    categories = st.lists(TEXTS, min_size=1, max_size=4, unique=True).flatmap(
        lambda each: st.builds(
            lambda codes, ordered: pd.Series(pd.Categorical.from_codes(codes, each, ordered=ordered)),
            st.lists(st.integers(-1, len(each) - 1), min_size=n, max_size=n),
            st.booleans(),
        )
    )
    numbers = arrays_of.arrays(
        st.sampled_from([np.int8, np.int64, np.uint64, np.float32, np.float64, np.bool_, np.complex128]), n
    )
    return st.one_of(
        numbers.map(pd.Series),
        lists(st.none() | st.integers(-100, 100), "Int16"),
        lists(st.none() | st.floats(width=32, allow_nan=False), "Float64"),
        lists(st.none() | st.booleans(), "boolean"),
        lists(st.none() | TEXTS, "string"),
        lists(st.none() | TEXTS, "str"),
        lists(st.none() | TIMES, "datetime64[us]"),
        lists(st.none() | TIMES, "datetime64[ns, Europe/Berlin]"),
        lists(st.none() | st.timedeltas(pd.Timedelta("-9000D"), pd.Timedelta("9000D")), "timedelta64[ns]"),
        lists(SCALARS | st.tuples(SCALARS, SCALARS), object),
        categories,
    )


@st.composite
def tables(draw):
    n = draw(st.integers(0, 5))
    names = draw(st.lists(TEXTS | st.integers(), max_size=5, unique_by=lambda name: (type(name), name)))
    table = pd.concat([draw(columns_of(n)) for _ in names], axis=1) if names else pd.DataFrame(index=range(n))
    table.columns = pd.Index(names, dtype=object) if names else table.columns
    levels = [pd.Index(draw(columns_of(n)), name=draw(st.none() | TEXTS)) for _ in range(draw(st.integers(0, 2)))]
    if levels:
        table.index = levels[0] if len(levels) == 1 else pd.MultiIndex.from_arrays(levels)
    return table


def same(a, b):
    # Decimal("NaN") is another thing than itself.
    return type(a) is type(b) and (repr(a) == repr(b) or bool(a == b))


@given(tables())
@settings(max_examples=60)
def test_a_table_comes_back_with_its_types(table):
    arrays = {}
    header, lost = encode_table(table, "table", arrays)
    back = decode_table(json.loads(json.dumps(header, allow_nan=False)), arrays)
    assert lost == []
    assert back.columns.tolist() == table.columns.tolist()
    assert [str(dtype) for dtype in back.dtypes] == [str(dtype) for dtype in table.dtypes]
    assert list(back.index.names) == list(table.index.names)
    for number in range(table.shape[1]):
        before, after = table.iloc[:, number], back.iloc[:, number]
        if before.dtype == object:
            assert all(map(same, before.tolist(), after.tolist()))
        else:
            pd.testing.assert_series_equal(after, before, check_names=False, check_index=False)
    for level in range(table.index.nlevels):
        values = [each.index.get_level_values(level).tolist() for each in (table, back)]
        assert all(map(same, *values))


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]+(/[a-z]+)?", fullmatch=True),
        arrays_of.arrays(
            arrays_of.scalar_dtypes().filter(lambda t: t.kind in "biuf"), arrays_of.array_shapes(min_side=0)
        ),
        max_size=3,
    ),
    st.data(),
)
@settings(max_examples=40)
def test_arrays_come_back_and_damage_is_said(arrays, data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.imgclust"
        write_session_file(path, SessionFile({"name": "a"}, arrays))
        back = read_session_file(path).arrays
        assert back.keys() == arrays.keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(back[name], array)
            assert back[name].dtype == array.dtype.newbyteorder("=")
        whole = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(whole)
        # Not all of a zip archive is looked at; whatever else is raised fails the test.
        with contextlib.suppress(SessionFileError):
            read_session_file(path)


@given(ACTIONS)
def test_labels_come_to_another_machine(actions):
    table, log = LabelTable(), []
    for time, action in enumerate(actions):
        after = done(table, action)
        log += [
            Action(time, name, value, word, "python", ids + 1000) for word, name, value, ids in table.differences(after)
        ]
        table = after
    used = np.unique(np.concatenate([np.zeros(0, np.int64), *(action.images for action in log)])).tolist()
    here = Transcript([LoggedImage(i, f"{i}.jpg", "0a") for i in used], log)
    arrays = {}
    saved = json.loads(json.dumps(here.encode(arrays)))
    there = Transcript.decode(saved, arrays).beyond(Transcript(), itertools.count(5))
    item_of = {image.id: int(image.path.removesuffix(".jpg")) - 1000 for image in there.images}
    assert in_words(replay(located(there.actions, item_of), LabelTable())) == in_words(table)
    assert there.beyond(there, itertools.count(900)) == Transcript([], [])


@given(
    st.recursive(SCALARS.filter(lambda v: not hasattr(v, "year")), lambda v: st.lists(v) | st.dictionaries(TEXTS, v))
)
def test_nothing_but_damage_comes_of_nonsense(nonsense):
    column = {"name": "a", "kind": nonsense, "values": nonsense, "array": "a"}
    for header in (nonsense, {"rows": nonsense}, {"rows": 1, "index": nonsense, "columns": [column]}):
        with contextlib.suppress(*DAMAGE):
            decode_table(header, {})
