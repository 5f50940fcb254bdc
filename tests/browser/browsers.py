"""Find a Chromium or Chrome for the browser tests; `python browsers.py` gets one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "IMGCLUST_CHROMIUM"
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = ("Google Chrome", "Chromium")
DOWNLOAD_SECONDS = 600
# WebGL in software is wanted; forcing all drawing onto it (--use-angle=swiftshader) would slow canvases tenfold.
FLAGS = ("--disable-quic", "--disable-gpu", "--enable-unsafe-swiftshader")


@dataclass(frozen=True)
class Attempt:
    """A way of getting a browser.

    Attributes
    ----------
    announcement : str
        What a person is told before it begins.
    commands : tuple
        Run one after the other; the first that fails ends the attempt.
    """

    announcement: str
    commands: tuple[tuple[str, ...], ...]


def works(program: Path) -> bool:
    """Whether this is a browser that starts; Ubuntu's `chromium-browser`, for one, may only name a snap to install."""
    try:
        asked = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and b"Chrom" in asked.stdout


def playwrights_own() -> Path | None:
    """Return where Playwright's own download of Chromium is, or would be; None where Playwright does not start."""
    # Asked in another process: Playwright does not start twice in one.
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def candidates() -> Iterator[Path]:
    """Yield the places where a browser may be, best first."""
    yield from (Path(found) for found in map(shutil.which, COMMANDS) if found)
    if own := playwrights_own():
        yield own
    yield from (Path("/Applications") / f"{name}.app/Contents/MacOS/{name}" for name in MAC_APPLICATIONS)


def find_browser() -> Path | None:
    """Return the browser to test with, or None.

    Raises
    ------
    FileNotFoundError
        When the variable IMGCLUST_CHROMIUM names something that is not a browser: who names one wants no other.
    """
    if named := os.environ.get(VARIABLE):
        if works(Path(named)):
            return Path(named)
        raise FileNotFoundError(f"{VARIABLE} is {named}, which is not a Chromium or Chrome that starts")
    return next(filter(works, candidates()), None)


def has_apt() -> bool:
    """Whether this machine's packages are Debian's or a relative's."""
    return shutil.which("apt-get") is not None


def is_root() -> bool:
    """Whether packages can be installed without asking for a password."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def attempts() -> list[Attempt]:
    """Return the ways of getting a browser on this machine, in the order in which to try them."""
    ways = [
        Attempt(
            "There is no Chromium or Chrome here; trying Playwright's own download (about 170 MB, into its cache).",
            ((sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"),),
        )
    ]
    if is_root() and has_apt():
        ways.append(
            Attempt(
                "That did not work. This is root on a machine with apt-get: installing the system's package chromium.",
                (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", "chromium")),
            )
        )
    return ways


def advice() -> str:
    """Return what to tell a person who has no browser."""
    own_download = f"{sys.executable} -m playwright install --with-deps chromium"
    command = "sudo apt-get install chromium" if has_apt() else own_download
    return (
        "The browser tests need Chromium or Chrome, and none could be found or downloaded. Please type\n\n"
        f"    {command}\n\n"
        f"or set {VARIABLE} to the path of one."
    )


def carry_out(attempt: Attempt) -> bool:
    """Run an attempt's commands, and say whether all succeeded."""
    print(attempt.announcement, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for command in attempt.commands:
            subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, timeout=DOWNLOAD_SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr, flush=True)
        return False
    return True


def ensure_browser() -> Path:
    """Return the browser to test with, after getting one where there is none.

    Raises
    ------
    FileNotFoundError
        When there is none to be had; the message says what to type.
    """
    if found := find_browser():
        return found
    for attempt in attempts():
        if carry_out(attempt) and (found := find_browser()):
            return found
    raise FileNotFoundError(advice())


if __name__ == "__main__":
    try:
        print(f"Browser tests use {ensure_browser()}")
    except FileNotFoundError as error:
        sys.exit(str(error))
