"""Files that a page sends in pieces, and pages that mean no good."""

import gc
import random
import time

import pytest

from imgclust_jupyter.widget import uploads as module
from imgclust_jupyter.widget.rpc import BadRequestError
from imgclust_jupyter.widget.uploads import DROP_BYTES, FILE_BYTES, MAX_FILES, PIECE_BYTES, Uploads


@pytest.fixture
def taken():
    return []


@pytest.fixture
def uploads(taken):
    uploads = Uploads(taken.append)
    yield uploads
    uploads.clear()


def begin(uploads, *files):
    body, buffers = uploads.begin({"files": [{"name": name, "size": size} for name, size in files]})
    assert buffers == []
    return body


def send(uploads, drop, place, content, size=PIECE_BYTES):
    for offset in range(0, len(content), size):
        piece = memoryview(content)[offset : offset + size]
        uploads.piece({"drop": drop, "file": place, "offset": offset, "buffers": [piece]})


def test_files_come_whole_and_under_their_names(uploads, taken):
    contents = [random.Random(i).randbytes(n) for i, n in enumerate((0, 1, PIECE_BYTES, PIECE_BYTES + 1))]
    drop = begin(uploads, *((f"{i}.jpg", len(content)) for i, content in enumerate(contents)))
    assert drop["wanted"] == [0, 1, 2, 3]
    for place in (2, 0, 3, 1):
        send(uploads, drop["drop"], place, contents[place])
    uploads.end(drop)
    assert [(file.name, file.content) for file in taken[0]] == [(f"{i}.jpg", c) for i, c in enumerate(contents)]


def test_two_drops_at_once_do_not_meet(uploads, taken):
    drops = [begin(uploads, ("a.jpg", 4)) for _ in range(2)]
    for offset, pieces in ((0, (b"aa", b"bb")), (2, (b"AA", b"BB"))):
        for drop, piece in zip(drops, pieces, strict=True):
            uploads.piece({"drop": drop["drop"], "file": 0, "offset": offset, "buffers": [piece]})
    for drop in reversed(drops):
        uploads.end(drop)
    assert [[file.content for file in files] for files in taken] == [[b"bbBB"], [b"aaAA"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"offset": 3},
        {"offset": 0},
        {"offset": True},
        {"offset": None},
        {"file": 1},
        {"file": True},
        {"file": "0"},
        {"file": None},
        {"drop": "other"},
        {"drop": None},
        {"buffers": []},
        {"buffers": [b""]},
        {"buffers": [b"xx", b"yy"]},
        {"buffers": None},
        {"buffers": [b"123456789"]},
        {"buffers": [bytes(PIECE_BYTES + 1)]},
    ],
)
def test_a_piece_that_does_not_follow_is_refused_and_changes_nothing(uploads, taken, wrong):
    drop = begin(uploads, ("a.jpg", 10))
    right = {"drop": drop["drop"], "file": 0, "offset": 2, "buffers": [b"23456789"]}
    uploads.piece({**right, "offset": 0, "buffers": [b"01"]})
    with pytest.raises(BadRequestError):
        uploads.piece({**right, **wrong})
    with pytest.raises(BadRequestError, match="whole"):
        uploads.end(drop)
    uploads.piece(right)
    uploads.end(drop)
    assert [file.content for file in taken[0]] == [b"0123456789"]
    for late in (uploads.end, uploads.forget, uploads.piece):
        with pytest.raises(BadRequestError):
            late({**right, **drop})


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        {},
        [{"name": "a", "size": 1}] * (MAX_FILES + 1),
        ["a.jpg"],
        [{"name": "a.jpg"}],
        [{"name": "a.jpg", "size": -1}],
        [{"name": "a.jpg", "size": 1.5}],
        [{"name": "a.jpg", "size": True}],
        [{"name": 7, "size": 1}],
        [{"name": "x" * 1001, "size": 1}],
        [{"name": "a.jpg", "size": FILE_BYTES}] * (DROP_BYTES // FILE_BYTES + 1),
    ],
)
def test_what_is_too_much_or_no_list_of_files_is_refused_before_anything_is_sent(uploads, files):
    with pytest.raises(BadRequestError):
        uploads.begin({"files": files})
    assert uploads.held == 0


def test_a_file_that_is_too_large_does_not_keep_the_others_away(uploads):
    drop = begin(uploads, ("a.jpg", 5), ("film.mp4", FILE_BYTES + 1), ("b", FILE_BYTES))
    assert drop["wanted"] == [0, 2]
    assert [each["name"] for each in drop["refused"]] == ["film.mp4"]


def test_of_a_folder_only_pictures_are_wanted_whatever_is_dropped_by_itself(uploads):
    names = ["x/a.JPG", "x/notes.txt", "x/.DS_Store", "x/.cache/a.jpg", "x/y/b.tif", "notes.txt", "no suffix", ""]
    assert begin(uploads, *((name, 1) for name in names))["wanted"] == [0, 4, 5, 6, 7]


def test_a_name_with_folders_says_nothing_about_where_anything_goes(uploads, taken):
    drop = begin(uploads, ("../../etc/passwd.png", 1), ("/a/b.png", 1), ("x/..", 0))
    assert drop["wanted"] == [1]
    send(uploads, drop["drop"], 1, b"1")
    uploads.end(drop)
    assert [file.name for file in taken[0]] == ["b.png"]


def test_what_was_taken_counts_as_long_as_somebody_has_it(uploads, taken, monkeypatch):
    monkeypatch.setattr(module, "HELD_BYTES", 10)
    drop = begin(uploads, ("a.jpg", 6))
    with pytest.raises(BadRequestError, match="memory"):
        begin(uploads, ("b.jpg", 5))
    send(uploads, drop["drop"], 0, b"123456")
    uploads.end(drop)
    assert uploads.held == 6
    with pytest.raises(BadRequestError, match="memory"):
        begin(uploads, ("b.jpg", 5))
    taken.clear()
    gc.collect()
    assert uploads.held == 0
    begin(uploads, ("b.jpg", 10))


def test_a_drop_that_was_given_up_or_not_heard_of_is_forgotten(taken):
    patient = Uploads(taken.append)
    given_up = begin(patient, ("a.jpg", 5))
    assert patient.held == 5
    patient.forget(given_up)
    assert patient.held == 0
    begin(patient, ("a.jpg", 5))
    patient.clear()
    assert patient.held == 0
    impatient = Uploads(taken.append, patience=0.2)
    begin(impatient, ("a.jpg", 5))
    deadline = time.monotonic() + 60
    while impatient.held and time.monotonic() < deadline:
        time.sleep(0.02)
    assert impatient.held == 0


def test_a_drop_of_which_nothing_is_wanted_is_none(uploads):
    drop = begin(uploads, ("x/notes.txt", 5))
    with pytest.raises(BadRequestError, match="nothing"):
        uploads.end(drop)
