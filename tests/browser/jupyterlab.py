"""A real JupyterLab, with nobody's settings and no way to the outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN = "browser-tests"
START_SECONDS = 90
SETTINGS = {
    # The toast that asks whether to fetch Jupyter's news can cover the widget.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is on the page, wherever it is scrolled.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
# Where a kernel's requests to the outside end at once, as on a machine without a network.
NOWHERE = "http://127.0.0.1:9"
# Past any proxy that the machine has.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class JupyterLab:
    """A running server.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    root : Path
        The folder of its notebooks, which is the kernels' working directory.
    home : Path
        The folder of its settings.
    """

    url: str
    root: Path
    home: Path

    @property
    def log(self) -> Path:
        """What it has printed."""
        return self.home / "jupyterlab.log"

    def api(self, path: str, method: str = "GET") -> bytes:
        """Ask the server's REST interface."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with DIRECTLY.open(request, timeout=30) as answer:
            return bytes(answer.read())

    def shut_down_kernels(self) -> None:
        """End every notebook's kernel."""
        for session in json.loads(self.api("sessions")):
            self.api(f"sessions/{session['id']}", "DELETE")

    def forget_settings(self) -> None:
        """Undo what was set in a browser, the theme for one; a page that is open keeps it."""
        shutil.rmtree(self.home / "lab-settings", ignore_errors=True)


@contextmanager
def serve(home: Path, root: Path) -> Iterator[JupyterLab]:
    """Run a JupyterLab of its own, with nobody's settings and an empty cache of images.

    Parameters
    ----------
    home : Path
        An empty folder for its settings, its log and the images' cache.
    root : Path
        The folder of its notebooks.

    Raises
    ------
    RuntimeError
        When it does not start; the message ends with what it printed.
    """
    overrides = home / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps(SETTINGS))
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
        "IPYTHONDIR": "ipython",
        "IMGCLUST_CACHE": "cache",
        "IMGCLUST_DATA": "labels",
        "TORCH_HOME": "torch",
    }
    environment = {
        **os.environ,
        **{variable: str(home / name) for variable, name in folders.items()},
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost"),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"),
    ]
    lab = JupyterLab(f"http://127.0.0.1:{port}", root, home)
    with lab.log.open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await_start(lab, server)
        yield lab
    finally:
        server.terminate()  # it ends its kernels before itself
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _await_start(lab: JupyterLab, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            lab.api("status")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{lab.log.read_text(errors='replace')[-4000:]}")
