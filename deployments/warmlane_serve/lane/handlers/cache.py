"""What a cache shard answers: for its durable cache and for the one in RAM alone."""

import asyncio
from collections.abc import Mapping

from warmlane.ports import Cache
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers.base import NOTHING, answering, pinging
from warmlane_serve.lane.server import Handler


def cache_routes(durable: Cache, volatile: Cache) -> Mapping[str, Handler]:
    """`/durable/…` and `/volatile/…`: get, put, delete, purge, near; and `/ping`."""
    return {
        **_routes("/durable", durable),
        **_routes("/volatile", volatile),
        "/ping": pinging(durable, volatile),
    }


def _routes(prefix: str, cache: Cache) -> Mapping[str, Handler]:
    async def get(body: bytes) -> bytes:
        names = wire.NAMES.read(body)
        if len(names) == 1:
            return wire.FOUND.write([await cache.get(*names[0])])
        return wire.FOUND.write(await asyncio.gather(*(cache.get(*name) for name in names)))

    async def put(body: bytes) -> bytes:
        await asyncio.gather(*map(cache.put, wire.ROWS.read(body)))  # at once, so that they share a commit
        return NOTHING

    async def delete(body: bytes) -> bytes:
        return wire.NUMBER.write(await cache.delete(*wire.KEYS.read(body)))

    async def purge(body: bytes) -> bytes:
        return wire.NUMBER.write(await cache.purge(wire.SCOPE.read(body)))

    async def near(body: bytes) -> bytes:
        return wire.NEAR.write(await cache.near(*wire.read_probe(body)))

    work = {"get": get, "put": put, "delete": delete, "purge": purge, "near": near}
    return {f"{prefix}/{name}": answering(handle) for name, handle in work.items()}
