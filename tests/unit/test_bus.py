"""The bus never blocks, never raises, keeps order, and says what it lost."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from warmlane.bus import Bus
from warmlane.clock import ManualClock
from warmlane.events import EntryRefused, Event, EventsDropped, NoCache
from warmlane.tasks import Tasks


def said(number: int) -> Event:
    """Some event, known by its number."""
    return EntryRefused(call_id=str(number), at=0.0, why=NoCache.EMPTY)


class Heard:
    """A sink that keeps what it gets, and tells who waits for the `wanted`-th event."""

    def __init__(self, wanted: int = 0) -> None:
        """Nothing heard yet."""
        self.events: list[Event] = []
        self.batches: list[int] = []
        self.enough = asyncio.Event()
        self._wanted = wanted

    async def accept(self, events: Sequence[Event], /) -> None:
        """Keep them."""
        self.events.extend(events)
        self.batches.append(len(events))
        if len(self.events) >= self._wanted:
            self.enough.set()

    @property
    def ids(self) -> list[str]:
        """Whose events these were."""
        return [event.call_id for event in self.events]


class Broken:
    """A sink in trouble, until it is mended."""

    def __init__(self) -> None:
        """Broken from the start."""
        self.mended = False

    async def accept(self, events: Sequence[Event], /) -> None:
        """Raise what holds a secret."""
        if not self.mended:
            msg = "canary"
            raise RuntimeError(msg)


async def test_events_arrive_in_order_and_once(clock: ManualClock) -> None:
    """What is published is delivered by flush, in the order of publishing, to every sink."""
    one, two = Heard(), Heard()
    bus = Bus([one, two], clock=clock)
    for number in range(1000):
        bus.publish(said(number))

    await bus.flush()
    await bus.flush()

    assert one.ids == two.ids == [str(number) for number in range(1000)]


async def test_a_batch_is_delivered_without_waiting(clock: ManualClock) -> None:
    """When enough events wait, the background delivers them long before the time is up."""
    heard = Heard(wanted=11)
    bus = Bus([heard], clock=clock, batch=10, seconds=3600)
    bus.start()
    for number in range(11):
        bus.publish(said(number))

    await asyncio.wait_for(heard.enough.wait(), 10)

    await bus.aclose()


async def test_a_single_event_is_delivered_in_time(clock: ManualClock) -> None:
    """One event does not wait for a batch to fill."""
    heard = Heard(wanted=1)
    bus = Bus([heard], clock=clock, seconds=0.01)
    bus.start()
    bus.publish(said(1))

    await asyncio.wait_for(heard.enough.wait(), 10)

    await bus.aclose()


async def test_events_published_during_delivery_are_delivered_too(clock: ManualClock) -> None:
    """A sink that itself causes an event does not leave it lying."""
    heard = Heard(wanted=2)

    class Echo:
        """Says something back, once."""

        async def accept(self, events: Sequence[Event], /) -> None:
            """Publish an answer to the first."""
            if events[0].call_id == "1":
                bus.publish(said(2))

    bus = Bus([Echo(), heard], clock=clock, seconds=0.01)
    bus.start()
    bus.publish(said(1))

    await asyncio.wait_for(heard.enough.wait(), 10)

    await bus.aclose()
    assert heard.ids == ["1", "2"]


async def test_a_full_bus_drops_and_says_how_many(clock: ManualClock) -> None:
    """Publishing into a full bus loses the new event, and the sinks learn the count once."""
    heard = Heard()
    bus = Bus([heard], clock=clock, limit=3)
    for number in range(8):
        bus.publish(said(number))

    await bus.flush()
    await bus.flush()

    dropped = [event for event in heard.events if isinstance(event, EventsDropped)]
    assert [event.count for event in dropped] == [5]
    assert [call_id for call_id in heard.ids if call_id] == ["0", "1", "2"]


async def test_a_sink_that_raises_hurts_nobody_else(clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    """The other sinks get everything; the log gets the types, once, and never the text."""
    heard = Heard()
    bus = Bus([Broken(), heard], clock=clock)
    for number in range(300):
        bus.publish(said(number))

    with caplog.at_level(logging.DEBUG):
        await bus.flush()

    assert len(heard.events) == 300
    assert [record.message for record in caplog.records] == ["sink Broken failed and loses events: RuntimeError"]
    assert "canary" not in caplog.text


async def test_trouble_that_comes_back_is_told_again(clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    """A sink that worked in between and fails again is news."""
    sink = Broken()
    bus = Bus([sink], clock=clock)
    for mended in (False, True, False):
        sink.mended = mended
        bus.publish(said(1))
        await bus.flush()

    assert len(caplog.records) == 2


async def test_others_have_their_turn_while_much_is_delivered(clock: ManualClock) -> None:
    """Delivery goes in slices: whoever else is ready runs in between."""
    heard = Heard()
    bus = Bus([heard], clock=clock)
    for number in range(5000):
        bus.publish(said(number))
    flushing = Tasks().spawn(bus.flush(), name="flush")

    seen = []
    while not flushing.done():
        seen.append(len(heard.events))
        await asyncio.get_running_loop().run_in_executor(None, int)

    assert max(heard.batches) <= 128
    assert any(0 < count < 5000 for count in seen)


async def test_closing_delivers_what_waits(clock: ManualClock) -> None:
    """Nothing is lost by an orderly end, and closing twice is fine."""
    heard = Heard()
    bus = Bus([heard], clock=clock, seconds=3600)
    bus.start()
    bus.publish(said(1))

    await bus.aclose()
    await bus.aclose()

    assert heard.ids == ["1"]


async def test_two_flushes_keep_the_order(clock: ManualClock) -> None:
    """Flushing from two sides delivers each event once, in order."""
    heard = Heard()
    bus = Bus([heard], clock=clock)
    for number in range(600):
        bus.publish(said(number))

    await asyncio.gather(bus.flush(), bus.flush())

    assert heard.ids == [str(number) for number in range(600)]


def test_publishing_without_a_loop_is_safe(clock: ManualClock) -> None:
    """An event that comes when the loop has ended is taken, and raises nothing."""
    heard = Heard()
    bus = Bus([heard], clock=clock)

    async def start() -> None:
        bus.start()
        await asyncio.get_running_loop().run_in_executor(None, int)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(start())
    left = asyncio.all_tasks(loop)
    for number in range(2000):
        bus.publish(said(number))
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
    bus.publish(said(2000))

    asyncio.run(bus.flush())

    assert len(heard.events) == 2001
