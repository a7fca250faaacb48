"""Each port is what the settings say. How it works is told by the tests of solo mode, which is made of them."""

from pathlib import Path

import pytest

from warmlane.adapters.embedders import NoEmbedder, OnnxEmbedder
from warmlane.adapters.telemetry import NullTracer
from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane.settings import Settings
from warmlane_serve import local
from warmlane_stores.testing import a_row


def settings(folder: Path, **groups: object) -> Settings:
    """Settings with the data in `folder`."""
    return Settings.model_validate({"data_dir": folder, **groups})


async def test_an_embedder_can_be_off(tmp_path: Path, clock: ManualClock) -> None:
    """Then there is none that could be ready."""
    for enabled, kind in ((True, OnnxEmbedder), (False, NoEmbedder)):
        embedder = local.embedder(settings(tmp_path, embedding={"enabled": enabled}), clock, NullTracer())
        assert isinstance(embedder, kind)
        assert not embedder.ready
        await embedder.aclose()


async def test_one_shard_is_durable_and_the_other_is_not(tmp_path: Path, clock: ManualClock) -> None:
    """What is put into either is in no other; a store that nobody knows is a wrong setting."""
    row = a_row("x")
    durable, volatile = local.shards(settings(tmp_path), clock)
    await durable.put(row)
    assert await volatile.get(row.tenant, row.key) is None
    await durable.aclose()
    await volatile.aclose()

    durable, volatile = local.shards(settings(tmp_path), clock)
    assert await durable.get(row.tenant, row.key) == row
    await durable.aclose()
    await volatile.aclose()

    with pytest.raises(ConfigError):
        local.shards(settings(tmp_path, cache={"store": "nobody://knows"}), clock)


async def test_a_forwarder_is_there_at_once(tmp_path: Path, clock: ManualClock) -> None:
    """It connects when it is called."""
    forwarder = local.forwarder(settings(tmp_path), clock)
    await forwarder.ping()
    await forwarder.aclose()


async def test_a_log_is_there_where_it_is_wanted(tmp_path: Path) -> None:
    """It costs, so it is off unless asked for."""
    assert local.log(settings(tmp_path)) is None
    sink = local.log(settings(tmp_path, telemetry={"log": True}))
    assert sink is not None
    await sink.aclose()
