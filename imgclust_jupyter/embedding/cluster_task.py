"""What a worker of a Dask cluster does: a few hundred images, a batch at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from imgclust_jupyter.collection import Item
from imgclust_jupyter.collection.changes import state_now
from imgclust_jupyter.collection.items import digest, frame_digest
from imgclust_jupyter.embedding.batch import embed_pictures
from imgclust_jupyter.embedding.network import Network
from imgclust_jupyter.imaging import Frame, Limits, UnreadableImage
from imgclust_jupyter.imaging.errors import picklable
from imgclust_jupyter.store import DECODE_VERSION, Record

__all__ = ["TOPIC", "Answer", "Job", "Picture", "decode_version", "embed_on_worker", "stop_on_worker"]

TOPIC = "imgclust-progress"
"""Under which the workers tell how far they are: the key of the task, and its images done."""

_TOLD_EVERY = 0.5  # seconds, since the scheduler hears it from every thread of the cluster


class Job:
    """What the tasks of one embedding have in common; each worker has one copy.

    Attributes
    ----------
    network : Network
    known : frozenset of str
        Digests of contents that the client has embeddings of.
    limits : Limits
        What a picture may ask for.
    stop : threading.Event
        Set on the worker to end its tasks after the batch in flight.
    """

    def __init__(self, network: Network, known: frozenset[str], limits: Limits) -> None:
        self.network = network
        self.known = known
        self.limits = limits
        self.stop = threading.Event()

    def __reduce__(self) -> Any:
        return Job, (self.network, self.known, self.limits)


@dataclass(frozen=True)
class Picture:
    """An image to embed.

    Attributes
    ----------
    item : Item
    digest : str or None
        Of its content, where the client knows it.
    sent : Frame or None
        The content of the file and which of its frames, where workers cannot open it.
    """

    item: Item
    digest: str | None = None
    sent: Frame | None = None


@dataclass
class Answer:
    """What became of the images of a task; those that are not mentioned were not begun.

    Attributes
    ----------
    digests : dict of int to str
        Of the images' contents, by item id.
    records : list of Record
    failures : dict of str to (UnreadableImage, BaseException or None)
        By digest, with the error's cause, which does not travel with it.
    unopened : list of int
        Item ids of the images that the worker could not open, that are not the client's, or that have changed.
    """

    digests: dict[int, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    failures: dict[str, tuple[UnreadableImage, BaseException | None]] = field(default_factory=dict)
    unopened: list[int] = field(default_factory=list)


def embed_on_worker(job: Job, pictures: Sequence[Picture]) -> Answer:
    """Embed images on the worker's thread that this is called on; its other threads do the same beside it.

    Parameters
    ----------
    job : Job
    pictures : sequence of Picture

    Returns
    -------
    Answer
    """
    from distributed import get_worker

    worker = get_worker()
    job.network.prepare_thread()
    answer = Answer()
    seen: set[str] = set()
    told = time.monotonic()
    for batch in _batches(pictures, job.network.batch_size):
        if job.stop.is_set():
            break
        sources = {}
        for picture in batch:
            try:
                content = _content(picture, job.limits)
            except (UnreadableImage, OSError):
                answer.unopened.append(picture.item.id)
                continue
            answer.digests[picture.item.id] = content
            if content not in seen and content not in job.known:
                sources[content] = picture.sent or picture.item.source
        records, failures = embed_pictures(job.network, sources, job.limits)
        # What was decoded from a file that has changed is not of the content that the digest is of.
        changed = [picture.item.id for picture in batch if picture.item.id in answer.digests and _has_changed(picture)]
        stale = {answer.digests.pop(item_id) for item_id in changed}
        answer.unopened += changed
        answer.records += [record for record in records if record.hash not in stale]
        answer.failures.update(
            {found: (error, picklable(error.__cause__)) for found, error in failures.items() if found not in stale}
        )
        seen.update(sources.keys() - stale)
        if time.monotonic() > told + _TOLD_EVERY:
            told = time.monotonic()
            worker.log_event(TOPIC, (worker.get_current_task(), len(answer.digests)))
    return answer


async def stop_on_worker(key: str, dask_worker: Any) -> None:
    """Let the tasks of the job that the worker keeps under a key end after the batch in flight."""
    # A coroutine, since Dask waits for the workers' answers to anything else.
    if key in dask_worker.data:
        dask_worker.data[key].stop.set()


def decode_version() -> int:
    """Return which way of decoding the worker's version of this package has."""
    return DECODE_VERSION


def _batches(pictures: Sequence[Picture], size: int) -> Iterator[list[Picture]]:
    rest = iter(pictures)
    while batch := list(islice(rest, size)):
        yield batch


def _content(picture: Picture, limits: Limits) -> str:
    """Return the digest of an image's content, having made sure that it is the client's and can be read."""
    item = picture.item
    if picture.digest and (picture.sent or item.in_memory):
        return picture.digest
    if _has_changed(picture):
        raise UnreadableImage("the file of this name on this machine is another one")
    if picture.digest and isinstance(item.file, Path):
        return picture.digest
    of_file, state = digest(item, limits)
    if state != item.state:
        raise UnreadableImage("the file of this name on this machine is another one by now")
    return frame_digest(of_file, item.frame)


def _has_changed(picture: Picture) -> bool:
    return picture.sent is None and state_now(picture.item) != picture.item.state
