"""Embedding a collection into the store."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from weakref import ref

import numpy as np
import pytest
import torch
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.embedding import Interrupted, Network, embed, get_network
from imgclust_jupyter.embedding.work import Work
from imgclust_jupyter.imaging import decode
from imgclust_jupyter.imaging.decode import Decoded
from imgclust_jupyter.store import Store


@dataclass(frozen=True, kw_only=True)
class MeanColor(Network):
    """Embeds an image as its mean colour, and remembers what it embedded."""

    name: str = "mean-color"
    label: str = "mean colour"
    dimensions: int = 3
    min_side: int = 8
    version: int = 1
    batch_size: int = 4
    embedded: Counter[bytes] = field(default_factory=Counter, compare=False)
    on_forward: Callable[[], None] = lambda: None

    def preprocess(self, image: Image.Image) -> np.ndarray:
        return np.asarray(image.resize((8, 8), Image.Resampling.BOX))

    def forward(self, batch: np.ndarray) -> np.ndarray:
        self.embedded.update(picture.tobytes() for picture in batch)
        self.on_forward()
        return batch.mean(axis=(1, 2), dtype=np.float32)


def run(collection: Collection, network: Network, n_jobs: int | None = 2, stop: threading.Event | None = None):
    steps: list[tuple[int, int]] = []
    embeddings = embed(
        collection, network, Store(), stop or threading.Event(), lambda *step: steps.append(step), n_jobs
    )
    return embeddings, steps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eleven plain images of different colours and sizes, 00.png to 10.png."""
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(11):
        Image.new("RGB", (20 + i, 30), color(i)).save(folder / f"{i:02}.png")
    return folder


def color(i: int) -> tuple[int, int, int]:
    return 20 * i, 255 - 20 * i, 7 * i


def colors(numbers: list[int]) -> np.ndarray:
    return np.array([color(i) for i in numbers], dtype=np.float32)


@pytest.mark.parametrize("n", [20, 120])
def test_pictures_in_memory_do_not_grow_with_the_collection(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ref[Decoded]] = []
    most = []

    def decoded(*args, **options):
        picture = decode(*args, **options)
        made.append(ref(picture))
        most.append(sum(one() is not None for one in made))
        return picture

    monkeypatch.setattr("imgclust_jupyter.embedding.batch.decode_guarded", decoded)
    sources = [np.full((20, 20), value, dtype=np.uint8) for value in range(n)]
    run(Collection.from_source(sources), MeanColor(batch_size=4), n_jobs=2)
    # One in each thread, and one that is being replaced.
    assert 1 <= max(most) <= 4


def test_embeddings_are_kept_in_few_arrays() -> None:
    # Many small ones would keep the memory of pictures from being used again.
    sources = [np.full((20, 20), value, dtype=np.uint8) for value in range(120)]
    collection, store = Collection.from_source(sources), Store()
    embedded = Work(collection, MeanColor(), store, threading.Event())
    ids = embedded.look_up(collection.readable.tolist())
    for start in range(0, 120, 4):
        embedded.embed_batch(ids[start : start + 4])
    stored = Work(collection, MeanColor(), store, threading.Event())
    assert stored.look_up(ids) == []
    for work in (embedded, stored):
        assert len({id(vector.base) for vector in work._vectors.values()}) == 1
        np.testing.assert_array_equal(work.result(ids)[:, 0], np.arange(120))


def test_what_is_left_is_spread_over_all_threads(folder: Path) -> None:
    sizes = []

    class Sized(MeanColor):
        def forward(self, batch: np.ndarray) -> np.ndarray:
            sizes.append(len(batch))
            return super().forward(batch)

    run(Collection.from_source(folder), Sized(batch_size=4), n_jobs=2)
    assert sorted(sizes) == [1, 2, 4, 4]


@pytest.mark.parametrize("n_jobs", [1, 2, 5, -1, None])
@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_rows_are_in_the_order_of_the_collection(folder: Path, n_jobs: int | None, batch_size: int) -> None:
    embeddings, _ = run(Collection.from_source(folder), MeanColor(batch_size=batch_size), n_jobs)
    assert embeddings.dtype == np.float32
    np.testing.assert_array_equal(embeddings, colors(list(range(11))))


