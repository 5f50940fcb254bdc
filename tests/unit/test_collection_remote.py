"""URLs as sources: memory://, and https's sister on a server of this process that misbehaves on demand."""

import functools
import http.server
import io
import pickle
import subprocess
import sys
import threading
import traceback
import zipfile

import fsspec
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter.collection import Collection, check_source, remote
from imgclust_jupyter.collection.spool import Spool
from imgclust_jupyter.imaging import Limits, UnreadableImage, decode
from imgclust_jupyter.store import open_store

aiohttp = pytest.importorskip("aiohttp")


def png(color):
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), color).save(buffer, "PNG")
    return buffer.getvalue()


CONTENTS = {
    "b10.png": png("red"),
    "b2 x.png": png("blue"),
    "sub/c.png": png("lime"),
    "notes.txt": b"x",
    ".hidden.png": png("red"),
}
PICTURES = ["b2 x.png", "b10.png", "sub/c.png"]
SECRETS = ("hunter2", "SIGNATURE", "alice")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """The servers of these tests are on this machine."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.store.clear()
    for name, content in CONTENTS.items():
        system.pipe(f"/photos/{name}", content)
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; what a path starts with makes it misbehave."""

    def do_HEAD(self):
        self.server.seen.append(("HEAD", self.path))
        if not self.misbehaves():
            super().do_HEAD()

    def do_GET(self):
        self.server.seen.append(("GET", self.path))
        if not self.misbehaves():
            super().do_GET()

    def misbehaves(self):
        kind, _, rest = self.path.removeprefix("/").partition("/")
        if kind.isdigit():
            self.send_error(int(kind))
        elif kind == "moved":
            self.send_response(302)
            self.send_header("Location", f"/{rest}")
            self.end_headers()
        elif kind == "slow":
            self.server.release.wait(60)
            self.send_error(500)
        elif kind == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"\x89PNG")
        elif kind == "endless" and self.command == "GET":
            self.send_response(200)
            self.end_headers()
            try:
                while not self.server.release.is_set():
                    self.wfile.write(bytes(100_000))
            except OSError:
                self.close_connection = True
        else:
            return False
        return True

    def end_headers(self):
        if self.server.etag and not self.path.startswith("/moved"):
            self.send_header("ETag", self.server.etag)
        super().end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "www"
    for name, content in CONTENTS.items():
        path = folder / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    server.folder = folder
    server.seen = []
    server.etag = ""
    server.release = threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def within(seconds):
    return {"client_kwargs": {"timeout": aiohttp.ClientTimeout(total=seconds)}}


def relatives(source, **options):
    return [item.relative for item in Collection.from_source(source, **options).items]


