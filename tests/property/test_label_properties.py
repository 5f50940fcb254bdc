"""A table of labels, against a dictionary for each column."""

from hypothesis import given
from hypothesis import strategies as st

from imgclust_jupyter.workspace.labels import LabelTable, label_text

COLUMNS = st.sampled_from(["label", "quality"])
VALUES = st.sampled_from(["cow", "horse", "pig", "žirafa"])
IDS = st.lists(st.integers(0, 40), max_size=12)
ASSIGN = st.tuples(st.just("assign"), COLUMNS, st.none() | VALUES, IDS, st.booleans())
RENAME = st.tuples(st.just("rename"), COLUMNS, VALUES, VALUES)
REFUSE = st.tuples(st.sampled_from(["refuse", "allow"]), COLUMNS, VALUES, IDS)
ACTIONS = st.lists(ASSIGN | RENAME | REFUSE, max_size=12)


def done(table, action):
    name, column, value, *rest = action
    if name == "rename" and value not in table.column(column).categories:
        return table
    return getattr(table, name)(column, value, *rest)


def in_words(table):
    labels = {
        (name, item): value
        for name, column in table.columns.items()
        for item, value in enumerate(column.values_of(range(50)))
        if value is not None
    }
    return labels, {key: items for key, items in table.refused.items() if items}


@given(ACTIONS)
def test_a_table_says_what_was_done(actions):
    table, labels, refused = LabelTable(), {}, {}
    for action in actions:
        known = table.column(action[1]).categories
        table = done(table, action)
        name, column, value, *rest = action
        if name == "assign":
            ids, keep = rest
            for item in ids:
                if keep and value is not None and labels.get((column, item)) is not None:
                    continue
                labels.pop((column, item), None)
                if value is not None:
                    labels[column, item] = value
        elif name == "rename":
            labels = {key: rest[0] if (key[0], v) == (column, value) else v for key, v in labels.items()}
            if value in known:
                moved = refused.pop((column, value), set())
                refused[column, rest[0]] = refused.get((column, rest[0]), set()) | moved
        else:
            before = refused.get((column, value), set())
            refused[column, value] = before | set(rest[0]) if name == "refuse" else before - set(rest[0])
    assert in_words(table) == (labels, {key: frozenset(items) for key, items in refused.items() if items})
    for name, column in table.columns.items():
        assert len(set(column.categories)) == len(column.categories)
        assert set(column.codes.tolist()) <= set(range(-1, len(column.categories)))
        values = [value for (of, _), value in labels.items() if of == name]
        assert table.counts(name) == {value: values.count(value) for value in column.categories}


@given(ACTIONS, ACTIONS)
def test_the_differences_of_two_tables_lead_from_one_to_the_other(before, after):
    first = LabelTable()
    for action in before:
        first = done(first, action)
    second = first
    for action in after:
        second = done(second, action)
    again = first
    for action, column, value, ids in first.differences(second):
        method = "assign" if action in ("label", "remove") else action
        assert len(ids)
        again = getattr(again, method)(column, value, ids)
    assert in_words(again) == in_words(second)
    assert list(second.differences(again)) == []


@given(ACTIONS, ASSIGN | RENAME | REFUSE)
def test_a_table_never_changes(actions, last):
    table = LabelTable()
    for action in actions:
        table = done(table, action)
    before = in_words(table)
    after = done(table, last)
    assert in_words(table) == before
    assert (after is table) or in_words(after) != before or last[0] in ("assign", "rename")


@given(st.text())
def test_what_is_kept_of_a_text_is_kept_whole_the_next_time(text):
    try:
        kept = label_text(text)
    except ValueError:
        return
    assert label_text(kept) == kept
    assert kept.encode()
    assert 0 < len(kept) <= 200
