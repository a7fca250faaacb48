"""What the recorder answers."""

from collections.abc import Callable, Mapping

from warmlane.ports import Sink
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers.base import NOTHING, answering, pinging
from warmlane_serve.lane.server import Handler


def recorder_routes(sink: Sink, exposition: Callable[[], tuple[str, bytes]]) -> Mapping[str, Handler]:
    """`/accept`: a batch of events; `/metrics`: content type and body of a scrape; and `/ping`."""

    async def accept(body: bytes) -> bytes:
        await sink.accept(wire.read_events(body))
        return NOTHING

    async def metrics(_: bytes) -> bytes:
        return wire.EXPOSITION.write(exposition())

    return {"/accept": answering(accept), "/metrics": answering(metrics), "/ping": pinging()}
