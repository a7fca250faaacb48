"""With llmock as the provider: a server that speaks many APIs, breaks on demand, and judges whoever calls it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sdk.child import Child
from sdk.house import Listening
from sdk.speaking import DIALECTS, TOOL, Dialect, said
from sdk.strangers import Control, llmock
from sdk.ways import Async
from warmlane.clock import ManualClock

pytestmark = pytest.mark.slow  # another server in a process of its own

EACH = pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
MODES = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])

AT = {
    "openai": "", "anthropic": "/anthropic", "google": "/gemini", "groq": "/groq/openai", "mistral": "/mistral",
    "together": "/together",
}  # fmt: skip
"""Where it has whose API, as base URLs have it: in front of the version."""

STALL = 5.0


def in_front_of(base_url: str, folder: Path, **settings: Any) -> Listening:
    """A gateway whose providers it all is."""
    providers = {vendor: {"base_url": base_url + at} for vendor, at in AT.items()}
    return Listening(folder, ManualClock(), embedding={"enabled": False}, providers=providers, **settings)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Child]:
    """It."""
    async with llmock() as child:
        yield child


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, server: Child) -> AsyncIterator[Listening]:
    """A gateway in front of it."""
    async with in_front_of(server.base_url, tmp_path_factory.mktemp("house")) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest_asyncio.fixture(loop_scope="module")
async def provider(http: httpx.AsyncClient, server: Child) -> Control:
    """What it is told to do, and what it saw; nothing yet."""
    control = Control(http, server.base_url)
    await control.reset()
    return control


@pytest_asyncio.fixture(loop_scope="module", params=["sync", "asynchronous"])
async def way(request: pytest.FixtureRequest, gw: Listening, dialect: Dialect, key: str) -> AsyncIterator[Any]:
    """Both SDKs of the dialect's vendor in turn, at the gateway."""
    async with getattr(dialect, request.param)(f"{gw.base_url}/{dialect.provider}", key, **dialect.options) as way:
        yield way


@MODES
@EACH
async def test_miss_then_hit(gw: Listening, provider: Control, dialect: Dialect, way: Any, *, stream: bool) -> None:
    """It is asked once, the objects are equal, and the other mode says the same."""
    first = await dialect.ask(way, stream=stream)
    await gw.settled()
    second = await dialect.ask(way, stream=stream)
    other = await dialect.ask(way, stream=not stream)

    assert (first.x_cache, second.x_cache, other.x_cache) == ("MISS", "HIT", "HIT")
    assert said(first) == said(second)
    assert dialect.text(first) == dialect.text(other) != ""
    assert await provider.calls() == 1


@MODES
@EACH
async def test_its_tool_calls_are_kept(
    gw: Listening, provider: Control, dialect: Dialect, way: Any, *, stream: bool
) -> None:
    """Names, arguments and ids, in either mode."""
    places = ({"location": "Grüße"}, {"location": "東京"})
    await provider.will(type="reply", tool_calls=[{"name": TOOL, "arguments": place} for place in places])
    first = await dialect.ask(way, tools=True, stream=stream)
    await gw.settled()
    second = await dialect.ask(way, tools=True, stream=stream)
    other = await dialect.ask(way, tools=True, stream=not stream)

    assert (first.x_cache, second.x_cache, other.x_cache) == ("MISS", "HIT", "HIT")
    assert said(first) == said(second)
    assert dialect.calls(second) == dialect.calls(other) == [(TOOL, place) for place in places]


@pytest.mark.parametrize("vendor", ["groq", "mistral", "together"])
@MODES
async def test_other_vendors_are_kept_apart(
    gw: Listening, provider: Control, openai: Async, key: str, vendor: str, *, stream: bool
) -> None:
    """Each has its own answer to the same question with the same key."""
    theirs = await openai.ask(stream=stream)
    async with Async(f"{gw.base_url}/{vendor}", key) as way:
        first = await way.ask(stream=stream)
        await gw.settled()
        second = await way.ask(stream=stream)

    assert (theirs.x_cache, first.x_cache, second.x_cache) == ("MISS", "MISS", "HIT")
    assert said(first) == said(second)
    assert await provider.calls() == 2


