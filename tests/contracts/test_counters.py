"""All counters keep every law of counters."""

from lanes import LazyLane
from warmlane_serve.lane.handlers import counter_routes
from warmlane_serve.remote import RemoteCounters
from warmlane_stores.counters import MemoryCounters
from warmlane_stores.testing import CountersContract


class TestMemory(CountersContract):
    """In RAM."""

    def make(self) -> MemoryCounters:
        """As the counter of a cluster holds them."""
        return MemoryCounters()


class TestElsewhere(CountersContract):
    """In RAM, behind a socket."""

    def make(self) -> RemoteCounters:
        """As an ingress of a cluster has them."""
        counters = MemoryCounters()
        return RemoteCounters(LazyLane(lambda: [counter_routes(counters)], "unix", counters.aclose))
