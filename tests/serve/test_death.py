"""A process of any kind is killed while calls come in, and no caller notices but those it was answering."""

import asyncio
import itertools

import psutil
import pytest
from openai import AsyncOpenAI

from serve.cluster import Cluster, a_key, until
from serve.traffic import Traffic

SOME = 100
"""Calls before, and after all is there again."""


@pytest.mark.parametrize("stage", ["store", "embedder", "counter", "recorder"])
async def test_a_stage_behind_the_front_dies_unnoticed(cluster: Cluster, stage: str) -> None:
    """What it knew is asked elsewhere, or done without."""
    traffic = Traffic([cluster.base_url], exact=stage != "embedder")
    before = cluster.pids(stage)

    async with traffic.flowing():
        await traffic.more(SOME)
        killed = cluster.kill(stage)
        await asyncio.to_thread(
            until, lambda: _is_replaced(cluster, stage, killed, len(before)), f"{stage} is replaced"
        )
        await traffic.more(SOME)

    assert traffic.failed == []


async def test_the_controller_dies_unnoticed(cluster: Cluster) -> None:
    """It places and counts, and no call goes through it."""
    traffic = Traffic([cluster.base_url])

    async with traffic.flowing():
        await traffic.more(SOME)
        cluster.kill_controller()
        await traffic.more(5 * SOME)
        await asyncio.to_thread(until, cluster.is_ready, "all stages are ready")

    assert traffic.failed == []


@pytest.mark.parametrize("stage", ["ingress", "forwarder"])
async def test_only_what_it_was_answering_fails(cluster: Cluster, stage: str) -> None:
    """Whoever calls after it is gone finds the other one. A call that a provider may have begun is never made twice."""
    traffic = Traffic([cluster.base_url])
    before = cluster.pids(stage)

    async with traffic.flowing():
        await traffic.more(SOME)
        killed = cluster.kill(stage)
        await asyncio.to_thread(until, lambda: not psutil.pid_exists(killed), "it is gone")
        gone = asyncio.get_running_loop().time()
        await asyncio.to_thread(until, lambda: _is_replaced(cluster, stage, killed, len(before)), "it is replaced")
        await traffic.more(SOME)

    assert [call for call in traffic.failed if call.begun > gone] == []
    if stage == "forwarder":  # a caller's SDK takes this for a reason to try again
        assert {call.status for call in traffic.failed} <= {502}


async def test_an_sdk_does_not_notice_that_a_forwarder_died(cluster: Cluster) -> None:
    """It tries again after a 502, as it would after a connection that broke, and another forwarder takes the call."""
    before, rounds, over = cluster.pids("forwarder"), 0, asyncio.Event()

    async def ask(client: AsyncOpenAI, who: int) -> None:
        nonlocal rounds
        for number in itertools.count():
            message = {"role": "user", "content": f"Question {number} of {who}"}
            answer = await client.chat.completions.create(model="demo", messages=[message])  # type: ignore[list-item]
            assert answer.choices[0].finish_reason == "stop"
            rounds += 1
            if over.is_set():
                return

    async with (
        AsyncOpenAI(base_url=f"{cluster.base_url}/demo/v1", api_key=a_key()) as client,
        asyncio.TaskGroup() as group,
    ):
        for who in range(8):
            group.create_task(ask(client, who))
        await asyncio.to_thread(until, lambda: rounds > SOME, "calls go through")
        killed = cluster.kill("forwarder")
        await asyncio.to_thread(
            until, lambda: _is_replaced(cluster, "forwarder", killed, len(before)), "it is replaced"
        )
        over.set()

    assert rounds > SOME


def _is_replaced(cluster: Cluster, stage: str, killed: int, count: int) -> bool:
    pids = cluster.pids(stage)
    return killed not in pids and len(pids) >= count and cluster.is_ready() and len(cluster.about()[stage]) >= count
