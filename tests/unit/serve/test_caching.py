"""A shard in a replica: it has the journal of its rank, and lets go of it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from unit.serve.replica import lane_to, replica
from warmlane.errors import ConfigError, StageError
from warmlane.settings import Settings
from warmlane_serve.caching import CacheStore
from warmlane_serve.remote import RemoteCache
from warmlane_stores.journal_file import is_owned
from warmlane_stores.testing.values import a_row


@dataclass
class Rank:
    """As Serve tells it."""

    rank: int


def settings(folder: Path, shards: int = 1) -> Settings:
    """Of a store with so many shards."""
    return Settings.model_validate({"data_dir": folder, "stages": {"store": {"min_replicas": shards}}})


async def test_a_row_outlives_its_replica(tmp_path: Path) -> None:
    """The next one of the same rank has it."""
    row = a_row(ttl=10**9)
    async with replica(CacheStore, settings(tmp_path)) as stage:
        first = RemoteCache(lane_to(stage))
        await first.put(row)
        await first.aclose()
        assert is_owned(tmp_path / "cache" / "shard-0")
        assert stage.about()["keeps"] == str(tmp_path / "cache" / "shard-0")
    assert not is_owned(tmp_path / "cache" / "shard-0")

    async with replica(CacheStore, settings(tmp_path)) as stage:
        second = RemoteCache(lane_to(stage))
        assert await second.get(row.tenant, row.key) == row
        await second.aclose()


async def test_each_rank_has_a_journal_of_its_own(tmp_path: Path) -> None:
    """Side by side on one node."""
    two = settings(tmp_path, shards=2)
    async with replica(CacheStore, two), replica(CacheStore, two, rank=1):
        assert is_owned(tmp_path / "cache" / "shard-0")
        assert is_owned(tmp_path / "cache" / "shard-1")


async def test_what_must_not_be_written_is_not(tmp_path: Path) -> None:
    """The volatile cache is another one."""
    row = a_row(ttl=10**9)
    async with replica(CacheStore, settings(tmp_path)) as stage:
        lane = lane_to(stage)
        await RemoteCache(lane, "volatile").put(row)

        assert await RemoteCache(lane, "volatile").get(row.tenant, row.key) == row
        assert await RemoteCache(lane).get(row.tenant, row.key) is None
        await lane.aclose()


async def test_a_number_that_is_too_high_is_refused(tmp_path: Path) -> None:
    """Its shard would be asked as long as the replica lives, and empty."""
    with pytest.raises(ConfigError, match="shard 1 of 1 cannot be"):
        async with replica(CacheStore, settings(tmp_path), rank=1):
            pass


async def test_a_shard_that_is_to_be_another_one_ends(tmp_path: Path) -> None:
    """Serve asks for its health, and puts another one in its place."""
    async with replica(CacheStore, settings(tmp_path, shards=2), rank=1) as stage:
        await stage.check_health()
        await stage.reconfigure(None, Rank(1))
        await stage.check_health()
        await stage.reconfigure(None, Rank(0))

        with pytest.raises(StageError, match="shard 1 is to be another one"):
            await stage.check_health()
