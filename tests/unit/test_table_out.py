"""The table of an explorer as a file of pandas' own, and back."""

import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter import ClusterExplorer


@pytest.fixture
def data(sample_folder):
    names = pd.read_csv(sample_folder / "metadata.csv")["file"]
    n = len(names)
    number = np.arange(n)
    metadata = pd.DataFrame(
        {
            "file": names,
            "size_class": pd.Categorical(np.where(number % 3, "small", "large"), ["small", "large"], ordered=True),
            "taken": pd.Series(pd.date_range("2024-03-30", periods=n, freq="h", tz="Europe/Vienna")),
            "seen": pd.Series(pd.date_range("2024-01-01", periods=n)).where(number % 4 > 0),
            "weight": np.where(number % 5, number / 3, np.nan),
            "count": pd.array([None if i % 6 == 0 else i for i in number], dtype="Int64"),
            "checked": pd.array([None if i % 7 == 0 else bool(i % 2) for i in number], dtype="boolean"),
            "note": [None if i % 2 else f'"{i}",\nžäb 猫; =1+1' for i in number],
        }
    ).set_index(pd.Index([f"specimen {i:03}" for i in number], name="specimen"))
    with ClusterExplorer(sample_folder, metadata=metadata, model="pixels", layout="pca") as explorer:
        explorer.label("large one", "size_class == 'large'")
        yield explorer.data


def test_parquet_gives_back_the_table_as_it_was(data, tmp_path):
    data.to_parquet(tmp_path / "table.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "table.parquet"), data)


def test_csv_gives_back_values_and_index(data, tmp_path):
    data.to_csv(tmp_path / "table.csv")
    back = pd.read_csv(
        tmp_path / "table.csv",
        index_col="specimen",
        dtype={name: data[name].dtype for name in ("size_class", "count", "checked", "cluster", "x", "y")},
        parse_dates=["seen"],
    )
    back["taken"] = pd.to_datetime(back["taken"], utc=True).dt.tz_convert("Europe/Vienna")
    pd.testing.assert_frame_equal(back, data, check_dtype=False)
    assert {"cluster", "x", "y", "outlier", "duplicate_of", "label"} <= set(back)