class TestMemory:
    def test_a_folder(self, memory):
        collection = Collection.from_source("memory://photos")
        assert [item.relative for item in collection.items] == PICTURES
        assert [item.name for item in collection.items] == ["b2 x.png", "b10.png", "c.png"]
        assert [item.size for item in collection.items] == [len(CONTENTS[name]) for name in PICTURES]
        assert collection.name == "photos"
        assert collection.table()["path"].tolist() == [f"memory://photos/{name}" for name in PICTURES]
        assert relatives("memory://photos/") == PICTURES
        assert relatives("memory://photos", recursive=False) == PICTURES[:2]

    def test_patterns(self, memory):
        assert relatives("memory://photos/*.png") == PICTURES[:2]
        assert relatives("memory://photos/**/*.png") == PICTURES
        assert relatives("memory://photos/b?0.png") == ["b10.png"]

    def test_one_picture(self, memory):
        collection = Collection.from_source("memory://photos/b10.png")
        assert [item.relative for item in collection.items] == ["b10.png"]
        np.testing.assert_array_equal(np.asarray(decode(collection.items[0].source).image)[0, 0], [255, 0, 0])

    def test_contents_are_those_of_files(self, memory, tmp_path):
        for name in PICTURES:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(CONTENTS[name])
        here = Collection.from_source(tmp_path).content_hashes(open_store())
        assert Collection.from_source("memory://photos").content_hashes(open_store()) == here

    def test_a_second_time_nothing_is_read_and_what_changed_is(self, memory):
        hashes = Collection.from_source("memory://photos").content_hashes(open_store())
        assert Collection.from_source("memory://photos").known_hashes(open_store()) == hashes
        memory.pipe("/photos/b10.png", png("white"))
        again = Collection.from_source("memory://photos")
        assert again.known_hashes(open_store()) == [hashes[0], None, hashes[2]]
        assert again.content_hashes(open_store())[1] not in hashes

    def test_archives(self, memory):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in CONTENTS.items():
                archive.writestr(f"p/{name}", content)
        memory.pipe("/all.zip", buffer.getvalue())
        inside = [f"p/{name}" for name in PICTURES]
        assert relatives("memory://all.zip") == relatives("zip://::memory://all.zip") == inside
        assert relatives("zip://p/*.png::memory://all.zip") == PICTURES[:2]
        collection = Collection.from_source("memory://all.zip")
        assert [item.source.open().read() for item in collection.items] == [CONTENTS[name] for name in PICTURES]

    def test_lists_and_tables_mixed_with_files(self, memory, tmp_path):
        (tmp_path / "a.png").write_bytes(png("white"))
        urls = [
            "memory://photos/sub/c.png",
            "memory://photos/b10.png",
            str(tmp_path / "a.png"),
            f"file://{tmp_path}/a.png",
        ]
        collection = Collection.from_source(pd.DataFrame({"url": urls, "n": range(4)}, index=list("wxyz")))
        assert [item.relative for item in collection.items] == ["sub/c.png", "b10.png", "a.png", "a.png"]
        assert collection.table().index.tolist() == list("wxyz")
        assert None not in collection.content_hashes(open_store())
        shown = collection.text([0, 1, 2, 3])
        assert [row["url"] for row in shown] == ["sub/c.png", "b10.png", "a.png", "a.png"]
        assert collection.names_images(collection.table()["url"], range(4))
        assert not collection.names_images(collection.table()["n"], range(4))

    def test_metadata(self, memory):
        metadata = pd.DataFrame({"where": [f"memory://photos/{name}" for name in PICTURES], "n": [1, 2, 3]})
        collection = Collection.from_source("memory://photos", metadata)
        assert collection.table()["n"].tolist() == [1, 2, 3]

    def test_what_is_not_there(self, memory):
        with pytest.raises(FileNotFoundError, match="memory://missing cannot be listed: there is no such file"):
            Collection.from_source("memory://missing")
        with pytest.raises(ValueError, match="no image at memory://photos"):
            Collection.from_source("memory://photos/*.gif")
        collection = Collection.from_source(["memory://photos/b10.png", "memory://photos/missing.png"])
        assert [h is None for h in collection.content_hashes(open_store())] == [False, True]
        assert collection.errors["exception"].tolist() == ["FileNotFoundError"]

    def test_empty_and_too_large(self, memory, monkeypatch):
        memory.pipe("/photos/b10.png", b"")
        monkeypatch.setattr(remote, "DEFAULT_LIMITS", Limits(file_bytes=79))
        collection = Collection.from_source("memory://photos")
        collection.content_hashes(open_store())
        reasons = dict(zip(collection.errors["path"], collection.errors["reason"], strict=True))
        assert reasons["b10.png"] == "the file is empty"
        assert "limit" in reasons["b2 x.png"]

    def test_sources_travel_and_are_keys(self, memory):
        for item in Collection.from_source("memory://photos").items:
            copy = pickle.loads(pickle.dumps(item.source))
            assert copy == item.source
            assert hash(copy) == hash(item.source)
            assert copy.open().read() == CONTENTS[item.relative]


