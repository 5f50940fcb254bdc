"""Ctrl+C in a script: what is finished is kept, and the next run goes on."""

import inspect
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
from imgclust_jupyter.pipeline import Pipeline
from imgclust_jupyter.store import Store

N = 60
BATCH = 2
THREADS = 4


def interrupt_waiting() -> None:
    """Interrupt the main thread, once it waits for the work."""

    def waits() -> bool:
        frame = sys._current_frames()[threading.main_thread().ident]
        while frame is not None and frame.f_code is not Pipeline._wait.__code__:
            frame = frame.f_back
        return frame is not None

    while not waits():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)


SCRIPT = f"""
import os, signal, sys, threading, time
from dataclasses import dataclass

from imgclust_jupyter import ClusterExplorer
from imgclust_jupyter.embedding.networks import NETWORKS
from imgclust_jupyter.embedding.pixels import Pixels
from imgclust_jupyter.pipeline import Pipeline

folder, log, seconds, interrupted_at = sys.argv[1:]
turn, batches, begun = threading.Lock(), [], threading.Event()

{inspect.getsource(interrupt_waiting)}

@dataclass(frozen=True, kw_only=True)
class Slow(Pixels):
    batch_size: int = {BATCH}

    def forward(self, batch):
        begun.wait()
        with turn:  # for as long as on one core
            time.sleep(float(seconds))
            batches.append(len(batch))
            with open(log, "a") as file:
                file.write(f"{{len(batch)}}\\n")
            if len(batches) == int(interrupted_at):
                interrupt_waiting()
                while explorer._session.pipeline.pending:
                    time.sleep(0.01)
        return super().forward(batch)


NETWORKS["slow"] = lambda progress: Slow()
explorer = ClusterExplorer(folder, model="slow", layout="pca")
begun.set()
explorer.wait()
print(len(explorer.embeddings), "images", explorer.embeddings.to_numpy().sum())
"""


def run(folder: Path, log: Path, seconds: float = 0, interrupted_at: int = 0) -> subprocess.CompletedProcess[str]:
    """Embed a folder in a process of its own."""
    command = [sys.executable, "-c", SCRIPT, str(folder), str(log), str(seconds), str(interrupted_at)]
    environment = os.environ | {"LOKY_MAX_CPU_COUNT": str(THREADS)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def embedded(log: Path) -> int:
    return sum(map(int, log.read_text().split()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for i in range(N):
        Image.new("RGB", (30, 30), (4 * i, 0, 0)).save(folder / f"{i}.png")
    return folder


def test_ctrl_c_in_a_script_keeps_what_is_finished(folder: Path, tmp_path: Path) -> None:
    first = run(folder, tmp_path / "first", interrupted_at=4)
    assert "KeyboardInterrupt" in first.stderr
    assert first.returncode != 0
    # Only the batches in flight are ended, one for each thread.
    kept = Store().info()["embeddings"]["pixels-v1"]
    assert kept == embedded(tmp_path / "first")
    assert 4 * BATCH <= kept < (4 + THREADS) * BATCH

    second = run(folder, tmp_path / "second")
    assert second.returncode == 0, second.stderr
    assert embedded(tmp_path / "second") == N - kept
    assert f"{N} images" in second.stdout
    pixels = sum(4 * i * 16 * 16 for i in range(N)) / 255
    np.testing.assert_allclose(float(second.stdout.split()[-1]), pixels, rtol=1e-3)


def test_a_script_shows_its_progress(folder: Path, tmp_path: Path) -> None:
    done = run(folder, tmp_path / "log", seconds=0.1)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in re.split(r"[\r\n]+", done.stderr) if line.strip()]
    shown = re.compile(r"turning images into numbers: +\d+%\|.*\| \d+/60, [\d.]+ images/s, \d\d:\d\d left")
    assert any(shown.fullmatch(line) for line in lines), done.stderr


def test_an_interrupted_cell_cancels_the_work_and_resume_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    turn, cancelled = threading.Lock(), threading.Event()

    class Interrupting(Pixels):
        def forward(self, batch: np.ndarray) -> np.ndarray:
            with turn:
                sizes.append(len(batch))
                if len(sizes) == 1:
                    interrupt_waiting()
                    assert cancelled.wait(60)
            return super().forward(batch)

    monkeypatch.setitem(NETWORKS, "interrupting", lambda progress: Interrupting(batch_size=BATCH))
    with ClusterExplorer(folder, model="interrupting", layout="pca") as explorer:
        with pytest.raises(KeyboardInterrupt):
            explorer.wait()
        cancelled.set()
        with pytest.raises(Interrupted, match="resume"):
            explorer.wait()
        explorer.resume()
        assert len(explorer.wait().embeddings) == N
    assert sum(sizes) == N
