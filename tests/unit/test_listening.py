"""Functions of the user's that follow the table."""

import numpy as np
import pytest

from imgclust_jupyter import ClusterExplorer


@pytest.fixture
def explorer():
    pictures = [np.full((6, 6, 3), 25 * i, dtype=np.uint8) for i in range(8)]
    with ClusterExplorer(pictures, model="pixels", layout="pca") as explorer:
        yield explorer.wait()


def test_it_is_called_with_the_table(explorer):
    seen = []
    end = explorer.on_change(seen.append)
    explorer.cut(3)
    assert seen[-1]["cluster"].max() == 3
    explorer.label("cow", [0, 1])
    assert seen[-1]["label"].dropna().tolist() == ["cow", "cow"]
    explorer.undo()
    assert "label" not in seen[-1]
    explorer.exclude([0, 1])
    assert len(seen[-1]) == 6
    explorer.include()
    assert len(seen[-1]) == 8
    explorer.add(np.zeros((4, 4, 3), dtype=np.uint8))
    assert seen[-1]["new"].sum() == 1
    told = len(seen)
    explorer.select([2])
    assert len(seen) == told
    end()
    explorer.cut(4)
    assert len(seen) == told


def test_its_mistakes_are_told_and_stop_nothing(explorer, caplog):
    explorer.on_change(lambda _: 1 / 0)
    seen = []
    explorer.on_change(seen.append)
    explorer.exclude([0, 1])
    assert len(seen[-1]) == len(explorer.data) == 6
    assert "ZeroDivisionError" in caplog.text


def test_mistakes_of_what_follows_the_selection_keep_it_from_no_other(explorer):
    explorer.on_selection(lambda _: 1 / 0)
    seen = []
    explorer.on_selection(seen.append)
    with pytest.raises(ZeroDivisionError):
        explorer.select([2])
    assert len(seen[-1]) == 1


def test_mistakes_of_what_follows_a_chart_stop_no_work(explorer, caplog):
    chart = explorer.panels.merge_heights()
    explorer.cut(8)
    chart.observe(lambda _: 1 / 0, "n_clusters")
    explorer.exclude([0, 1])  # only six are left to be cut
    assert len(explorer.data) == 6
    assert "ZeroDivisionError" in caplog.text


def test_it_holds_nobody_up_by_waiting_for_the_work_that_calls_it(explorer, caplog):
    explorer.on_change(lambda _: explorer.data)
    explorer.exclude([0, 1])
    assert len(explorer.data) == 6
    assert "cannot wait for itself" in caplog.text


def test_it_may_change_things_itself(explorer):
    explorer.on_change(lambda data: explorer.label("first", data.index[data["cluster"] == 1], "quality"))
    explorer.cut(3)
    assert (explorer.data["quality"] == "first").tolist() == (explorer.data["cluster"] == 1).tolist()
