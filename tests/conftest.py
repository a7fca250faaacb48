"""What every test may ask for."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from warmlane.clock import ManualClock

# Tests that drive the whole gateway on their own loop, where a blocking call of ours holds up every other caller.
ON_THE_LOOP = {Path(__file__).parent / "flow", Path(__file__).parent / "sdk"}


@pytest.fixture(autouse=True)
def _no_blocking_call(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a flow or SDK test in which our code blocks the event loop."""
    if ON_THE_LOOP.isdisjoint(request.path.parents):
        yield
        return
    with blockbuster_ctx(["warmlane", "warmlane_stores", "warmlane_serve"]):
        yield


@pytest.fixture
def clock() -> ManualClock:
    """Time that moves when the test says so."""
    return ManualClock()


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run may be asked for besides its verdict."""
    parser.addoption("--three-nodes", action="store_true", help="run the tests of three nodes, as root")
    parser.addoption("--write-docs", action="store_true", help="write what was seen into docs/operating.md")
