"""The body of an ASGI request, within its limit, and the news that the client has gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, Self, TypeAlias

from warmlane.errors import TooLarge

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientGone(Exception):
    """The client hung up before its request was whole."""


class Presence:
    """Whether the client of one request is still there. When it leaves, the work for it is cancelled."""

    __slots__ = ("_work", "gone")

    def __init__(self) -> None:
        """There it is."""
        self.gone = False
        self._work: asyncio.Task[Any] | None = None

    def hold(self, work: "asyncio.Task[Any]") -> None:
        """Cancel `work` when the client leaves, or now if it has."""
        self._work = work
        if self.gone:
            work.cancel()

    def release(self) -> None:
        """The work is done."""
        self._work = None

    def leave(self) -> None:
        """The client has left."""
        self.gone = True
        if self._work is not None:
            self._work.cancel()


class Inlet:
    """Reads one request's body, once."""

    def __init__(self, receive: Receive, *, length: bytes | None, limit: int) -> None:
        """Read from `receive` at most `limit` bytes. `length` is the Content-Length. Raises: TooLarge."""
        self._receive, self._limit, self._read = receive, limit, 0
        self._whole = asyncio.Event()
        if length is not None and length.isdigit() and int(length) > limit:
            raise self._too_large()

    @classmethod
    def drained(cls, receive: Receive) -> Self:
        """The inlet of a request whose body was had in another way: it only tells when the client has gone."""
        inlet = cls(receive, length=None, limit=0)
        inlet._whole.set()
        return inlet

    async def whole(self) -> bytes:
        """All of it. Raises: TooLarge, ClientGone."""
        chunks = [chunk async for chunk in self.chunks()]
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def chunks(self) -> AsyncIterator[bytes]:
        """As it comes. Raises: TooLarge, ClientGone."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            more = message.get("more_body", False)
            self._read += len(chunk)
            if self._read > self._limit:
                raise self._too_large()
            if chunk:
                yield chunk
        self._whole.set()

    async def gone(self) -> None:
        """Return when the client has left after its body was read; before that, whoever reads it is told."""
        await self._whole.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _too_large(self) -> TooLarge:
        return TooLarge(f"the body is over the limit of {self._limit} bytes")