class TestServer:
    def test_a_folder_that_the_server_lists(self, server):
        collection = Collection.from_source(f"{server.url}/photos/")
        assert [item.relative for item in collection.items] == PICTURES
        assert collection.name == "photos"
        assert [item.source.open().read() for item in collection.items] == [CONTENTS[name] for name in PICTURES]
        assert relatives(f"{server.url}/photos/*.png") == PICTURES[:2]

    def test_a_file_is_downloaded_once(self, server):
        collection = Collection.from_source([f"{server.url}/photos/b10.png", f"{server.url}/photos/sub/c.png"])
        collection.content_hashes(open_store())
        for item in collection.items:
            decode(item.source)
        assert sorted(path for kind, path in server.seen if kind == "GET") == ["/photos/b10.png", "/photos/sub/c.png"]

    def test_many_are_downloaded_at_once(self, server):
        together = threading.Barrier(8, timeout=60)

        class Waiting(Handler):
            def do_GET(self):
                together.wait()
                super().do_GET()

        server.RequestHandlerClass = functools.partial(Waiting, directory=str(server.folder))
        collection = Collection.from_source([f"{server.url}/photos/b10.png?{i}" for i in range(8)])
        assert len(set(collection.content_hashes(open_store()))) == 1
        assert len(collection.errors) == 0

    def test_the_etag_says_what_is_known(self, server):
        urls = [f"{server.url}/photos/b10.png", f"{server.url}/photos/sub/c.png"]
        server.etag = '"one"'
        hashes = Collection.from_source(urls).content_hashes(open_store())
        assert Collection.from_source(urls).known_hashes(open_store()) == hashes
        server.etag = '"two"'
        assert Collection.from_source(urls).known_hashes(open_store()) == [None, None]

    def test_without_a_version_it_is_always_read(self, server):
        class Silent(Handler):
            def send_header(self, key, value):
                if key != "Last-Modified":
                    super().send_header(key, value)

        server.RequestHandlerClass = functools.partial(Silent, directory=str(server.folder))
        url = f"{server.url}/photos/b10.png"
        (before,) = Collection.from_source([url]).content_hashes(open_store())
        (server.folder / "photos" / "b10.png").write_bytes(png("white"))
        again = Collection.from_source([url])
        assert again.known_hashes(open_store()) == [None]
        assert again.content_hashes(open_store())[0] not in (None, before)

    @pytest.mark.parametrize(
        ("path", "reason", "exception"),
        [
            ("404/a.png", "there is no such file on the server", "FileNotFoundError"),
            ("photos/missing.png", "there is no such file on the server", "FileNotFoundError"),
            ("403/a.png", "needs other credentials", "OSError"),
            ("401/a.png", "needs other credentials", "OSError"),
            ("500/a.png", r"answered with an error \(500\)", "OSError"),
            ("cut/a.png", "the connection broke off", "OSError"),
            ("moved/404/a.png", "there is no such file on the server", "FileNotFoundError"),
        ],
    )
    def test_reasons(self, server, path, reason, exception):
        good = f"{server.url}/moved/photos/b10.png"
        collection = Collection.from_source([f"{server.url}/{path}", good], storage_options=within(60))
        hashes = collection.content_hashes(open_store())
        assert hashes[0] is None
        assert hashes[1] is not None
        (error,) = collection.errors.to_dict("records")
        assert error["path"].endswith(path.rpartition("/")[2])
        assert pd.Series([error["reason"]]).str.contains(reason).all()
        assert error["exception"] == exception

    def test_no_answer_in_time(self, server):
        collection = Collection.from_source([f"{server.url}/slow/a.png"], storage_options=within(0.5))
        assert collection.content_hashes(open_store()) == [None]
        assert collection.errors["reason"].tolist() == ["the server did not answer in time"]
        assert collection.errors["exception"].tolist() == ["TimeoutError"]

    def test_no_server(self):
        collection = Collection.from_source(
            [f"http://127.0.0.1:1/{i}.png" for i in range(3)], storage_options=within(60)
        )
        assert collection.content_hashes(open_store()) == [None] * 3
        assert set(collection.errors["reason"]) == {"the server cannot be reached"}
        with pytest.raises(OSError, match="cannot be listed: the server cannot be reached"):
            Collection.from_source("http://127.0.0.1:1/photos/")

    def test_a_file_without_end(self, server, monkeypatch):
        monkeypatch.setattr(remote, "DEFAULT_LIMITS", Limits(file_bytes=3_000_000))
        collection = Collection.from_source([f"{server.url}/endless/a.png"], storage_options=within(60))
        assert collection.content_hashes(open_store()) == [None]
        assert "limit" in collection.errors["reason"][0]

    def test_a_silent_server_is_not_asked_of_every_file(self, server):
        urls = [f"{server.url}/slow/{i}.png" for i in range(200)]
        Collection.from_source(urls, storage_options=within(0.3))
        assert len({path for _, path in server.seen}) < 40


