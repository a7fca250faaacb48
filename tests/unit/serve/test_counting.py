"""The counter in a replica."""

from pathlib import Path

from unit.serve.replica import lane_to, replica
from warmlane.settings import Settings
from warmlane_serve.counting import Counter
from warmlane_serve.remote import RemoteCounters


async def test_it_counts_for_all_who_ask(tmp_path: Path) -> None:
    """What one adds another reads."""
    async with replica(Counter, Settings(data_dir=tmp_path)) as stage:
        one, other = RemoteCounters(lane_to(stage)), RemoteCounters(lane_to(stage))

        before = await one.read("generation")
        assert await other.add("generation", 2) == before + 2
        assert await one.read("generation") == before + 2

        await one.aclose()
        await other.aclose()
