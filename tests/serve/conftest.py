"""What tests of the cluster ask for: one cluster for the whole run."""

import os
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

with warnings.catch_warnings():  # Ray's own, of other libraries
    warnings.simplefilter("ignore")
    import ray.serve  # noqa: F401 - whoever imports it again hears nothing

from sdk.ways import Async, Sync, Way
from serve.cluster import Cluster, a_key, running
from serve.collector import Collector, collecting
from serve.house import Clustered

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Ray, and run the tests of a module in one loop."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.ray)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.filterwarnings("ignore"))  # Ray's own
            item.add_marker(pytest.mark.timeout(300))
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where the cluster tells its traces."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Cluster]:
    """The gateway on Ray, each stage once. It traces calls whose callers do."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith(("WARMLANE_", "RAY_", "OTEL_")):
                environment.delenv(name)
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        telemetry = {"otlp_endpoint": collector.endpoint, "sample_ratio": 0}
        with running(tmp_path_factory.mktemp("cluster"), telemetry=telemetry) as cluster:
            yield cluster


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(cluster: Cluster) -> AsyncIterator[Clustered]:
    """The cluster, with its provider. Shared, as it is for callers in earnest."""
    async with Clustered(cluster) as house:
        yield house

        assert await house.failures() == {}


@pytest_asyncio.fixture(loop_scope="module")
async def gw(house: Clustered) -> Clustered:
    """The gateway, whose provider has not been called yet."""
    await house.begin()
    return house


@pytest.fixture
def key() -> str:
    """A key that nobody else has."""
    return a_key()


@pytest_asyncio.fixture(loop_scope="module")
async def openai(gw: Clustered, key: str) -> AsyncIterator[Async]:
    """The async SDK, at `/openai` of the gateway."""
    async with Async(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module", params=[Sync, Async], ids=["sync", "async"])
async def either(request: pytest.FixtureRequest, gw: Clustered, key: str) -> AsyncIterator[Way]:
    """Both SDKs in turn, at `/openai` of the gateway."""
    async with request.param(f"{gw.base_url}/openai", key) as way:
        yield way


@pytest_asyncio.fixture(loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows every byte."""
    async with httpx.AsyncClient(verify=False) as client:
        yield client
