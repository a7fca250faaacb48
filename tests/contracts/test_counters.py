"""All counters keep every law of counters."""

from warmlane_stores.counters import MemoryCounters
from warmlane_stores.testing import CountersContract


class TestMemory(CountersContract):
    """In RAM."""

    def make(self) -> MemoryCounters:
        """As the counter of a cluster holds them."""
        return MemoryCounters()
