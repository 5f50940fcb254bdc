"""Files of sessions that are damaged, newer, or mean harm."""

import json
import os
import zipfile
from copy import copy

import numpy as np
import pytest

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.workspace.session_file import SessionFile, read_session_file, write_session_file


def rewrite(path, change):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["session.json"] = json.dumps(change(json.loads(members["session.json"]))).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A session of six arrays, one of them taken out."""
    here = tmp_path_factory.mktemp("good")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLUST_CACHE", str(here / "cache"))
        patch.setenv("IMGCLUST_DATA", str(here / "data"))
        with ClusterExplorer([np.full((9, 9), 20 * i, np.uint8) for i in range(6)], model="pixels") as explorer:
            explorer.label("cow", [0])
            explorer.exclude([5])
            return read_session_file(explorer.save(here / "a.imgclust"))


class TestDamage:
    @staticmethod
    def refused(path, match="is damaged"):
        with pytest.raises(ValueError, match=match) as caught:
            ClusterExplorer.load(path)
        assert str(path) in str(caught.value)

    def test_newer_formats_are_refused_kindly(self, good, tmp_path):
        path = tmp_path / "new.imgclust"
        write_session_file(path, good)
        rewrite(path, lambda document: document | {"format": 3})
        said = r"made by a newer version of imgclust_jupyter \(format 3; this one reads up to 1\); upgrade"
        self.refused(path, said)

    def test_other_files_are_no_sessions(self, tmp_path):
        path = tmp_path / "a.imgclust"
        path.write_bytes(b"no zip")
        self.refused(path, "is no saved session")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", "a")
        self.refused(path, "some other zip archive")
        with pytest.raises(FileNotFoundError):
            ClusterExplorer.load(tmp_path / "none.imgclust")

    def test_wherever_it_is_cut_off(self, good, tmp_path):
        path = tmp_path / "a.imgclust"
        write_session_file(path, good)
        whole = path.read_bytes()
        for share in (0.01, 0.5, 0.99):
            path.write_bytes(whole[: int(share * len(whole))])
            self.refused(path, "cut off or damaged")

    def test_a_flipped_bit_is_noticed(self, good, tmp_path):
        path = tmp_path / "a.imgclust"
        write_session_file(path, good)
        whole = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            start = archive.getinfo("arrays/embeddings.npy").header_offset
        whole[start + 1000] ^= 4
        path.write_bytes(whole)
        self.refused(path, "CRC")

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("embeddings", lambda a: a[:-1]),
            ("embeddings", lambda a: a[:, 0]),
            ("embeddings", lambda a: a * np.nan),
            ("items/size", lambda a: a[:-1]),
            ("items/shape", lambda a: a[:, :1]),
            ("tiles/ends", lambda a: a[::-1]),
            ("everything/ids", lambda a: a + 1),
            ("everything/ids", lambda a: a[::-1]),
            ("everything/linkage", lambda a: a[:, :3]),
            ("everything/linkage", lambda a: a + 90),
            ("everything/linkage", lambda a: a[::-1]),
            ("everything/leaf_order", lambda a: a * 0),
            ("everything/leaf_order", lambda a: a - 1),
            ("everything/neighbors", lambda a: a + 50),
            ("everything/medoids", lambda a: a - 9),
            ("everything/coordinates", lambda a: a[:, :1]),
            ("rest/coordinates", lambda a: a * np.inf),
            ("rest/outlier", lambda a: a.astype(float)),
            ("rest/ids", lambda a: a + 3),
            ("mean", lambda a: a[:-1]),
            ("labels/images", lambda a: a + 1),
            ("labels/starts", lambda a: a + 1),
        ],
    )
    @pytest.mark.filterwarnings("ignore:invalid value encountered")
    def test_arrays_that_do_not_fit(self, good, tmp_path, name, change):
        path = tmp_path / "a.imgclust"
        write_session_file(path, SessionFile(good.document, {**good.arrays, name: change(good.arrays[name])}))
        self.refused(path)

    @pytest.mark.parametrize("name", ["embeddings", "items/frame", "rest/ids", "labels/logged", "tiles/bytes"])
    def test_arrays_that_are_missing(self, good, tmp_path, name):
        path = tmp_path / "a.imgclust"
        write_session_file(path, SessionFile(good.document, {k: v for k, v in good.arrays.items() if k != name}))
        self.refused(path)

    @pytest.mark.parametrize(
        ("place", "value"),
        [
            (["collection", "relative", 0], "../../etc/passwd"),
            (["collection", "relative", 0], "/etc/passwd"),
            (["collection", "relative", 0], 7),
            (["collection", "names"], []),
            (["collection", "digests", 1], {}),
            (["collection", "removed"], [99]),
            (["collection", "limits"], {"nonsense": 1}),
            (["collection", "frames"], "some"),
            (["collection", "tables", "source", "rows"], 3),
            (["options", "metric"], "nonsense"),
            (["options"], None),
            (["features", "columns"], 5),
            (["results", "everything", "layout"], "nonsense"),
            (["results", "everything", "names"], [[0, "cow", []]]),
            (["results", "network", "dimensions"], None),
            (["labels", "actions", 0, 3], "delete"),
            (["labels", "actions", 0, 2], " "),
            (["view", "selection"], "not base64!"),
            (["view", "colors"], [7]),
            (["view", "ui"], []),
            (["place", "path"], 3),
        ],
    )
    def test_words_that_do_not_fit(self, good, tmp_path, place, value):
        path = tmp_path / "a.imgclust"
        arrays = {**good.arrays, "items/file": np.ones(6, dtype=bool)}
        document = json.loads(json.dumps(good.document))
        inner = document
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        write_session_file(path, SessionFile(document, arrays))
        self.refused(path)

    def test_objects_are_not_read(self, good, tmp_path):
        class Mischief:
            def __reduce__(self):
                return os.mkdir, (str(tmp_path / "mischief"),)

        path = tmp_path / "a.imgclust"
        write_session_file(path, SessionFile(good.document, {}))
        with zipfile.ZipFile(path, "a") as archive, archive.open("arrays/embeddings.npy", "w") as member:
            np.lib.format.write_array(member, np.array([Mischief()], dtype=object), allow_pickle=True)
        self.refused(path)
        assert not (tmp_path / "mischief").exists()

    def test_bombs_are_not_opened(self, good, tmp_path):
        path = tmp_path / "a.imgclust"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("session.json", json.dumps(good.document))
            archive.writestr("arrays/embeddings.npy", bytes(10_000_000))
        self.refused(path, "more bytes than the file")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("session.json", json.dumps(good.document))
            archive.writestr("arrays/a.npy", bytes(9), zipfile.ZIP_DEFLATED)
        self.refused(path, "more bytes than the file")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("session.json", json.dumps({"kind": "imgclust session", "format": 1}))
            archive.writestr("arrays/a.npy", bytes(9000))
            for number in range(9):  # the same bytes under many names
                archive.filelist.append(copy(archive.getinfo("arrays/a.npy")))
                archive.filelist[-1].filename = f"arrays/a{number}.npy"
        self.refused(path, "more bytes than the file")
        write_session_file(path, SessionFile({}, {"a": np.zeros(3)}))
        with zipfile.ZipFile(path) as archive:
            array = archive.read("arrays/a.npy")
        huge = array.replace(b"'shape': (3,), }         ", b"'shape': (3000000000,), }")
        assert huge != array
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("session.json", json.dumps({"kind": "imgclust session", "format": 1}))
            archive.writestr("arrays/a.npy", huge)
        self.refused(path, "says that it has 24,000,000,000")

    def test_no_other_machine_is_asked(self, good, tmp_path, monkeypatch):
        from imgclust_jupyter.pipeline import relinking

        path = tmp_path / "a.imgclust"
        document = json.loads(json.dumps(good.document))
        for place in ("https://example.org/photos/", "//server/share", "\\\\server\\share"):
            document["place"] = {"path": place, "near": "", "listed": False}
            write_session_file(path, SessionFile(document, good.arrays))
            monkeypatch.setattr(relinking.Collection, "from_source", None)
            ClusterExplorer.load(path).close()
