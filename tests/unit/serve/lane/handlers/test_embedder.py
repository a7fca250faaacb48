"""An embedding worker's door."""

import numpy as np

from lanes import calling, serving
from warmlane.adapters.embedders import HashEmbedder
from warmlane_serve.lane import wire
from warmlane_serve.lane.handlers import embedder_routes


async def test_texts_become_raw_vectors() -> None:
    """In order, to the last bit."""
    embedder, texts = HashEmbedder(dim=8), ["one", "two words", ""]
    async with serving(embedder_routes(embedder)) as servers, calling(*servers) as lane:
        raw = await lane.ask("/embed", wire.TEXTS.write(texts))
        await lane.ask("/ping")

    assert len(raw) == 3 * 8 * 4
    for one, other in zip(wire.read_vectors(raw, 3, 8), await embedder.embed(texts), strict=True):
        assert np.array_equal(one, other)
