"""The only place that makes a task: one that nobody holds may be collected while it runs, and loses its exception."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Tasks:
    """Background work of one owner: held while it runs, its failures logged by type, waited for at the end."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start `work` now and hold it until it is done."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def every(self, seconds: float, work: Callable[[], Awaitable[None]], *, name: str) -> asyncio.Task[None]:
        """Do `work` again and again, `seconds` apart, until cancelled; one failure does not end it."""

        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)  # noqa: TID251 - this is the one clockwork
                try:
                    await work()
                except Exception as error:  # noqa: BLE001 - the next time may go better
                    _log.error("%s failed: %s", name, type(error).__name__)

        return self.spawn(repeat(), name=name)

    async def join(self, timeout: float | None = None) -> None:
        """Wait until everything spawned so far is done, at most `timeout` seconds; what is left is cancelled."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=timeout)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    async def cancel(self) -> None:
        """End everything at once."""
        await self.join(timeout=0)

    def __len__(self) -> int:
        """How many are running."""
        return len(self._running)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The type alone: an exception's text may hold what a caller sent.
            _log.error("task %s failed: %s", task.get_name(), type(error).__name__)
