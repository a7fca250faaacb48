"""One thread that does one kind of work for coroutines, in batches."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future as ThreadFuture
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from warmlane.errors import StageError

_log = logging.getLogger(__name__)
J = TypeVar("J")
A = TypeVar("A")


class Worker(Generic[J, A]):
    """Hands jobs to `handle` in a thread of its own: everything that waits goes into one call, and comes back in one.

    Ordering: jobs are handled in the order asked. `handle` returns one outcome per job, in order; a StageError among
    them, or anything that it raises, is raised where the job was asked for. A job whose asker went away is done all the
    same.
    """

    def __init__(
        self,
        name: str,
        handle: Callable[[Sequence[J]], Sequence[A | StageError]],
        *,
        most: int = 256,
        idle: float | None = None,
        linger: float = 0.0,
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        """Start the thread. `most` jobs go into one call; at the start, and after `idle` seconds without, it gets none.

        `finish` runs in the thread when it ends.
        """
        self._name, self._handle, self._most, self._idle, self._finish = name, handle, most, idle, finish
        self._linger, self._ending = linger, Event()
        self._queue: SimpleQueue[tuple[J, asyncio.Future[A]] | None] = SimpleQueue()
        self._closed = False
        self._ended: ThreadFuture[None] = ThreadFuture()
        Thread(target=self._run, name=name, daemon=True).start()

    def ask(self, job: J) -> asyncio.Future[A]:
        """Queue `job`; the future brings its outcome. Raises: StageError when closed, and what `handle` answers."""
        if self._closed:
            msg = f"{self._name} is closed"
            raise StageError(msg)
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._queue.put((job, future))
        return future

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more jobs."""
        return self._closed

    async def aclose(self) -> None:
        """Do what was asked so far, then end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._ending.set()
        await asyncio.shield(asyncio.wrap_future(self._ended))

    def _run(self) -> None:
        _yield_to_others()
        last = False
        if self._idle is not None:
            self._outcomes([])
        while not last:
            batch, last = self._collect()
            if batch or not last:
                self._answer(batch, self._outcomes([job for job, _ in batch]))
        try:
            self._finish()
        finally:
            self._ended.set_result(None)

    def _collect(self) -> tuple[list[tuple[J, asyncio.Future[A]]], bool]:
        """Everything that waits, and whether it is the last."""
        batch: list[tuple[J, asyncio.Future[A]]] = []
        try:
            item = self._queue.get(timeout=self._idle)
            if self._linger and item is not None:
                self._ending.wait(self._linger)
            while item is not None and len(batch) < self._most - 1:
                batch.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return batch, False
        if item is not None:
            batch.append(item)
        return batch, item is None

    def _outcomes(self, jobs: list[J]) -> Sequence[A | StageError]:
        try:
            return self._handle(jobs)
        except BaseException as error:  # noqa: BLE001 - chromadb panics with a BaseException; a thread that dies answers nobody
            # The type alone: the text may hold what a caller sent.
            msg = f"{self._name} failed: {type(error).__name__}"
            _log.warning(msg)
            return [StageError(msg) for _ in jobs]

    @staticmethod
    def _answer(batch: list[tuple[J, asyncio.Future[A]]], outcomes: Sequence[A | StageError]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[A], A | StageError]]] = {}
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            by_loop.setdefault(future.get_loop(), []).append((future, outcome))
        for loop, answers in by_loop.items():
            try:
                loop.call_soon_threadsafe(_resolve, answers)
            except RuntimeError:  # that loop is closed, and with it everyone who asked
                continue


def _resolve(answers: list[tuple[asyncio.Future[A], A | StageError]]) -> None:
    for future, outcome in answers:
        if future.done():  # the asker went away
            continue
        if isinstance(outcome, StageError):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _yield_to_others() -> None:
    """Never preempt whoever runs: on waking, this thread needs the interpreter's lock, which the event loop holds."""
    with suppress(AttributeError, OSError):  # not Linux, or not allowed
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
