"""What a provider forwarder answers: the provider's Head and body, as they come."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final

from aiohttp import web
from msgspec.structs import replace

from warmlane.errors import UpstreamError
from warmlane.headers import find
from warmlane.model import Call, Head
from warmlane.ports import Forwarder, Tracer
from warmlane_serve.lane import calls, frames
from warmlane_serve.lane.handlers.base import pinging
from warmlane_serve.lane.server import Handler

_SHORT: Final = 256 << 10
"""Bytes of an answer of known length that are sent on in one go: a stream of events never is."""


def forwarder_routes(forwarder: Forwarder, tracer: Tracer | None = None) -> Mapping[str, Handler]:
    """`/forward`: a call to `frames`; and `/ping`. Whoever hangs up hangs up on the provider.

    With a `tracer`, the provider is told to be a child of this stage's span, where there is one.
    """

    async def forward(request: web.BaseRequest) -> web.StreamResponse:
        call = _below(await calls.read(request.content), tracer)
        async with aclosing(forwarder.forward(call)) as items:
            head = await anext(items)
            assert isinstance(head, Head)
            return await (_whole(head, items) if _is_short(head) else _passed_on(request, head, items))

    return {"/forward": forward, "/ping": pinging(forwarder)}


def _below(call: Call, tracer: Tracer | None) -> Call:
    context = {} if tracer is None else tracer.inject()
    if not context:
        return call
    return replace(call, headers=(*(field for field in call.headers if field[0] not in context), *context.items()))


async def _whole(head: Head, items: AsyncGenerator[Head | bytes, None]) -> web.StreamResponse:
    parts = [frames.head(head)]
    try:
        async for item in items:
            assert isinstance(item, bytes)
            parts.append(frames.data(item))
        parts.append(frames.END)
    except UpstreamError as error:
        parts.append(frames.error(error))
    return web.Response(body=b"".join(parts))


async def _passed_on(
    request: web.BaseRequest, head: Head, items: AsyncGenerator[Head | bytes, None]
) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(frames.head(head))
    last = frames.END
    try:
        async for item in items:
            assert isinstance(item, bytes)
            await response.write(frames.data(item))  # waits while the caller is slow to read
    except UpstreamError as error:
        last = frames.error(error)
    await response.write_eof(last)
    return response


def _is_short(head: Head) -> bool:
    length = find(head.headers, b"content-length")
    return length is not None and length.isdigit() and int(length) <= _SHORT
