"""Undo and redo against a list of all states, and filters against whatever a page may send."""

from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.workspace.filters import mend
from imgclust_jupyter.workspace.history import History

changes = st.tuples(st.sampled_from("abc"), st.integers(0, 3))


@given(st.lists(st.one_of(changes, st.sampled_from(["undo", "redo"])), max_size=40))
def test_history_is_a_walk_along_the_list_of_states(steps):
    history, now = History(), {"a": 0, "b": 0, "c": 0}
    states, at = [dict(now)], 0
    for each in steps:
        if each == "undo":
            now.update(step.before if (step := history.undo()) else {})
            at = max(0, at - 1)
        elif each == "redo":
            now.update(step.after if (step := history.redo()) else {})
            at = min(len(states) - 1, at + 1)
        else:
            name, value = each
            history.record({name: now[name]}, {name: value}, "text")
            if now[name] != value:
                now[name] = value
                states[at + 1 :] = [dict(now)]
                at += 1
        assert now == states[at]
        assert (history.undo_text != "") == (at > 0)
        assert (history.redo_text != "") == (at < len(states) - 1)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
nearly = st.fixed_dictionaries(
    {"kind": st.sampled_from(["category", "range", "items", "x"]) | json},
    optional={
        **dict.fromkeys(("column", "values", "low", "high", "text", "items"), json),
        "source": st.sampled_from(["query", "search"]) | json,
    },
)


@given(json | st.lists(nearly | json, max_size=60))
def test_bad_filters_are_mended_once_and_for_all(value):
    mended = mend(value)
    assert len(mended) <= 50
    assert mend(mended) == mended
