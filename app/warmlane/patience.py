"""One deadline for much work in the background: a timer for each piece would cost more than the piece."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Cancels what takes longer than `seconds`."""

    def __init__(self, seconds: float) -> None:
        """Wait for nobody yet."""
        self._seconds = seconds
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, work: Awaitable[T]) -> T:
        """What `work` brings. Once at a time in a task. Raises: TimeoutError, and whatever `work` raises."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        cancelled = task.cancelling()
        self._since[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)
        try:
            return await work
        except asyncio.CancelledError:
            if task not in self._late or task.uncancel() > cancelled:
                raise  # somebody else's doing, or theirs too
            raise TimeoutError from None
        finally:
            del self._since[task]
            self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancel who is late, and look again when the next one would be."""
        self._timer = None
        now = loop.time()
        for task, since in self._since.items():  # the longest waiting first
            left = since + self._seconds - now
            if left > 0:
                self._timer = loop.call_later(left, self._look, loop)
                return
            if task not in self._late:
                self._late.add(task)
                task.cancel()
