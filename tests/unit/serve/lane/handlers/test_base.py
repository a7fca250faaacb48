"""Bytes in, bytes out."""

import pytest

from lanes import calling, serving
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.adapters.upstream import HttpForwarder
from warmlane.errors import StageError
from warmlane_serve.lane.handlers.base import answering, pinging


async def twice(body: bytes) -> bytes:
    """What came, and again."""
    return body * 2


@pytest.mark.parametrize("body", [b"", b"a", b"x" * 3_000_000])
async def test_the_whole_request_is_answered_with_what_is_returned(body: bytes) -> None:
    """Of every size."""
    async with serving({"/twice": answering(twice)}) as servers, calling(*servers) as lane:
        assert await lane.ask("/twice", body) == body * 2


async def test_a_ping_asks_every_port() -> None:
    """One in trouble is the stage's trouble."""
    http = HttpForwarder()
    routes = {"/ping": pinging(ScriptedForwarder(), http), "/none": pinging()}
    async with serving(routes) as servers, calling(*servers) as lane:
        assert await lane.ask("/ping") == b""
        await http.aclose()
        with pytest.raises(StageError, match="closed"):
            await lane.ask("/ping")
        assert await lane.ask("/none") == b""
