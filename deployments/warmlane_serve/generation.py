"""Hears within two seconds that something became wrong elsewhere, and forgets what this process remembers.

All ingresses read one number. Whoever changes what others may remember (a key that was rejected, a purge) counts it on.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from warmlane.clock import Clock
from warmlane.ports import Counters
from warmlane.tasks import Tasks

_log = logging.getLogger(__name__)

NAME: Final = "generation"
"""The counter's."""

INTERVAL: Final = 1.0
"""Seconds between two looks."""

PATIENCE: Final = 2.0
"""Seconds after which a number that cannot be read may have changed."""


class Generation:
    """Watches the number for one process."""

    def __init__(self, counters: Counters, forget: Callable[[], None], clock: Clock) -> None:
        """Call `forget` when the number changes, when it has been unread for `PATIENCE`, and once more a look later.

        Once more, because what was on its way here at the first time may have arrived after it.
        """
        self._counters, self._forget, self._clock = counters, forget, clock
        self._number: int | None = None
        self._read_at, self._owed, self._again = clock.monotonic(), 0, False
        self._is_silent = False
        self._tasks = Tasks()

    def start(self) -> None:
        """Look every `INTERVAL` from now on. In the running loop."""
        self._tasks.every(INTERVAL, self.look, name="generation")

    async def look(self) -> None:
        """Read the number, and forget what must be forgotten. Tells first what could not be told yet."""
        try:
            async with asyncio.timeout(INTERVAL):
                await self._pay()
                number = await self._counters.read(NAME)
        except Exception as error:  # noqa: BLE001 - whatever it is: nobody knows what changed
            self._unread(error)
            return
        self._is_silent, self._read_at = False, self._clock.monotonic()
        changed, self._number = number != self._number, number
        if changed or self._again:
            self._forget()
        self._again = changed

    async def announce(self) -> None:
        """Make every process forget, this one at once. What cannot be told now is told as soon as it can be."""
        self._owed += 1
        await self.look()

    async def aclose(self) -> None:
        """Look no more; calling it twice is fine."""
        await self._tasks.cancel()

    async def _pay(self) -> None:
        owed, self._owed = self._owed, 0
        if not owed:
            return
        try:
            await self._counters.add(NAME, owed)
        except BaseException:
            self._owed += owed
            raise

    def _unread(self, error: Exception) -> None:
        if self._clock.monotonic() - self._read_at >= PATIENCE or self._owed:
            self._forget()
        if not self._is_silent:  # said once, not every second
            _log.warning("the counter does not answer (%s): nothing is remembered here meanwhile", type(error).__name__)
        self._is_silent = True
