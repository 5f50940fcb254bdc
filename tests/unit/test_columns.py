"""Columns as numbers, compared with Gower's distances computed pair by pair, and with known classes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_wine
from sklearn.metrics import adjusted_rand_score

from imgclust_jupyter.clustering import Tree, linkage
from imgclust_jupyter.embedding.columns import ColumnEncoder


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "weight": rng.gamma(2, 10, size=60),
            "breed": rng.choice(["pug", "boxer", "collie"], size=60),
            "seen": pd.Timestamp("2024-05-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 900, size=60), unit="D"),
            "tame": rng.random(60) < 0.4,
        }
    )


def test_squared_distances_are_sums_over_the_columns(table):
    vectors = ColumnEncoder().fit_transform(table).astype(np.float64)
    seconds = (table["seen"] - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    weight, seen = (
        ((column - column.median()) / (column.quantile(0.75) - column.quantile(0.25))).clip(-3, 3)
        for column in (table["weight"], seconds)
    )
    for i, j in [(0, 1), (5, 40), (17, 58)]:
        expected = (weight[i] - weight[j]) ** 2 + (seen[i] - seen[j]) ** 2
        expected += float(table["breed"][i] != table["breed"][j]) + float(table["tame"][i] != table["tame"][j])
        assert ((vectors[i] - vectors[j]) ** 2).sum() == pytest.approx(expected, rel=1e-4)


def test_the_unit_does_not_matter_and_no_value_decides_alone(table):
    before = ColumnEncoder().fit_transform(table)
    other = table.assign(weight=table["weight"] * 1000 - 5)
    np.testing.assert_allclose(ColumnEncoder().fit_transform(other), before, atol=1e-4)
    table.loc[3, "weight"] = 1e12
    assert np.abs(ColumnEncoder().fit_transform(table)).max() == 3


def test_dates_of_other_centuries(table):
    encoder = ColumnEncoder(["made"])
    made = pd.Series(pd.to_datetime(["1503-01-01", "1889-01-01", "2903-01-01"]), name="made")
    assert np.diff(encoder.fit_transform(made.to_frame())[:, 0]).min() > 0


def test_missing_values(table):
    table.loc[0, ["weight", "breed", "seen"]] = None
    table.loc[1, "weight"] = np.inf
    encoder = ColumnEncoder(["breed", "weight", "seen"]).fit(table)
    vectors = encoder.transform(table).astype(np.float64)
    assert not vectors[0].any()
    assert vectors[1][3] == 0
    away = ((vectors[0, :3] - vectors[1:, :3]) ** 2).sum(axis=1)
    np.testing.assert_allclose(away, 0.5, rtol=1e-6)


def test_later_rows_are_measured_by_what_was_there_first(table):
    encoder = ColumnEncoder().fit(table)
    later = table.iloc[:2].assign(breed=["pug", "unheard of"], weight=[1e9, None]).drop(columns="tame")
    vectors = encoder.transform(later)
    names = encoder.get_feature_names_out().tolist()
    assert vectors.shape == (2, encoder.n_features_out_) == (2, len(names))
    assert vectors[0, names.index("weight")] == 3
    assert vectors[0, names.index("breed=pug")] > 0
    assert not vectors[1, [names.index(f"breed={breed}") for breed in ("pug", "boxer", "collie")]].any()
    assert not vectors[:, [names.index("tame=False"), names.index("tame=True")]].any()


def test_what_is_mostly_the_same_still_counts():
    table = pd.DataFrame({"copies": [0] * 30 + [5, 9]})
    vectors = ColumnEncoder().fit_transform(table)
    assert np.isfinite(vectors).all()
    assert vectors[30] < vectors[31]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([1.0] * 20, "'c' says nothing"),
        ([None] * 20, "'c' says nothing"),
        (["a"] * 20, "'c' says nothing"),
        ([f"IMG_{i}" for i in range(20)], "20 different texts"),
    ],
)
def test_columns_that_are_no_features(column, message):
    with pytest.raises(ValueError, match=message):
        ColumnEncoder().fit(pd.DataFrame({"c": column}))


def test_an_unknown_column(table):
    with pytest.raises(KeyError, match="no column 'hight'; there are weight, breed"):
        ColumnEncoder(["hight"]).fit(table)


def test_is_an_estimator(table):
    encoder = clone(ColumnEncoder(columns=["weight"]))
    assert encoder.get_params() == {"columns": ["weight"]}
    assert encoder.fit_transform(table).dtype == np.float32


def test_finds_the_cultivars_of_wine():
    wine = load_wine(as_frame=True)
    vectors = ColumnEncoder().fit_transform(wine.data)
    tree = Tree.from_linkage(linkage(vectors, "ward", "euclidean"))
    unscaled = Tree.from_linkage(linkage(wine.data.to_numpy(), "ward", "euclidean"))
    assert adjusted_rand_score(wine.target, tree.cut(3)) > 0.7
    assert adjusted_rand_score(wine.target, unscaled.cut(3)) < 0.5
