"""Lines written by a thread of their own: whoever reads them may be slow or stuck, and the event loop must not wait."""

import asyncio
import logging
import queue
import threading
from collections.abc import Sequence
from typing import Protocol

_log = logging.getLogger(__name__)


class Stream(Protocol):
    """Where bytes go. An unbuffered file fits best: it holds no lock which a stuck reader would keep at exit."""

    def write(self, data: bytes, /) -> int | None:
        """Write what can be written; how much that was (None: nothing)."""
        ...

    def flush(self) -> None:
        """Send on what is buffered."""
        ...


class LineWriter:
    """Writes lines in order; when more than `limit` bytes wait, whole batches are lost and counted."""

    def __init__(self, stream: Stream, *, limit: int = 16 * 1_048_576) -> None:
        """Write to `stream`, which stays open."""
        self._stream, self._limit = stream, limit
        self._queue: queue.SimpleQueue[Sequence[bytes] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = self._lost = 0
        self._failing = False
        # A daemon, since a reader that is stuck must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def write(self, lines: Sequence[bytes]) -> None:
        """Take `lines`, without their ends. Never waits, never raises."""
        size = sum(map(len, lines))
        with self._lock:
            if self._waiting + size > self._limit:
                self._lost += len(lines)
                return
            self._waiting += size
        self._queue.put(lines)

    def take_lost(self) -> int:
        """How many lines were lost since this was last asked."""
        with self._lock:
            lost, self._lost = self._lost, 0
            return lost

    async def aclose(self, timeout: float = 2.0) -> None:
        """Write what waits, for at most `timeout` seconds; calling it twice is fine."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, timeout)

    def _run(self) -> None:
        while (lines := self._queue.get()) is not None:
            try:
                self._write_all(b"".join(line + b"\n" for line in lines))
                self._failing = False
            except (OSError, ValueError) as error:  # a full disk, a pipe that nobody reads, a closed stream
                self._note_failure(error, len(lines))
            with self._lock:
                self._waiting -= sum(map(len, lines))

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._stream.write(bytes(left)) or 0 :]
        self._stream.flush()

    def _note_failure(self, error: Exception, lines: int) -> None:
        with self._lock:
            self._lost += lines
        if not self._failing:  # said once, not for each batch
            _log.error("lines cannot be written: %s", type(error).__name__)
        self._failing = True
