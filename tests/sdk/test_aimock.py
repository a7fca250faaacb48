"""With @copilotkit/aimock as the provider: a server from another language, whose own journal says what it was asked."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from sdk.child import Child
from sdk.house import Listening
from sdk.ways import QUESTION, Way
from warmlane.clock import ManualClock

PACKAGE = "@copilotkit/aimock@1.43.0"
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "capital"}, "response": {"content": "Paris is the capital of France."}},
        {
            "match": {"userMessage": "weather"},
            "response": {"toolCalls": [{"name": "weather", "arguments": '{"city":"Paris"}'}]},
        },
    ]
}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}

pytestmark = pytest.mark.slow  # installs a package from npm, the first time


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installed(request: pytest.FixtureRequest) -> Path:
    """Where its program lies: beside pytest's own cache, so that it is fetched once."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm on this machine")
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("aimock")
    program = folder / "node_modules" / ".bin" / "llmock"
    if not program.exists():
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        process = await asyncio.create_subprocess_exec(
            npm, "install", *options, PACKAGE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        if process.returncode:
            pytest.skip(f"npm could not install {PACKAGE}: {said.decode().strip().splitlines()[-1]}")
    return program


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def aimock(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    """The server, on any free port."""
    fixtures = tmp_path_factory.mktemp("fixtures")
    (fixtures / "all.json").write_text(json.dumps(FIXTURES))
    async with Child(str(installed), "--port", "0", "--fixtures", str(fixtures), when="listening on") as child:
        yield child


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, aimock: Child) -> AsyncIterator[Listening]:
    """A gateway in front of it."""
    async with Listening(
        tmp_path_factory.mktemp("house"),
        ManualClock(),
        embedding={"enabled": False},
        providers={"openai": {"base_url": aimock.base_url}},
    ) as listening:
        yield listening

        assert await listening.failures() == {}


async def asked_of(http: httpx.AsyncClient, aimock: Child) -> int:
    """How many calls its journal holds."""
    return len((await http.get(f"{aimock.base_url}/__aimock/journal")).json())


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_miss_then_hit(
    gw: Listening, aimock: Child, http: httpx.AsyncClient, either: Way, *, stream: bool
) -> None:
    """It is asked once, and the objects are equal."""
    before = await asked_of(http, aimock)
    first = await either.ask(stream=stream)
    await gw.settled()
    second = await either.ask(stream=stream)

    assert (first.x_cache, second.x_cache) == ("MISS", "HIT")
    assert (first.whole, first.chunks) == (second.whole, second.chunks)
    assert second.text == "Paris is the capital of France."
    assert await asked_of(http, aimock) == before + 1


async def test_the_other_mode_says_the_same(gw: Listening, either: Way) -> None:
    """What it said whole can be streamed."""
    whole = await either.ask(QUESTION)
    await gw.settled()
    stream = await either.ask(QUESTION, stream=True)

    assert (whole.x_cache, stream.x_cache) == ("MISS", "HIT")
    assert stream.text == whole.text


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_its_tool_calls_are_kept(gw: Listening, either: Way, *, stream: bool) -> None:
    """With their ids."""
    first = await either.ask("The weather?", tools=[TOOL], stream=stream)
    await gw.settled()
    second = await either.ask("The weather?", tools=[TOOL], stream=stream)
    (call,) = second.completion["choices"][0]["message"]["tool_calls"]

    assert second.x_cache == "HIT"
    assert first.completion == second.completion
    assert (call["function"]["name"], call["function"]["arguments"]) == ("weather", '{"city":"Paris"}')
