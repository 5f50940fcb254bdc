"""Watching a folder for images that come, change and go."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from imgclust_jupyter.collection.watched import WatchedFolder
from imgclust_jupyter.store.mounts import on_network

__all__ = ["Watcher"]

_log = logging.getLogger(__name__)

_GATHERED_MS = 1500  # what happens within this time is one change, while there is no end of it
_QUIET_MS = 200  # so long a silence is an end
_LOOK_MS = 1000  # between two looks at whether the folder is still the one, and anybody still wants to know


class Watcher:
    """Calls a method when images of a folder may have changed, on a thread of its own, as long as its object exists.

    Parameters
    ----------
    folder : WatchedFolder
    on_change : bound method
        It is held weakly: the thread ends when nobody else has the object.
    """

    def __init__(self, folder: WatchedFolder, on_change: Callable[[], object]) -> None:
        self._folder = folder
        self._on_change = weakref.WeakMethod(on_change)
        self._stop: threading.Event | None = None

    def start(self) -> None:
        """Begin, if it does not go on already."""
        if self._stop is None:
            self._stop = threading.Event()
            threading.Thread(
                target=_watch, args=(self._folder, self._on_change, self._stop), name="imgclust-watch", daemon=True
            ).start()

    def stop(self) -> None:
        """End."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None


def _watch(folder: WatchedFolder, on_change: weakref.WeakMethod[Callable[[], object]], stop: threading.Event) -> None:
    import watchfiles

    # Nobody tells of what other machines do to a disk on the network.
    polling = on_network(folder.path)
    while not stop.is_set() and on_change() is not None:
        identity = folder.identity
        if identity is None:
            stop.wait(_LOOK_MS / 1000)
            continue
        heard = False
        try:
            for changes in watchfiles.watch(
                folder.path,
                watch_filter=None,  # with one, what happens to other files would keep us from looking at the folder
                debounce=_GATHERED_MS,
                step=_QUIET_MS,
                stop_event=stop,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                force_polling=polling or None,
                recursive=folder.deep,
                ignore_permission_denied=True,
            ):
                if folder.identity != identity or on_change() is None:
                    break
                # Of what came before the watch stood, nobody tells.
                if not heard or any(folder.concerns(Path(path)) for _, path in changes):
                    _call(on_change)
                heard = True
        except FileNotFoundError:
            continue
        except (OSError, RuntimeError) as error:
            # A system watches so many folders and no more.
            _log.warning("%s cannot be watched (%s); it is looked through every second instead", folder.path, error)
            polling = True
            stop.wait(_LOOK_MS / 1000)


def _call(on_change: weakref.WeakMethod[Callable[[], object]]) -> None:
    if (method := on_change()) is not None:
        method()
