"""The recorder elsewhere."""

from collections.abc import Sequence

import pytest

from lanes import a_lane, calling, serving
from warmlane.errors import StageError
from warmlane.events import Event, EventsDropped
from warmlane_serve.lane.handlers import recorder_routes
from warmlane_serve.remote import RemoteSink


class Ear:
    """A Sink that keeps what it hears."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.heard: list[Event] = []

    async def accept(self, events: Sequence[Event], /) -> None:
        """Keep a batch."""
        self.heard += events


async def test_what_is_told_arrives_and_is_shown() -> None:
    """In order, batch by batch."""
    ear = Ear()
    events = [EventsDropped(call_id="", at=1.0, count=number) for number in range(6)]
    routes = recorder_routes(ear, lambda: ("text/plain", b"%d" % len(ear.heard)))
    async with serving(routes) as servers, calling(*servers) as lane:
        sink = RemoteSink(lane)
        await sink.accept(events[:4])
        await sink.accept(events[4:])
        assert await sink.exposition() == ("text/plain", b"6")
        await sink.ping()

    assert ear.heard == events


async def test_where_nobody_listens_it_is_said() -> None:
    """The bus drops the batch, and counts it."""
    with pytest.raises(StageError):
        await RemoteSink(a_lane()).accept([])
