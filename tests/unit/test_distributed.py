"""Embedding on a real Dask cluster of two processes."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dask
import numpy as np
import pytest
from distributed import Client, LocalCluster, Worker
from PIL import Image

from imgclust_jupyter.collection import Collection
from imgclust_jupyter.collection.members import Archive
from imgclust_jupyter.embedding import (
    Interrupted,
    Network,
    check_client,
    cluster_task,
    distributed,
    embed,
    get_network,
)
from imgclust_jupyter.store import Store


@dataclass(frozen=True, kw_only=True)
class MeanColor(Network):
    """Embeds an image as its mean colour, slowly if wanted, and notes in a folder who embedded what."""

    name: str = "mean-color"
    label: str = "mean colour"
    dimensions: int = 3
    min_side: int = 8
    version: int = 1
    batch_size: int = 4
    log: Path
    seconds: float = 0.0
    deadly: tuple[int, int, int] | None = None  # the colour that ends the process
    told: Path | None = None  # a folder in which a process that has embedded waits for a file of its own

    def preprocess(self, image: Image.Image) -> np.ndarray:
        return np.asarray(image.resize((8, 8), Image.Resampling.BOX))

    def forward(self, batch: np.ndarray) -> np.ndarray:
        colors = batch.mean(axis=(1, 2), dtype=np.float32)
        if self.deadly is not None and (colors == self.deadly).all(axis=1).any():
            os._exit(1)
        time.sleep(self.seconds)
        own = str(os.getpid())
        while self.told is not None and (self.log / own).exists() and not (self.told / own).exists():
            time.sleep(0.01)
        with (self.log / own).open("a") as file:
            file.write(f"{len(batch)}\n")
        return colors

    def embedded(self) -> dict[int, int]:
        """How many images each process has embedded."""
        return {int(file.name): sum(map(int, file.read_text().split())) for file in self.log.iterdir()}


@pytest.fixture(scope="module")
def cluster():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster


@pytest.fixture
def client(cluster: LocalCluster):
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """48 plain images of different colours."""
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(48):
        Image.new("RGB", (20 + i, 30), color(i)).save(folder / f"{i:02}.png")
    return folder


def color(i: int) -> tuple[int, int, int]:
    return 5 * i, 255 - 5 * i, 3 * i


def colors(numbers: range) -> np.ndarray:
    return np.array([color(i) for i in numbers], dtype=np.float32)


def run(
    collection: Collection,
    network: Network,
    client: Client,
    on_progress: Callable[[int], object] = lambda done: None,
    stop: threading.Event | None = None,
):
    steps = []

    def told(done: int, total: int) -> None:
        steps.append((done, total))
        on_progress(done)

    return embed(collection, network, Store(), stop or threading.Event(), told, client=client), steps


def pids(client: Client) -> list[int]:
    return list(client.run(os.getpid).values())


def test_results_are_those_of_the_local_path(client: Client, sample_folder: Path, tmp_path: Path) -> None:
    network = get_network("squeezenet")
    collection, local = Collection.from_source(sample_folder), Collection.from_source(sample_folder)
    embeddings, steps = run(collection, network, client)
    expected = embed(local, network, Store(tmp_path), threading.Event(), lambda done, total: None)
    # Threads, shapes of batches and fusing differ, and with them the last digits, of which bfloat16 has few.
    difference = np.linalg.norm(embeddings - expected, axis=1)
    assert (difference <= 0.02 * np.linalg.norm(expected, axis=1)).all()
    assert steps[0] == (0, 48)
    assert steps[-1] == (48, 48)
    done = [done for done, _ in steps]
    assert done == sorted(done)
    # The store has the same as after work on this machine.
    assert collection.table().equals(local.table())
    hashes = local.content_hashes(Store(tmp_path))
    assert collection.known_hashes(Store()) == hashes
    for size in (64, 128):
        assert Store().thumbnails(hashes, size) == Store(tmp_path).thumbnails(hashes, size)


def test_the_second_time_nothing_is_sent_to_the_cluster(client: Client, folder: Path, log: Path) -> None:
    network = MeanColor(log=log)
    first, _ = run(Collection.from_source(folder), network, client)
    again, steps = run(Collection.from_source(folder), network, None)
    np.testing.assert_array_equal(again, first)
    assert steps == [(48, 48)]
    assert sum(network.embedded().values()) == 48
    assert network.embedded().keys() <= set(pids(client))


def test_files_that_were_renamed_are_not_embedded_again(client: Client, folder: Path, log: Path) -> None:
    network = MeanColor(log=log)
    first, _ = run(Collection.from_source(folder), network, client)
    again, steps = run(Collection.from_source(folder.rename(folder.with_name("moved"))), network, client)
    np.testing.assert_array_equal(again, first)
    assert steps[0] == (0, 48)
    assert sum(network.embedded().values()) == 48


def test_bad_files_are_reported_as_they_are_without_a_cluster(client: Client, folder: Path, log: Path) -> None:
    (folder / "03.png").write_bytes((folder / "03.png").read_bytes()[:60])
    (folder / "06.png").write_text("no picture")
    (folder / "07.png").write_bytes(b"")
    collection, local = Collection.from_source(folder), Collection.from_source(folder)
    (folder / "08.png").unlink()
    embeddings, steps = run(collection, MeanColor(log=log), client)
    expected, _ = run(local, MeanColor(log=log, version=2), None)
    np.testing.assert_array_equal(embeddings, expected)
    assert len(embeddings) == 44
    assert collection.errors.equals(local.errors)
    assert steps[-1] == (48, 48)


def test_a_worker_that_is_killed_loses_nothing(client: Client, folder: Path, log: Path) -> None:
    network = MeanColor(log=log, seconds=0.1)
    killed = []

    def kill(done: int) -> None:
        if done and not killed:
            killed.extend(pids(client)[:1])
            os.kill(killed[0], signal.SIGKILL)

    embeddings, steps = run(Collection.from_source(folder), network, client, kill)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert killed
    assert steps[-1] == (48, 48)


def test_all_workers_that_are_killed_lose_nothing(client: Client, folder: Path, log: Path) -> None:
    network = MeanColor(log=log, seconds=0.1)
    killed = []

    def kill(done: int) -> None:
        if done and not killed:
            killed.extend(pids(client))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    embeddings, steps = run(Collection.from_source(folder), network, client, kill)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert len(killed) == 2
    done = [done for done, _ in steps]
    assert done == sorted(done)
    assert done[-1] == 48


def test_an_image_that_kills_its_workers_is_found_and_reported(client: Client, folder: Path, log: Path) -> None:
    collection = Collection.from_source(sorted(folder.iterdir())[:8])
    embeddings, steps = run(collection, MeanColor(log=log, deadly=color(5)), client)
    np.testing.assert_array_equal(embeddings, np.delete(colors(range(8)), 5, axis=0))
    assert collection.errors["path"].tolist() == ["05.png"]
    assert "every worker" in collection.errors["reason"][0]
    assert steps[-1] == (8, 8)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that gets a file of each worker that was told to stop."""
    folder = tmp_path / "told"
    folder.mkdir()

    async def stop(key: str, dask_worker: Worker) -> None:
        await cluster_task.stop_on_worker(key, dask_worker)
        (folder / str(os.getpid())).touch()

    monkeypatch.setattr(distributed, "stop_on_worker", stop)
    monkeypatch.setattr(distributed, "_SECONDS_TO_STOP", 300.0)
    return folder


