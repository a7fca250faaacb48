"""A call on its way to the forwarder: a length, the call without its body, then the body: all of it, or as it comes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from struct import Struct
from typing import Final

import aiohttp

from warmlane.errors import StageError
from warmlane.model import Call
from warmlane_serve.lane import wire

_PREFIX: Final = Struct(">IB")  # how long the call without its body is, and whether the body is streamed


def write_whole(call: Call, body: bytes) -> bytes:
    """`call` with a `body` that is all there."""
    return b"".join((_start(call, streamed=False), body))


class Upload:
    """`call` with a body that is still coming, and what went wrong with it: no stage fails when a client leaves."""

    def __init__(self, call: Call, chunks: AsyncIterable[bytes]) -> None:
        """Nothing is read yet; `error` is what `chunks` raised, or None."""
        self._call, self._chunks = call, chunks
        self.error: Exception | None = None

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """What to send."""
        yield _start(self._call, streamed=True)
        try:
            async for chunk in self._chunks:
                yield chunk
        except Exception as error:
            self.error = error
            raise


async def read(content: aiohttp.StreamReader) -> Call:
    """The call; one whose body is still coming reads it from `content`. Raises: StageError."""
    try:
        length, streamed = _PREFIX.unpack(await content.readexactly(_PREFIX.size))
        start = wire.START.read(await content.readexactly(length))
    except asyncio.IncompleteReadError:
        msg = "a stage sent half a call: is it of another version?"
        raise StageError(msg) from None
    return start.call(content.iter_any() if streamed else await content.read())


def _start(call: Call, *, streamed: bool) -> bytes:
    start = wire.START.write(wire.Start.of(call))
    return _PREFIX.pack(len(start), streamed) + start
