"""Zip and tar archives as sources: real ones, damaged ones and traps."""

import io
import os
import pickle
import struct
import tarfile
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection, archives, members
from imgclust_jupyter.imaging import Limits, UnreadableImage, decode
from imgclust_jupyter.store import open_store


def png(color, size=(20, 10)):
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


CONTENTS = {
    "b10.png": png("red"),
    "b2.png": png("blue"),
    "sub/c.PNG": png("lime"),
    "notes.txt": b"no picture",
    ".hidden.png": png("red"),
    "__MACOSX/b2.png": b"\0\5\26\7",
    "sub/.git/d.png": png("red"),
}
PICTURES = ["b2.png", "b10.png", "sub/c.PNG"]

TARS = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


def make_zip(path, contents=CONTENTS, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.mkdir("sub") if hasattr(archive, "mkdir") else archive.writestr("sub/", b"")
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def make_tar(path, contents=CONTENTS, extra=()):
    mode = next(mode for suffix, mode in reversed(TARS.items()) if path.name.endswith(suffix))
    with tarfile.open(path, mode) as archive:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return path


@pytest.fixture(params=[".zip", *TARS])
def archive(request, tmp_path):
    path = tmp_path / f"photos{request.param}"
    return make_zip(path) if request.param == ".zip" else make_tar(path)


class TestEveryKind:
    def test_pictures_in_natural_order(self, archive):
        collection = Collection.from_source(str(archive))
        assert [item.relative for item in collection.items] == PICTURES
        assert [item.name for item in collection.items] == ["b2.png", "b10.png", "c.PNG"]
        assert [item.size for item in collection.items] == [len(CONTENTS[name]) for name in PICTURES]
        assert collection.name == archive.name
        assert collection.table()["path"].tolist() == [str(archive / name) for name in PICTURES]
        assert len(collection.errors) == 0

    def test_contents_are_those_of_the_files(self, archive, tmp_path):
        folder = tmp_path / "unpacked"
        for name in PICTURES:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(CONTENTS[name])
        collection = Collection.from_source(archive)
        # The same hashes: what was embedded from a folder is known in its archive, and the other way round.
        assert collection.content_hashes(open_store()) == Collection.from_source(folder).content_hashes(open_store())
        for item in collection.items:
            np.testing.assert_array_equal(
                np.asarray(decode(item.source).image), np.asarray(decode(CONTENTS[item.relative]).image)
            )

    def test_sources_travel_to_other_processes_and_are_keys(self, archive):
        for item in Collection.from_source(archive).items:
            copy = pickle.loads(pickle.dumps(item.source))
            assert copy == item.source
            assert len({copy, item.source}) == 1
            assert copy.open().read() == CONTENTS[item.relative]

    def test_many_threads_read_at_once(self, archive):
        sources = [item.source for item in Collection.from_source(archive).items] * 40
        with ThreadPoolExecutor(8) as pool:
            read = list(pool.map(lambda source: source.open().read(), sources))
        assert read == [CONTENTS[name] for name in PICTURES] * 40

    def test_a_settled_archive_is_not_read_again(self, archive, monkeypatch):
        os.utime(archive, (1e9, 1e9))
        hashes = Collection.from_source(archive).content_hashes(open_store())
        again = Collection.from_source(archive)
        monkeypatch.setattr(members.Member, "open", lambda self: pytest.fail("a member was read again"))
        assert again.known_hashes(open_store()) == hashes
        assert None not in hashes

    def test_a_moved_archive_has_the_same_hashes(self, archive, tmp_path):
        hashes = Collection.from_source(archive).content_hashes(open_store())
        (tmp_path / "elsewhere").mkdir()
        moved = archive.rename(tmp_path / "elsewhere" / archive.name)
        assert Collection.from_source(moved).content_hashes(open_store()) == hashes

    def test_an_archive_that_changes_after_it_was_listed(self, archive):
        collection = Collection.from_source(archive)
        archive.write_bytes(archive.read_bytes() + b" ")
        assert collection.content_hashes(open_store()) == [None] * 3
        assert collection.errors["reason"].str.contains("changed since").all()

    def test_no_pictures(self, archive):
        make = make_zip if archive.suffix == ".zip" else make_tar
        make(archive, {"notes.txt": b"x"})
        with pytest.raises(ValueError, match=r"no image in .*photos"):
            Collection.from_source(archive)

    def test_names_that_lead_out(self, archive):
        make = make_zip if archive.suffix == ".zip" else make_tar
        make(archive, {"../../evil.png": png("red"), "/root/evil.png": png("blue"), "a\\b.png": png("lime")})
        collection = Collection.from_source(archive)
        assert [item.relative for item in collection.items] == ["a/b.png", "evil.png", "root/evil.png"]
        assert None not in collection.content_hashes(open_store())
        assert not (archive.parent.parent / "evil.png").exists()

    def test_of_two_members_of_one_name_the_last_counts(self, archive):
        if archive.suffix == ".zip":
            with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(archive, "a") as file:
                file.writestr("b2.png", png("white"))
        else:
            with tarfile.open(archive, TARS["." + archive.name.split(".", 1)[1]]) as file:
                for color in ("red", "white"):
                    info = tarfile.TarInfo("b2.png")
                    info.size = len(png(color))
                    file.addfile(info, io.BytesIO(png(color)))
        collection = Collection.from_source(archive)
        (item,) = (item for item in collection.items if item.name == "b2.png")
        assert decode(item.source).image.getpixel((0, 0)) == (255, 255, 255)
        assert collection.notices == ["1 member of the archive was left out, since a later one has its name"]

    def test_bad_members_cost_no_other_its_place(self, archive):
        make = make_zip if archive.suffix == ".zip" else make_tar
        make(archive, {"a.png": png("red"), "empty.png": b"", "text.png": b"no picture", "z.png": png("blue")})
        collection = Collection.from_source(archive)
        hashes = collection.content_hashes(open_store())
        assert [h is None for h in hashes] == [False, True, False, False]
        assert collection.errors[["path", "reason"]].to_numpy().tolist() == [["empty.png", "the file is empty"]]
        with pytest.raises(UnreadableImage, match="not an image"):
            decode(collection.items[2].source)

    def test_a_member_that_is_too_large(self, archive, monkeypatch):
        monkeypatch.setattr(members, "DEFAULT_LIMITS", Limits(file_bytes=79))
        collection = Collection.from_source(archive)
        assert sum(h is None for h in collection.content_hashes(open_store())) == sum(
            len(CONTENTS[name]) > 79 for name in PICTURES
        )
        assert collection.errors["reason"].str.contains("the limit is 79").all()
        assert len(collection.errors) > 0

    def test_it_is_no_archive(self, archive):
        archive.write_bytes(b"no archive at all" * 100)
        with pytest.raises(ValueError, match=r"photos.* is no (zip|tar) archive, or is damaged"):
            Collection.from_source(archive)
        archive.write_bytes(b"")
        with pytest.raises(ValueError, match=r"photos.*(damaged|no image)"):
            Collection.from_source(archive)

    def test_an_archive_cut_off(self, archive):
        rng = np.random.default_rng(0)
        contents = {}
        for name in ("a.png", "b.png"):
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)).save(buffer, "PNG")
            contents[name] = buffer.getvalue()
        make = make_zip if archive.suffix == ".zip" else make_tar
        make(archive, contents | {"c.png": png("red")})
        archive.write_bytes(archive.read_bytes()[: archive.stat().st_size * 3 // 4])
        if archive.suffix in (".zip", ".bz2"):  # which have their directory at the end, or blocks as large as this
            with pytest.raises(ValueError, match="damaged"):
                Collection.from_source(archive)
            return
        collection = Collection.from_source(archive)
        hashes = collection.content_hashes(open_store())
        assert hashes[0] is not None
        assert hashes[1:] == [None] * (len(hashes) - 1)
        assert "the file ends too early" in set(collection.errors["reason"])


class TestZip:
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
    def test_methods(self, tmp_path, method):
        collection = Collection.from_source(make_zip(tmp_path / "a.zip", method=method))
        assert [item.source.open().read() for item in collection.items] == [CONTENTS[name] for name in PICTURES]

    def test_a_password(self, tmp_path):
        path = make_zip(tmp_path / "a.zip", {"a.png": png("red"), "b.png": png("blue")}, zipfile.ZIP_STORED)
        content = bytearray(path.read_bytes())
        # The flag of encryption, in the directory and before the content of the first member.
        directory = content.index(b"PK\1\2", content.index(b"PK\1\2") + 1)
        content[directory + 8] |= 1
        content[content.index(b"PK\3\4", content.index(b"a.png") - 40) + 6] |= 1
        path.write_bytes(content)
        collection = Collection.from_source(path)
        collection.content_hashes(open_store())
        assert collection.errors[["path", "reason"]].to_numpy().tolist() == [
            ["a.png", "it is encrypted with a password"]
        ]

    def test_a_wrong_checksum(self, tmp_path):
        path = make_zip(tmp_path / "a.zip", {"a.png": png("red"), "b.png": png("blue")}, zipfile.ZIP_STORED)
        content = bytearray(path.read_bytes())
        content[content.index(b"IDAT") + 6] ^= 255
        path.write_bytes(content)
        collection = Collection.from_source(path)
        assert [h is None for h in collection.content_hashes(open_store())] == [True, False]
        assert collection.errors["reason"].tolist() == ["it is damaged in its archive"]

    def test_an_unknown_method(self, tmp_path):
        path = make_zip(tmp_path / "a.zip", {"a.png": png("red"), "b.png": png("blue")}, zipfile.ZIP_STORED)
        content = bytearray(path.read_bytes())
        directory = content.rindex(b"PK\1\2")
        content[directory + 10 : directory + 12] = struct.pack("<H", 97)
        path.write_bytes(content)
        collection = Collection.from_source(path)
        assert [h is None for h in collection.content_hashes(open_store())] == [False, True]
        assert "method" in collection.errors["reason"][0]

    def test_links_are_left_out(self, tmp_path):
        path = make_zip(tmp_path / "a.zip")
        with zipfile.ZipFile(path, "a") as archive:
            link = zipfile.ZipInfo("link.png")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        assert [item.relative for item in Collection.from_source(path).items] == PICTURES

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED])
    def test_a_bomb(self, tmp_path, method, monkeypatch):
        monkeypatch.setattr(members, "_HARMLESS_BYTES", 1 << 20)
        path = make_zip(tmp_path / "bomb.zip", {"a.png": bytes(20_000_000)}, method)
        with pytest.raises(ValueError, match="more than 100 times its size"):
            Collection.from_source(path)

    def test_a_member_that_unpacks_to_more_than_it_says(self, tmp_path):
        path = make_zip(tmp_path / "a.zip", {"a.png": bytes(20_000_000)}, zipfile.ZIP_LZMA)
        content = bytearray(path.read_bytes())
        directory = content.rindex(b"PK\1\2")
        content[directory + 24 : directory + 28] = struct.pack("<I", 1000)
        path.write_bytes(content)
        (item,) = Collection.from_source(path).items
        tracemalloc.start()
        try:
            with pytest.raises(UnreadableImage, match="damaged"):
                item.source.open()
            assert tracemalloc.get_traced_memory()[1] < 60_000_000
        finally:
            tracemalloc.stop()

    def test_bzip2_is_a_trap(self, tmp_path):
        collection = Collection.from_source(make_zip(tmp_path / "a.zip", method=zipfile.ZIP_BZIP2))
        assert collection.content_hashes(open_store()) == [None] * 3
        assert collection.errors["reason"].str.contains("bzip2").all()


