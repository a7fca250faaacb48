"""The recorder in a replica."""

from pathlib import Path

from samples import NOW
from unit.serve.replica import lane_to, replica
from warmlane.events import EntryStored
from warmlane.settings import Settings
from warmlane_serve.recording import Recorder
from warmlane_serve.remote import RemoteSink


async def test_it_counts_what_every_ingress_tells(tmp_path: Path) -> None:
    """And shows one page of it."""
    stored = EntryStored(call_id="wl_1", at=NOW, lane="default", tenant="t", size=7, near=False, took=0.1)
    async with replica(Recorder, Settings(data_dir=tmp_path)) as stage:
        one, other = RemoteSink(lane_to(stage)), RemoteSink(lane_to(stage))

        await one.accept([stored])
        await other.accept([stored, stored])
        kind, page = await one.exposition()

        assert kind.startswith("text/plain")
        assert b"warmlane_entries_stored_total 3.0" in page
        await one.aclose()
        await other.aclose()
