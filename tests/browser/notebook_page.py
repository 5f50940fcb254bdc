"""A notebook in JupyterLab or Notebook 7 as a person has it: a page in a browser, and a kernel behind it."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import nbformat
from jupyterlab import TOKEN, JupyterLab
from patience import WAIT_SECONDS
from playwright.sync_api import ConsoleMessage, Error, Locator, Page, Request, expect

RESULTS = Path(__file__).parents[2] / "test-results"
SCRIPT_SECONDS = 300
ANSI_COLOR = re.compile(r"\x1b\[[0-9;]*m")
HARMLESS = (
    "GPU stall due to ReadPixels",  # software rendering, told of each read of a WebGL canvas
    # Notebook 7's keyboard shortcuts, when other settings happen to be loaded before its own.
    "Cannot read properties of undefined (reading 'schema')",
    # The same, of a link to the folder, when the file browser happens to come after it.
    "Command 'filebrowser:open-path' not registered",
)

# A promise that is never settled would hold up the tests for ever.
IN_TIME = """([argument, ms]) => Promise.race([
  (%s)(argument),
  new Promise((_, reject) => setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms)),
])"""

READY = """async () => {
  while (!window.jupyterapp) await new Promise(resolve => setTimeout(resolve, 50));
  const app = window.jupyterapp;
  await app.restored;
  let panel;
  while (!((panel = app.shell.currentWidget)?.context && panel.content?.widgets)) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  await panel.context.ready;
  await panel.revealed;
  await panel.context.sessionContext.ready;
  await panel.context.sessionContext.session.kernel.info;
}"""

COMMAND = "([command, options]) => window.jupyterapp.commands.execute(command, options).then(() => null)"

ACTIVATE = "(index) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = index; }"

ERRORS = """() => {
  const errors = [];
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  for (let i = 0; i < cells.length; i++) {
    const outputs = cells.get(i).type === 'code' ? cells.get(i).outputs.toJSON() : [];
    for (const output of outputs) {
      if (output.output_type === 'error') errors.push(`cell ${i} raised\\n${output.traceback.join('\\n')}`);
    }
  }
  return errors;
}"""

RESTART = """() =>
  window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart().then(() => null)"""

SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown().then(() => null)"

SET_SOURCE = """([index, source]) =>
  window.jupyterapp.shell.currentWidget.content.model.cells.get(index).sharedModel.setSource(source)"""

EXECUTE = """async ([code, expression]) => {
  const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const user_expressions = expression ? {value: expression} : {};
  const execution = kernel.requestExecute({code, user_expressions, store_history: false});
  let printed = '';
  execution.onIOPub = message => {
    if (message.header.msg_type === 'stream' && message.content.name === 'stdout') printed += message.content.text;
  };
  const {content} = await execution.done;
  return {content, printed};
}"""


@dataclass(frozen=True)
class Notebook:
    """A notebook open in a browser.

    Attributes
    ----------
    page : Page
        The browser's page, for everything that is not here.
    lab : JupyterLab
        The server; its root is the kernel's working directory.
    """

    page: Page
    lab: JupyterLab

    def open(self, cells: Sequence[str], at: str = "doc/tree") -> None:
        """Write a new notebook and open it; no cell is run yet.

        Parameters
        ----------
        cells : sequence of str
        at : str
            Where the server has notebooks: "doc/tree" is one document in JupyterLab, "notebooks" is Notebook 7.
        """
        document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        document.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        name = f"notebook-{len(list(self.lab.root.glob('*.ipynb')))}.ipynb"
        nbformat.write(document, self.lab.root / name)
        # One document without the file browser: it starts faster and leaves the widget more room.
        self.page.goto(f"{self.lab.url}/{at}/{name}?token={TOKEN}")
        self._script(READY)

    @property
    def widget(self) -> Locator:
        """The explorers on the page, one for each cell that shows one."""
        return self.page.get_by_test_id("imgclust")

    def await_state(self, state: str = "done", displays: int = 1, seconds: float = 240) -> None:
        """Wait until the work of the explorers on the page has come to a state.

        Parameters
        ----------
        state : str
            "waiting", "running", "done", "cancelled" or "failed".
        displays : int
            How many explorers the page shows.
        seconds : float
            How long it may take.
        """
        for i in range(displays):
            expect(self.widget.nth(i)).to_have_attribute("data-state", state, timeout=seconds * 1000)

    def run_all(self) -> None:
        """Run every cell from the top, to the end.

        Raises
        ------
        AssertionError
            When a cell raised; its traceback is in the message.
        """
        self._command("notebook:run-all-cells")
        self._check()

    def run_cell(self, index: int) -> None:
        """Run one cell to its end; raises as `run_all` does."""
        self._script(ACTIVATE, index)
        self._command("notebook:run-cell")
        self._check()

    def start_cell(self, index: int) -> None:
        """Begin to run one cell, and do not wait for its end."""
        self._script(ACTIVATE, index)
        self.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-cell')")

    def restart_kernel(self) -> None:
        """Give the notebook a fresh kernel."""
        self._script(RESTART)

    def shut_down_kernel(self) -> None:
        """End the notebook's kernel, as its menu does."""
        self._script(SHUT_DOWN)

    def set_source(self, index: int, source: str) -> None:
        """Write another text into a cell."""
        self._script(SET_SOURCE, [index, source])

    def output(self, index: int) -> Locator:
        """The one output below a cell, which the page shows a little later than the cell has it."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea-output")

    def run_code(self, code: str) -> str:
        """Run code in the kernel, in no cell, and return what it prints.

        Raises
        ------
        AssertionError
            When it raises.
        """
        return str(self._execute(code)["printed"])

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the kernel: whatever JSON can say, arrays and numpy's numbers too."""
        text = f"__import__('json').dumps({expression}, default=lambda value: value.tolist())"
        answer = self._execute("", text)["content"]["user_expressions"]["value"]
        assert answer["status"] == "ok", f"{expression}: {answer['ename']}: {answer['evalue']}"
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def eventually(self, expression: str, expected: Any, seconds: float = WAIT_SECONDS) -> None:
        """Wait until an expression in the kernel has a value: what the browser does arrives there a little later."""
        deadline = time.monotonic() + seconds
        while (got := self.value(expression)) != expected:
            assert time.monotonic() < deadline, f"{expression} is {got!r} after {seconds:g} s, not {expected!r}"
            self.page.wait_for_timeout(50)

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Wait, after the block, until the kernel has heard of the gesture in it, one of those that undo takes back.

        Gestures that are quicker than the kernel come to it in one message, and a request may overtake them.
        """
        step = "explorer.widget.step"
        before = self.value(step)
        yield
        self.eventually(f"{step} != {before!r}", True)

    def reload(self) -> None:
        """Save the notebook and load the page anew; the kernel lives on."""
        self._command("docmanager:save")
        self.page.reload()
        self._script(READY)

    def theme(self, theme: Literal["light", "dark"]) -> None:
        """Switch JupyterLab's theme."""
        self._command("apputils:change-theme", {"theme": f"JupyterLab {theme.title()}"})
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "light").lower())

    def screenshot(self, name: str) -> Path:
        """Save a picture of the page as test-results/NAME.png."""
        path = RESULTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def _script(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(IN_TIME % script, [argument, SCRIPT_SECONDS * 1000])

    def _command(self, command: str, options: dict[str, Any] | None = None) -> None:
        self._script(COMMAND, [command, options or {}])

    def _check(self) -> None:
        errors = self._script(ERRORS)
        assert not errors, ANSI_COLOR.sub("", "\n".join(errors))

    def _execute(self, code: str, expression: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = self._script(EXECUTE, [code, expression])
        content = answer["content"]
        assert content["status"] == "ok", f"{content.get('ename')}: {content.get('evalue')}"
        return answer


def complaints(page: Page) -> list[str]:
    """Return a list that fills with what must not happen on a page.

    That is an error on the console, an exception, or a request to anywhere but this machine.
    """
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(text in message.text for text in HARMLESS):
            heard.append(f"console: {message.text} ({message.location.get('url', '')})")

    def catch(error: Error) -> None:
        if not any(text in error.message for text in HARMLESS):
            heard.append(f"exception: {error.message}\n{error.stack or ''}")

    def watch(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            heard.append(f"request to the outside: {request.url}")

    page.on("console", hear)
    page.on("pageerror", catch)
    page.on("request", watch)
    return heard
