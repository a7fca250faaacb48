"""Ends a process that hangs: another one takes its place, which nobody can for as long as it holds its files."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

from warmlane.errors import WarmlaneError

_log = logging.getLogger(__name__)

_EXIT_CODE = 70  # EX_SOFTWARE


class Watchdog:
    """Asks again and again, from a thread of its own, and ends the process when no answer comes.

    An answer that is an error of ours is an answer: what it says is for the health check.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[], Coroutine[Any, Any, None]],
        *,
        every: float,
        patience: float,
        end: Callable[[], None] = lambda: os._exit(_EXIT_CODE),
    ) -> None:
        """Run `ask` in this loop each `every` seconds; call `end` after `patience` seconds without an answer."""
        self._name, self._ask, self._every, self._patience, self._end = name, ask, every, patience, end
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        threading.Thread(target=self._watch, name=f"watchdog of {name}", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(self._every):
            if not self._is_answered() and not self._stopped.is_set():
                _log.critical("%s does not answer: this process ends, and another one takes its place", self._name)
                self._end()
                return

    def _is_answered(self) -> bool:
        answer: Future[None] = Future()
        try:
            self._loop.call_soon_threadsafe(self._begin, answer)
            answer.result(self._patience)
        except TimeoutError:
            return False
        except (WarmlaneError, RuntimeError):  # it says what is wrong, or its loop is closed
            return True
        return True

    def _begin(self, answer: Future[None]) -> None:
        """In the loop, since a coroutine that a hung loop never runs would be one that nobody awaited."""
        self._asked = self._loop.create_task(self._ask())  # held, or it might be collected
        self._asked.add_done_callback(lambda done: _pass_on(done, answer))


def _pass_on(done: asyncio.Task[None], answer: Future[None]) -> None:
    error = None if done.cancelled() else done.exception()
    if isinstance(error, WarmlaneError):
        answer.set_exception(error)
    else:
        answer.set_result(None)
