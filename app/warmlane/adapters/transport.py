"""httpx's transport interface over aiohttp with little between: a call costs a quarter more than aiohttp's own.

`AiohttpTransport` alone costs two thirds more: it takes headers, URL, timeouts and every piece of the body through two
representations. What it does is done here once, per forwarder where that is enough.
"""

from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

TARGET: Final = "warmlane.target"
"""The extension of a request that holds its URL as a yarl.URL, which aiohttp takes as it is."""

UNSENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
"""What aiohttp raises before a byte of the call has left."""

# aiohttp would add its own where the client sent none.
_NOT_ADDED: Final = ("accept", "accept-encoding", "content-type", "user-agent")
_KEEP_ALIVE: Final = 15.0
"""Seconds an idle connection is kept: less than any provider does, so that it is rarely closed just when it is used."""
_NAMES_FOR: Final = 60
"""Seconds an address that DNS gave is used."""


class Transport(AiohttpTransport):
    """Sends once, follows nothing, remembers nothing of a call. Makes its connections in the loop that first calls it.

    Its errors are aiohttp's own, since the names that httpx has for them do not tell what was sent.
    """

    def __init__(self, *, connect_timeout: float, read_timeout: float, proxy: str | None = None) -> None:
        """Take times in seconds, for a connection and between two reads, and the URL of a proxy for every call."""
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._timeout = aiohttp.ClientTimeout(sock_connect=connect_timeout, sock_read=read_timeout)
        self._via = proxy
        super().__init__(verify=self._tls, client=self._session)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request` to its `TARGET`; its body is a ByteStream, or goes in pieces. Raises: aiohttp.ClientError."""
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        headers, body = request.headers, request.stream
        headers.pop("transfer-encoding", None)  # aiohttp writes its own
        whole = b"".join(body) if isinstance(body, httpx.ByteStream) else None
        response = await self.client.request(
            request.method,
            request.extensions[TARGET],
            headers=headers,
            data=body if whole is None else whole or None,
            allow_redirects=False,
            # Most clients send all of these: naming one makes aiohttp copy every field twice.
            skip_auto_headers=[name for name in _NOT_ADDED if name not in headers] or None,
            middlewares=() if request.method == "POST" else (_once,),
        )
        stream = _Body(response, uploads=whole is None)
        return httpx.Response(response.status, headers=response.raw_headers, stream=stream)

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, ttl_dns_cache=_NAMES_FOR, ssl=self._tls, keepalive_timeout=_KEEP_ALIVE
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=self._timeout,
            proxy=self._via,
        )


class _Body(httpx.AsyncByteStream):
    """What comes, as it comes: no generator of its own, and no pieces but those of the connection."""

    def __init__(self, response: aiohttp.ClientResponse, *, uploads: bool) -> None:
        self._response, self._uploads = response, uploads

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._response.content.iter_any()

    async def aclose(self) -> None:
        """Wait for the end of an upload; let the connection go, for another call only if nothing more comes on it."""
        if self._uploads or not self._response.closed:  # a whole answer has let it go already
            await self._response.__aexit__(None, None, None)


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send once: aiohttp repeats GET and its like, never POST, when a connection broke; that is for the caller."""
    try:
        return await handler(request)
    except UNSENT:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        raise aiohttp.ClientConnectionError from None
