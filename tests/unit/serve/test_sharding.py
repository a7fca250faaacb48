"""Each shard has a journal of its own, and waits for it."""

import asyncio
from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve.sharding import folder_of, open_shards, settings_of_shard
from warmlane_stores.journal_file import JournalFile, is_owned


def test_a_shard_lies_beside_the_others(tmp_path: Path) -> None:
    """In the folder that is the whole store's in one process, with the same quotas."""
    settings = Settings(data_dir=tmp_path / "a b?")

    own = settings_of_shard(settings, 3)

    assert folder_of(settings) == tmp_path / "a b?" / "cache"
    assert folder_of(own) == tmp_path / "a b?" / "cache" / "shard-3"
    assert own.store_url.endswith("?max_bytes=1073741824&max_entries=200000")


@pytest.mark.parametrize("url", ["memory://?max_entries=5", "null://"])
def test_a_store_without_a_folder_stays_as_it_is(url: str) -> None:
    """There is nothing to lie anywhere."""
    settings = Settings(cache={"store": url})

    assert settings_of_shard(settings, 1) == settings
    assert folder_of(settings) is None


async def test_a_shard_waits_for_its_journal(tmp_path: Path, clock: ManualClock) -> None:
    """The one before lets go when it is through."""
    settings = Settings(data_dir=tmp_path)
    before = JournalFile(tmp_path / "cache")

    opening = asyncio.get_running_loop().create_task(open_shards(settings, clock, patience=60))
    await asyncio.to_thread(lambda: None)
    assert not opening.done()
    before.release()
    shards = await opening

    assert is_owned(tmp_path / "cache")
    for shard in shards:
        await shard.aclose()
    assert not is_owned(tmp_path / "cache")


async def test_a_shard_does_not_wait_for_ever(tmp_path: Path, clock: ManualClock) -> None:
    """Whoever holds it may be another gateway."""
    before = JournalFile(tmp_path / "cache")
    try:
        with pytest.raises(ConfigError, match="in use by another process"):
            await open_shards(Settings(data_dir=tmp_path), clock, patience=0.001)
    finally:
        before.release()


async def test_what_no_waiting_mends_is_told_at_once(tmp_path: Path, clock: ManualClock) -> None:
    """A folder that cannot be made, a store that there is not."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match="cannot be used"):
        await open_shards(Settings(data_dir=tmp_path / "file"), clock, patience=3600)
    with pytest.raises(ConfigError, match="no store has the scheme"):
        await open_shards(Settings(cache={"store": "nowhere://"}), clock, patience=3600)
