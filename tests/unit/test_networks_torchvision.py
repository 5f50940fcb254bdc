"""Importing torchvision beside a torch that it does not fit."""

import subprocess
import sys
from pathlib import Path

import pytest

LOAD = "from imgclust_jupyter.embedding import load_torchvision; torchvision = load_torchvision(); "
# What torchvision does at its import, where its compiled operators did not load.
WITHOUT_OPERATORS = """
import torch
if not hasattr(torch.ops.torchvision, "nms"):
    raise RuntimeError("operator torchvision::nms does not exist")
"""


def run(code: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    prepended = "" if folder is None else f"import sys; sys.path.insert(0, {str(folder)!r}); "
    return subprocess.run([sys.executable, "-c", prepended + code], capture_output=True, text=True, check=False)


def package(folder: Path, content: str) -> Path:
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(content)
    return folder


@pytest.mark.parametrize(
    "before",
    [
        "",
        "\ntry:\n    import torchvision\nexcept RuntimeError:\n    pass\n",
        "from imgclust_jupyter.embedding import load_torchvision; load_torchvision(); ",
    ],
    ids=["first", "after an import by the user", "twice"],
)
def test_the_installed_torchvision_gives_its_models(before: str) -> None:
    done = run(before + LOAD + "import gc; gc.collect(); print(torchvision.models.squeezenet1_1.__name__)")
    assert done.stdout.strip() == "squeezenet1_1", done.stderr


def test_missing_operators_are_declared(tmp_path: Path) -> None:
    code = LOAD + "import torch; print(torch.ops.torchvision.nms.default._schema)"
    done = run(code, package(tmp_path, WITHOUT_OPERATORS))
    assert "Tensor dets, Tensor scores, float iou_threshold" in done.stdout, done.stderr


def test_nothing_is_declared_beside_a_torchvision_that_fits(tmp_path: Path) -> None:
    done = run(LOAD + "import torch; print(hasattr(torch.ops.torchvision, 'nms'))", package(tmp_path, ""))
    assert done.stdout.strip() == "False", done.stderr


def test_other_errors_are_not_hidden(tmp_path: Path) -> None:
    done = run(LOAD, package(tmp_path, "raise RuntimeError('the disk is on fire')"))
    assert done.returncode != 0
    assert "RuntimeError: the disk is on fire" in done.stderr
