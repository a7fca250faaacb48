"""One replica as its callers see it: a pool of connections, and how many calls are under way there."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from typing import Final

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from warmlane.tasks import Tasks
from warmlane_serve.lane.discovery import Member

_CONNECT: Final = 5.0
"""Seconds that a connection to a stage may take: milliseconds are usual, but a machine may be busy starting others."""

_WHOLE: Final = 512 << 10
"""Bytes that are handed to a socket in one go: more would hold up the loop."""

_NOT_ADDED: Final = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
_KEEP_ALIVE: Final = 300.0  # less than a stage keeps idle connections: so that it is the caller who closes them


class Peer:
    """Connections to `member`, made in the running loop when they are first needed."""

    def __init__(self, member: Member, *, bearer: str, node: str, tls: ssl.SSLContext | None) -> None:
        """A Unix socket where the caller is on the same `node`, else TCP, with `tls` if it is given.

        `used` is the number of the lane's call that came here last; until `shunned_until`, in the loop's time, the
        replica is called only if there is no other.
        """
        self.member, self.in_flight, self.used = member, 0, 0
        self.shunned_until, self._gone = 0.0, False
        self.is_far = not (member.uds and member.node == node)
        self._urls: dict[str, URL] = {}
        self._session = aiohttp.ClientSession(
            connector=self._connector(tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=CIMultiDict({"Authorization": f"Bearer {bearer}"}),
            skip_auto_headers=_NOT_ADDED,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
            trust_env=False,
        )
        self._base = self._base_url(secure=tls is not None)
        self._tasks = Tasks()

    def post(
        self, path: str, data: bytes | AsyncIterable[bytes], headers: Mapping[str, str] | None
    ) -> aiohttp.client._RequestContextManager:
        """Send `data` to `path`. Raises: aiohttp.ClientError, also when it is entered."""
        if self._session.closed:  # the replica went between being chosen and being called
            raise aiohttp.ClientConnectionError
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = URL(self._base + path)
        if isinstance(data, bytes) and len(data) > _WHOLE:
            data = _sliced(data)
        return self._session.post(url, data=data, headers=headers, allow_redirects=False)

    def enter(self) -> None:
        """A call begins."""
        self.in_flight += 1

    def leave(self) -> None:
        """A call has ended; of a replica that is gone the last one closes the door."""
        self.in_flight -= 1
        if self._gone and not self.in_flight:
            self._tasks.spawn(self._session.close(), name="close a peer")

    def forget(self) -> None:
        """The replica is no longer one of its stage: let go of it when the calls under way there have ended."""
        self._gone = True
        if not self.in_flight:
            self._tasks.spawn(self._session.close(), name="close a peer")

    async def aclose(self) -> None:
        """Close every connection, whatever is going on there."""
        self._gone = True
        await self._tasks.join()
        await self._session.close()

    def _connector(self, tls: ssl.SSLContext | None) -> aiohttp.BaseConnector:
        if not self.is_far:
            return aiohttp.UnixConnector(self.member.uds, limit=0, keepalive_timeout=_KEEP_ALIVE)
        return aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE, ssl=tls if tls is not None else True)

    def _base_url(self, *, secure: bool) -> str:
        if not self.is_far:
            return "http://lane"
        host = f"[{self.member.host}]" if ":" in self.member.host else self.member.host
        return f"{'https' if secure else 'http'}://{host}:{self.member.port}"


async def _sliced(data: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(data), _WHOLE):
        yield data[start : start + _WHOLE]
