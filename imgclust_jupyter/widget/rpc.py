"""Requests of the browser and their answers, as custom messages (twin: ``js/src/rpc.ts``).

A request is ``{v: 1, id, kind, body}``. Each is answered, by ``{v: 1, id, ok: true, body}`` with buffers or by
``{v: 1, id, ok: false, error}`` with a reason in words. Requests wait in a queue of their own threads, since they come
on the thread of the kernel's messages, which must go on; a ``cancel`` takes one out that has not begun.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

__all__ = ["VERSION", "Answer", "BadRequestError", "Handler", "Requests"]

VERSION = 1

Answer = tuple[dict[str, Any], list[bytes]]
Handler = Callable[[dict[str, Any]], Answer]

_log = logging.getLogger(__name__)


class BadRequestError(Exception):
    """A request that cannot be answered, with a reason for whoever reads the browser's console."""


class Requests:
    """Answers the browser's requests on a few threads of its own.

    Parameters
    ----------
    handlers : mapping of str to callable
        By kind: called with the body, which has as ``buffers`` those that came with it, if any did; returns a body and
        buffers; `BadRequestError` for what cannot be answered.
    immediate : collection of str
        Kinds that are answered at once and in order, on the thread of the kernel's messages: they must be quick.
    send : callable
        Sends (content, buffers) to the browser, from any thread.
    threads : int
        How many requests are worked on at a time.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        immediate: Collection[str],
        send: Callable[[dict[str, Any], list[bytes]], None],
        threads: int = 2,
    ) -> None:
        self._handlers = handlers
        self._immediate = immediate
        self._send = send
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="imgclust-requests")
        self._queued: dict[int, Future[None]] = {}
        self._lock = threading.Lock()

    def receive(self, content: dict[str, Any], buffers: list[Any]) -> None:
        """Take a message of the browser; returns at once."""
        number = content.get("id")
        if not isinstance(number, int):
            _log.warning("a request without a number was left out: %.200r", content)
            return
        if content.get("v") != VERSION:
            self._refuse(number, "this notebook page shows another version of imgclust_jupyter; reload the page")
            return
        body = content.get("body")
        kind = content.get("kind")
        if kind == "cancel":
            self._cancel(number)
            return
        if not isinstance(body, dict) or kind not in self._handlers:
            self._refuse(number, f"there is no request {kind!r}")
            return
        if buffers:
            body = {**body, "buffers": buffers}
        if kind in self._immediate:
            self._answer(number, str(kind), body)
        else:
            # Under the lock, so that a thread that is quick finds the entry it takes out.
            with self._lock:
                self._queued[number] = self._executor.submit(self._work, number, str(kind), body)

    def close(self) -> None:
        """Drop what waits."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _cancel(self, number: int) -> None:
        with self._lock:
            request = self._queued.get(number)
            dropped = request is not None and request.cancel()
            if dropped:
                del self._queued[number]
        if dropped:
            self._refuse(number, "cancelled")

    def _work(self, number: int, kind: str, body: dict[str, Any]) -> None:
        with self._lock:
            self._queued.pop(number, None)
        self._answer(number, kind, body)

    def _answer(self, number: int, kind: str, body: dict[str, Any]) -> None:
        try:
            answer, buffers = self._handlers[kind](body)
        except BadRequestError as error:
            self._refuse(number, str(error))
        except Exception as error:  # noqa: BLE001  every request is answered, whatever happens
            _log.exception("the request %r failed", kind)
            # Its text may name folders of this machine, which are nothing for a page.
            self._refuse(number, f"{kind} failed ({type(error).__name__}); the kernel's log says more")
        else:
            self._send({"v": VERSION, "id": number, "ok": True, "body": answer}, buffers)

    def _refuse(self, number: int, reason: str) -> None:
        self._send({"v": VERSION, "id": number, "ok": False, "error": reason}, [])