def test_stopping_keeps_the_batches_that_are_done(client: Client, folder: Path, log: Path, told: Path) -> None:
    stop = threading.Event()
    network = MeanColor(log=log, seconds=0.6, told=told)  # workers tell of themselves every half second
    with pytest.raises(Interrupted):
        run(Collection.from_source(folder), network, client, lambda done: done and stop.set(), stop)
    kept = Store().info()["embeddings"][network.id]
    assert 0 < kept < 48
    # Whatever was embedded is kept, and the workers have nothing left to do.
    assert sum(network.embedded().values()) == kept
    while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
        time.sleep(0.05)
    embeddings, steps = run(Collection.from_source(folder), network, client)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert steps[0] == (kept, 48)
    assert sum(network.embedded().values()) == 48


def test_an_interrupt_of_the_cell_keeps_the_batches_that_are_done(
    client: Client, folder: Path, log: Path, told: Path
) -> None:
    network = MeanColor(log=log, seconds=0.6, told=told)
    with pytest.raises(KeyboardInterrupt):
        run(Collection.from_source(folder), network, client, lambda done: done and signal.raise_signal(signal.SIGINT))
    kept = Store().info()["embeddings"][network.id]
    assert 0 < kept < 48
    assert sum(network.embedded().values()) == kept


