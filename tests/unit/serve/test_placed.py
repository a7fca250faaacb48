"""What every stage in a replica does alike."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from unit.serve.replica import lane_to, replica
from warmlane.errors import ConfigError
from warmlane.settings import Settings, pepper
from warmlane_serve.carried import carried
from warmlane_serve.lane.handlers.base import pinging
from warmlane_serve.placed import Placed
from warmlane_serve.stage import Here


class Idle(Placed):
    """A stage without a port."""

    async def __init__(self, what: Mapping[str, Any], here: Here | None = None) -> None:  # type: ignore[misc]
        """Answer pings."""
        self._settle(what, here)
        await self._serve("idle", {"/ping": pinging()})


async def test_it_serves_until_it_is_ended(tmp_path: Path) -> None:
    """It answers whoever has the cluster's secret; afterwards nobody answers."""
    async with replica(Idle, Settings(data_dir=tmp_path)) as stage:
        await stage.check_health()
        place = stage.record_replica_metadata()["lane"]
        lane = lane_to(stage)
        assert await lane.ask("/ping") == b""
        assert (stage.about()["host"], stage.about()["pid"]) == (place["host"], os.getpid())
        await lane.aclose()

    assert stage.__del__() is None
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.post(f"http://{place['host']}:{place['port']}/ping")


async def test_it_refuses_to_start_with_another_secret(tmp_path: Path) -> None:
    """Before it opens anything."""
    settings = Settings(data_dir=tmp_path)
    what = {**carried(settings, pepper(settings)), "fingerprint": "another"}
    made = Idle.__new__(Idle)

    with pytest.raises(ConfigError, match="another secret"):
        await made.__init__(what, Here())  # type: ignore[misc]

    assert made.__del__() is None
