"""Names that all systems take."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import example, given
from hypothesis import strategies as st

from imgclust_jupyter.workspace.copying import folder_names
from imgclust_jupyter.workspace.safe_names import name_key, safe_name, unused_name

TEXTS = st.text(max_size=200) | st.text(alphabet="./\\ :conaux1²~-žẞ", max_size=12)


@given(TEXTS)
@example("con.txt")
@example("LPT¹ .a.b")
@example("a" * 119 + ".. .jpeg")
@example("\ud800.jpg")
def test_a_safe_name_is_one_part_of_a_path_everywhere(text):
    name = safe_name(text)
    assert PurePosixPath(name).parts == PureWindowsPath(name).parts == (name,)
    assert name not in (".", "..")
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert not PureWindowsPath(name).is_reserved()
    assert 0 < len(name.encode()) <= 120
    assert all(unicodedata.category(letter) != "Cc" for letter in name)
    assert safe_name(name) == name


@given(st.lists(TEXTS, max_size=12))
def test_no_two_values_share_a_folder(values):
    folders = folder_names(values)
    assert folders.keys() == set(values)
    assert len({name_key(folder) for folder in folders.values()}) == len(folders)


@given(TEXTS, st.sets(TEXTS, max_size=5))
def test_an_unused_name_is_unused(text, others):
    taken = {name_key(other) for other in others}
    assert name_key(unused_name(text, taken)) not in taken
