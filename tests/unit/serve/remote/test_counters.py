"""Counters elsewhere."""

import pytest
from aiohttp import web

from lanes import calling, serving
from warmlane.errors import StageError
from warmlane_serve.lane import wire
from warmlane_serve.lane.server import Routes
from warmlane_serve.remote import RemoteCounters


class Flaky:
    """A number whose answers get lost as often as is said."""

    def __init__(self, losses: int) -> None:
        """At 0."""
        self.number, self.losses = 0, losses

    async def add(self, request: web.BaseRequest) -> web.StreamResponse:
        """Add, then perhaps lose the answer."""
        self.number += wire.AMOUNT.read(await request.content.read())[1]
        return await self.read(request)

    async def read(self, request: web.BaseRequest) -> web.StreamResponse:
        """The number, or a connection that breaks."""
        if self.losses:
            self.losses -= 1
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=wire.NUMBER.write(self.number))

    @property
    def routes(self) -> Routes:
        """Both."""
        return {"/add": self.add, "/read": self.read}


async def test_numbers_come_over() -> None:
    """Large ones too: a count starts anywhere below 2**48."""
    flaky = Flaky(0)
    async with serving(flaky.routes) as servers, calling(*servers) as lane:
        counters = RemoteCounters(lane)
        assert await counters.add("generation", 2**48) == 2**48
        assert await counters.read("generation") == 2**48


async def test_a_reading_is_repeated_and_an_addition_is_not() -> None:
    """It may have been made."""
    flaky = Flaky(1)
    async with serving(flaky.routes) as servers, calling(*servers) as lane:
        counters = RemoteCounters(lane)
        assert await counters.read("generation") == 0
        flaky.losses = 1
        with pytest.raises(StageError):
            await counters.add("generation", 1)

    assert flaky.number == 1
