import sqlite3
import threading
import warnings
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from imgclust_jupyter.store import Action, LabelLog, LoggedImage, cache, open_label_log


def action(number, value="cow"):
    return Action(float(number), "label", value, "label", "python", np.array([number]))


def values(log, collection="photos"):
    return [each.value for each in log.actions(collection)]


def test_actions_come_back_in_their_order(tmp_path):
    log = LabelLog(tmp_path)
    log.append(
        "photos", [LoggedImage(1, "a.jpg", "0a"), LoggedImage(2**62, "b.jpg", "0b")], [action(1), action(2, None)]
    )
    log.append("other", [], [action(3, "pig")])
    again = LabelLog(tmp_path)
    assert again.images("photos") == [LoggedImage(1, "a.jpg", "0a"), LoggedImage(2**62, "b.jpg", "0b")]
    first, second = again.actions("photos")
    assert (first.time, first.column, first.value, first.action, first.by) == (1.0, "label", "cow", "label", "python")
    assert first.images.tolist() == [1]
    assert second.value is None
    assert values(again, "other") == ["pig"]
    assert again.images("nothing") == again.actions("nothing") == []


def test_an_image_that_was_found_elsewhere_is_still_the_same(tmp_path):
    log = LabelLog(tmp_path)
    log.append("photos", [LoggedImage(1, "a.jpg", "0a")], [])
    log.append("photos", [LoggedImage(1, "b.jpg", "0a")], [])
    assert log.images("photos") == [LoggedImage(1, "b.jpg", "0a")]


def test_who_gives_no_labels_has_no_database_of_them(tmp_path):
    log = LabelLog(tmp_path / "data")
    assert log.images("photos") == []
    assert not (tmp_path / "data").exists()


def test_labels_are_no_part_of_the_cache(data_dir):
    open_label_log().append("photos", [], [action(1)])
    cache.clear()
    assert values(open_label_log()) == ["cow"]
    assert (data_dir / "labels.sqlite").exists()


def test_without_the_variable_they_are_in_the_users_data_folder(monkeypatch):
    monkeypatch.delenv("IMGCLUST_DATA")
    assert LabelLog().path.parent == platformdirs.user_data_path("imgclust_jupyter", appauthor=False)
    assert LabelLog().path.parent != platformdirs.user_cache_path("imgclust_jupyter", appauthor=False)


def test_two_kernels_lose_nothing(tmp_path):
    logs = [LabelLog(tmp_path), LabelLog(tmp_path)]

    def write(log, start):
        for number in range(start, start + 20):
            log.append("photos", [LoggedImage(number, f"{number}.jpg", "0a")], [action(number, str(number))])

    threads = [threading.Thread(target=write, args=(log, 100 * i)) for i, log in enumerate(logs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, values(LabelLog(tmp_path)))) == [*range(20), *range(100, 120)]
    assert len(LabelLog(tmp_path).images("photos")) == 40


def test_a_damaged_database_is_set_aside(tmp_path):
    (tmp_path / "labels.sqlite").write_text("this is no database, " * 1000)
    log = LabelLog(tmp_path)
    with pytest.warns(UserWarning, match=r"the database of labels .* is damaged.*in that file only"):
        assert log.actions("photos") == []
    log.append("photos", [], [action(1)])
    assert values(LabelLog(tmp_path)) == ["cow"]
    (aside,) = tmp_path.glob("labels.sqlite.corrupt-*")
    assert aside.read_text().startswith("this is no database")


def test_where_nothing_can_be_written_labels_last_for_the_session(tmp_path):
    (tmp_path / "file").write_text("in the way")
    log = LabelLog(tmp_path / "file" / "data")
    assert log.images("photos") == []  # which is no reason for a warning yet
    with pytest.warns(UserWarning, match=r"the database of labels .* cannot be used.*IMGCLUST_DATA"):
        log.append("photos", [LoggedImage(1, "a.jpg", "0a")], [action(1)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it has been said once
        log.append("photos", [], [action(2, "pig")])
        assert values(log) == ["cow", "pig"]
        assert len(log.images("photos")) == 1


def test_what_was_written_is_on_the_disk_at_once(tmp_path: Path):
    """Another process, such as the next kernel after this one was killed, sees it."""
    log = LabelLog(tmp_path)
    log.append("photos", [], [action(1)])
    with sqlite3.connect(tmp_path / "labels.sqlite") as connection:
        assert connection.execute("SELECT value FROM actions").fetchall() == [("cow",)]
