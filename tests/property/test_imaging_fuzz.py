"""Nothing but an UnreadableImage comes of mutated files, and not much memory is taken; see imaging_fuzz.py."""

import json
import subprocess
import sys
from pathlib import Path

import imaging_fuzz
import pytest

from imgclust_jupyter.imaging import decode


@pytest.mark.parametrize(("name", "content"), imaging_fuzz.corpus().items(), ids=lambda value: str(value)[:40])
def test_the_files_are_good_before_they_are_mutated(name, content):
    assert decode(content).image.size in [(56, 40), (40, 56)] or name.startswith(("ICO", "ICNS"))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded and measured in the way of Linux")
def test_mutated_files():
    # In a process of its own: a decoder that crashes here would end the tests.
    command = [sys.executable, Path(imaging_fuzz.__file__), "--executions", "2500", "--seed", "20", "--slow", "60"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["executions"] == 2500
    assert found["reasons"]["decoded"] > 500
    assert found["reasons"]["the file is damaged"] > 200
    assert not [entry for entry in found["slow or crashed"] if "crashed" not in entry["reason"]]
    assert found["peak MB"] < 500