async def outcome(dialect: Dialect, way: Any, *, stream: bool) -> str:
    """What becomes of a call: the text, or what the SDK raises."""
    try:
        return dialect.text(await dialect.ask(way, stream=stream))
    except Exception as error:  # noqa: BLE001 some of what the SDKs raise here is nobody's documented class
        return type(error).__name__


FAULTS: dict[str, dict[str, Any]] = {
    "bad-request": {"type": "fail", "status": 400},
    "unauthorized": {"type": "fail", "status": 401},
    "not-found": {"type": "fail", "status": 404},
    "limited-twice": {"type": "fail", "status": 429, "retry_after": 0.05, "times": 2},
    "busy-twice": {"type": "fail", "status": 503, "retry_after": 0.05, "times": 2},
    "limited-for-good": {"type": "fail", "status": 429, "retry_after": 0.01, "times": 9},
    "overloaded": {"type": "fail", "status": 529, "retry_after": 0.01, "times": 9},
    "disconnect": {"type": "stream_fault", "kind": "disconnect", "after_chunks": 2},
    "truncate": {"type": "stream_fault", "kind": "truncate", "after_chunks": 2},
    "malformed": {"type": "stream_fault", "kind": "malformed", "after_chunks": 3},
    "stall": {"type": "stream_fault", "kind": "stall", "after_chunks": 2, "stall_seconds": 0.1},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@EACH
async def test_its_verdict_is_the_same_as_without_a_gateway(
    gw: Listening, provider: Control, server: Child, dialect: Dialect, key: str, fault: dict[str, Any]
) -> None:
    """As many calls and tries, the same found wanting, and the same for the application: nothing is tried or hidden."""
    seen = []
    version = "/v1" if dialect.provider == "openai" else ""
    for base_url in (server.base_url + AT[dialect.provider] + version, f"{gw.base_url}/{dialect.provider}"):
        await provider.reset()
        await provider.will(type="reply", text="One, two, three, four.", times=9)
        await provider.will(**fault)
        async with dialect.asynchronous(base_url, key, **dialect.patient) as way:
            became = await outcome(dialect, way, stream=fault["type"] == "stream_fault")
        await gw.settled()
        seen.append((became, await provider.verdict()))

    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", ["disconnect", "truncate", "malformed"])
@EACH
async def test_a_stream_that_it_breaks_is_not_kept(
    gw: Listening, provider: Control, dialect: Dialect, way: Any, kind: str
) -> None:
    """However it breaks: what is kept next is the whole one."""
    await provider.will(type="stream_fault", kind=kind, after_chunks=3)  # with Anthropic the third is a ping
    await outcome(dialect, way, stream=True)
    await gw.settled()
    second = await dialect.ask(way, stream=True)
    await gw.settled()
    third = await dialect.ask(way, stream=True)

    assert (second.x_cache, third.x_cache) == ("MISS", "HIT")
    assert said(second) == said(third)


@EACH
async def test_a_stream_that_hangs_is_cut_and_not_kept(
    provider: Control, server: Child, dialect: Dialect, key: str, tmp_path: Path
) -> None:
    """`upstream.read_timeout` is the read timeout that llmock misses in clients; the SDK sees a broken stream."""
    async with in_front_of(server.base_url, tmp_path, upstream={"read_timeout": 0.3}) as gw:
        url = f"{gw.base_url}/{dialect.provider}"
        async with dialect.asynchronous(url, key, **dialect.options) as way, asyncio.timeout(STALL):
            await provider.will(type="stream_fault", kind="stall", after_chunks=2, stall_seconds=STALL)
            became = await outcome(dialect, way, stream=True)
            await gw.settled()
            verdict = await provider.verdict()
            after = await dialect.ask(way, stream=True)

    assert became.endswith(("Error", "Exception"))
    assert verdict["found"] == []
    assert after.x_cache == "MISS"


HALVES = [
    pytest.param(dialect, finish, id=f"{dialect.name}-{finish}")
    for dialect in DIALECTS
    for finish in ("length", "content_filter")
    if (dialect.name, finish) != ("responses", "content_filter")  # of which it does not say so
]


@pytest.mark.parametrize(("dialect", "finish"), HALVES)
async def test_half_an_answer_is_not_kept(
    gw: Listening, provider: Control, dialect: Dialect, key: str, finish: str
) -> None:
    """It says so itself."""
    async with dialect.asynchronous(f"{gw.base_url}/{dialect.provider}", key, **dialect.options) as way:
        for _ in range(2):
            await provider.will(type="reply", text="Half", finish_reason=finish)
            await outcome(dialect, way, stream=False)
            await gw.settled()

    assert await provider.calls() == 2


@EACH
async def test_its_report_finds_nothing(
    gw: Listening, provider: Control, server: Child, dialect: Dialect, key: str
) -> None:
    """An SDK that waits as it is told, hits, misses and all: `llmock report --strict` is content."""
    await provider.will(type="fail", status=429, retry_after=0.05, times=2)
    async with dialect.asynchronous(f"{gw.base_url}/{dialect.provider}", key, **dialect.patient) as way:
        for _ in range(3):
            await dialect.ask(way)
            await gw.settled()
    program = str(Path(sys.executable).with_name("llmock"))
    report = await asyncio.create_subprocess_exec(
        program, "report", "--strict", "--url", server.base_url, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await report.communicate()

    assert await provider.verdict() == {"calls": 1, "attempts": 3, "found": []}
    assert report.returncode == 0, told.decode()


@EACH
async def test_hits_take_nothing_of_a_quota(dialect: Dialect, key: str, tmp_path: Path) -> None:
    """Two calls a minute are enough for six; what is left of them is told on misses, and on hits by nobody."""
    async with (
        llmock("--rpm", "2") as server,
        in_front_of(server.base_url, tmp_path) as gw,
        dialect.asynchronous(f"{gw.base_url}/{dialect.provider}", key, **dialect.options) as way,
    ):
        replies = []
        for text in ("One?", "Two?", "One?", "Two?", "One?", "Two?"):
            replies.append(await dialect.ask(way, text))
            await gw.settled()
        with pytest.raises(Exception, match="429"):
            await dialect.ask(way, "Three?")

    assert [reply.x_cache for reply in replies] == ["MISS"] * 2 + ["HIT"] * 4
    limits = [{name for name in reply.headers if re.search("ratelimit", name.lower())} for reply in replies]
    assert limits[2:] == [set()] * 4
    assert dialect.provider == "google" or limits[0]


async def test_openais_embeddings_are_kept_by_input(gw: Listening, provider: Control, openai: Async) -> None:
    """What is known is not asked for again; the rest is, and takes its place."""
    model = "text-embedding-3-small"
    first = await openai.client.embeddings.create(model=model, input=["a", "b"])
    await gw.settled()
    again = await openai.client.embeddings.create(model=model, input=["b", "a"])
    more = await openai.client.embeddings.create(model=model, input=["c", "a"])

    assert await provider.calls() == 2
    assert [item.embedding for item in again.data] == [item.embedding for item in reversed(first.data)]
    assert more.data[1].embedding == first.data[0].embedding
    assert [item.index for item in more.data] == [0, 1]


async def test_other_endpoints_work_through_the_gateway(gw: Listening, provider: Control, openai: Async) -> None:
    """Models, which are never cached."""
    models = [model.id async for model in openai.client.models.list()]

    assert models
    assert await provider.calls() == 1
