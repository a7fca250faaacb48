"""With @copilotkit/aimock as the provider: a server from another language, whose own journal says what it was asked."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sdk.child import Child
from sdk.house import Listening
from sdk.speaking import DIALECTS, TOOL, Dialect, said
from sdk.strangers import Journal, aimock, aimock_program
from sdk.ways import Async
from warmlane.clock import ManualClock

PLACES = ("Bogotá", "東京")
CALLS = [{"name": TOOL, "arguments": json.dumps({"location": place})} for place in PLACES]
FIXTURES: list[dict[str, Any]] = [
    {"match": {"userMessage": "capital"}, "response": {"content": "Paris is the capital of France. Grüße, 東京 🗼"}},
    # By itself it would end a turn of Gemini's with FUNCTION_CALL, which Google never says.
    {"match": {"userMessage": "weather", "model": "gemini"}, "response": {"toolCalls": CALLS, "finishReason": "stop"}},
    {"match": {"userMessage": "weather"}, "response": {"toolCalls": CALLS}},
    {
        "match": {"userMessage": "sum"},
        "response": {"content": "It is 555.", "reasoning": "15 times 37 is 555.", "reasoningSignature": "EqQBCkYIARgC"},
    },
    {"match": {"userMessage": "busy"}, "response": {"error": {"message": "Slow down.", "type": "t"}, "status": 429}},
    {"match": {"endpoint": "embedding"}, "response": {"embedding": [0.125, -0.5, 0.75]}},
]

pytestmark = pytest.mark.slow  # installs a package from npm, the first time

EACH = pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    """The server."""
    assert request.config.cache is not None
    program = await aimock_program(request.config.cache.mkdir("aimock"))
    async with aimock(program, tmp_path_factory.mktemp("fixtures"), FIXTURES) as child:
        yield child


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, provider: Child) -> AsyncIterator[Listening]:
    """A gateway in front of it, whose vendors it all is."""
    async with Listening(
        tmp_path_factory.mktemp("house"),
        ManualClock(),
        embedding={"enabled": False},
        providers={vendor: {"base_url": provider.base_url} for vendor in ("openai", "anthropic", "google")},
    ) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest_asyncio.fixture(loop_scope="module", params=["sync", "asynchronous"])
async def way(request: pytest.FixtureRequest, gw: Listening, dialect: Dialect, key: str) -> AsyncIterator[Any]:
    """Both SDKs of the dialect's vendor in turn, at the gateway."""
    async with getattr(dialect, request.param)(f"{gw.base_url}/{dialect.provider}", key, **dialect.options) as way:
        yield way


@pytest.fixture
def journal(http: httpx.AsyncClient, provider: Child) -> Journal:
    """What it was asked."""
    return Journal(http, provider.base_url)


@MODES
@EACH
async def test_miss_then_hit(gw: Listening, dialect: Dialect, way: Any, journal: Journal, *, stream: bool) -> None:
    """It is asked once, and the objects are equal."""
    before = await journal.calls()
    first = await dialect.ask(way, stream=stream)
    await gw.settled()
    second = await dialect.ask(way, stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")
    assert said(first) == said(second)
    assert dialect.text(second) == "Paris is the capital of France. Grüße, 東京 🗼"
    assert await journal.calls() == before + 1


@MODES
@EACH
async def test_the_other_mode_says_the_same(
    gw: Listening, dialect: Dialect, way: Any, journal: Journal, *, stream: bool
) -> None:
    """What it said whole can be streamed, and what it streamed is put together."""
    before = await journal.calls()
    first = await dialect.ask(way, stream=stream)
    await gw.settled()
    other = await dialect.ask(way, stream=not stream)

    assert (first.x_cache, other.x_cache) == ("MISS", "HIT")
    assert dialect.text(other) == dialect.text(first)
    assert await journal.calls() == before + 1


@MODES
@EACH
async def test_its_tool_calls_are_kept(gw: Listening, dialect: Dialect, way: Any, *, stream: bool) -> None:
    """Both of them, with their arguments and ids, in either mode."""
    first = await dialect.ask(way, "The weather?", tools=True, stream=stream)
    await gw.settled()
    second = await dialect.ask(way, "The weather?", tools=True, stream=stream)
    other = await dialect.ask(way, "The weather?", tools=True, stream=not stream)

    assert (first.x_cache, second.x_cache, other.x_cache) == ("MISS", "HIT", "HIT")
    assert said(first) == said(second)
    assert dialect.calls(second) == dialect.calls(other) == [(TOOL, {"location": place}) for place in PLACES]


@MODES
@EACH
async def test_its_thoughts_are_kept(gw: Listening, dialect: Dialect, way: Any, *, stream: bool) -> None:
    """However the vendor has them; the text is the answer's alone, in either mode."""
    first = await dialect.ask(way, "The sum?", stream=stream)
    await gw.settled()
    second = await dialect.ask(way, "The sum?", stream=stream)
    other = await dialect.ask(way, "The sum?", stream=not stream)

    assert (first.x_cache, second.x_cache, other.x_cache) == ("MISS", "HIT", "HIT")
    assert said(first) == said(second)
    assert dialect.text(second) == dialect.text(other) == "It is 555."
    assert dialect.thoughts(second) == dialect.thoughts(other) == "15 times 37 is 555."


@MODES
@EACH
async def test_its_errors_are_not_kept(
    gw: Listening, dialect: Dialect, way: Any, journal: Journal, *, stream: bool
) -> None:
    """Each one is its own, and reaches the SDK as it does without a gateway."""
    before = await journal.calls()
    for _ in range(2):
        with pytest.raises(Exception, match=r"Slow down\.") as caught:
            await dialect.ask(way, "Are you busy?", stream=stream)
        error: Any = caught.value
        assert getattr(error, "status_code", None) or error.code == 429
        await gw.settled()

    assert await journal.calls() == before + 2


async def test_openais_embeddings_are_kept_by_input(gw: Listening, journal: Journal, openai: Async) -> None:
    """What is known is not asked for again; the rest is, and takes its place."""
    before = await journal.calls()
    model = "text-embedding-3-small"
    first = await openai.client.embeddings.create(model=model, input=["a", "b"])
    await gw.settled()
    again = await openai.client.embeddings.create(model=model, input=["b", "a"])
    more = await openai.client.embeddings.create(model=model, input=["c", "a"])

    assert await journal.calls() == before + 2
    assert [item.embedding for item in first.data] == [[0.125, -0.5, 0.75]] * 2
    assert again.data == first.data
    assert [item.index for item in more.data] == [0, 1]


async def test_googles_embeddings_are_kept(gw: Listening, journal: Journal, http: httpx.AsyncClient, key: str) -> None:
    """One at a time; batches it does not know, and its refusal is passed on."""
    before = await journal.calls()
    model, headers = f"{gw.base_url}/google/v1beta/models/gemini-embedding-001", {"x-goog-api-key": key}
    one = {"content": {"parts": [{"text": "a"}]}}
    first = await http.post(f"{model}:embedContent", json=one, headers=headers)
    await gw.settled()
    again = await http.post(f"{model}:embedContent", json=one, headers=headers)
    batch = {"requests": [{"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "b"}]}}]}
    refused = await http.post(f"{model}:batchEmbedContents", json=batch, headers=headers)

    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("MISS", "HIT")
    assert first.json() == again.json() == {"embedding": {"values": [0.125, -0.5, 0.75]}}
    assert (refused.status_code, refused.json()) == (404, {"error": {"message": "Not found", "type": "not_found"}})
    assert await journal.calls() <= before + 2