class TestSecrets:
    def sources(self, server):
        host = server.url.removeprefix("http://")
        base = f"http://alice:hunter2@{host}"
        paths = ["photos/b10.png", "photos/sub/c.png", "404/a.png", "403/b.png", "cut/c.png", "slow/d.png", "500/e.png"]
        urls = [f"{base}/{path}?X-Sig=SIGNATURE&alice=hunter2#alice" for path in paths]
        yield urls, 0.5
        yield pd.DataFrame({"link": range(len(urls)), "url": urls, "other": urls}), 0.5
        yield f"{base}/photos/", 60

    def test_they_reach_neither_the_browser_nor_messages(self, server):
        for source, seconds in self.sources(server):
            collection = Collection.from_source(source, storage_options=within(seconds))
            collection.content_hashes(open_store())
            told = [collection.name, *collection.notices, repr(collection.items), *(repr(i) for i in collection.items)]
            told += [repr(collection.text([item.id for item in collection.items])), collection.errors.to_csv()]
            told += [item.source.describe() for item in collection.items]
            told.append(repr(collection.table()[["name", "path"]].to_dict()))
            for item in collection.items:
                try:
                    collection.content_hash(item, open_store())
                    decode(item.source)
                except UnreadableImage:
                    told.append(traceback.format_exc().replace('"SIGNATURE"', ""))
            for secret in SECRETS:
                assert not [text for text in told if secret in text]

    @pytest.mark.parametrize("path", ["404/", "403/*.png", "500/", "slow/", "x.zip", "cut/"])
    def test_of_what_cannot_be_listed(self, server, path):
        host = server.url.removeprefix("http://")
        url = f"http://alice:hunter2@{host}/{path}?q=SIGNATURE"
        url = url if path.endswith(("png", "zip")) else f"http://alice:hunter2@{host}/{path}"
        try:
            Collection.from_source(url, storage_options=within(0.5))
        except Exception:  # noqa: BLE001  whatever it is, its words are looked at
            told = traceback.format_exc()
        assert not [secret for secret in SECRETS if secret in told]
        assert host in told

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("https://u:p@h:1/a/b%20c.jpg?x=1#y", "https://h:1/a/b c.jpg"),
            ("https://token@h/a.jpg", "https://h/a.jpg"),
            ("ftp://u:p@h/a.jpg", "ftp://h/a.jpg"),
            ("s3://bucket/a#1.jpg", "s3://bucket/a#1.jpg"),
            ("s3://bucket/a.jpg?versionId=x", "s3://bucket/a.jpg"),
            ("zip://x/y.jpg::https://u:p@h/a.zip?s=1", "zip://x/y.jpg::https://h/a.zip"),
            ("simplecache::https://u:p@h/a.jpg", "simplecache::https://h/a.jpg"),
            ("https://h?token=1", "https://h"),
            ("zip://a.jpg::file:///home/alice/a.zip", "zip://a.jpg::file://a.zip"),
        ],
    )
    def test_public_urls(self, url, shown):
        assert remote.public_url(url) == shown


class TestProtocols:
    def test_unknown(self):
        for source in ("nonsense://bucket/a.png", ["nonsense://bucket/a.png"]):
            with pytest.raises(ValueError, match="no protocol nonsense://"):
                Collection.from_source(source)
        with pytest.raises(ValueError, match="no protocol nonsense://"):
            check_source("nonsense://bucket")

    @pytest.mark.parametrize(
        ("package", "url", "advice"),
        [
            ("aiohttp", "https://h/a.png", "pip install 'imgclust_jupyter[remote]'"),
            ("s3fs", "s3://bucket/a.png", "nstall s3fs"),
        ],
    )
    def test_a_package_is_missing(self, package, url, advice):
        code = (
            f"import sys; sys.modules[{package!r}] = None\nfrom imgclust_jupyter.collection import check_source\n"
            f"try:\n    check_source({url!r})\nexcept ImportError as error:\n    print(error)"
        )
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        assert f"to read {url[: url.index(':')]}:// a package is missing" in told
        assert advice in told

    def test_it_is_imported_for_urls_only(self):
        code = (
            "import sys, numpy; from imgclust_jupyter.collection import Collection;"
            "Collection.from_source([numpy.zeros((2, 2))]); print('fsspec' in sys.modules, 'aiohttp' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False False\n"


class TestSpool:
    def test_what_was_not_used_for_the_longest_time_makes_room(self):
        spool = Spool(250)
        reads = []

        def get(key):
            return spool.get(key, lambda: reads.append(key) or bytes([key]) * 100)

        for key in (1, 2, 1, 3, 1, 2, 3):
            assert get(key) == bytes([key]) * 100
        assert reads == [1, 2, 3, 2, 3]

    def test_what_is_larger_than_all_of_it_is_handed_through(self):
        spool = Spool(50)
        assert [spool.get("a", lambda: bytes(100)) for _ in range(2)] == [bytes(100)] * 2
