"""One replica's connections."""

import aiohttp
import pytest

from lanes import BEARER, NODE, serving
from warmlane_serve.lane.discovery import Member
from warmlane_serve.lane.handlers.base import answering
from warmlane_serve.lane.peer import Peer


async def echo(body: bytes) -> bytes:
    """What came."""
    return body


def a_peer(member: Member, node: str = NODE) -> Peer:
    """Connections to it."""
    return Peer(member, bearer=BEARER, node=node, tls=None)


async def said(peer: Peer, body: bytes = b"x") -> bytes:
    """An answer of its."""
    async with peer.post("/echo", body, None) as response:
        return await response.read()


async def test_the_same_node_is_called_over_its_unix_socket() -> None:
    """Another one over TCP, and one without a Unix socket too."""
    here = Member(replica="r", node=NODE, uds="/s", host="::1", port=1)
    nowhere = Member(replica="r", node=NODE, uds="", host="127.0.0.1", port=1)
    peers = [a_peer(here), a_peer(here, "node-2"), a_peer(nowhere)]

    assert [peer.is_far for peer in peers] == [False, True, True]
    assert [peer._base for peer in peers] == ["http://lane", "http://[::1]:1", "http://127.0.0.1:1"]
    for peer in peers:
        await peer.aclose()


async def test_large_bodies_arrive_whole() -> None:
    """They leave in slices."""
    async with serving({"/echo": answering(echo)}) as (server,):
        peer = a_peer(server.where)
        for size in (0, 1, 512 << 10, (512 << 10) + 1, 3_000_000):
            body = bytes(range(250)) * (size // 250) + b"e" * (size % 250)
            assert await said(peer, body) == body
        await peer.aclose()


async def test_a_replica_that_is_gone_is_let_go_after_its_last_call() -> None:
    """Not in the middle of it; after that there is no calling it."""
    async with serving({"/echo": answering(echo)}) as (server,):
        peer = a_peer(server.where)
        peer.enter()
        peer.forget()
        assert await said(peer) == b"x"
        peer.leave()
        await peer.aclose()
        with pytest.raises(aiohttp.ClientConnectionError):
            await said(peer)


async def test_one_that_has_nothing_to_do_is_let_go_at_once() -> None:
    """Closing it as well is fine."""
    peer = a_peer(Member(replica="r", node=NODE, uds="/s", host="", port=1))
    peer.forget()
    await peer.aclose()

    assert peer._session.closed
