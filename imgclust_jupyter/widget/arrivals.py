"""What comes to an explorer by itself: files dropped onto its page, and changes of a folder that is watched."""

from __future__ import annotations

from imgclust_jupyter.collection.content import FileContent
from imgclust_jupyter.collection.watched import WatchedFolder
from imgclust_jupyter.pipeline import Addition, Pipeline, Refresh
from imgclust_jupyter.pipeline.watcher import Watcher
from imgclust_jupyter.widget.rpc import Handler
from imgclust_jupyter.widget.uploads import Uploads

__all__ = ["Arrivals"]


class Arrivals:
    """Has the pipeline take up what arrives.

    Parameters
    ----------
    pipeline : Pipeline
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._uploads = Uploads(self._add)
        self._refresh: Refresh | None = None
        options = pipeline.options
        self._watcher: Watcher | None = None
        if options.watch:
            self._watcher = Watcher(WatchedFolder.of(options.source, options.recursive), self._look_again)

    @property
    def handlers(self) -> dict[str, Handler]:
        """What answers the browser's requests, by kind; all are quick."""
        return self._uploads.handlers

    def expect(self, wanted: bool) -> None:
        """Watch the folder, if one is to be watched, as long as somebody wants the work."""
        if self._watcher is not None:
            (self._watcher.start if wanted else self._watcher.stop)()

    def leave(self) -> None:
        """Forget what was on its way from pages, which have all gone."""
        self._uploads.clear()

    def close(self) -> None:
        """Take up nothing more."""
        self.expect(False)
        self.leave()

    def _add(self, files: list[FileContent]) -> None:
        self._pipeline.request(Addition(files))

    def _look_again(self) -> None:
        # One that waits sees this change, too.
        if self._refresh is None or self._refresh.begun:
            self._refresh = Refresh(quiet=True)
            # What somebody has stopped goes on when somebody wants it.
            self._pipeline.request(self._refresh, begin=self._pipeline.progress.state != "cancelled")
