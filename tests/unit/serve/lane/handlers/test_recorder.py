"""The recorder's door."""

from collections.abc import Sequence

from lanes import calling, serving
from warmlane.events import Event, EventsDropped
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers import recorder_routes


class Ear:
    """A Sink that keeps what it hears."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.heard: list[Event] = []

    async def accept(self, events: Sequence[Event], /) -> None:
        """Keep a batch."""
        self.heard += events


async def test_events_are_told_and_counts_are_shown() -> None:
    """In order; a scrape is what the exposition makes of it."""
    ear = Ear()
    events = [EventsDropped(call_id="", at=1.0, count=number) for number in range(3)]
    routes = recorder_routes(ear, lambda: ("text/plain", b"%d" % len(ear.heard)))
    async with serving(routes) as servers, calling(*servers) as lane:
        await lane.ask("/accept", wire.write_events(events))
        assert wire.EXPOSITION.read(await lane.ask("/metrics")) == ("text/plain", b"3")
        await lane.ask("/ping")

    assert ear.heard == events
