"""Calling a stage: one pool of connections per replica, a key's holder or who has least to do, one retry at most."""

import asyncio
import ssl
from collections.abc import AsyncIterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import aiohttp

from warmlane.errors import StageError
from warmlane.ports import Tracer
from warmlane_serve.lane import wire
from warmlane_serve.lane.discovery import Member, Members
from warmlane_serve.lane.peer import Peer
from warmlane_serve.lane.rendezvous import holder

_OK: Final = 200
_SHUNNED: Final = 1.0
"""Seconds that a replica which took no connection, or no notice, is passed over: it would always have least to do."""

_PAUSE: Final = 0.2
"""Seconds between looks for a replica that takes a connection."""

_UNSENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class Lost(StageError):
    """The connection to a stage broke: it may have seen the call."""


class Unsent(Lost):
    """No replica took a connection: nothing was sent."""


class Lane:
    """Calls the replicas of one stage. Makes its connections in the loop that calls.

    There is no deadline here: whoever waits gives up when it likes, and that cancels the call on the other side too.
    """

    def __init__(
        self,
        members: Members,
        *,
        bearer: str,
        node: str = "",
        name: str = "stage",
        tls: ssl.SSLContext | None = None,
        tracer: Tracer | None = None,
        patience: float = 0.0,
    ) -> None:
        """Call `members` with `bearer`: over Unix sockets those on `node`, else over TCP, inside `tls` if it is given.

        `name` is the stage's, for messages. With a `tracer`, calls become children of the span in force.
        `patience` is for how many seconds a `stream` waits where no replica takes a connection.
        """
        self._members, self._bearer, self._node, self._name, self._tls = members, bearer, node, name, tls
        self._tracer, self.patience = tracer, patience
        self._seen: Mapping[str, Member] = {}
        self._peers: dict[str, Peer] = {}
        self._calls, self._closed = 0, False

    @property
    def members(self) -> Mapping[str, Member]:
        """The replicas there are now, by id."""
        return self._members.current()

    @property
    def in_flight(self) -> int:
        """Calls of this lane that are under way at replicas there are now."""
        return sum(peer.in_flight for peer in self._peers.values())

    def place(self, key: bytes) -> str:
        """Who holds `key` now, by id; nobody: an empty one."""
        members = self._members.current()
        return holder(key, members.values()).replica if members else ""

    async def ask(self, path: str, body: bytes = b"", *, key: bytes | None = None, again: bool = False) -> bytes:
        """What the holder of `key` answers, or without a key whichever replica has least to do.

        `again` says that the call may be made twice: then a broken connection is followed by one more try, elsewhere
        where there is no key. Raises: StageError (Lost or Unsent, where it broke); whatever error of ours the stage
        raises.
        """
        peer = self._pick(key)
        try:
            return await self._once(peer, path, body)
        except Lost as lost:
            if not again and not isinstance(lost, Unsent):
                raise
            other = self._pick(key, avoid=peer)
            if other is peer and isinstance(lost, Unsent):
                raise
            return await self._once(other, path, body)

    async def ask_all(self, path: str, body: bytes = b"") -> list[tuple[Member, bytes | StageError]]:
        """What each replica answers, at least one, all asked at once, each twice if its connection breaks.

        Raises: Unsent, where there is nobody.
        """
        peers = list(self._there().values())
        answers = await asyncio.gather(*(self._again(peer, path, body) for peer in peers))
        return [(peer.member, answer) for peer, answer in zip(peers, answers, strict=True)]

    def stream(self, path: str, body: bytes | AsyncIterable[bytes]) -> "Exchange":
        """A call whose answer comes in pieces, to whoever has least to do; an async context manager.

        It is made once: only where a replica took no connection is another one tried, and the lane's patience spent.
        """
        return Exchange(self, path, body)

    async def aclose(self) -> None:
        """Close every connection; calling it twice is fine."""
        self._closed = True
        peers, self._peers = self._peers, {}
        for peer in peers.values():
            await peer.aclose()

    # for Exchange

    def pick(self, avoid: Peer | None = None) -> Peer:
        """Whoever has least to do. Raises: Unsent, where there is nobody."""
        return self._pick(None, avoid=avoid)

    def headers(self) -> Mapping[str, str] | None:
        """What makes the call a child of the span in force; None where nothing is traced."""
        if self._tracer is None:
            return None
        context = self._tracer.inject()
        return {name.decode(): value.decode() for name, value in context.items()} if context else None

    def translated(self, peer: Peer, error: aiohttp.ClientError) -> Lost:
        """Our error for one of aiohttp's, without its text."""
        if isinstance(error, _UNSENT):
            _shun(peer)
            return Unsent(f"{self._name}: a replica takes no connection")
        return Lost(f"{self._name}: the connection to a replica broke")

    async def _once(self, peer: Peer, path: str, body: bytes) -> bytes:
        peer.enter()
        try:
            async with peer.post(path, body, self.headers()) as response:
                answer = await response.read()
        except aiohttp.ClientError as error:
            raise self.translated(peer, error) from None
        except asyncio.CancelledError:  # somebody's deadline, most likely: the replica may hang
            _shun(peer)
            raise
        finally:
            peer.leave()
        if response.status != _OK:
            raise wire.read_error(answer)
        return answer

    async def _again(self, peer: Peer, path: str, body: bytes) -> bytes | StageError:
        try:
            try:
                return await self._once(peer, path, body)
            except Unsent:
                raise
            except Lost:
                return await self._once(peer, path, body)
        except StageError as error:
            return error

    def _there(self) -> Mapping[str, Peer]:
        """The replicas there are now. Raises: Unsent, where there is nobody, or the lane is closed."""
        current = self._members.current()
        if current is not self._seen and not self._closed:
            self._follow(current)
        if not self._peers:
            msg = f"{self._name}: there is no replica"
            raise Unsent(msg)
        return self._peers

    def _follow(self, current: Mapping[str, Member]) -> None:
        """Know the replicas there are now, and no other."""
        for replica, peer in list(self._peers.items()):
            if current.get(replica) != peer.member:
                del self._peers[replica]
                peer.forget()
        for replica, member in current.items():
            if replica not in self._peers:
                self._peers[replica] = Peer(member, bearer=self._bearer, node=self._node, tls=self._tls)
        self._seen = current

    def _pick(self, key: bytes | None, *, avoid: Peer | None = None) -> Peer:
        peers = self._there()
        if key is not None:
            return peers[holder(key, self._seen.values()).replica]
        if len(peers) == 1:
            return next(iter(peers.values()))
        now = asyncio.get_running_loop().time()
        self._calls += 1
        peer = min(
            peers.values(),
            key=lambda peer: (peer is avoid, peer.shunned_until > now, peer.in_flight, peer.is_far, peer.used),
        )
        peer.used = self._calls
        return peer