def test_images_that_workers_cannot_open_are_sent_along(client: Client, folder: Path, log: Path) -> None:
    collection = Collection.from_source(folder)
    network = MeanColor(log=log)
    client.run(hide_files, str(folder.parent))
    try:
        embeddings, steps = run(collection, network, client)
    finally:
        client.run(hide_files, None)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert os.getpid() not in network.embedded()
    assert steps[-1] == (48, 48)
    assert any("are sent to the workers" in notice for notice in collection.notices)


def test_files_that_are_not_there_do_not_mean_that_workers_see_none(client: Client, folder: Path, log: Path) -> None:
    there = sorted(folder.iterdir())[:8]
    collection = Collection.from_source([*(folder / f"missing {i}.png" for i in range(4)), *there])
    embeddings, steps = run(collection, MeanColor(log=log), client)
    np.testing.assert_array_equal(embeddings, colors(range(8)))
    assert len(collection.errors) == 4
    assert steps[-1] == (12, 12)
    assert collection.notices == []


def hide_files(folder: str | None, stat=Path.stat) -> None:
    """Let a worker see none of the files in a folder, as a machine that does not share it."""

    def hidden(self: Path, **options):
        if folder and str(self).startswith(folder):
            raise FileNotFoundError
        return stat(self, **options)

    Path.stat = hidden if folder else stat


def hide_archives(hidden: bool, of=Archive.of) -> None:
    """Let a worker see no archives, as a machine that does not share their folder."""

    def missing(path: Path) -> Archive:
        raise FileNotFoundError(2, "No such file", str(path))

    Archive.of = missing if hidden else of


def test_members_of_an_archive(client: Client, folder: Path, log: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "images"), "zip", folder)
    embeddings, steps = run(Collection.from_source(archive), MeanColor(log=log), client)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert steps[-1] == (48, 48)
    assert os.getpid() not in MeanColor(log=log).embedded()
    # Workers that cannot open the archive get its members sent, also where their digests are known.
    client.run(hide_archives, True)
    try:
        collection = Collection.from_source(archive)
        embeddings, _ = run(collection, MeanColor(log=log, version=2), client)
    finally:
        client.run(hide_archives, False)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert collection.errors.empty
    assert os.getpid() not in MeanColor(log=log).embedded()


def test_files_behind_urls(client: Client, folder: Path, log: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "images"), "zip", folder)
    collection = Collection.from_source(f"zip://*.png::file://{archive}")
    embeddings, _ = run(collection, MeanColor(log=log), client)
    np.testing.assert_array_equal(embeddings, colors(range(48)))
    assert collection.errors.empty
    assert os.getpid() not in MeanColor(log=log).embedded()


def test_frames(client: Client, log: Path, tmp_path: Path) -> None:
    first, *others = [Image.new("RGB", (30, 20), color(i)) for i in range(6)]
    first.save(tmp_path / "pages.tif", save_all=True, append_images=others)
    collection = Collection.from_source(tmp_path / "pages.tif", frames="all")
    embeddings, _ = run(collection, MeanColor(log=log), client)
    np.testing.assert_array_equal(embeddings, colors(range(6)))
    assert collection.content_hashes(Store()) == Collection.from_source(
        tmp_path / "pages.tif", frames="all"
    ).known_hashes(Store())


def before_decoding(path: str | None, i: int = 0, embed_pictures=cluster_task.embed_pictures) -> None:
    """Let a worker replace a file between its digest and its decoding."""

    def changed(network, sources, limits):
        Image.new("RGB", (20, 30), color(i)).save(path)
        return embed_pictures(network, sources, limits)

    cluster_task.embed_pictures = changed if path else embed_pictures


