"""The embedder over its workers."""

import asyncio

import numpy as np
import pytest

from lanes import a_lane, calling, serving
from warmlane.adapters.embedders import HashEmbedder, NoEmbedder
from warmlane.errors import StageError
from warmlane_serve.lane.client import Lane
from warmlane_serve.lane.handlers import embedder_routes
from warmlane_serve.remote import RemoteEmbedder

LOCAL = HashEmbedder(dim=8)


def remote(lane: Lane) -> RemoteEmbedder:
    """The local one, elsewhere."""
    return RemoteEmbedder(lane, name=LOCAL.name, dim=LOCAL.dim, window=LOCAL.window, fits=LOCAL.fits)


async def test_vectors_are_those_of_the_worker() -> None:
    """Whichever does it."""
    texts = ["one", "two words", "ü"]
    async with serving(embedder_routes(LOCAL), embedder_routes(LOCAL)) as servers, calling(*servers) as lane:
        embedder = remote(lane)
        for found in await asyncio.gather(*(embedder.embed(texts) for _ in range(8))):
            for one, other in zip(found, await LOCAL.embed(texts), strict=True):
                assert np.array_equal(one, other)
        assert await embedder.embed([]) == []
        assert embedder.ready
        await embedder.ping()


async def test_what_needs_no_model_needs_no_worker() -> None:
    """Nor waits for one: it is not ready, and says so at once."""
    embedder = remote(a_lane())

    assert (embedder.name, embedder.dim, embedder.window) == (LOCAL.name, 8, 256)
    assert (embedder.fits("word"), embedder.fits("word " * 300), embedder.ready) == (True, False, False)
    with pytest.raises(StageError):
        await embedder.embed(["word"])


async def test_trouble_of_the_worker_is_trouble_here() -> None:
    """So is text that is no Unicode, and a worker with another model."""
    async with serving(embedder_routes(NoEmbedder())) as servers, calling(*servers) as lane:
        with pytest.raises(StageError, match="switched off"):
            await remote(lane).embed(["a"])
        with pytest.raises(StageError, match="encoded"):
            await remote(lane).embed(["\ud800"])
    async with serving(embedder_routes(HashEmbedder(dim=16))) as servers, calling(*servers) as lane:
        with pytest.raises(StageError, match="version"):
            await remote(lane).embed(["a"])
