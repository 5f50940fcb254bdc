"""What is in the wheel, and what importing the package costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "imgclust_jupyter"
HEAVY = {"torch", "torchvision", "umap", "numba", "sklearn", "bqplot", "skimage"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return ZipFile(path)


def test_the_wheel_has_the_built_front_end(wheel: ZipFile) -> None:
    assert len(wheel.read("imgclust_jupyter/static/widget.js")) > 10_000
    assert b".imgclust" in wheel.read("imgclust_jupyter/static/widget.css")


def test_the_wheel_has_every_module_and_the_mark_that_it_is_typed(wheel: ZipFile) -> None:
    modules = {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py")}
    assert {"imgclust_jupyter/__init__.py", "imgclust_jupyter/explorer.py"} <= modules
    assert modules | {"imgclust_jupyter/py.typed"} <= set(wheel.namelist())


def test_the_wheel_has_the_package_its_licence_and_nothing_else(wheel: ZipFile) -> None:
    folders = {name.split("/")[0] for name in wheel.namelist()}
    (metadata,) = folders - {"imgclust_jupyter"}
    assert metadata.endswith(".dist-info")
    assert b"BSD 3-Clause" in wheel.read(f"{metadata}/licenses/LICENSE")


def test_the_front_end_is_small_enough_to_be_sent_once_per_widget(wheel: ZipFile) -> None:
    size = sum(wheel.getinfo(f"imgclust_jupyter/static/{name}").file_size for name in ("widget.js", "widget.css"))
    assert size <= 400_000


def test_an_exported_file_carries_little_besides_the_pictures(wheel: ZipFile) -> None:
    names = ("standalone.js", "standalone.css", "widget.css")
    assert 100_000 < sum(wheel.getinfo(f"imgclust_jupyter/static/{name}").file_size for name in names) <= 450_000


def test_the_scripts_and_styles_of_an_exported_file_can_stand_within_it(wheel: ZipFile) -> None:
    script = wheel.read("imgclust_jupyter/static/standalone.js").lower()
    styles = [wheel.read(f"imgclust_jupyter/static/{name}").lower() for name in ("standalone.css", "widget.css")]
    assert b"</script" not in script
    assert b"<!--" not in script
    assert not any(b"</style" in style for style in styles)
    # A browser would read it as a line feed, and the digest in the page's policy would be that of another text.
    assert not any(b"\r" in text for text in [script, *styles])


@pytest.mark.parametrize("statement", ["import imgclust_jupyter", "from imgclust_jupyter import ClusterExplorer"])
def test_importing_leaves_the_heavy_libraries_alone(statement: str) -> None:
    code = f"import sys; {statement}; print(*{HEAVY} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_rooms_import_upwards_only() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
