"""Ctrl+C in a script: what is finished is kept, and the next run goes on."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding import Interrupted
from imgclust_jupyter.embedding.networks import NETWORKS
from imgclust_jupyter.embedding.pixels import Pixels
from imgclust_jupyter.store import Store

N = 60
BATCH = 2

SCRIPT = """
import sys, time
from dataclasses import dataclass

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding.networks import NETWORKS
from imgclust_jupyter.embedding.pixels import Pixels


@dataclass(frozen=True, kw_only=True)
class Slow(Pixels):
    batch_size: int = 2

    def forward(self, batch):
        time.sleep(float(sys.argv[2]))
        with open(sys.argv[3], "a") as log:
            log.write(f"{len(batch)}\\n")
        print("embedded", flush=True)
        return super().forward(batch)


NETWORKS["slow"] = lambda progress: Slow()
explorer = ClusterExplorer(sys.argv[1], model="slow", layout="pca").wait()
print(len(explorer.embeddings), "images", explorer.embeddings.to_numpy().sum())
"""


class Script:
    """Embeds a folder in a process of its own."""

    def __init__(self, folder: Path, log: Path, seconds: float) -> None:
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder), str(seconds), str(log)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def embedded(self) -> int:
        return sum(map(int, self.log.read_text().split()))

    def end(self) -> tuple[str, str]:
        return self.process.communicate(timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(N):
        Image.new("RGB", (30, 30), (4 * i, 0, 0)).save(folder / f"{i}.png")
    return folder


def test_ctrl_c_in_a_script_keeps_what_is_finished(folder: Path, tmp_path: Path) -> None:
    first = Script(folder, tmp_path / "first", seconds=0.2)
    for _ in range(4):
        first.process.stdout.readline()
    first.process.send_signal(signal.SIGINT)
    before = first.embedded()
    _, errors = first.end()
    assert "KeyboardInterrupt" in errors
    assert first.process.returncode != 0
    # Only the batches in flight are ended, one for each thread, or two where the signal came between.
    kept = Store().info()["embeddings"]["pixels-v1"]
    assert kept == first.embedded()
    assert 4 * BATCH <= before <= kept < N
    assert kept - before <= 2 * BATCH * 4

    second = Script(folder, tmp_path / "second", seconds=0)
    output, errors = second.end()
    assert second.process.returncode == 0, errors
    assert second.embedded() == N - kept
    assert f"{N} images" in output
    pixels = sum(4 * i * 16 * 16 for i in range(N)) / 255
    np.testing.assert_allclose(float(output.split()[-1]), pixels, rtol=1e-3)


def test_a_script_shows_its_progress(folder: Path, tmp_path: Path) -> None:
    script = Script(folder, tmp_path / "log", seconds=0.15)
    _, errors = script.end()
    assert script.process.returncode == 0, errors
    lines = [line.strip() for line in re.split(r"[\r\n]+", errors) if line.strip()]
    shown = re.compile(r"turning images into numbers: +\d+%\|.*\| \d+/60, [\d.]+ images/s, 00:\d\d left")
    assert any(shown.fullmatch(line) for line in lines), errors


def test_an_interrupted_cell_cancels_the_work_and_resume_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: list[int] = []
    first, waiting = threading.Lock(), threading.Event()

    class Interrupting(Pixels):
        def forward(self, batch: np.ndarray) -> np.ndarray:
            with first:
                if not embedded and waiting.wait(20):
                    time.sleep(0.3)  # until the main thread is in the midst of it
                    os.kill(os.getpid(), signal.SIGINT)
                embedded.append(len(batch))
            time.sleep(0.05)
            return super().forward(batch)

    monkeypatch.setitem(NETWORKS, "interrupting", lambda progress: Interrupting(batch_size=BATCH))
    with ClusterExplorer(folder, model="interrupting", layout="pca") as explorer:
        waiting.set()
        with pytest.raises(KeyboardInterrupt):
            explorer.wait()
        with pytest.raises(Interrupted, match="resume"):
            explorer.wait()
        explorer.resume()
        assert len(explorer.wait().embeddings) == N
    assert sum(embedded) == N
