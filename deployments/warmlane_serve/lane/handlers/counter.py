"""What the counter answers."""

from collections.abc import Mapping

from warmlane.ports import Counters
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers.base import answering, pinging
from warmlane_serve.lane.server import Handler


def counter_routes(counters: Counters) -> Mapping[str, Handler]:
    """`/add` and `/read`: the number after it; and `/ping`."""

    async def add(body: bytes) -> bytes:
        return wire.NUMBER.write(await counters.add(*wire.AMOUNT.read(body)))

    async def read(body: bytes) -> bytes:
        return wire.NUMBER.write(await counters.read(wire.NAME.read(body)))

    return {"/add": answering(add), "/read": answering(read), "/ping": pinging(counters)}