def test_the_second_time_everything_comes_from_the_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = MeanColor()
    first, _ = run(Collection.from_source(folder), network)
    # Not even decoded again, and known under new names too.
    monkeypatch.setattr("imgclust_jupyter.embedding.batch.decode_guarded", None)
    moved = folder.rename(folder.with_name("moved"))
    for source in (moved, sorted(moved.glob("*.png"))):
        collection = Collection.from_source(source)
        again, steps = run(collection, network)
        np.testing.assert_array_equal(again, first)
        assert steps[-1] == (11, 11)
        assert list(collection.table()["width"]) == [20 + i for i in range(11)]
    assert steps == [(11, 11)]
    assert network.embedded.total() == 11


def test_only_what_is_new_is_embedded(folder: Path) -> None:
    network = MeanColor()
    run(Collection.from_source(folder), network)
    Image.new("RGB", (50, 50), color(11)).save(folder / "03b.png")
    embeddings, steps = run(Collection.from_source(folder), network)
    np.testing.assert_array_equal(embeddings[[3, 4, 5]], colors([3, 11, 4]))
    assert steps == [(11, 12), (12, 12)]
    assert network.embedded.total() == 12


def test_networks_are_never_mixed(folder: Path) -> None:
    network = MeanColor()
    run(Collection.from_source(folder), network)
    other = replace(network, version=2)
    run(Collection.from_source(folder), other)
    assert network.embedded.total() == 22  # the counter is shared
    assert set(Store().info()["embeddings"]) == {network.id, other.id}


def test_equal_images_are_embedded_once(folder: Path) -> None:
    for i in range(40):
        (folder / f"copy {i}.png").write_bytes((folder / "05.png").read_bytes())
    network = MeanColor()
    embeddings, steps = run(Collection.from_source(folder), network, n_jobs=4)
    assert set(network.embedded.values()) == {1}
    assert network.embedded.total() == 11
    np.testing.assert_array_equal(embeddings[11:], colors([5] * 40))
    assert steps[-1] == (51, 51)


def test_bad_files_are_reported_and_left_out(folder: Path) -> None:
    (folder / "03.png").write_bytes((folder / "03.png").read_bytes()[:60])
    (folder / "06.png").write_bytes((folder / "03.png").read_bytes())
    (folder / "07.png").write_bytes(b"")
    collection = Collection.from_source(folder)
    embeddings, steps = run(collection, MeanColor())
    readable = [0, 1, 2, 4, 5, 8, 9, 10]
    assert collection.readable.tolist() == readable
    np.testing.assert_array_equal(embeddings, colors(readable))
    assert list(collection.errors["path"]) == ["03.png", "06.png", "07.png"]
    assert list(collection.errors["stage"]) == ["decode", "decode", "read"]
    assert collection.errors["reason"].iloc[2] == "the file is empty"
    assert steps[-1] == (11, 11)
    # What is known to be bad does not count the next time.
    again, steps = run(collection, MeanColor())
    np.testing.assert_array_equal(again, embeddings)
    assert steps == [(8, 8)]


def test_files_that_vanish_are_reported(folder: Path) -> None:
    collection = Collection.from_source(folder)
    (folder / "04.png").unlink()
    embeddings, _ = run(collection, MeanColor())
    assert len(embeddings) == 10
    assert list(collection.errors["path"]) == ["04.png"]


