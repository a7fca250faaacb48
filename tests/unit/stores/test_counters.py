"""Counters in RAM. The laws that all counters keep are in tests/contracts."""

from warmlane_stores.counters import MemoryCounters


async def test_a_restart_looks_like_a_change() -> None:
    """Nobody takes the number of a new holder for one they have seen: they start anywhere below 2**48."""
    started = [await MemoryCounters().read("generation") for _ in range(20)]

    assert len(set(started)) == 20
    assert 0 <= min(started) <= max(started) < 1 << 48
