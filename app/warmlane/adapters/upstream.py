"""Calls to providers: httpx's transport interface over aiohttp. Bytes go through as they are, both ways.

Nothing is retried, no redirect is followed, no cookie is kept, and no proxy or password comes from the environment. An
error says whether the provider may have seen the call, and nothing else: exceptions of the libraries below hold URLs.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Final

import aiohttp
import httpx
from multidict import CIMultiDict
from yarl import URL

from warmlane.adapters.transport import TARGET, UNSENT, Transport
from warmlane.errors import Overloaded, StageError, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.model import Call, Head, Headers
from warmlane.ports import Forwarder

_REMEMBERED: Final = 256


class HttpForwarder:
    """Calls providers over HTTP/1.1. Makes its connections in the loop that first calls it."""

    def __init__(
        self,
        *,
        connect_timeout: float = 5.0,
        read_timeout: float = 600.0,
        max_calls: int = 512,
        slot_timeout: float = 5.0,
        proxy: str | None = None,
    ) -> None:
        """Take times in seconds.

        `connect_timeout` is for a connection, `read_timeout` for the head and between two pieces of a body. At most
        `max_calls` go on at a time per base URL; another one waits `slot_timeout` for its turn. `proxy` is the URL of a
        proxy that every call takes.
        """
        self._max_calls, self._slot_timeout = max_calls, slot_timeout
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._urls: dict[tuple[str, str], tuple[httpx.URL, URL]] = {}
        self._transport = Transport(connect_timeout=connect_timeout, read_timeout=read_timeout, proxy=proxy)
        self._closed = False

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Send `call`; its headers go as they are. Raises: Unreachable, UpstreamTimeout, Overloaded."""
        slots = await self._slot(call.base_url)
        try:
            response = await self._send(call)
            stream: httpx.AsyncByteStream = response.stream  # type: ignore[assignment] # this transport's is
            try:
                async with aclosing(stream) as chunks:
                    yield Head(
                        status=response.status_code,
                        headers=tuple([(name.lower(), value) for name, value in response.headers.raw]),
                    )
                    async for chunk in chunks:
                        yield chunk
            except aiohttp.ClientError as error:
                raise _translated(error, answered=True) from None
        finally:
            slots.release()

    async def ping(self) -> None:
        """Return until it is closed: whether a provider answers is for each call to find out. Raises: StageError."""
        if self._closed:
            msg = "the forwarder is closed"
            raise StageError(msg)

    async def aclose(self) -> None:
        """Close every connection."""
        self._closed = True
        await self._transport.aclose()

    async def _slot(self, base_url: str) -> asyncio.Semaphore:
        """A turn to call, to be released.

        aiohttp has such a queue too, but a timeout in it cannot be told from one of the connection.
        """
        slots = self._slots.get(base_url)
        if slots is None:
            slots = self._slots[base_url] = asyncio.Semaphore(self._max_calls)
        if not slots.locked():
            await slots.acquire()  # at once
            return slots
        try:
            async with asyncio.timeout(self._slot_timeout):
                await slots.acquire()
        except TimeoutError:
            msg = "too many calls to this provider are going on"
            raise Overloaded(msg, retry_after=1) from None
        return slots

    async def _send(self, call: Call) -> httpx.Response:
        upload: _Upload | None = None
        body: httpx.AsyncByteStream
        if isinstance(call.body, bytes):
            body = httpx.ByteStream(call.body)
        else:
            upload = _Upload(call.body)
            body = await upload.start(call.headers)
        url, target = self._url(call)
        # `stream` and not `content`, headers as aiohttp keeps them: httpx would copy and decode them three times, and
        # join repeated ones with commas, which is wrong for cookies.
        request = httpx.Request(call.method, url, stream=body, extensions={TARGET: target})
        request.headers = _fields(call.headers)  # type: ignore[assignment] # the transport hands them on as they are
        try:
            return await self._transport.handle_async_request(request)
        except aiohttp.ClientError as error:
            if upload is not None and upload.error is not None:
                raise upload.error from None
            raise _translated(error, answered=False) from None

    def _url(self, call: Call) -> tuple[httpx.URL, URL]:
        """Host from the table, path from the call: `raw_path` cannot name a host, whatever is in it.

        The second is the same for aiohttp, which would decode some escapes of any other: that is the provider's to do.
        """
        known = self._urls.get((call.base_url, call.path))
        if known is None:
            base = httpx.URL(call.base_url)
            url = base.copy_with(raw_path=base.raw_path.rstrip(b"/") + call.path.encode())
            if len(self._urls) >= _REMEMBERED:
                self._urls.clear()
            known = self._urls[call.base_url, call.path] = (url, URL(str(url), encoded=True))
        if not call.query:
            return known
        # A query may hold a key: it is not remembered.
        url = known[0].copy_with(raw_path=b"%b?%b" % (known[0].raw_path, call.query.encode()))
        return url, URL(str(url), encoded=True)


class ByProvider:
    """Sends a call the way that its provider wants, others the `default` way."""

    def __init__(self, default: Forwarder, named: Mapping[str, Forwarder]) -> None:
        """Take a forwarder per provider's name, for those that have one of their own."""
        self._default, self._named = default, dict(named)

    def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Forward by `call.provider`. Raises: UpstreamError."""
        return self._named.get(call.provider, self._default).forward(call)

    async def ping(self) -> None:
        """Return when all of them would. Raises: StageError."""
        for forwarder in (self._default, *self._named.values()):
            await forwarder.ping()

    async def aclose(self) -> None:
        """Close all of them."""
        for forwarder in (self._default, *self._named.values()):
            await forwarder.aclose()


def _translated(error: aiohttp.ClientError, *, answered: bool) -> UpstreamError:
    """Our error for one of aiohttp's, without its text."""
    if isinstance(error, aiohttp.SocketTimeoutError):
        return UpstreamTimeout("the provider did not answer in time")
    if answered:
        return Unreachable("the provider's answer broke off")
    if isinstance(error, UNSENT):
        return Unreachable("the provider could not be reached: nothing was sent")
    return Unreachable("the connection to the provider broke: it may have seen the call")


def _fields(headers: Headers) -> CIMultiDict[str]:
    """Header fields for aiohttp, which writes them in UTF-8: only values in another encoding change."""
    try:
        return CIMultiDict([(name.decode(), value.decode()) for name, value in headers])
    except UnicodeDecodeError:
        return CIMultiDict([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])


class _Upload(httpx.AsyncByteStream):
    """A body that is passed on as it comes, and what went wrong with it."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._first = b""
        self.error: Exception | None = None

    async def start(self, headers: Headers) -> httpx.AsyncByteStream:
        """The body to send: nothing at all where there is none, since not every server takes an empty chunked one."""
        if not any(name == b"content-length" for name, _ in headers):
            self._first = await anext(self._chunks, b"")
            if not self._first:
                return httpx.ByteStream(b"")
        return self

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            if self._first:
                yield self._first
            async for chunk in self._chunks:
                yield chunk
        except Exception as error:
            self.error = error
            raise
