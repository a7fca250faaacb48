"""Each stage has the replicas that its own load needs, and no other stage's."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from sdk.ways import Async, asked
from serve.cluster import Cluster, until
from serve.house import Clustered
from warmlane.tasks import Tasks

AT_ONCE = 40
"""Callers who do not wait for each other: more than one embedder's target."""
STORY = (
    "the password of the account that I opened with the shop when I bought a garden table and four chairs there, for "
    "which I used the address of my old office, where letters still arrive, though nobody forwards them to the new "
    "house by the river; the shop writes to that address whenever somebody wants a new password, and the people at "
    "the desk say that they may not open what is not theirs, which I understand, and the telephone line of the shop "
    "plays music and then ends the call, while the form on the page asks for the very password that I am missing"
)
QUESTION = f"How do I reset {STORY}?"
PARAPHRASE = f"How can I reset {STORY}?"
"""Long ones: embedding them must cost more than all else, or another stage is what is short."""


@asynccontextmanager
async def asking(gw: Clustered, key: str) -> AsyncIterator[list[str]]:
    """Many callers who ask the same in other words, which is answered without the provider; what the cache said."""
    said: list[str] = []
    tasks = Tasks()
    limits = httpx.Limits(max_connections=AT_ONCE)

    async def ask_on(client: httpx.AsyncClient) -> None:
        for _ in itertools.count():
            answer = await client.post("/openai/v1/chat/completions", json=asked(PARAPHRASE))
            said.append(answer.headers["x-cache"])

    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=gw.base_url, headers=headers, limits=limits, timeout=60) as client:
        for _ in range(AT_ONCE):
            tasks.spawn(ask_on(client), name="caller")
        try:
            yield said
        finally:
            await tasks.cancel()


def counted(cluster: Cluster) -> dict[str, int]:
    """Stage to its replicas."""
    return {stage: len(replicas) for stage, replicas in cluster.about().items()}


@pytest.mark.timeout(400)
async def test_only_embedders_are_added_where_only_embedding_is_needed(
    cluster: Cluster, gw: Clustered, openai: Async, key: str
) -> None:
    """And they are given back when nothing is asked any more."""
    await openai.ask(QUESTION)
    await gw.settled()
    before = await asyncio.to_thread(counted, cluster)

    async with asking(gw, key) as said:
        await asyncio.to_thread(until, lambda: counted(cluster)["embedder"] > before["embedder"], "more embedders")
        during = await asyncio.to_thread(counted, cluster)

    assert set(said) == {"SEMANTIC_HIT"}
    assert gw.calls == 1
    assert {stage for stage, count in during.items() if count != before[stage]} == {"embedder"}
    await asyncio.to_thread(until, lambda: counted(cluster) == before, "as few as before")
