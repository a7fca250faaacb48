"""With llmock as the provider: a server that speaks OpenAI's API, breaks on demand, and was written by nobody here."""

import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai as sdk
import pytest
import pytest_asyncio

from sdk.child import Child
from sdk.house import Listening
from sdk.ways import Async, Way
from warmlane.clock import ManualClock

pytestmark = pytest.mark.slow  # another server in a process of its own

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


class Provider:
    """llmock's control API."""

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        """Talk to it by `http`."""
        self._http, self._url = http, f"{base_url}/_llmock"

    async def will(self, **behavior: Any) -> None:
        """Behave so, once."""
        (await self._http.post(f"{self._url}/scenario", json={"behaviors": [behavior]})).raise_for_status()

    async def reset(self) -> None:
        """Forget what came and what was to be done."""
        (await self._http.post(f"{self._url}/reset")).raise_for_status()

    async def calls(self) -> int:
        """How many calls have come."""
        count: int = (await self._http.get(f"{self._url}/requests")).json()["count"]
        return count

    async def verdict(self) -> dict[str, Any]:
        """What it thinks of its client."""
        said: dict[str, Any] = (await self._http.get(f"{self._url}/verdict")).json()
        return said


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llmock() -> AsyncIterator[Child]:
    """The server, as its own command line starts it, on any free port."""
    program = str(Path(sys.executable).with_name("llmock"))
    async with Child(program, "serve", "--host", "127.0.0.1", "--port", "0", when="Uvicorn running on") as child:
        yield child


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, llmock: Child) -> AsyncIterator[Listening]:
    """A gateway in front of it."""
    async with Listening(
        tmp_path_factory.mktemp("house"),
        ManualClock(),
        embedding={"enabled": False},
        providers={"openai": {"base_url": llmock.base_url}},
    ) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest_asyncio.fixture(loop_scope="module")
async def provider(http: httpx.AsyncClient, llmock: Child) -> Provider:
    """It, with nothing behind it."""
    provider = Provider(http, llmock.base_url)
    await provider.reset()
    return provider


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_miss_then_hit(gw: Listening, provider: Provider, either: Way, *, stream: bool) -> None:
    """It is asked once, and the objects are equal."""
    first = await either.ask(stream=stream)
    await gw.settled()
    second = await either.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")
    assert (first.whole, first.chunks) == (second.whole, second.chunks)
    assert first.text
    assert await provider.calls() == 1


async def test_either_mode_from_the_other(gw: Listening, provider: Provider, either: Way) -> None:
    """What it said whole is streamed, and what it streamed, with usage, is said whole."""
    counted = {"stream": True, "stream_options": {"include_usage": True}}
    whole = await either.ask("Whole?")
    stream = await either.ask("Streamed?", **counted)
    await gw.settled()
    streamed, gathered = await either.ask("Whole?", **counted), await either.ask("Streamed?")

    assert (streamed.x_cache, gathered.x_cache) == ("HIT", "HIT")
    assert (streamed.text, gathered.text) == (whole.text, stream.text)
    assert streamed.completion["usage"] == whole.completion["usage"]
    assert gathered.completion["usage"] == stream.completion["usage"]
    assert await provider.calls() == 2


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_its_tool_calls_are_kept(gw: Listening, provider: Provider, openai: Async, *, stream: bool) -> None:
    """Names, arguments and ids, in either mode."""
    calls = [{"name": "look", "arguments": {"at": "Grüße"}}, {"name": "look", "arguments": {"at": "b"}}]
    await provider.will(type="reply", tool_calls=calls)
    first = await openai.ask(stream=stream, tools=[TOOL])
    await gw.settled()
    second = await openai.ask(stream=stream, tools=[TOOL])
    made = second.completion["choices"][0]["message"]["tool_calls"]

    assert second.x_cache == "HIT"
    assert first.completion == second.completion
    assert [call["function"]["name"] for call in made] == ["look", "look"]
    assert "Grüße" in json.loads(made[0]["function"]["arguments"])["at"]


@pytest.mark.parametrize("kind", ["disconnect", "truncate", "malformed"])
async def test_a_stream_that_it_breaks_is_not_kept(gw: Listening, provider: Provider, openai: Async, kind: str) -> None:
    """However it breaks: what is kept next is the whole one."""
    await provider.will(type="stream_fault", kind=kind, after_chunks=2)
    with contextlib.suppress(sdk.APIError, json.JSONDecodeError):
        await openai.ask(stream=True)
    await gw.settled()
    second = await openai.ask(stream=True)
    await gw.settled()
    third = await openai.ask(stream=True)

    assert (second.x_cache, third.x_cache) == ("MISS", "HIT")
    assert second.completion["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_half_an_answer_is_not_kept(gw: Listening, provider: Provider, openai: Async, finish: str) -> None:
    """It says so itself."""
    await provider.will(type="reply", text="Half", finish_reason=finish)
    first = await openai.ask()
    await gw.settled()

    assert first.text == "Half"
    assert (await openai.ask()).x_cache == "MISS"


async def test_its_errors_reach_the_sdk_and_its_waits_are_kept(gw: Listening, provider: Provider, key: str) -> None:
    """The SDK sees the Retry-After, waits as long, and is found to be a client that behaves."""
    await provider.will(type="fail", status=429, retry_after=0.01, times=2)
    async with Async(f"{gw.base_url}/openai", key, max_retries=2) as patient:
        reply = await patient.ask()
    verdict = await provider.verdict()

    assert reply.x_cache == "MISS"
    assert (verdict["calls"], verdict["attempts"]) == (1, 3)
    assert verdict["findings"] == []


async def test_other_endpoints_work_through_the_gateway(gw: Listening, provider: Provider, openai: Async) -> None:
    """Models, embeddings and the Responses API, none of which are cached today."""
    models = [model.id async for model in openai.client.models.list()]
    made = await openai.client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    said = await openai.client.responses.create(model="gpt-4o", input="Hi")

    assert models
    assert [len(item.embedding) > 0 for item in made.data] == [True, True]
    assert said.output_text
