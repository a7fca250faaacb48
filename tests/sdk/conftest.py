"""What SDK tests ask for: a gateway, and ways to call it."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from sdk.house import Listening
from sdk.ways import Async, Sync, Way
from warmlane.clock import ManualClock


@pytest.fixture
async def gw(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Listening]:
    """A gateway that matches exactly only: what most laws are about, and loaded at once."""
    async with Listening(tmp_path, clock, embedding={"enabled": False}) as listening:
        yield listening

        assert await listening.failures() == {}


@pytest.fixture
def key() -> str:
    """A key that nobody else has."""
    return f"sk-proj-{secrets.token_urlsafe(24)}"


@pytest.fixture
async def openai(gw: Listening, key: str) -> AsyncIterator[Async]:
    """The async SDK, at `/openai` of the gateway."""
    async with Async(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
async def either(request: pytest.FixtureRequest, gw: Listening, key: str) -> AsyncIterator[Way]:
    """Both SDKs in turn, at `/openai` of the gateway."""
    async with request.param(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows every byte."""
    async with httpx.AsyncClient(verify=False) as client:
        yield client