def _shun(peer: Peer) -> None:
    peer.shunned_until = asyncio.get_running_loop().time() + _SHUNNED


class Exchange:
    """One call whose answer comes in pieces. Leaving it before the end cancels the call on the other side."""

    _TRIES: Final = 3

    def __init__(self, lane: Lane, path: str, body: bytes | AsyncIterable[bytes]) -> None:
        """Not sent until entered."""
        self._lane, self._path, self._body = lane, path, body
        self._peer: Peer | None = None
        self._response: aiohttp.ClientResponse | None = None

    async def __aenter__(self) -> Self:
        """Send it. Raises: Unsent; Lost; whatever error of ours the stage raises."""
        until = asyncio.get_running_loop().time() + self._lane.patience
        while True:
            try:
                return await self._tried()
            except Unsent:
                if asyncio.get_running_loop().time() >= until:
                    raise
            with suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await asyncio.Event().wait()  # for ever: only the timeout or a cancellation ends it

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Let the connection go: for another call only if the answer was read to its end. Raises: Lost."""
        assert self._peer is not None
        assert self._response is not None
        try:
            await self._response.__aexit__(kind, error, at)
        finally:
            self._peer.leave()
        if isinstance(error, aiohttp.ClientError):
            raise self._lane.translated(self._peer, error) from None

    @property
    def content(self) -> aiohttp.StreamReader:
        """The answer, as it comes. Its aiohttp.ClientError becomes a Lost when the exchange is left."""
        assert self._response is not None
        return self._response.content

    async def _tried(self) -> Self:
        peer = self._lane.pick()
        for _ in range(self._TRIES - 1):
            try:
                return await self._send(peer)
            except Unsent:
                other = self._lane.pick(avoid=peer)
                if other is peer:
                    raise
                peer = other
        return await self._send(peer)

    async def _send(self, peer: Peer) -> Self:
        peer.enter()
        try:
            self._response = await self._answered(peer)
        except aiohttp.ClientError as error:
            raise self._lane.translated(peer, error) from None
        finally:
            if self._response is None:
                peer.leave()
        self._peer = peer
        return self

    async def _answered(self, peer: Peer) -> aiohttp.ClientResponse:
        response = await peer.post(self._path, self._body, self._lane.headers())
        if response.status == _OK:
            return response
        async with response:
            raise wire.read_error(await response.read())
