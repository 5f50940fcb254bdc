"""Where the browser tests look for a browser, and what they do where there is none."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import browsers
import pytest


def program(path: Path, prints: str = "Chromium 156.0", status: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {prints}\nexit {status}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser: its PATH is tmp_path/bin, Playwright's download would be tmp_path/own/chrome."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv(browsers.VARIABLE, raising=False)
    monkeypatch.setattr(browsers, "playwrights_own", lambda: tmp_path / "own" / "chrome")
    monkeypatch.setattr(browsers, "MAC_APPLICATIONS", ())
    return tmp_path


def test_playwrights_own_download_is_named_whether_or_not_it_is_there() -> None:
    assert "chrom" in str(browsers.playwrights_own()).lower()


def test_nothing_is_found_on_a_bare_machine(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browsers.find_browser() is None
    monkeypatch.setattr(browsers, "playwrights_own", lambda: None)
    assert browsers.find_browser() is None


def test_playwright_may_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/nowhere/node")
    assert browsers.playwrights_own() is None


@pytest.mark.parametrize("name", browsers.COMMANDS)
def test_finds_every_usual_command_on_the_path(machine: Path, name: str) -> None:
    browser = program(machine / "bin" / name)
    assert browsers.find_browser() == browser


def test_passes_over_a_command_that_only_tells_of_a_package_to_install(machine: Path) -> None:
    program(machine / "bin" / "chromium-browser", prints="requires the chromium snap to be installed", status=1)
    assert browsers.find_browser() is None
    chrome = program(machine / "bin" / "google-chrome", prints="Google Chrome 156.0")
    assert browsers.find_browser() == chrome


def test_the_system_comes_before_playwrights_own_download(machine: Path) -> None:
    own = program(machine / "own" / "chrome")
    assert browsers.find_browser() == own
    system = program(machine / "bin" / "chromium")
    assert browsers.find_browser() == system


def test_the_variable_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "bin" / "chromium")
    mine = program(machine / "mine")
    monkeypatch.setenv(browsers.VARIABLE, str(mine))
    assert browsers.find_browser() == mine


def test_a_variable_that_names_no_browser_is_an_error_not_a_detour(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(machine / "bin" / "chromium")
    monkeypatch.setenv(browsers.VARIABLE, "/nowhere/chrome")
    with pytest.raises(FileNotFoundError, match="IMGCLUST_CHROMIUM is /nowhere/chrome"):
        browsers.find_browser()


def commands(monkeypatch: pytest.MonkeyPatch, *, root: bool, apt: bool) -> list[str]:
    monkeypatch.setattr(browsers, "is_root", lambda: root)
    monkeypatch.setattr(browsers, "has_apt", lambda: apt)
    return [" ".join(command) for attempt in browsers.attempts() for command in attempt.commands]


def test_root_with_apt_tries_the_download_and_then_the_systems_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert commands(monkeypatch, root=True, apt=True) == [
        f"{sys.executable} -m playwright install --no-shell chromium",
        "apt-get update",
        "apt-get install -y --no-install-recommends chromium",
    ]


@pytest.mark.parametrize(("root", "apt"), [(False, True), (True, False), (False, False)])
def test_others_try_the_download_alone(monkeypatch: pytest.MonkeyPatch, root: bool, apt: bool) -> None:
    assert len(commands(monkeypatch, root=root, apt=apt)) == 1


def test_gets_a_browser_by_the_first_attempt_that_brings_one(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = program(machine / "download")
    install = program(machine / "install")
    install.write_text(f"#!/bin/sh\n/bin/mv {browser} {machine}/bin/chromium\n")
    refuse = program(machine / "refuse", prints="no network", status=1)
    ways = [browsers.Attempt(path.name, ((str(path),),)) for path in (refuse, install, refuse)]
    monkeypatch.setattr(browsers, "attempts", lambda: ways)
    assert browsers.ensure_browser() == machine / "bin" / "chromium"
    assert capfd.readouterr().out.splitlines() == ["refuse", "no network", "install"]


def test_says_what_to_type_when_nothing_brings_one(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsers, "attempts", list)
    monkeypatch.setattr(browsers, "has_apt", lambda: True)
    with pytest.raises(FileNotFoundError, match="sudo apt-get install chromium"):
        browsers.ensure_browser()
    monkeypatch.setattr(browsers, "has_apt", lambda: False)
    with pytest.raises(FileNotFoundError, match="-m playwright install --with-deps chromium"):
        browsers.ensure_browser()
