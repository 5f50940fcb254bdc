import numpy as np
import pytest

from imgclust_jupyter.collection.identity import identity
from imgclust_jupyter.store import Action, LoggedImage
from imgclust_jupyter.workspace.label_replay import Present, located, match, replay
from imgclust_jupyter.workspace.labels import LabelTable


def matched(logged, present):
    """By number in `logged` the number in `present`, each given as path and digest in one word."""
    logged = [LoggedImage(i, *each.split("=")) for i, each in enumerate(logged)]
    return {i: each.id for i, each in match(logged, [Present(i, *e.split("=")) for i, e in enumerate(present)]).items()}


@pytest.mark.parametrize(
    ("logged", "present", "expected"),
    [
        (["a=1", "b=2"], ["a=1", "b=2"], {0: 0, 1: 1}),
        (["a=1"], ["b=1"], {0: 0}),  # renamed
        (["a=1", "b=2"], ["b=1", "a=2"], {0: 0, 1: 1}),  # each has the other's name
        (["a=1"], ["a=9"], {0: 0}),  # edited
        (["a=1"], ["b=2"], {}),
        (["a=1"], ["b=1", "a=1"], {0: 1}),  # a copy has no label of its own
        (["a=1", "b=1"], ["b=1", "a=1"], {0: 1, 1: 0}),  # copies by their paths
        (["a=1", "b=1"], ["x/b=1", "x/a=1"], {0: 1, 1: 0}),  # copies that were moved
        (["a=1", "b=1"], ["c=1", "b=1"], {0: 0, 1: 1}),  # one of the copies was renamed
        (["a=1"], ["a=2", "b=1"], {0: 1}),  # renamed, and another file has its name
        (["a=1", "a=1"], ["a=1"], {0: 0, 1: 0}),  # logged by two kernels
        (["a=1", "a=2"], ["a=2"], {0: 0, 1: 0}),  # edited, and logged before and after by two kernels
        (["a=1"], ["a=1", "a=1"], {0: 0}),  # the same file twice in a list
        ([], ["a=1"], {}),
    ],
)
def test_images_are_known_again(logged, present, expected):
    assert matched(logged, present) == expected


def action(what, value, images, column="label"):
    return Action(0.0, column, value, what, "views", np.array(images))


def test_what_was_done_is_done_again():
    actions = [
        action("label", "pig", [10, 11, 12]),
        action("label", "caw", [13, 99]),
        action("rename", "cow", [13]),
        action("remove", None, [12]),
        action("refuse", "cow", [10, 11]),
        action("allow", "cow", [11]),
        action("label", "sharp", [11], "quality"),
        action("label", "gone", [99], "gone"),
    ]
    table = replay(located(actions, {10: 0, 11: 1, 12: 2, 13: 3}), LabelTable())
    assert {name: column.values_of(range(4)).tolist() for name, column in table.columns.items()} == {
        "label": ["pig", "pig", None, "cow"],
        "quality": [None, "sharp", None, None],
    }
    assert table.column("label").categories == ("pig", "cow")
    assert table.refused == {("label", "cow"): frozenset({0})}


def test_a_place_is_known_by_its_path_and_other_sources_by_their_contents(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = identity("photos", ["1"])
    assert here == identity(tmp_path / "photos", []) == identity(f"{tmp_path}/x/../photos/", ["2"])
    assert here == identity(f"file://{tmp_path}/photos", [])
    assert here != identity("photos/*.jpg", ["1"])
    assert identity("https://host/a.zip?token=1", []) == identity("https://host/a.zip?token=2", [])
    assert identity("https://host/a.zip", []) != identity("https://host/b.zip", [])
    assert identity(["a"], ["1", "2"]) == identity([np.zeros(3)], ["2", "1"]) != identity(["a"], ["1"])
    assert identity(b"caf\xe9".decode("utf-8", "surrogateescape"), [])
