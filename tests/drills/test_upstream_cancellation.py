"""Who hangs up on us hangs up on the provider: tokens that nobody reads cost money."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvloop

from warmlane.adapters.scripted import Answer, ScriptedUpstream
from warmlane.adapters.upstream import HttpForwarder
from warmlane.model import Call, Head

ROUNDS = 200


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
        path="/v1/chat/completions", query="", headers=((b"authorization", b"Bearer k"),), body=body,
    )  # fmt: skip


async def test_closing_a_stream_closes_it_at_the_provider(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """In the middle of a stream that would have gone on."""
    up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
    answer = forwarder.forward(a_call(up))
    assert isinstance(await anext(answer), Head)
    assert await anext(answer) == b"data: a\n\n"
    await answer.aclose()
    seen = await up.seen()
    await seen.left.wait()

    assert not seen.done.is_set()


async def test_a_head_that_nobody_reads_on_from_closes_too(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """The connection is not kept for another call: there is still an answer on it."""
    up.answer(sse=["a"], drip=asyncio.Semaphore(0))
    up.answer(json={"mine": True})
    answer = forwarder.forward(a_call(up))
    await anext(answer)
    await answer.aclose()
    items = [item async for item in forwarder.forward(a_call(up))]
    await (await up.seen()).left.wait()

    assert items[1:] == [b'{"mine":true}']
    assert up.connections == 2


async def test_cancelling_a_call_before_its_head_cancels_it_at_the_provider(
    up: ScriptedUpstream, forwarder: HttpForwarder
) -> None:
    """While the provider still thinks."""
    up.answer(hang=True)

    async def call() -> None:
        async for _ in forwarder.forward(a_call(up)):
            pass

    async with asyncio.TaskGroup() as group:
        work = group.create_task(call())
        seen = await up.seen()
        work.cancel()
    await seen.left.wait()

    assert not seen.done.is_set()


async def test_many_hang_up_and_nothing_is_left_over(up: ScriptedUpstream, forwarder: HttpForwarder) -> None:
    """Half of them after the head, half in the middle; no task and no connection of theirs stays."""
    before = len(asyncio.all_tasks())
    up.respond(lambda seen: Answer.of(sse=["a", "b"], drip=asyncio.Semaphore(len(seen.body))))

    async def call(number: int) -> None:
        chunks = number % 2
        answer = forwarder.forward(a_call(up, b"x" * chunks))
        for _ in range(1 + chunks):
            await anext(answer)
        await answer.aclose()

    for start in range(0, ROUNDS, 20):
        async with asyncio.TaskGroup() as group:
            for number in range(start, start + 20):
                group.create_task(call(number))
    for number in range(1, ROUNDS + 1):
        await (await up.seen(number)).left.wait()
    await up.tasks.join()

    assert up.open == set()
    assert len(asyncio.all_tasks()) == before


def test_the_loop_of_the_product_hangs_up_as_well() -> None:
    """It closes sockets in its own way; the provider has to notice there too."""

    async def hang_up() -> bool:
        forwarder = HttpForwarder()
        async with ScriptedUpstream() as up:
            up.answer(sse=["a", "b"], drip=asyncio.Semaphore(1))
            answer = forwarder.forward(a_call(up))
            await anext(answer)
            await anext(answer)
            await answer.aclose()
            seen = await up.seen()
            await seen.left.wait()
            await forwarder.aclose()
            return seen.done.is_set()

    assert uvloop.run(hang_up()) is False
