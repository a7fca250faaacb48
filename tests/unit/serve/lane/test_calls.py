"""Calls on their way to the forwarder."""

from collections.abc import AsyncGenerator

import pytest
from aiohttp import web

from lanes import calling, serving
from samples import a_call
from warmlane.errors import StageError
from warmlane.model import Call
from warmlane_serve.lane import calls
from warmlane_serve.lane.handlers.base import answering
from warmlane_serve.lane.server import Handler


def keeping(taken: list[Call], bodies: list[bytes]) -> Handler:
    """A handler that keeps the call, and its body whole."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        call = await calls.read(request.content)
        taken.append(call)
        bodies.append(call.body if isinstance(call.body, bytes) else b"".join([part async for part in call.body]))
        return web.Response()

    return handle


async def pieces(*chunks: bytes) -> AsyncGenerator[bytes, None]:
    """A body that comes in pieces."""
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 2_000_000])
async def test_a_whole_call(body: bytes) -> None:
    """Every field of it."""
    taken: list[Call] = []
    call = a_call(body, headers=((b"x-a", b"\xff"),), keyless=True, query="a=%20")
    async with serving({"/": keeping(taken, [])}) as servers, calling(*servers) as lane:
        await lane.ask("/", calls.write_whole(call, body))

    assert taken == [call]


async def test_a_call_whose_body_is_still_coming() -> None:
    """The call is there first; then what comes."""
    taken: list[Call] = []
    bodies: list[bytes] = []
    call = a_call(b"")
    upload = calls.Upload(call, pieces(b"a", b"b" * 100_000))
    async with (
        serving({"/": keeping(taken, bodies)}) as servers,
        calling(*servers) as lane,
        lane.stream("/", upload) as exchange,
    ):
        await exchange.content.read()

    assert bodies == [b"a" + b"b" * 100_000]
    assert (taken[0].id, taken[0].secret, taken[0].headers) == (call.id, call.secret, call.headers)


async def test_what_its_body_raises_is_noted() -> None:
    """It is the client's doing."""

    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"a"
        raise KeyError

    upload = calls.Upload(a_call(b""), broken())
    with pytest.raises(KeyError):
        _ = [part async for part in upload]

    assert isinstance(upload.error, KeyError)


@pytest.mark.parametrize("body", [b"", b"abc", b"\x00\x00\x00\x02\x00", b"\x00\x00\x00\x02\x00\x01\x02"])
async def test_what_is_no_call_is_trouble(body: bytes) -> None:
    """Of the stage's, however short it is."""

    async def read(request: web.BaseRequest) -> web.StreamResponse:
        await calls.read(request.content)
        return web.Response()

    async with serving({"/": read, "/ok": answering(_nothing)}) as servers, calling(*servers) as lane:
        with pytest.raises(StageError, match="version"):
            await lane.ask("/", body)
        await lane.ask("/ok")


async def _nothing(_: bytes) -> bytes:
    return b""
