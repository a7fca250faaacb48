"""What every deployment class is, without Serve."""

import pytest

from lanes import BEARER, a_lane
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.adapters.upstream import HttpForwarder
from warmlane.errors import StageError
from warmlane.ports import Forwarder
from warmlane_serve.lane.discovery import PUBLISHED
from warmlane_serve.lane.handlers import forwarder_routes
from warmlane_serve.stage import Here, Stage, address_of

HERE = Here(replica="abc", rank=3, node="node-1")


class Forwarding(Stage):
    """The least that a deployment class is."""

    def __init__(self, port: Forwarder) -> None:
        """Hold it."""
        self.port = port
        self.closed = 0

    async def open(self) -> None:
        """As an async `__init__` would."""
        await self._open(forwarder_routes(self.port), name="forwarder", bearer=BEARER, here=HERE)

    async def _close(self) -> None:
        self.closed += 1
        await self.port.aclose()


async def test_it_says_where_it_is_and_how_busy() -> None:
    """In Serve's hooks: plain values, no secret."""
    stage = Forwarding(ScriptedForwarder())
    await stage.open()
    said = stage.record_replica_metadata()

    assert {name: said[PUBLISHED][name] for name in ("replica", "rank", "node")} == {
        "replica": "abc", "rank": 3, "node": "node-1",
    }  # fmt: skip
    assert BEARER not in str(said)
    assert stage.record_autoscaling_stats() == {"in_flight": 0.0, "queue_ms": 0.0}
    await stage.stop(0)


async def test_its_health_is_that_of_the_real_thing() -> None:
    """Asked through its own door."""
    http = HttpForwarder()
    stage = Forwarding(http)
    await stage.open()
    await stage.check_health()
    await http.aclose()

    with pytest.raises(StageError, match="closed"):
        await stage.check_health()
    await stage.stop(0)


async def test_it_ends_once() -> None:
    """The door first, then the port; the second time there is nothing to do."""
    stage = Forwarding(ScriptedForwarder())
    await stage.open()
    assert stage._server is not None
    lane = a_lane(stage._server.where)
    await stage.stop(0)
    await stage.stop(0)

    assert stage.closed == 1
    with pytest.raises(StageError):
        await lane.ask("/ping")
    await lane.aclose()


async def test_what_never_opened_needs_no_end() -> None:
    """A replica whose start failed is ended too."""
    stage = Forwarding(ScriptedForwarder())
    await stage.stop()

    assert stage.closed == 0


def test_a_node_is_reached_where_it_said_it_is() -> None:
    """Not where this process would guess."""
    nodes = [
        {"NodeID": "a", "NodeManagerAddress": "10.77.0.1"},
        {"NodeID": "b", "NodeManagerAddress": "10.77.0.2"},
    ]

    assert address_of(nodes, "b") == "10.77.0.2"
