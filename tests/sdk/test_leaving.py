"""Callers who leave: what they no longer wait for is not made, and not kept."""

import asyncio
from typing import Any

import openai as sdk
import pytest

from sdk.house import Listening
from sdk.said import chunks, completion
from sdk.ways import Async, Sync, asked


async def test_closing_an_async_stream_ends_it_at_the_provider(gw: Listening, openai: Async) -> None:
    """The provider stops making tokens that nobody reads; the half is not kept."""
    gw.up.answer(sse=chunks(completion()), drip=asyncio.Semaphore(2))
    stream = await openai.client.chat.completions.create(**asked(), stream=True)
    async for _ in stream:
        break
    await stream.close()
    await (await gw.up.seen()).left.wait()
    await gw.settled()

    assert (await openai.ask(stream=True)).x_cache == "MISS"


async def test_closing_a_sync_stream_ends_it_at_the_provider(gw: Listening, key: str) -> None:
    """The same for the client that blocks."""
    gw.up.answer(sse=chunks(completion()), drip=asyncio.Semaphore(2))

    def read_one(client: sdk.OpenAI) -> None:
        with client.chat.completions.create(**asked(), stream=True) as stream:
            next(iter(stream))

    async with Sync(f"{gw.base_url}/openai", key) as way:
        await asyncio.to_thread(read_one, way.client)
        await (await gw.up.seen()).left.wait()
        await gw.settled()

        assert (await way.ask(stream=True)).x_cache == "MISS"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_cancelling_a_call_cancels_it_at_the_provider(gw: Listening, openai: Async, *, stream: bool) -> None:
    """Before there is any answer."""
    gw.up.answer(hang=True)
    async with asyncio.TaskGroup() as group:
        call = group.create_task(openai.ask(stream=stream))
        seen = await gw.up.seen()
        call.cancel()
    await seen.left.wait()

    assert not seen.done.is_set()


async def test_cancelling_the_reading_of_a_stream_ends_it_at_the_provider(gw: Listening, openai: Async) -> None:
    """In the middle of it, as a web server does whose own client has gone."""
    gw.up.answer(sse=chunks(completion()), drip=asyncio.Semaphore(2))
    begun = asyncio.Event()

    async def read() -> None:
        async with openai.client.chat.completions.stream(**asked()) as stream:
            async for _ in stream:
                begun.set()

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(read())
        await begun.wait()
        reading.cancel()
    await (await gw.up.seen()).left.wait()
    await gw.settled()

    assert (await openai.ask(stream=True)).x_cache == "MISS"


@pytest.mark.parametrize("way", [Sync, Async])
async def test_a_clients_own_timeout_ends_the_call_at_the_provider(
    gw: Listening, key: str, way: type[Sync | Async]
) -> None:
    """The SDK gives up, and so does the gateway."""
    gw.up.answer(hang=True)
    async with way(f"{gw.base_url}/openai", key, timeout=0.05) as client:
        with pytest.raises(sdk.APITimeoutError):
            await client.ask()
        seen = await gw.up.seen()
        await seen.left.wait()

    assert not seen.done.is_set()


@pytest.mark.parametrize("way", [Sync, Async])
async def test_who_leaves_at_the_end_marker_has_read_all_of_it(
    gw: Listening, key: str, way: type[Sync | Async]
) -> None:
    """SDKs hang up at `[DONE]`, while the provider has yet to end the body: the answer is whole, and is kept."""
    said: list[Any] = [*chunks(completion()), b": bye\n\n"]
    gw.up.answer(sse=said, drip=asyncio.Semaphore(len(said) - 1))
    async with way(f"{gw.base_url}/openai", key) as client:
        await client.ask(stream=True)
        await (await gw.up.seen()).left.wait()
        await gw.settled()

        assert (await client.ask(stream=True)).x_cache == "HIT"


@pytest.mark.parametrize("way", [Sync, Async])
async def test_a_stream_begins_before_it_is_over(gw: Listening, key: str, way: type[Sync | Async]) -> None:
    """The first words reach the client while the provider still thinks about the last ones; hits leave at once."""
    said, more = chunks(completion()), asyncio.Semaphore(2)
    gw.up.answer(sse=said, drip=more)
    loop = asyncio.get_running_loop()
    read: list[Any] = []

    def release_after_the_second(chunk: Any) -> None:
        read.append(chunk)
        if len(read) == 2:  # nothing more comes until then
            for _ in said:
                loop.call_soon_threadsafe(more.release)

    async with way(f"{gw.base_url}/openai", key) as client:
        await client.each(release_after_the_second)

    assert len(read) == len(said) - 1
