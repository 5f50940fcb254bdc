import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter.workspace.labels import LabelTable, label_text, with_labels, words_for


def test_categories_stand_in_the_order_of_their_first_use():
    table = LabelTable().assign("label", "horse", [1]).assign("label", "cow", [0]).assign("label", "horse", [2])
    assert table.column("label").categories == ("horse", "cow")
    assert table.column("label").values_of([0, 1, 2, 99]).tolist() == ["cow", "horse", "horse", None]


def test_a_label_that_nothing_has_keeps_its_place():
    """So that the others keep their colours."""
    table = LabelTable().assign("label", "cow", [0]).assign("label", "pig", [1]).assign("label", None, [0])
    assert table.counts("label") == {"cow": 0, "pig": 1}


def test_to_keep_leaves_other_labels():
    table = LabelTable().assign("label", "cow", [0]).assign("label", "pig", [0, 1], keep=True)
    assert table.counts("label") == {"cow": 1, "pig": 1}


def test_what_changes_nothing_returns_the_table_itself():
    table = LabelTable().assign("label", "cow", [0]).refuse("label", "pig", [3])
    assert table.assign("label", "cow", [0]) is table
    assert table.assign("label", "cow", []) is table
    assert table.assign("label", None, [5]) is table
    assert table.assign("quality", None, [5]) is table
    assert table.rename("label", "cow", "cow") is table
    assert table.refuse("label", "pig", [3]) is table
    assert table.allow("label", "pig", [4]) is table


def test_a_value_that_is_renamed_keeps_its_place_and_one_that_is_merged_gives_it_up():
    table = LabelTable()
    for item, value in enumerate(["caw", "horse", "pig"]):
        table = table.assign("label", value, [item])
    renamed = table.rename("label", "caw", "cow")
    assert renamed.column("label").categories == ("cow", "horse", "pig")
    merged = renamed.rename("label", "horse", "pig")
    assert merged.counts("label") == {"cow": 1, "pig": 2}
    with pytest.raises(KeyError, match=r"no label 'dog'.*'cow', 'pig'"):
        merged.rename("label", "dog", "cat")


def test_what_was_refused_for_a_value_is_refused_under_its_new_name():
    before = LabelTable().assign("label", "cat", [0, 1]).refuse("label", "cat", [4, 5])
    after = before.rename("label", "cat", "kitten")
    assert after.refused["label", "kitten"] == {4, 5}
    assert not after.refused["label", "cat"]
    assert words_for(before, after) == "label “kitten” on 2 images"
    assert after.rename("label", "kitten", "kitten") is after


def test_there_is_a_bound_to_values_and_columns():
    table = LabelTable({"label": LabelTable().assign("label", "x", [0]).column("label")})
    many = table.columns["label"]
    full = LabelTable({"label": type(many)(tuple(map(str, range(32_767))), many.codes)})
    with pytest.raises(ValueError, match="32,767"):
        full.assign("label", "one more", [0])
    for number in range(49):
        table = table.assign(f"column {number}", "x", [0])
    with pytest.raises(ValueError, match="50 columns"):
        table.assign("one more", "x", [0])


def test_an_action_on_many_items_takes_little_memory():
    table = LabelTable().assign("label", "cow", np.arange(100_000))
    assert table.column("label").codes.nbytes < 1_000_000
    assert not table.column("label").codes.flags.writeable


@pytest.mark.parametrize(
    ("text", "kept"), [(" cow ", "cow"), ("e\u0301", "é"), ("a\0b\tc", "a b c"), ("\ud800", "\ufffd")]
)
def test_labels_are_kept_tidy(text, kept):
    assert label_text(text) == kept


@pytest.mark.parametrize("text", ["", "  ", "\n", "x" * 201, 7, None, True, ["cow"], b"cow"])
def test_what_is_no_label_is_refused(text):
    with pytest.raises(ValueError, match="label"):
        label_text(text)


def test_labels_come_last_in_the_table_and_push_the_metadata_aside():
    table = pd.DataFrame({"label": ["by hand", "by hand"], "width": [1, 2]}, index=["a", "b"])
    labelled = with_labels(table, LabelTable().assign("label", "cow", [7]), [3, 7])
    assert labelled.columns.tolist() == ["label_metadata", "width", "label"]
    assert labelled["label"].isna().tolist() == [True, False]
    assert labelled.loc["b", "label"] == "cow"
    assert with_labels(table, LabelTable(), [3, 7]) is table
