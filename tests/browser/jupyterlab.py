"""A real JupyterLab, and Notebook 7 on the same server, with nobody's settings and no way to the outside."""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers import DIRECTLY, free_port, running

TOKEN = "browser-tests"
API_SECONDS = 120
SETTINGS = {
    # The toast that asks whether to fetch Jupyter's news can cover the widget.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is on the page, wherever it is scrolled.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


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
        with DIRECTLY.open(request, timeout=API_SECONDS) as answer:
            return bytes(answer.read())

    def shut_down_kernels(self) -> None:
        """End every notebook's kernel."""
        for session in json.loads(self.api("sessions")):
            self.api(f"sessions/{session['id']}", "DELETE")

    def set(self, plugin: str, settings: dict[str, Any]) -> None:
        """Set what a page that is opened from now on finds: ``set("@jupyterlab/x-extension:plugin", {...})``."""
        extension, name = plugin.split(":")
        path = self.home / "lab-settings" / extension / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

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
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
        "--JupyterNotebookApp.expose_app_in_browser=True",
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"),
    ]
    lab = JupyterLab(f"http://127.0.0.1:{port}", root, home)
    environment = {variable: str(home / name) for variable, name in folders.items()}
    with running(command, environment, lab.log, lambda: lab.api("status")):
        yield lab
