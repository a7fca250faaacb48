"""Carries events from the path of a request to the sinks. Publishing costs the path next to nothing."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence

from warmlane.clock import Clock
from warmlane.events import Event, EventsDropped
from warmlane.ports import Sink
from warmlane.tasks import Tasks

_log = logging.getLogger(__name__)

_SLICE = 128
"""Events handed over in one go: about 0.3 ms of the loop. Then whoever else is ready has a turn."""


class Bus:
    """A bounded queue in front of the sinks. Belongs to one event loop; publish from no other thread.

    Sinks get events in the order published, each batch once, `seconds` after the first one waits or as soon as `batch`
    are waiting. A sink that raises loses that batch, alone. When `limit` events are waiting, new ones are dropped and
    counted, and the count comes as an `EventsDropped` once there is room.
    """

    def __init__(
        self, sinks: Sequence[Sink], *, clock: Clock, limit: int = 10_000, batch: int = 1_000, seconds: float = 0.5
    ) -> None:
        """Deliver to `sinks`, from `start` on; until then events wait."""
        self._sinks, self._clock, self._limit, self._batch, self._seconds = tuple(sinks), clock, limit, batch, seconds
        self._waiting: deque[Event] = deque()
        self._dropped = 0
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._delivering = asyncio.Lock()
        self._failing: set[int] = set()
        self._tasks = Tasks()

    def publish(self, *events: Event) -> None:
        """Take `events`, all or none. Never waits, never raises."""
        waiting = len(self._waiting)
        if waiting >= self._limit:
            self._dropped += len(events)
            return
        self._waiting.extend(events)
        if waiting == 0 or waiting < self._batch <= waiting + len(events):
            self._wake(waiting)

    def start(self) -> None:
        """Deliver in the background from now on."""
        self._tasks.spawn(self._deliver_forever(), name="bus")

    async def flush(self) -> None:
        """Return when everything published before this call has been through every sink."""
        async with self._delivering:
            left = len(self._waiting)
            await self._tell_dropped()
            while left > 0:
                events = [self._waiting.popleft() for _ in range(min(left, _SLICE))]
                left -= len(events)
                await self._deliver(events)
                await asyncio.sleep(0)  # noqa: TID251 - no waiting: gives the others their turn between slices

    async def aclose(self) -> None:
        """Deliver what is waiting and stop; calling it twice is fine."""
        async with self._delivering:  # not in the middle of a batch
            await self._tasks.cancel()
        await self.flush()

    def _wake(self, waiting: int) -> None:
        # The loop may be gone already, where somebody publishes while the process ends.
        with contextlib.suppress(RuntimeError):
            self._some.set()
            if waiting:
                self._many.set()

    async def _deliver_forever(self) -> None:
        while True:
            await self._some.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._many.wait()
            self._some.clear()
            self._many.clear()
            await self.flush()
            if self._waiting:  # published while we delivered, so nobody was told
                self._wake(len(self._waiting) // self._batch)

    async def _tell_dropped(self) -> None:
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            await self._deliver([EventsDropped(call_id="", at=self._clock.now(), count=dropped)])

    async def _deliver(self, events: Sequence[Event]) -> None:
        for number, sink in enumerate(self._sinks):
            try:
                await sink.accept(events)
            except Exception as error:  # noqa: BLE001 - one sink's trouble is not another's, and not the path's
                if number not in self._failing:  # said once, not a thousand times a second
                    _log.error("sink %s failed and loses events: %s", type(sink).__name__, type(error).__name__)
                self._failing.add(number)
            else:
                self._failing.discard(number)