def test_a_collection_of_bad_files_only_has_no_embeddings(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text(f"{name}: no image")
    collection = Collection.from_source(tmp_path)
    embeddings, steps = run(collection, MeanColor())
    assert embeddings.shape == (0, 3)
    assert len(collection.errors) == 2
    assert steps[-1] == (2, 2)


def test_the_collection_gets_to_know_sizes_as_they_are_shown(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", (1200, 800)).save(tmp_path / "a.jpg", exif=exif)
    collection = Collection.from_source(tmp_path)
    run(collection, MeanColor())
    assert collection.table()[["width", "height"]].to_numpy().tolist() == [[800, 1200]]


def test_thumbnails_come_from_the_same_decode(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []

    def counted(source: Path, min_side: int, **options):
        decoded.append((source.name, min_side))
        return decode(source, min_side, **options)

    monkeypatch.setattr("imgclust_jupyter.embedding.batch.decode_guarded", counted)
    Image.new("RGB", (2000, 3000), "teal").save(folder / "large.jpg")
    collection = Collection.from_source(folder)
    run(collection, MeanColor())
    assert len(decoded) == 12
    hashes = collection.content_hashes(Store())
    assert Store().thumbnails(hashes, 64).keys() == Store().thumbnails(hashes, 128).keys() == set(hashes)
    large = decode(Store().thumbnails(hashes[-1:], 128)[hashes[-1]])
    assert (large.width, large.height) == (85, 128)
    # Large enough for the thumbnails, however little the network wants.
    assert {min_side for _, min_side in decoded} == {128}


def test_stopping_keeps_the_batches_in_flight(folder: Path) -> None:
    stop = threading.Event()
    network = MeanColor(batch_size=2, on_forward=stop.set)
    with pytest.raises(Interrupted):
        run(Collection.from_source(folder), network, n_jobs=2, stop=stop)
    kept = network.embedded.total()
    assert 0 < kept <= 4
    assert Store().info()["embeddings"] == {network.id: kept}
    # Nothing of it is embedded again.
    embeddings, steps = run(Collection.from_source(folder), network)
    np.testing.assert_array_equal(embeddings, colors(list(range(11))))
    assert network.embedded.total() == 11
    assert steps[0] == (kept, 11)


def test_what_was_stopped_before_it_began_embeds_nothing(folder: Path) -> None:
    stop = threading.Event()
    stop.set()
    network = MeanColor()
    with pytest.raises(Interrupted):
        run(Collection.from_source(folder), network, stop=stop)
    assert network.embedded.total() == 0


def test_stopping_when_all_is_done_changes_nothing(folder: Path) -> None:
    network = MeanColor()
    run(Collection.from_source(folder), network)
    stop = threading.Event()
    stop.set()
    embeddings, _ = run(Collection.from_source(folder), network, stop=stop)
    assert len(embeddings) == 11


def test_progress_is_told_on_the_calling_thread_and_only_grows(folder: Path) -> None:
    threads = set()
    done = []

    def on_progress(finished: int, total: int) -> None:
        threads.add(threading.get_ident())
        done.append(finished)
        assert total == 11

    embed(Collection.from_source(folder), MeanColor(), Store(), threading.Event(), on_progress)
    assert threads == {threading.get_ident()}
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 11)


def test_an_error_of_the_network_is_raised_and_earlier_batches_are_kept(folder: Path) -> None:
    calls = []

    def fail_later() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise RuntimeError("out of memory")

    network = MeanColor(batch_size=2, on_forward=fail_later)
    with pytest.raises(RuntimeError, match="out of memory"):
        run(Collection.from_source(folder), network, n_jobs=1)
    assert Store().info()["embeddings"][network.id] >= 4


def test_numbers_without_a_distance_are_refused_and_not_kept(folder: Path) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Damaged(MeanColor):
        def forward(self, batch: np.ndarray) -> np.ndarray:
            return super().forward(batch) * np.nan

    with pytest.raises(ValueError, match=r"mean colour made numbers that are infinite or NaN .* weights"):
        run(Collection.from_source(folder), Damaged())
    assert Store().info()["images"] == 0


def test_arrays_and_images_in_memory_are_embedded() -> None:
    sources = [np.full((40, 50, 3), color(i), dtype=np.uint8) for i in range(3)]
    embeddings, _ = run(Collection.from_source([*sources, Image.new("RGB", (9, 9), color(3))]), MeanColor())
    np.testing.assert_array_equal(embeddings, colors([0, 1, 2, 3]))


def test_threads_of_torch_stay_as_they_are(folder: Path) -> None:
    network = get_network("squeezenet")
    during = []

    def n_threads_of_a_new_thread() -> int:
        counts: list[int] = []
        thread = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        return counts[0]

    class Watched(type(network)):
        def forward(self, batch: np.ndarray) -> np.ndarray:
            during.append((torch.get_num_threads(), n_threads_of_a_new_thread()))
            return super().forward(batch)

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        given = {field.name: getattr(network, field.name) for field in fields(network) if field.init}
        run(Collection.from_source(folder), Watched(**given))
        # One in each thread of ours; the user's, old and new, have what they had.
        assert set(during) == {(1, 3)}
        assert (torch.get_num_threads(), n_threads_of_a_new_thread()) == (3, 3)
    finally:
        torch.set_num_threads(before)


def neighbors_alike(embeddings: np.ndarray, labels: np.ndarray) -> float:
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import normalize

    nearest = NearestNeighbors(n_neighbors=5).fit(normalize(embeddings - embeddings.mean(axis=0)))
    return float(np.mean(labels[nearest.kneighbors(return_distance=False)] == labels[:, None]))


@pytest.mark.data
def test_animals_stand_with_their_like(test_data: Path) -> None:
    collection = Collection.from_source(test_data / "animals")
    labels = np.array([item.source.parent.name for item in collection.items])
    alike = {name: neighbors_alike(run(collection, get_network(name))[0], labels) for name in ("squeezenet", "pixels")}
    assert alike["squeezenet"] > 0.67
    assert 0.1 < alike["pixels"] < 0.2