def test_a_file_that_changes_between_digest_and_decoding(client: Client, log: Path, tmp_path: Path) -> None:
    network = MeanColor(log=log)
    file = tmp_path / "a.bmp"
    Image.new("RGB", (20, 30), color(1)).save(file)
    client.run(before_decoding, str(file), 2)
    try:
        embeddings, _ = run(Collection.from_source([file]), network, client)
    finally:
        client.run(before_decoding, None)
    np.testing.assert_array_equal(embeddings, colors(range(2, 3)))
    for i in (1, 2):
        Image.new("RGB", (20, 30), color(i)).save(file)
        np.testing.assert_array_equal(run(Collection.from_source([file]), network, None)[0], colors(range(i, i + 1)))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("seen", [True, False])
def test_a_file_that_has_changed_since_it_was_listed(
    client: Client, log: Path, tmp_path: Path, known: bool, seen: bool
) -> None:
    file = tmp_path / "a.bmp"
    Image.new("RGB", (20, 30), color(1)).save(file)
    if known:
        run(Collection.from_source([file]), MeanColor(log=log, version=2), None)
    collection = Collection.from_source([file])
    Image.new("RGB", (20, 30), color(2)).save(file)
    client.run(hide_files, None if seen else str(tmp_path))
    try:
        embeddings, _ = run(collection, MeanColor(log=log), client)
    finally:
        client.run(hide_files, None)
    np.testing.assert_array_equal(embeddings, colors(range(2, 3)))
    Image.new("RGB", (20, 30), color(1)).save(file)
    again, _ = run(Collection.from_source([file]), MeanColor(log=log), None)
    np.testing.assert_array_equal(again, colors(range(1, 2)))


def test_arrays_are_sent_along(client: Client, log: Path) -> None:
    sources = [np.full((40, 50, 3), color(i), dtype=np.uint8) for i in range(6)]
    sources.append(Image.new("RGB", (9, 9), color(6)))
    collection = Collection.from_source([*sources, sources[2]])
    network = MeanColor(log=log)
    embeddings, _ = run(collection, network, client)
    np.testing.assert_array_equal(embeddings, np.concatenate([colors(range(7)), colors(range(2, 3))]))
    assert sum(network.embedded().values()) == 7
    assert os.getpid() not in network.embedded()
    assert collection.notices == []


def test_an_error_of_the_network_is_raised(client: Client, folder: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run(Collection.from_source(folder), Failing(), client)


@dataclass(frozen=True, kw_only=True)
class Failing(MeanColor):
    log: Path = Path()

    def forward(self, batch: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError


def test_the_explorer_embeds_on_the_cluster(client: Client, folder: Path) -> None:
    from imgclust_jupyter import ClusterExplorer

    with ClusterExplorer(folder, model="pixels", layout="pca", client=client) as explorer:
        explorer.wait()
        assert len(explorer.embeddings) == 48
    # No thread of this process has embedded anything.
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("imgclust-embed")]
    ran = client.run(lambda dask_worker: dask_worker.state.log)
    assert any("imgclust-embed" in str(log) for log in ran.values())


def test_the_transformer_embeds_on_the_cluster_and_can_be_cloned(client: Client, folder: Path) -> None:
    from sklearn.base import clone

    from imgclust_jupyter import ImageEmbedder

    files = sorted(folder.iterdir())[:6]
    embedder = clone(ImageEmbedder("pixels", client=client))
    assert embedder.client is client
    embeddings = embedder.fit_transform(files)
    np.testing.assert_array_equal(embeddings, ImageEmbedder("pixels").transform(files))


def test_only_a_client_will_do() -> None:
    from imgclust_jupyter import ClusterExplorer

    with pytest.raises(TypeError, match=r"must be a dask\.distributed\.Client.*this is a str"):
        ClusterExplorer([np.zeros((9, 9))], client="tcp://scheduler:8786")
    with pytest.raises(TypeError, match="this is a LocalCluster"):
        check_client(object.__new__(LocalCluster))


def test_work_on_a_cluster_that_is_closed_is_refused(folder: Path, log: Path) -> None:
    with LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        client = Client(cluster)
        client.close()
        with pytest.raises(ConnectionError, match="Dask"):
            run(Collection.from_source(folder), MeanColor(log=log), client)
