"""A shard's two caches behind one door."""

import pytest

from lanes import a_shard, calling, serving
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers import cache_routes
from warmlane_stores.testing import a_row


async def test_each_port_call_has_its_path_in_both_caches(clock: ManualClock) -> None:
    """What is put into one is not in the other."""
    durable, volatile = a_shard(clock), a_shard(clock)
    routes = cache_routes(durable, volatile)
    names = {"get", "put", "delete", "purge", "near"}
    assert set(routes) == {f"/{cache}/{name}" for cache in ("durable", "volatile") for name in names} | {"/ping"}

    row = a_row()
    key = wire.NAMES.write([(row.tenant, row.key)])
    async with serving(routes) as servers, calling(*servers) as lane:
        await lane.ask("/volatile/put", wire.ROWS.write([row]))
        assert wire.FOUND.read(await lane.ask("/volatile/get", key)) == [row]
        assert wire.FOUND.read(await lane.ask("/durable/get", key)) == [None]
        with pytest.raises(StageError, match="version"):
            await lane.ask("/durable/get", b"nonsense")
        await lane.ask("/ping")
    for shard in (durable, volatile):
        await shard.aclose()
