"""What a cache shard answers: for its durable cache and for the one in RAM alone."""

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
        return wire.FOUND.write(await cache.get(*wire.KEY.read(body)))

    async def put(body: bytes) -> bytes:
        await cache.put(wire.ROW.read(body))
        return NOTHING

    async def delete(body: bytes) -> bytes:
        return wire.NUMBER.write(await cache.delete(*wire.KEYS.read(body)))

    async def purge(body: bytes) -> bytes:
        return wire.NUMBER.write(await cache.purge(wire.SCOPE.read(body)))

    async def near(body: bytes) -> bytes:
        return wire.NEAR.write(await cache.near(*wire.read_probe(body)))

    work = {"get": get, "put": put, "delete": delete, "purge": purge, "near": near}
    return {f"{prefix}/{name}": answering(handle) for name, handle in work.items()}
