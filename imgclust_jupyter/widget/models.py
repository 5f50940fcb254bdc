"""The two models that the browser mirrors: what the kernel has computed, and what the person is looking at.

They are separate, because ipywidgets undoes every change of a message when one of its values is refused: a bad message
from the browser must never take back what the worker has published. For the same reason validators mend a bad value
and never raise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from imgclust_jupyter.widget.turn import Turn
from imgclust_jupyter.widget.wire import DatasetMessage
from imgclust_jupyter.workspace import exclusion
from imgclust_jupyter.workspace.filters import Filter, mend
from imgclust_jupyter.workspace.history import History, State
from imgclust_jupyter.workspace.labels import LabelTable, words_for

__all__ = ["DatasetModel", "ExplorerWidget", "front_end"]

_STATIC = Path(__file__).parent.parent / "static"


def front_end(name: str) -> str:
    """Return a file of the built front end."""
    path = _STATIC / name
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: the front end of this checkout has not been built; run `make build` in its folder"
        )
    # Not the path: anywidget would watch the file, and the watch would keep every widget that was ever made.
    return path.read_text(encoding="utf-8")


def _to_bytes(value: object, _: object) -> bytes:
    # The browser's bytes arrive as a memoryview, which traitlets.Bytes refuses without a word.
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def _words_for(before: State, state: State) -> str:
    if "labels" in state:
        return words_for(before["labels"], state["labels"])
    if "excluded" in state:
        return exclusion.words_for(before["excluded"], state["excluded"]) or "selection"
    if "cut" in state:
        k = state["cut"]["n_clusters"]
        return f"{k} clusters" if k > 1 else "one cluster"
    if "filters" in state:
        return "filter"
    return state.get("selection_origin", {}).get("text") or "selection"


def _apart(names: Iterable[str]) -> list[list[str]]:
    """Part what different gestures have changed; messages are joined while the kernel is busy."""
    names = list(names)
    if "excluded" in names:  # what is taken out is no longer selected, in one step
        return [names]
    gestures: dict[str, list[str]] = {}
    for name in names:
        gestures.setdefault(name.removesuffix("_origin"), []).append(name)
    return list(gestures.values())


class DatasetModel(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget has no types
    """What the kernel has computed; only the kernel writes it (see `wire`)."""

    _esm = "export default { render() {} }"

    header = t.Dict().tag(sync=True, echo_update=False)
    ids = t.Bytes().tag(sync=True, echo_update=False)
    coordinates = t.Bytes().tag(sync=True, echo_update=False)
    leaf_order = t.Bytes().tag(sync=True, echo_update=False)
    merges = t.Bytes().tag(sync=True, echo_update=False)
    medoids = t.Bytes().tag(sync=True, echo_update=False)
    columns = t.Bytes().tag(sync=True, echo_update=False)
    labels = t.Dict({"version": 0, "columns": []}).tag(sync=True, echo_update=False)
    label_codes = t.Bytes().tag(sync=True, echo_update=False)
    progress = t.Dict().tag(sync=True, echo_update=False)

    def publish(self, message: DatasetMessage) -> None:
        """Send a dataset to the browser in one message."""
        with self.hold_sync():
            for name, value in vars(message).items():
                setattr(self, name, value)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Leave out whatever a browser sends: this model is the kernel's."""


