"""Usage, as OpenAI's SDK sees it and as the operator does: asked for where nobody asked, counted where nobody said."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from sdk.house import Listening
from sdk.said import USAGE, chunks, completion
from sdk.ways import Async, Sync, Way, assembled
from warmlane.clock import ManualClock

WANTED = {"stream": True, "stream_options": {"include_usage": True}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway that asks providers for usage, in place of the usual one."""
    folder: Path = tmp_path_factory.mktemp("asking")
    settings: dict[str, Any] = {"embedding": {"enabled": False}, "usage": {"ask": True}}
    async with Listening(folder, ManualClock(), **settings) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest_asyncio.fixture(loop_scope="module", params=[Sync, Async], ids=["sync", "async"])
async def way(request: pytest.FixtureRequest, gw: Listening) -> AsyncIterator[Way]:
    """Both SDKs in turn."""
    async with request.param(f"{gw.base_url}/openai", f"sk-proj-{secrets.token_urlsafe(24)}") as way:
        yield way


async def tokens(gw: Listening) -> dict[str, float]:
    """What the metrics say of tokens: `kind source estimated`, and how many."""
    await gw.settled()
    async with httpx.AsyncClient(verify=False) as client:
        page = (await client.get(f"{gw.base_url}/metrics")).text
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return {
        " ".join(sample.labels[name] for name in ("kind", "source", "estimated")): sample.value
        for sample in samples
        if sample.name == "warmlane_tokens_total"
    }


async def test_a_caller_who_did_not_ask_sees_no_usage(gw: Listening, way: Way) -> None:
    """Chunk by chunk what a provider that was not asked would have sent; and neither does the hit show any."""
    gw.up.answer(sse=chunks(completion(), usage=True))
    miss = await way.ask(stream=True)
    await gw.settled()
    hit = await way.ask(stream=True)
    (seen,) = gw.up.requests

    assert seen.json()["stream_options"] == {"include_usage": True}
    assert [chunk.to_dict() for chunk in miss.chunks] == chunks(completion())[:-1]
    assert (hit.x_cache, hit.chunks) == ("HIT", miss.chunks)


async def test_who_asks_later_has_it_from_the_cache(gw: Listening, way: Way) -> None:
    """As a chunk, or in a whole answer: the provider need not be asked again."""
    gw.up.answer(sse=chunks(completion(), usage=True))
    await way.ask(stream=True)
    await gw.settled()
    stream, whole = await way.ask(**WANTED), await way.ask()

    assert (stream.x_cache, whole.x_cache, gw.calls) == ("HIT", "HIT", 1)
    assert stream.chunks[-1].to_dict()["usage"] == USAGE
    assert whole.completion == completion()
    assert assembled(stream.chunks)["usage"] == USAGE


async def test_a_provider_that_says_nothing_all_the_same_is_counted(gw: Listening, way: Way) -> None:
    """For the operator; whoever asked for usage gets what the provider sends, which is none."""
    before = await tokens(gw)
    gw.up.answer(sse=chunks(completion()))
    miss = await way.ask("Hello!", **WANTED)
    after = await tokens(gw)
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}

    assert all(chunk.usage is None for chunk in miss.chunks)
    assert grown == {"input provider false": 3 + 1 + 2 + 3, "output provider false": 3}


async def test_another_vendors_tokens_are_an_estimate(gw: Listening, way: Way) -> None:
    """And say so."""
    before = await tokens(gw)
    said = [chunk if isinstance(chunk, str) else {**chunk, "model": "llama-3.3-70b"} for chunk in chunks(completion())]
    gw.up.answer(sse=said)
    await way.ask("Hello!", stream=True, model="llama-3.3-70b")
    after = await tokens(gw)

    assert after["input provider true"] - before.get("input provider true", 0) == 9


async def test_a_completion_of_old_is_treated_alike(gw: Listening, key: str) -> None:
    """The other API of OpenAI's whose streams have to be asked."""
    shared = {"id": "cmpl-1", "object": "text_completion", "created": 7, "model": "gpt-3.5-turbo-instruct"}
    choice = {"index": 0, "text": " Paris.", "logprobs": None, "finish_reason": "stop"}
    gw.up.answer(
        sse=[{**shared, "choices": [choice], "usage": None}, {**shared, "choices": [], "usage": USAGE}, "[DONE]"]
    )
    async with Async(f"{gw.base_url}/openai", key) as way:
        asked = await way.client.completions.create(
            model="gpt-3.5-turbo-instruct", prompt="The capital of France is", temperature=0, stream=True
        )
        heard = [chunk.to_dict() async for chunk in asked]

    assert gw.up.requests[0].json()["stream_options"] == {"include_usage": True}
    assert heard == [{**shared, "choices": [choice]}]
