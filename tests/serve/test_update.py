"""The application is replaced while calls come in."""

import asyncio

from serve.cluster import Cluster
from serve.traffic import Traffic

SOME = 200


async def test_an_update_fails_no_call_and_forgets_nothing(cluster: Cluster) -> None:
    """Each process of it is another one afterwards, and what was kept is found."""
    traffic = Traffic([cluster.base_url])
    before = {stage: {each["pid"] for each in said} for stage, said in (await asyncio.to_thread(cluster.about)).items()}

    async with traffic.flowing():
        await traffic.more(SOME)
        await asyncio.to_thread(cluster.deploy, drain_timeout=7)
        await traffic.until_hits(0.9)

    after = {stage: {each["pid"] for each in said} for stage, said in (await asyncio.to_thread(cluster.about)).items()}
    assert traffic.failed == []
    assert {stage for stage in before if before[stage] & after[stage]} == set()
    assert [each.get("rank") for each in (await asyncio.to_thread(cluster.about))["store"]] == [0]