class ExplorerWidget(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget has no types
    """What the person is looking at: selection, cut, colours; the browser and Python both write it.

    Parameters
    ----------
    dataset : DatasetModel
    on_request : callable
        Called with (content, buffers) of each custom message; must not block.

    Attributes
    ----------
    lock : Turn
        Held while a message of the browser changes traits; nobody may wait for work or for the disk under it.
    renewed : callable
        From filters that undo or redo brings back to those that they would be now.
    catch_up : callable
        Called before undo and redo, to learn what others have done with the labels.
    """

    _esm = front_end("widget.js")
    _css = front_end("widget.css")

    dataset = anywidget.WidgetTrait().tag(sync=True)
    selection = t.Bytes().tag(sync=True, echo_update=False, from_json=_to_bytes)
    selection_origin = t.Dict({"kind": "none", "text": ""}).tag(sync=True, echo_update=False)
    cut = t.Dict({"n_clusters": 1, "height": None}).tag(sync=True)
    filters = t.List().tag(sync=True, echo_update=False, from_json=lambda value, _: mend(value))
    excluded = t.Bytes().tag(sync=True, echo_update=False, from_json=_to_bytes)
    labels = t.Any(LabelTable())  # which the browser gets as traits of the dataset
    color_by = t.Unicode("cluster").tag(sync=True)
    group_by = t.Unicode("cluster").tag(sync=True)
    ui = t.Dict().tag(sync=True, echo_update=False)

    # The browser says with each change which gesture it belongs to, and with how many steps it has gone forth and
    # back. As traits, since a request could overtake the change that it is to undo.
    step = t.Any("").tag(sync=True, echo_update=False)
    travel = t.Any(None).tag(sync=True, echo_update=False)
    past = t.Dict({"undo": "", "redo": ""}).tag(sync=True, echo_update=False)

    _REMEMBERED = ("selection", "selection_origin", "cut", "filters", "excluded", "labels")

    def __init__(self, dataset: DatasetModel, on_request: Callable[[dict[str, Any], list[Any]], None]) -> None:
        self.lock = Turn()
        self.renewed: Callable[[list[Filter]], list[Filter]] = list
        self.catch_up: Callable[[], object] = bool
        self._listeners: list[tuple[frozenset[str], Callable[[], object]]] = []
        self._new: set[str] = set()
        self._last_cut: dict[str, int | float | None] = {"n_clusters": 1, "height": None}
        self._history = History()
        self._before: dict[str, Any] = {}
        self._travelled: dict[str, int] = {}
        super().__init__(dataset=dataset)
        self.on_msg(lambda _widget, content, buffers: on_request(content, buffers))
        self.observe(self._note_change, list(self._REMEMBERED))

    def on_new(self, names: Iterable[str], listener: Callable[[], object]) -> Callable[[], None]:
        """Call a function after changes of some of what is remembered ("selection", …), without the lock.

        The result takes it off again.
        """
        entry = (frozenset(names), listener)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry)

    def change(self, gesture: str = "", **traits: Any) -> None:
        """Change traits from Python, as one step of the history."""
        with self.lock:
            with self.hold_sync():
                for name, value in traits.items():
                    setattr(self, name, value)
            self._remember(gesture, list(self._before))

    def begin(self, **traits: Any) -> None:
        """Set what nobody has chosen, and so nobody can take back."""
        with self.lock:
            for name, value in traits.items():
                setattr(self, name, value)
            self._before.clear()

    def renew_filters(self) -> None:
        """Ask again what the filters let through; nobody can take that back."""
        with self.lock:
            self.filters = self.renewed(self.filters)
            self._before.clear()

    def go(self, steps: int) -> None:
        """Go back (undo) or forth (redo) in the history, as far as it reaches."""
        self.catch_up()
        with self.lock:
            self._go(steps)

    def answer(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        """Send a custom message from any thread."""
        with self.lock:
            self.send(content, buffers)

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        data = msg["content"]["data"]
        if data.get("method") == "custom":
            super()._handle_msg(msg)  # whoever answers takes the lock where it is needed
            return
        if "travel" in data.get("state", {}):
            self.catch_up()
        with self.lock:
            super()._handle_msg(msg)
            *earlier, last = _apart(self._before) or [[]]
            for names in earlier:
                self._remember("", names)
            self._remember(str(self.step), last)
            self._go(self._new_travel())

    def _note_change(self, change: Any) -> None:
        self._before.setdefault(change.name, change.old)
        self._new.add(change.name)
        # After the lock: a listener may ask for explorer.data, which waits for the worker, which needs the lock.
        self.lock.after(self._notify)

    def _remember(self, gesture: str, names: Iterable[str]) -> None:
        before = {name: self._before.pop(name) for name in names}
        if not before:
            return
        after = {name: getattr(self, name) for name in before}
        self._history.record(before, after, _words_for(before, after), gesture)
        self._tell_past()

    def _go(self, steps: int) -> None:
        for _ in range(abs(steps)):
            step = self._history.redo() if steps > 0 else self._history.undo()
            if step is None:
                break
            left, state = (step.before, step.after) if steps > 0 else (step.after, step.before)
            with self.hold_sync():
                for name, value in state.items():
                    setattr(self, name, self._as_of_now(name, left[name], value))
            self._before.clear()
        self._tell_past()

    def _as_of_now(self, name: str, left: Any, value: Any) -> Any:
        if name == "filters":
            return self.renewed(value)
        if name == "labels" and self.labels is not left:
            return self.labels.changed_as(left, value)  # nobody takes back what others have done
        return value

    def _new_travel(self) -> int:
        """How far the page that wrote `travel` last has gone since it did so before."""
        travel = self.travel if isinstance(self.travel, dict) else {}
        page, at = travel.get("page"), travel.get("at")
        if not isinstance(page, str) or not isinstance(at, int):
            return 0
        way = at - self._travelled.get(page, 0)
        self._travelled[page] = at
        return way

    def _tell_past(self) -> None:
        self.past = {"undo": self._history.undo_text, "redo": self._history.redo_text}

    def _notify(self) -> None:
        with self.lock:
            new, self._new = self._new, set()
        # Each is called, also when one before it has failed.
        with contextlib.ExitStack() as stack:
            for names, listener in reversed(self._listeners):
                if names & new:
                    stack.callback(listener)

    @t.validate("cut")  # type: ignore[untyped-decorator]
    def _mend_cut(self, proposal: dict[str, Any]) -> dict[str, Any]:
        cut = proposal["value"]
        n_clusters, height = cut.get("n_clusters"), cut.get("height")
        if isinstance(n_clusters, int) and n_clusters >= 1:
            self._last_cut = {
                "n_clusters": n_clusters,
                "height": height if isinstance(height, int | float) else None,
            }
        # Not self.cut: while a message is taken in, that is the new value already.
        return self._last_cut

    @t.validate("filters")  # type: ignore[untyped-decorator]
    def _mend_filters(self, proposal: dict[str, Any]) -> list[Filter]:
        return mend(proposal["value"])
