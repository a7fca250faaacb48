"""What a provider says is passed on as it is, however much of it at a time."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from warmlane.adapters.upstream import HttpForwarder
from warmlane.model import Call, Head

STREAMS = 64


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening upstream."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture
async def forwarder() -> AsyncIterator[HttpForwarder]:
    """A forwarder with ordinary settings."""
    made = HttpForwarder()
    yield made
    await made.aclose()


def a_call(up: ScriptedUpstream, body: bytes = b"{}") -> Call:
    """A call to it."""
    return Call(
        id="1", method="POST", provider="openai", base_url=up.base_url, dialect="openai_chat",
        path="/v1/chat/completions", query="", headers=((b"accept-encoding", b"gzip"),), body=body,
    )  # fmt: skip


async def take(forwarder: HttpForwarder, call: Call) -> tuple[Head, bytes]:
    """The whole answer."""
    head, *chunks = [item async for item in forwarder.forward(call)]
    assert isinstance(head, Head)
    return head, b"".join(chunk for chunk in chunks if isinstance(chunk, bytes))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_passed_on_and_not_followed(
    up: ScriptedUpstream, forwarder: HttpForwarder, status: int
) -> None:
    """Else a provider, or who speaks for it, could send keys anywhere."""
    async with ScriptedUpstream() as evil:
        up.answer(status=status, headers={"location": f"{evil.base_url}/v1"}, body=b"moved")
        head, body = await take(forwarder, a_call(up))

        assert (head.status, body) == (status, b"moved")
        assert (b"location", f"{evil.base_url}/v1".encode()) in head.headers
        assert (len(up.requests), evil.requests) == (1, [])


async def test_an_encoded_answer_stays_encoded(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """A bomb of 50 MB passes as the 50 KB that it is."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    up.answer(body=bomb, headers={"content-encoding": "gzip"})
    head, body = await take(forwarder, a_call(up))

    assert (b"content-encoding", b"gzip") in head.headers
    assert body == bomb


async def test_many_streams_at_once_are_not_mixed_up(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """All of them are under way together, and each caller gets its own."""
    everybody = asyncio.Event()

    def own(request: Seen) -> Answer:
        return Answer.of(sse=[f"{request.body.decode()}-{number}" for number in range(52)], hold=everybody)

    up.respond(own)
    async with asyncio.TaskGroup() as group:
        work = [group.create_task(take(forwarder, a_call(up, b"%d" % caller))) for caller in range(STREAMS)]
        await up.seen(STREAMS)
        everybody.set()

    for caller, task in enumerate(work):
        assert task.result()[1] == b"".join(b"data: %d-%d\n\n" % (caller, number) for number in range(52))
    assert up.connections == STREAMS


async def test_a_frame_is_passed_on_before_the_next_exists(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Nothing waits for a buffer to fill."""
    drip = asyncio.Semaphore(0)
    up.answer(sse=["a", "b", "c"], drip=drip)
    answer = forwarder.forward(a_call(up))
    await anext(answer)
    for frame in (b"a", b"b", b"c"):
        drip.release()
        assert await anext(answer) == b"data: %b\n\n" % frame

    with pytest.raises(StopAsyncIteration):
        await anext(answer)


async def test_an_answer_that_nobody_reads_does_not_pile_up(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """The provider is held back until the caller goes on; then everything arrives."""
    size, count = 1_000_000, 40
    up.answer(body=[b"x" * size] * count)
    answer = forwarder.forward(a_call(up))
    await anext(answer)
    seen = await up.seen()
    assert not seen.done.is_set()

    assert sum([len(item) async for item in answer if isinstance(item, bytes)]) == size * count
    await seen.done.wait()
