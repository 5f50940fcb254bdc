"""The composition of a selection, against pandas' own tables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.insight.composition import COMPOSITION_COLUMNS, composition

BREEDS = st.sampled_from(["pug", "husky", "beagle", None])


@settings(max_examples=40)
@given(rows=st.lists(st.tuples(BREEDS, st.floats(-1e6, 1e6) | st.none(), st.booleans()), min_size=1, max_size=60))
def test_counts_and_shares_are_those_of_a_cross_table(rows):
    table = pd.DataFrame(rows, columns=["breed", "weight", "selected"])
    table["weight"] = table["weight"].astype(float)
    selected = table.pop("selected").to_numpy(dtype=bool)
    told = composition(table, selected, ["breed", "weight"])
    breed = table["breed"].fillna("missing")
    counts = pd.crosstab(breed, pd.Series(selected)).reindex(columns=[False, True], fill_value=0)
    breeds = told[told["column"] == "breed"].set_index("value")
    for value, row in breeds.iterrows():
        assert (row["selected"], row["total"]) == (counts.loc[value, True], counts.loc[value].sum())
        if selected.any():
            assert row["lift"] == pytest.approx((breed[selected] == value).mean() / (breed == value).mean())
    there = set(breed[selected]) | ({"missing"} & set(breed)) if selected.any() else set(breed)
    assert set(breeds.index) == there
    weights = told[told["column"] == "weight"].set_index("value")
    both = pd.concat([table["weight"][selected].describe(), table["weight"].describe()], axis=1)
    for value, name in [("mean", "mean"), ("25 %", "25%"), ("50 %", "50%"), ("75 %", "75%")]:
        np.testing.assert_allclose(weights.loc[value, ["selected", "total"]].astype(float), both.loc[name], rtol=1e-9)
    assert ("missing" in weights.index) == table["weight"].isna().any()


def test_the_most_frequent_come_first_and_of_equals_the_more_telling():
    table = pd.DataFrame({"breed": ["pug"] * 3 + ["husky"] * 2 + ["beagle"] * 2 + ["pug"] * 10 + ["beagle"]})
    selected = np.arange(len(table)) < 7
    assert composition(table, selected)["value"].tolist() == ["pug", "husky", "beagle"]
    assert composition(table, selected, k=1)["value"].tolist() == ["pug"]


def test_columns_that_say_another_of_each_image_are_left_out_unless_asked_for():
    table = pd.DataFrame({"name": ["a", "b"], "id": ["p", "q"], "tags": [["x"], ["x"]], "width": [1, 2], "x": [0.0, 1]})
    mask = np.array([True, False])
    assert composition(table, mask)["column"].unique().tolist() == ["tags", "width"]
    assert composition(table, mask, "name")["value"].tolist() == ["a"]
    with pytest.raises(KeyError, match="there is no column 'breed'"):
        composition(table, mask, ["breed"])
    with pytest.raises(ValueError, match="at least one value"):
        composition(table, mask, k=0)
    with pytest.raises(ValueError, match="3 values"):
        composition(table, np.ones(3, dtype=bool))


def test_text_need_not_be_unicode():
    """As names of files are that came from other systems."""
    table = pd.DataFrame({"place": pd.Series(["caf\udce9", "bar", "caf\udce9"], dtype=object)})
    rows = composition(table, np.array([True, False, False]))
    assert rows[["value", "selected", "total"]].to_numpy().tolist() == [["caf\udce9", 1, 2]]


def test_dates_have_quartiles_and_nothing_selected_has_no_shares():
    table = pd.DataFrame({"taken": pd.to_datetime(["2020-01-01", "2020-01-03", None]), "good": [True, False, True]})
    told = composition(table, np.array([True, True, False])).set_index(["column", "value"])
    assert told.loc[("taken", "mean"), "selected"] == pd.Timestamp("2020-01-02")
    assert told.loc[("taken", "missing"), ["selected", "total"]].tolist() == [0, 1]
    assert told.loc[("good", True), "share_of_all"] == pytest.approx(2 / 3)
    none = composition(table, np.zeros(3, dtype=bool), "good")
    assert none["share_of_selection"].isna().all()
    assert none["selected"].tolist() == [0, 0]


def test_a_selection_is_described_with_its_clusters_and_metadata():
    pictures = [np.full((8, 8, 3), 20 * i, dtype=np.uint8) for i in range(10)]
    explorer = ClusterExplorer(pictures, model="pixels", layout="pca", n_clusters=2)
    explorer.select("cluster == 1")
    told = explorer.describe_selection("cluster")
    assert list(told.columns) == list(COMPOSITION_COLUMNS)
    size = int((explorer.data["cluster"] == 1).sum())
    assert told.iloc[0].tolist() == ["cluster", 1, size, size, 1.0, size / 10, 10 / size]
    assert "outlier" in set(explorer.describe_selection()["column"])
