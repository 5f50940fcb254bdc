"""How fast the work goes, and how a person without the widget learns of it."""

import re
from itertools import count

import pytest

from imgclust_jupyter.pipeline import Progress, ProgressLine
from imgclust_jupyter.pipeline.progress import Pace


def test_pace_leaves_out_what_was_there_before():
    clock = iter([0.0, 10.0, 20.0]).__next__
    pace = Pace(clock)
    assert pace.update(900) is None
    assert pace.update(900) is None
    assert pace.update(950) == pytest.approx(2.5)


def test_pace_follows_a_change_of_speed():
    seconds = count().__next__
    pace = Pace(lambda: float(seconds()))
    slow = [pace.update(done) for done in range(100)]
    fast = [pace.update(99 + 10 * i) for i in range(1, 100)]
    assert slow[-1] == pytest.approx(1)
    assert fast[0] < 2
    assert fast[-1] == pytest.approx(10)


def test_the_line_shows_stage_count_rate_and_time_left(capsys):
    with ProgressLine(hidden=False) as line:
        line._bar.delay = line._bar.mininterval = 0
        line.show(Progress("running", "embed", "turning images into numbers", 300, 1200, rate=45.2, seconds_left=83.0))
        line.show(Progress("running", "embed", "turning images into numbers", 600, 1200, rate=4.52, seconds_left=33.0))
        line.show(Progress("running", "tree", "building the tree"))
    first, second, third = (text for text in re.split(r"[\r\n]+", capsys.readouterr().err) if text.strip())
    assert re.fullmatch(r"turning images into numbers:  25%\|.*\| 300/1200, 45 images/s, 01:23 left\s*", first)
    assert re.fullmatch(r"turning images into numbers:  50%\|.*\| 600/1200, 4.5 images/s, 00:33 left\s*", second)
    assert third.strip() == "building the tree"


def test_the_line_can_be_hidden(capsys):
    with ProgressLine(hidden=True) as line:
        line._bar.delay = line._bar.mininterval = 0
        line.show(Progress("running", "embed", "turning images into numbers", 300, 1200))
    assert capsys.readouterr().err == ""
