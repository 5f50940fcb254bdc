"""The exported file, read as a browser would read it, but without one."""

import base64
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer, cache
from imgclust_jupyter.widget import ordering
from imgclust_jupyter.widget.export import export

HOSTILE = [
    "</script><script>alert(1)</script>.png",
    "<!-- <script>.png",
    "]]>&lt;&amp;'\"`${x}.png",
    "a\u2028b\u2029.png",
    "tab\there.png",
]


class Page(HTMLParser):
    """The elements of a page with what is in them, scripts by their ids."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.scripts, self.tags, self.policy, self._inside = {}, [], "", None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        self._inside = attributes.get("id", attributes.get("type")) if tag == "script" else None
        if self._inside:
            self.scripts[self._inside] = ""

    def handle_data(self, data):
        if self._inside:
            self.scripts[self._inside] += data

    def handle_endtag(self, tag):
        self._inside = None

    def data(self, name):
        return json.loads(self.scripts[f"imgclust-{name}"])

    @property
    def texts(self):
        return {column["name"]: column for column in self.data("texts")}

    def pictures(self):
        """The pictures by row."""
        index = self.data("document")["pictures"]
        rows, lengths = (words(index[name]).tolist() for name in ("rows", "lengths"))
        found = {}
        for i, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            start = sum(lengths[i - i % index["perBlock"] : i])
            block = self.scripts[f"imgclust-pictures-{i // index['perBlock']}"]
            found[row] = Image.open(io.BytesIO(base64.b64decode(block[start : start + length], validate=True)))
        return found


def words(text, dtype="<u4"):
    return np.frombuffer(base64.b64decode(text, validate=True), dtype)


def read(path):
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def explorer(sample_folder):
    metadata = pd.read_csv(sample_folder / "metadata.csv")
    with ClusterExplorer(sample_folder, metadata=metadata, model="pixels", layout="pca") as explorer:
        yield explorer.wait()


def test_its_size_is_said_before_it_is_written(explorer, tmp_path, capsys):
    path = explorer.to_html(tmp_path / "dogs.html")
    said = re.fullmatch(r"dogs\.html: 48 images, thumbnails of all, ([\d.]+) MB\n", capsys.readouterr().out)
    assert said is not None
    assert float(said[1]) == pytest.approx(path.stat().st_size / 1e6, abs=0.05)


def test_what_is_said_is_what_is_written(explorer, tmp_path, monkeypatch):
    pages = []
    write = export._write
    monkeypatch.setattr(export, "_write", lambda path, page: (pages.append(page), write(path, page)))
    for choice in ("all", "medoids", 7, 0):
        path = explorer.to_html(tmp_path / "dogs.html", choice)
        assert pages[-1].size == path.stat().st_size


def test_pictures_are_those_of_the_rows(explorer, tmp_path):
    pictures = read(explorer.to_html(tmp_path / "dogs.html")).pictures()
    assert sorted(pictures) == list(range(48))
    for row, path in enumerate(explorer.data["path"]):
        small = pictures[row].resize((8, 8))
        whole = Image.open(path).convert("RGB").resize((8, 8))
        assert np.abs(np.asarray(small, float) - np.asarray(whole, float)).mean() < 8


def test_fewer_pictures_are_those_that_show_most_of_the_tree(explorer, tmp_path):
    few = [set(read(explorer.to_html(tmp_path / "dogs.html", n)).pictures()) for n in (0, 1, 5, 48)]
    medoids = explorer._session.pipeline.results.medoids
    assert few[0] == set()
    assert few[1] == {medoids[-1]}
    assert few[2] > few[1]
    assert [len(rows) for rows in few] == [0, 1, 5, 48]
    standing = read(explorer.to_html(tmp_path / "dogs.html", "medoids"))
    assert set(standing.pictures()) == set(medoids.tolist())
    (notice,) = standing.data("document")["dataset"]["state"]["header"]["notices"]
    assert notice.startswith(f"This file has the pictures of {len(set(medoids.tolist()))} of 48 images")


def test_a_file_that_would_be_too_large_is_not_written_and_each_choice_is_named(explorer, tmp_path):
    sizes = {
        choice: explorer.to_html(tmp_path / "dogs.html", choice).stat().st_size for choice in ("all", "medoids", 0)
    }
    path = tmp_path / "none.html"
    limit = (sizes["medoids"] + sizes[0]) / 2e6
    with pytest.raises(ValueError, match=r"^none\.html would have") as raised:
        explorer.to_html(path, max_mb=limit)
    assert not list(tmp_path.glob("*none*"))
    said = dict(re.findall(r"([\d.]+) MB with thumbnails=(\S+?)[,;]", str(raised.value)))
    assert {choice.strip("'"): float(size) for size, choice in said.items()} == pytest.approx(
        {str(choice): size / 1e6 for choice, size in sizes.items()}, abs=0.05, rel=0.02
    )
    fitting = int(re.search(r"thumbnails=(\d+) is the most that fits", str(raised.value))[1])
    assert 0 < fitting < 48
    assert explorer.to_html(path, fitting, max_mb=limit).stat().st_size <= limit * 1e6
    with pytest.raises(ValueError, match="no choice of pictures fits"):
        explorer.to_html(path, 0, max_mb=0.1)


@pytest.mark.parametrize("choice", ["some", -1, 1.5, True, None])
def test_other_choices_are_refused(explorer, tmp_path, choice):
    with pytest.raises(ValueError, match="thumbnails must be 'all', 'medoids' or how many"):
        explorer.to_html(tmp_path / "dogs.html", choice)


def test_a_folder_is_no_file(explorer, tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        explorer.to_html(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        explorer.to_html(tmp_path / "nowhere" / "dogs.html")


def test_what_was_there_stays_until_the_new_file_is_whole(explorer, tmp_path, monkeypatch):
    path = tmp_path / "dogs.html"
    path.write_text("precious")

    def parts(_):
        yield b"half of"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.Page, "parts", parts)
    with pytest.raises(OSError, match="No space left"):
        explorer.to_html(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_in_it_asks_anybody(explorer, tmp_path):
    text = explorer.to_html(tmp_path / "dogs.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.policy.startswith("default-src 'none';")
    assert "unsafe" not in page.policy
    assert "http" not in page.policy
    assert not re.search(r'\b(?:src|href|srcset|action)="(?!data:)', text.split("<style>")[0])
    assert "script" in page.tags
    assert not {"iframe", "object", "embed", "form"} & set(page.tags)


def test_no_text_ends_an_element_or_begins_a_comment(tmp_path):
    folder = tmp_path / "<b>&\u201cphotos\u201d"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for i in range(len(HOSTILE)):
        Image.fromarray(rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)).save(folder / f"{i}.png")
    names = [f"{i}.png" for i in range(len(HOSTILE))]
    metadata = pd.DataFrame({"file": names, "note": HOSTILE, "</script><i>": ["<!--", "</SCRIPT >", "a", "a", "a"]})
    with ClusterExplorer(folder, metadata=metadata, model="pixels", layout="pca") as explorer:
        explorer.wait().filter("note == '<!-- <script>.png'")
        page = read(explorer.to_html(tmp_path / "dogs.html"))
    assert page.texts["note"]["values"] == HOSTILE
    assert page.texts["</script><i>"]["values"][:2] == ["<!--", "</SCRIPT >"]
    document = page.data("document")
    assert document["view"]["state"]["filters"][0]["text"] == "note == '<!-- <script>.png'"
    assert document["dataset"]["state"]["header"]["title"] == folder.name
    assert page.tags.count("b") == page.tags.count("i") == 0
    assert sorted(page.scripts) == ["imgclust-document", "imgclust-pictures-0", "imgclust-texts", "module"]


def test_no_folder_of_this_machine_is_named(sample_folder, tmp_path):
    folder = tmp_path / "secret home" / "photos"
    (folder / "sub").mkdir(parents=True)
    sources = sorted(sample_folder.glob("*.jpg"))[:6]
    for i, source in enumerate(sources):
        (folder / "sub" / f"{i}.jpg").write_bytes(source.read_bytes())
    (folder / "broken.jpg").write_bytes(b"no image")
    files = [folder / "sub" / f"{i}.jpg" for i in range(6)]
    metadata = pd.DataFrame(
        {
            "path": files,
            "mask": [str(tmp_path / "secret home" / "masks" / f"{i // 3}.png") for i in range(6)],
            "url": [f"file://{tmp_path}/secret home/{i}" for i in range(6)],
        }
    )
    with ClusterExplorer(folder, metadata=metadata, model="pixels", layout="pca") as explorer:
        explorer.wait().filter(f"path != '{files[0]}'")
        path = explorer.to_html(tmp_path / "dogs.html")
    text = path.read_text(encoding="utf-8")
    for part in ("secret home", str(tmp_path), tmp_path.name, "file://"):
        assert part not in text
    page = Page(text)
    assert page.texts["path"]["values"] == [f"sub/{i}.jpg" for i in range(6)]
    assert page.texts["mask"]["values"][0] == "…/0.png"
    columns = {column["name"]: column for column in page.data("document")["dataset"]["state"]["header"]["columns"]}
    assert columns["mask"]["categories"] == ["…/0.png", "…/1.png"]
    (error,) = page.data("document")["errors"]
    assert error["path"] == "broken.jpg"


def test_images_that_can_no_longer_be_read_have_no_picture(sample_folder, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for source in sorted(sample_folder.glob("*.jpg"))[:5]:
        (folder / source.name).write_bytes(source.read_bytes())
    with ClusterExplorer(folder, model="pixels", layout="pca") as explorer:
        explorer.wait()
        cache.clear()
        sorted(folder.iterdir())[2].unlink()
        page = read(explorer.to_html(tmp_path / "dogs.html"))
    assert sorted(page.pictures()) == [0, 1, 3, 4]
    (notice,) = page.data("document")["dataset"]["state"]["header"]["notices"]
    assert notice.startswith("This file has the pictures of 4 of 5 images")


def test_it_begins_with_what_is_looked_at(explorer, tmp_path):
    explorer.cut(5)
    explorer.color_by("subject")
    explorer.select(explorer.data.index[:3])
    document = read(explorer.to_html(tmp_path / "dogs.html")).data("document")
    state, sent = document["view"]["state"], document["view"]["bytes"]
    assert state["cut"]["n_clusters"] == 5
    assert state["color_by"] == "subject"
    assert np.unpackbits(words(sent["selection"], "u1"), bitorder="little").sum() == 3
    assert {"step", "travel", "past", "dataset"}.isdisjoint(state)
    for name in ("coordinates", "leaf_order", "merges", "columns"):
        assert base64.b64decode(document["dataset"]["bytes"][name]) == getattr(explorer._session.dataset, name)


def test_orders_and_neighbours_are_those_of_the_kernel(explorer, tmp_path):
    document = read(explorer.to_html(tmp_path / "dogs.html")).data("document")
    results = explorer._session.pipeline.results
    assert {"name", "path"} <= set(document["orders"])
    _, (by_name,) = ordering.order(results, {"column": "name"})
    assert base64.b64decode(document["orders"]["name"]["ids"]) == by_name
    similar = document["similar"]
    ids = words(similar["ids"]).reshape(48, similar["count"])
    distances = words(similar["distances"], "<f4").reshape(48, similar["count"])
    for row in (0, 17, 47):
        item = int(results.ids[row])
        _, (wanted, far) = ordering.similar(results, "cosine", {"id": item, "k": similar["count"]})
        assert ids[row, 0] == item
        np.testing.assert_allclose(distances[row], np.frombuffer(far, "<f4"), atol=1e-3)
        assert len(set(ids[row]) & set(np.frombuffer(wanted, "<u4"))) >= similar["count"] - 1


@pytest.mark.parametrize("n", [1, 2])
def test_few_images(sample_folder, tmp_path, n):
    with ClusterExplorer(sorted(sample_folder.glob("*.jpg"))[:n], model="pixels") as explorer:
        page = read(explorer.to_html(tmp_path / "dogs.html", "medoids" if n == 2 else "all"))
    assert len(page.pictures()) == 1
