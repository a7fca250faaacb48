"""What an embedding worker answers."""

from collections.abc import Mapping

from warmlane.ports import Embedder
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers.base import answering, pinging
from warmlane_serve.lane.server import Handler


def embedder_routes(embedder: Embedder) -> Mapping[str, Handler]:
    """`/embed`: texts to raw vectors; and `/ping`."""

    async def embed(body: bytes) -> bytes:
        return wire.write_vectors(await embedder.embed(wire.TEXTS.read(body)))

    return {"/embed": answering(embed), "/ping": pinging(embedder)}
