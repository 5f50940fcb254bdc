"""What is in the wheel and in the source archive, and what importing the package costs."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "imgclust_jupyter"
HEAVY = {"torch", "torchvision", "umap", "numba", "sklearn", "bqplot", "skimage"}


def build(kind: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return ZipFile(build("wheel", tmp_path_factory.mktemp("wheel")))


def test_the_wheel_has_the_built_front_end(wheel: ZipFile) -> None:
    assert len(wheel.read("imgclust_jupyter/static/widget.js")) > 10_000
    assert b".imgclust" in wheel.read("imgclust_jupyter/static/widget.css")


def test_the_source_archive_can_be_installed_without_node_and_holds_nothing_that_was_installed(
    tmp_path: Path, wheel: ZipFile
) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers()}
    built = {name for name in wheel.namelist() if name.startswith("imgclust_jupyter/static/")}
    assert built
    assert built | {"pyproject.toml", "README.md", "js/package-lock.json", "docs/explorer.webp"} <= names
    assert not any({"node_modules", ".venv", "__pycache__", "site"} & set(name.split("/")) for name in names)


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


def test_a_comparison_has_a_small_front_end_of_its_own(wheel: ZipFile) -> None:
    size = sum(wheel.getinfo(f"imgclust_jupyter/static/comparison.{kind}").file_size for kind in ("js", "css"))
    assert 10_000 < size <= 40_000


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
    checked = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
