"""What to label next, and what is there twice, asked from Python."""

import numpy as np
import pandas as pd
import pytest

from imgclust_jupyter import ClusterExplorer


@pytest.fixture
def explorer():
    rng = np.random.default_rng(0)
    # Three kinds of four, and the last one twice more, nearly and exactly.
    numbers = np.repeat(np.eye(3), 4, axis=0) + 0.05 * rng.normal(size=(12, 3))
    numbers = np.vstack([numbers, numbers[-1] + 0.01, numbers[-1]])
    pictures = [np.full((6, 6, 3), 15 * i, dtype=np.uint8) for i in range(14)]
    with ClusterExplorer(pictures, features=numbers, layout="pca", n_clusters=3) as explorer:
        yield explorer.wait()


def test_suggestions_are_rows_of_data_best_first(explorer):
    explorer.label("first", [0])
    explorer.label("second", [4])
    found = explorer.suggestions("first", k=3)
    assert sorted(found.index) == [1, 2, 3]
    assert found["score"].is_monotonic_decreasing
    assert found["score"].between(0, 1).all()
    pd.testing.assert_frame_equal(found.drop(columns="score"), explorer.data.loc[found.index])
    assert len(explorer.suggestions("first")) == 12
    explorer.label("sharp", [1], column="quality")
    assert 1 not in explorer.suggestions("sharp", column="quality").index
    with pytest.raises(KeyError, match="no label 'third'"):
        explorer.suggestions("third")
    with pytest.raises(ValueError, match="from 1"):
        explorer.suggestions("first", k=0)


def test_the_next_cluster_is_selected_until_all_have_a_label(explorer):
    seen = []
    while len(rows := explorer.next_cluster()):
        assert explorer.selection.index.tolist() == rows.index.tolist()
        assert explorer.data.loc[rows.index, "cluster"].nunique() == 1
        seen.append(len(rows))
        explorer.label(f"kind {len(seen)}", keep=True)
    assert seen == [6, 4, 4]
    assert explorer.selection.empty
    explorer.label(None, [0])
    rows = explorer.next_cluster()
    assert rows.index.tolist() == [0]
    assert rows["guess"].tolist() == [explorer.data.loc[1, "label"]]
    assert 0.5 <= rows["share"].iloc[0] <= 1


def test_what_is_passed_over_comes_again(explorer):
    turns = [explorer.next_cluster().index.tolist() for _ in range(4)]
    assert len({tuple(each) for each in turns[:3]}) == 3
    assert turns[3] == turns[0]


def test_how_close_is_close_can_be_said(explorer):
    repeats = explorer.data["duplicate_of"]
    assert explorer.duplicates()["duplicate_of"].dropna().to_dict() == repeats.dropna().to_dict()
    exact = explorer.duplicates(0)
    assert exact["duplicate_of"].dropna().to_dict() == {13: 11}
    wide = explorer.duplicates(closeness=1)
    assert set(exact.index) < set(wide.index)
    assert wide["duplicate_of"].isna().sum() < len(wide)
    for closeness in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="from 0 to 1"):
            explorer.duplicates(closeness)


def test_all_can_be_selected(explorer):
    explorer.select(explorer.data.index)
    assert len(explorer.selection) == 14


def test_no_path_is_no_folder(explorer):
    for path in ("", " "):
        with pytest.raises(ValueError, match="the path is empty"):
            explorer.add(path)
        with pytest.raises(ValueError, match="the path is empty"):
            ClusterExplorer(path)


def test_a_table_without_pictures_is_called_what_it_is():
    table = pd.DataFrame({"weight": [1.0, 2.0, 3.0], "numbers": [[1, 2], [3, 4], [5, 6]]})
    with ClusterExplorer(table, features=["weight"], layout="pca") as explorer:
        assert explorer.wait().widget.dataset.header["title"] == "rows"
    with (
        ClusterExplorer(table, features=["numbers"], layout="pca") as explorer,
        pytest.raises(ValueError, match=r"'numbers' has several values in a row; .*np.stack"),
    ):
        explorer.wait()
