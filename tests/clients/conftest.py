"""What tests of clients ask for: a gateway in front of providers of all dialects, and a client in a process."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from clients.driving import Driven, missing
from clients.table import CLIENTS
from clients.vendors import say
from sdk.house import Listening
from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.clock import ManualClock

PROVIDERS = ("anthropic", "google", "groq", "mistral", "openai", "together")


@dataclass(frozen=True)
class Gateway:
    """A gateway that listens, and who is behind all of its providers."""

    listening: Listening
    up: ScriptedUpstream

    @property
    def base_url(self) -> str:
        """The bare host's."""
        return self.listening.base_url

    @property
    def calls(self) -> int:
        """How many calls came through."""
        return len(self.up.requests)

    def begin(self) -> None:
        """Nothing has come, and whoever asks is answered: "Answer 1." and so on."""
        self.up.forget()
        self.up.respond(lambda seen: say(seen, f"Answer {self.up.requests.index(seen) + 1}."))

    async def settled(self) -> None:
        """Wait until what is to be kept is kept."""
        await self.listening.settled()


@pytest.hookimpl(trylast=True)  # pytest itself puts those first that share a parameter, and here each row is one
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all in one loop, as the gateway does, and the tests of a client one after another: it is started once."""
    at = [number for number, item in enumerate(items) if Path(__file__).parent in item.path.parents]
    for number, item in zip(at, sorted((items[number] for number in at), key=_turn), strict=True):
        items[number] = item
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


def _turn(item: pytest.Item) -> tuple[str, int]:
    client = (
        item.callspec.params.get("driven") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
    )
    return str(item.path), CLIENTS.index(client) if client in CLIENTS else -1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """Shared by all clients, as it is in earnest."""
    async with ScriptedUpstream() as up:
        providers = {name: {"base_url": up.base_url} for name in PROVIDERS}
        folder = tmp_path_factory.mktemp("house")
        async with Listening(folder, ManualClock(), embedding={"enabled": False}, providers=providers) as listening:
            yield Gateway(listening, up)

            assert await listening.failures() == {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driven(
    request: pytest.FixtureRequest, gateway: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Driven]:
    """The client of this test, started once for all tests of it."""
    if why := missing(request.param.environment):
        pytest.skip(why)
    gateway.begin()
    async with Driven(request.param, gateway.base_url, tmp_path_factory.mktemp("client")) as driven:
        await gateway.settled()
        yield driven


@pytest.fixture
def gw(gateway: Gateway, driven: Driven) -> Gateway:
    """The gateway, whose providers have not been called since the client started."""
    gateway.begin()
    return gateway
