"""What a provider may do to a call, and what is said of it: "nothing was sent" only where that is certain."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress

import pytest

from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.adapters.upstream import HttpForwarder
from warmlane.errors import Unreachable
from warmlane.model import Call, Head

UNSENT = "nothing was sent"
PERHAPS = "may have seen"


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening upstream."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture
async def forwarder() -> AsyncIterator[HttpForwarder]:
    """A forwarder with ordinary settings: five seconds to connect, ten minutes to read."""
    made = HttpForwarder()
    yield made
    await made.aclose()


def a_call(base_url: str, method: str = "POST") -> Call:
    """A call to it."""
    return Call(
        id="1", method=method, provider="openai", base_url=base_url, dialect="openai_chat",
        path="/v1/chat/completions", query="", headers=((b"authorization", b"Bearer k"),), body=b"{}",
    )  # fmt: skip


async def take(forwarder: HttpForwarder, call: Call) -> list[Head | bytes]:
    """The whole answer."""
    return [item async for item in forwarder.forward(call)]


async def test_a_closed_port_is_known_at_once(forwarder: HttpForwarder) -> None:
    """Long before the connect timeout, and it is certain that nothing was sent."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, so that nobody else has the port, and not listening
        async with asyncio.timeout(4):
            with pytest.raises(Unreachable, match=UNSENT):
                await take(forwarder, a_call(f"http://127.0.0.1:{held.getsockname()[1]}"))


async def test_a_host_that_does_not_answer_is_given_up() -> None:
    """After the connect timeout: a listener whose queue is full drops whoever knocks."""
    forwarder = HttpForwarder(connect_timeout=0.05)
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            knocker = stack.enter_context(socket.socket())
            knocker.settimeout(0)
            with suppress(BlockingIOError):
                knocker.connect(listener.getsockname())
        with pytest.raises(Unreachable, match=UNSENT):
            await take(forwarder, a_call(f"http://127.0.0.1:{listener.getsockname()[1]}"))
    await forwarder.aclose()


async def test_a_server_without_tls_gets_nothing(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """A key is not sent in clear because a base URL said https to a port that does not."""
    with pytest.raises(Unreachable, match=UNSENT):
        await take(forwarder, a_call(up.base_url.replace("http:", "https:")))

    assert up.requests == []


@pytest.mark.parametrize("method", ["POST", "GET", "PUT", "DELETE"])
@pytest.mark.parametrize("warm", [False, True])
async def test_a_server_that_dies_in_the_middle_may_have_seen_the_call(
    up: ScriptedUpstream, forwarder: HttpForwarder, method: str, *, warm: bool
) -> None:
    """On a new connection and on one used before. It got one call, and gets no second: completions cost money."""
    if warm:
        up.answer(json={})
        await take(forwarder, a_call(up.base_url))
    up.answer(reset_after=0)
    up.always(json={})

    with pytest.raises(Unreachable, match=PERHAPS):
        await take(forwarder, a_call(up.base_url, method))
    assert len(up.requests) == 1 + warm


@pytest.mark.parametrize("count", [0, 10, 60])
async def test_a_head_that_breaks_off_is_no_head(up: ScriptedUpstream, forwarder: HttpForwarder, count: int) -> None:
    """Nothing of it is passed on."""
    up.answer(json={}, reset_after=count)

    with pytest.raises(Unreachable, match=PERHAPS):
        await take(forwarder, a_call(up.base_url))


async def test_a_server_that_is_killed_is_noticed_by_whoever_waits(
    up: ScriptedUpstream, forwarder: HttpForwarder
) -> None:
    """Those before their head and those in the middle; and who comes later finds a closed port."""
    up.answer(hang=True)
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
    waiting = asyncio.gather(take(forwarder, a_call(up.base_url)), return_exceptions=True)
    await up.seen(1)
    answer = forwarder.forward(a_call(up.base_url))
    assert isinstance(await anext(answer), Head)
    assert await anext(answer) == b"data: a\n\n"
    await up.die()

    with pytest.raises(Unreachable, match="broke off"):
        await anext(answer)
    (error,) = await waiting
    assert isinstance(error, Unreachable)
    assert PERHAPS in error.message
    with pytest.raises(Unreachable, match=UNSENT):
        await take(forwarder, a_call(up.base_url))


@pytest.mark.parametrize("cut", range(4))
async def test_a_stream_that_is_cut_is_never_taken_for_whole(
    up: ScriptedUpstream, forwarder: HttpForwarder, cut: int
) -> None:
    """At every chunk, also when `[DONE]` was already there: only the end of the body is the end."""
    frames = ["a", "b", "[DONE]"]
    up.answer(sse=frames, cut_after=cut)
    taken: list[Head | bytes] = []

    async def collect() -> None:
        async for item in forwarder.forward(a_call(up.base_url)):
            taken.append(item)  # noqa: PERF401 - what came before the cut counts

    with pytest.raises(Unreachable, match="broke off"):
        await collect()
    assert b"".join(taken[1:]) == b"".join(f"data: {frame}\n\n".encode() for frame in frames[:cut])  # type: ignore[arg-type]


async def test_a_body_shorter_than_promised_is_an_error(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Content-Length says when a whole answer is whole."""
    up.answer(body=b"abc", headers={"content-length": "10"}, close=True)

    with pytest.raises(Unreachable, match="broke off"):
        await take(forwarder, a_call(up.base_url))