class TestTar:
    def test_links_and_devices_are_left_out_and_second_names_are_not(self, tmp_path):
        extra = []
        for kind, name in (
            (tarfile.SYMTYPE, "link.png"),
            (tarfile.CHRTYPE, "device.png"),
            (tarfile.FIFOTYPE, "pipe.png"),
            (tarfile.LNKTYPE, "second.png"),
            (tarfile.LNKTYPE, "nowhere.png"),
        ):
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "missing.png" if name == "nowhere.png" else "b2.png"
            extra.append(info)
        collection = Collection.from_source(make_tar(tmp_path / "a.tar", extra=extra))
        assert [item.relative for item in collection.items] == ["b2.png", "b10.png", "second.png", "sub/c.PNG"]
        hashes = collection.content_hashes(open_store())
        assert hashes[2] == hashes[0]

    @pytest.mark.parametrize("suffix", [".tar.gz", ".tar.bz2", ".tar.xz"])
    def test_a_bomb(self, tmp_path, suffix, monkeypatch):
        monkeypatch.setattr(members, "_HARMLESS_BYTES", 1 << 20)
        before = set(members.temporary_folder().iterdir())
        with pytest.raises(ValueError, match="more than 100 times its size"):
            Collection.from_source(make_tar(tmp_path / f"bomb{suffix}", {"a.png": bytes(20_000_000)}))
        assert set(members.temporary_folder().iterdir()) == before

    def test_a_full_disk(self, tmp_path, monkeypatch):
        monkeypatch.setattr(members, "free_bytes", lambda: 1000)
        with pytest.raises(ValueError, match="set TMPDIR"):
            Collection.from_source(make_tar(tmp_path / "a.tgz"))

    def test_it_is_unpacked_once(self, tmp_path):
        path = make_tar(tmp_path / "once.tgz")
        for _ in range(2):
            collection = Collection.from_source(path)
            collection.content_hashes(open_store())
        unpacked = [file for file in members.temporary_folder().iterdir() if "once" in file.name]
        assert len(unpacked) == 1


def test_archives_in_a_folder_are_left_out(tmp_path):
    make_zip(tmp_path / "photos.zip")
    (tmp_path / "a.png").write_bytes(png("red"))
    assert [item.relative for item in Collection.from_source(tmp_path).items] == ["a.png"]


@pytest.mark.parametrize(("name", "is_one"), [("A.ZIP", True), ("a.tar.gz", True), ("a.gz", False), ("a.png", False)])
def test_what_counts_as_an_archive(name, is_one):
    assert archives.is_archive(name) == is_one


def test_metadata_join_on_members(tmp_path):
    metadata = pd.DataFrame({"file": ["sub/c.PNG", "b2.png", "b10.png"], "breed": ["pug", "boxer", "poodle"]})
    collection = Collection.from_source(make_zip(tmp_path / "a.zip"), metadata)
    assert collection.matched_on == "file = relative path"
    assert collection.table()["breed"].tolist() == ["boxer", "poodle", "pug"]
    assert Path(collection.table()["path"].iloc[0]).name == "b2.png"
