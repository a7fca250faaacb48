"""Calls to providers: httpx's transport interface over aiohttp. Bytes go through as they are, both ways.

Nothing is retried, no redirect is followed, no cookie is kept, and no proxy or password comes from the environment. An
error says whether the provider may have seen the call, and nothing else: exceptions of the libraries below hold URLs.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from contextlib import aclosing
from contextvars import ContextVar
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from multidict import CIMultiDict
from yarl import URL

from warmlane.errors import Overloaded, StageError, Unreachable, UpstreamError, UpstreamTimeout
from warmlane.model import Call, Head, Headers
from warmlane.ports import Forwarder

# aiohttp would add its own where the client sent none.
_NOT_ADDED: Final = ("accept", "accept-encoding", "content-type", "user-agent")
_KEEP_ALIVE: Final = 15.0
"""Seconds an idle connection is kept: less than any provider does, so that it is rarely closed just when it is used."""
_REMEMBERED: Final = 256
_NAMES_FOR: Final = 60
"""Seconds an address that DNS gave is used."""


# What aiohttp raises before a byte of the call has left.
_UNSENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
_BROKEN: Final = (httpx.TransportError, aiohttp.ClientError)


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
        self._timeout = {"timeout": {"connect": connect_timeout, "read": read_timeout}}
        self._max_calls, self._slot_timeout, self._proxy = max_calls, slot_timeout, proxy
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._urls: dict[tuple[str, str], httpx.URL] = {}
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._transport = AiohttpTransport(verify=self._tls, client=self._session)
        self._target: ContextVar[str] = ContextVar("target")
        self._closed = False

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Send `call`; its headers go as they are. Raises: Unreachable, UpstreamTimeout, Overloaded."""
        slots = await self._slot(call.base_url)
        try:
            response = await self._send(call)
            try:
                yield Head(
                    status=response.status_code,
                    headers=tuple((name.lower(), value) for name, value in response.headers.raw),
                )
                async with aclosing(aiter(response.stream)) as chunks:  # type: ignore[arg-type,type-var] # it is async
                    async for chunk in chunks:
                        yield chunk
            except _BROKEN as error:
                raise _translated(error, answered=True) from None
            finally:
                await response.aclose()
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
        try:
            async with asyncio.timeout(self._slot_timeout if slots.locked() else None):
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
        # `stream` and not `content`, headers as aiohttp keeps them: httpx would copy and decode them three times, and
        # join repeated ones with commas, which is wrong for cookies.
        request = httpx.Request(call.method, self._url(call), stream=body, extensions=self._timeout)
        self._target.set(str(request.url))
        request.headers = _fields(call.headers)  # type: ignore[assignment] # the transport hands them on as they are
        if isinstance(body, httpx.ByteStream):
            request.read()
        try:
            return await self._transport.handle_async_request(request)
        except _BROKEN as error:
            if upload is not None and upload.error is not None:
                raise upload.error from None
            raise _translated(error, answered=False) from None

    def _url(self, call: Call) -> httpx.URL:
        """Host from the table, path from the call: `raw_path` cannot name a host, whatever is in it."""
        url = self._urls.get((call.base_url, call.path))
        if url is None:
            base = httpx.URL(call.base_url)
            url = base.copy_with(raw_path=base.raw_path.rstrip(b"/") + call.path.encode())
            if len(self._urls) >= _REMEMBERED:
                self._urls.clear()
            self._urls[call.base_url, call.path] = url
        # A query may hold a key: it is not remembered.
        return url.copy_with(raw_path=b"%b?%b" % (url.raw_path, call.query.encode())) if call.query else url

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, ttl_dns_cache=_NAMES_FOR, ssl=self._tls, keepalive_timeout=_KEEP_ALIVE
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_NOT_ADDED,
            middlewares=(self._once,),
            proxy=self._proxy,
        )

    async def _once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Send once, to the very URL.

        aiohttp decodes some escapes in a URL, and repeats GET and its like when a connection broke: the first is the
        provider's to do, the second the caller's to decide.
        """
        request.url = URL(self._target.get(), encoded=True)
        try:
            return await handler(request)
        except _UNSENT:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            raise aiohttp.ClientConnectionError from None


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


def _translated(error: Exception, *, answered: bool) -> UpstreamError:
    """Our error for one of the libraries, told from aiohttp's cause: httpx's names do not tell what was sent."""
    cause = error.__cause__ or error
    if isinstance(cause, aiohttp.SocketTimeoutError):
        return UpstreamTimeout("the provider did not answer in time")
    if answered:
        return Unreachable("the provider's answer broke off")
    if isinstance(cause, _UNSENT):
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
