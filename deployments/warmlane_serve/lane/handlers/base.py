"""Bytes in, bytes out: what most of a stage's handlers are."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from warmlane.ports import Port
from warmlane_serve.lane.server import Handler

NOTHING = b""


def answering(work: Callable[[bytes], Awaitable[bytes]]) -> Handler:
    """A handler that gives `work` the whole request and answers with what it returns."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=await work(await request.content.read()))

    return handle


def pinging(*ports: Port) -> Handler:
    """A handler that answers when all of `ports` work."""

    async def ping(_: bytes) -> bytes:
        for port in ports:
            await port.ping()
        return NOTHING

    return answering(ping)
