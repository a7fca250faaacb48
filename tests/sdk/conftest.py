"""What SDK tests ask for: a gateway, and ways to call it."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from sdk import ways_anthropic, ways_google
from sdk.house import Listening
from sdk.ways import Async, Sync, Way
from warmlane.clock import ManualClock

MATRICES = ("test_errors_", "test_modes", "test_never_")
"""How the modules begin in which every SDK asks for everything in every mode: hundreds of calls each."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of a module in one loop, as its gateway does."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)
            # Google's SDK makes a class of its own of aiohttp's session.
            item.add_marker(pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession"))
        if item.path.name.startswith(MATRICES):
            item.add_marker(pytest.mark.slow)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Listening]:
    """A gateway that matches exactly only: what most laws are about. Shared, as it is for callers in earnest."""
    async with Listening(tmp_path_factory.mktemp("house"), ManualClock(), embedding={"enabled": False}) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest.fixture
def gw(house: Listening) -> Listening:
    """The gateway, whose provider has not been called yet."""
    house.up.forget()
    return house


@pytest.fixture
def key() -> str:
    """A key that nobody else has."""
    return f"sk-proj-{secrets.token_urlsafe(24)}"


@pytest_asyncio.fixture(loop_scope="module")
async def openai(gw: Listening, key: str) -> AsyncIterator[Async]:
    """The async SDK, at `/openai` of the gateway."""
    async with Async(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module", params=[Sync, Async], ids=["sync", "async"])
async def either(request: pytest.FixtureRequest, gw: Listening, key: str) -> AsyncIterator[Way]:
    """Both SDKs in turn, at `/openai` of the gateway."""
    async with request.param(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module")
async def google(gw: Listening, key: str) -> AsyncIterator[ways_google.Async]:
    """Google's async SDK, at `/google` of the gateway."""
    async with ways_google.Async(f"{gw.base_url}/google", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module", params=[ways_google.Sync, ways_google.Async], ids=["sync", "async"])
async def either_google(request: pytest.FixtureRequest, gw: Listening, key: str) -> AsyncIterator[ways_google.Way]:
    """Both of Google's SDKs in turn, there."""
    async with request.param(f"{gw.base_url}/google", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module")
async def anthropic(gw: Listening, key: str) -> AsyncIterator[ways_anthropic.Async]:
    """Anthropic's async SDK, at `/anthropic` of the gateway."""
    async with ways_anthropic.Async(f"{gw.base_url}/anthropic", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module", params=[ways_anthropic.Sync, ways_anthropic.Async], ids=["sync", "async"])
async def either_anthropic(
    request: pytest.FixtureRequest, gw: Listening, key: str
) -> AsyncIterator[ways_anthropic.Way]:
    """Both of Anthropic's SDKs in turn, there."""
    async with request.param(f"{gw.base_url}/anthropic", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows every byte."""
    async with httpx.AsyncClient(verify=False) as client:
        yield client
