"""The cache over its shards. That it keeps the laws of stores is in `tests/contracts/test_remote_caches.py`."""

from collections.abc import AsyncIterator

import pytest

from lanes import a_shard, calling, serving
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.model import Row, Scope
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.discovery import FixedMembers
from warmlane_serve.lane.handlers import cache_routes
from warmlane_serve.lane.server import StageServer
from warmlane_serve.remote import RemoteCache
from warmlane_stores.shard import Shard
from warmlane_stores.testing import a_probe, a_row, a_sealed, a_vector, digest

ROWS = [a_sealed(f"{number}", a_vector(1, number / 100)) for number in range(40)]


@pytest.fixture
async def shards(clock: ManualClock) -> AsyncIterator[list[Shard]]:
    """The caches of three shards, as the shards hold them."""
    made = [a_shard(clock) for _ in range(3)]
    yield made
    for shard in made:
        await shard.aclose()


@pytest.fixture
async def servers(shards: list[Shard]) -> AsyncIterator[list[StageServer]]:
    """Their doors."""
    async with serving(*(cache_routes(shard, shard) for shard in shards)) as made:
        yield made


@pytest.fixture
async def cache(servers: list[StageServer]) -> AsyncIterator[RemoteCache]:
    """The three of them as one cache, with rows in it."""
    async with calling(*servers) as lane:
        made = RemoteCache(lane)
        for row in ROWS:
            await made.put(row)
        yield made


async def places(shards: list[Shard], row: Row) -> list[int]:
    """The shards that hold it."""
    return [number for number, shard in enumerate(shards) if await shard.get(row.tenant, row.key) is not None]


async def test_each_row_is_in_one_shard_and_every_shard_has_some(cache: RemoteCache, shards: list[Shard]) -> None:
    """One tenant's rows too: one who asks much does not fill one shard."""
    held = [await places(shards, row) for row in ROWS]

    assert {len(one) for one in held} == {1}
    assert {number for one in held for number in one} == {0, 1, 2}


async def test_neighbours_are_the_nearest_of_all_shards(cache: RemoteCache) -> None:
    """In order, and no more than were asked for."""
    found = await cache.near(a_probe(a_vector(1)), 5)

    assert [near.row for near in found] == ROWS[:5]
    assert [near.similarity for near in found] == sorted((near.similarity for near in found), reverse=True)


async def test_a_shard_that_is_down_costs_its_own_rows(
    cache: RemoteCache, servers: list[StageServer], shards: list[Shard]
) -> None:
    """Rows of the others are found, by key and by meaning; a purge has to reach all."""
    gone = {row.key for row in ROWS if await places(shards, row) == [1]}
    await servers[1].stop(0)

    found = await cache.near(a_probe(a_vector(1)), 40)
    assert {near.row.key for near in found} == {row.key for row in ROWS} - gone
    for row in ROWS:
        if row.key in gone:
            with pytest.raises(StageError):
                await cache.get(row.tenant, row.key)
        else:
            assert await cache.get(row.tenant, row.key) == row
    for work in (cache.purge(Scope(tenant=ROWS[0].tenant)), cache.delete(ROWS[0].tenant, [digest("x")])):
        with pytest.raises(StageError):
            await work
    await cache.ping()


async def test_where_all_are_down_there_is_no_answer(cache: RemoteCache, servers: list[StageServer]) -> None:
    """It is trouble, not a miss."""
    for server in servers:
        await server.stop(0)

    with pytest.raises(StageError):
        await cache.near(a_probe(a_vector(1)), 3)


async def test_what_a_shard_kept_from_before_is_not_found_by_meaning_either(
    shards: list[Shard], servers: list[StageServer]
) -> None:
    """Another number of shards moves keys: the copy left behind may have been replaced since."""
    members = FixedMembers(servers[0].where)
    lane = Lane(members, bearer="b" * 64, node="node-1")
    cache = RemoteCache(lane)
    old = a_sealed("x", a_vector(1))
    for row in [old, *ROWS]:
        await cache.put(row)
    members.change(*(server.where for server in servers))
    moved = [row for row in ROWS if await cache.get(row.tenant, row.key) is None]
    assert 10 < len(moved) < 40

    found = {near.row.key for near in await cache.near(a_probe(a_vector(1)), 41)}
    assert found.isdisjoint({row.key for row in moved})
    assert await cache.delete(old.tenant, [row.key for row in moved]) == len(moved)
    assert not any([await places(shards, row) for row in moved])
    await lane.aclose()


async def test_the_other_cache_is_another(clock: ManualClock) -> None:
    """What may not be on a disk is asked for apart."""
    durable, volatile = a_shard(clock), a_shard(clock)
    async with serving(cache_routes(durable, volatile)) as servers, calling(*servers) as lane:
        row = a_row()
        await RemoteCache(lane, "volatile").put(row)

        assert await RemoteCache(lane, "volatile").get(row.tenant, row.key) == row
        assert await RemoteCache(lane, "durable").get(row.tenant, row.key) is None
    for shard in (durable, volatile):
        await shard.aclose()
