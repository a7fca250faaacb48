"""The cluster as the SDK tests know a gateway: the same tests go through both."""

import asyncio
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Self

import httpx
from prometheus_client.parser import text_string_to_metric_families

from sdk.said import speak
from serve.cluster import Cluster
from warmlane.adapters.scripted import ScriptedUpstream

_OVER = ("warmlane_entries_stored_total", "warmlane_entries_refused_total", "warmlane_bypasses_total")
"""What is counted once for each call that a provider answered, when all that follows from it is done."""
_MOST_LOOKS = 300
_GLANCE = 0.05  # seconds
_BATCH = 0.7  # seconds in which what has happened is told of


class Clustered:
    """A cluster and the provider that it calls, as an async context manager; it has no clock but the real one.

    `up` says "Answer n." to its n-th call unless told otherwise.
    """

    def __init__(self, cluster: Cluster) -> None:
        """Nobody is called yet."""
        self._cluster, self.base_url = cluster, cluster.base_url
        self.up = ScriptedUpstream(cluster.upstream)
        self._failed: Counter[str] = Counter()
        self._over = 0.0

    async def __aenter__(self) -> Self:
        """Be the provider."""
        self._client = httpx.AsyncClient(verify=False)
        await self.up.__aenter__()
        self.up.respond(lambda seen: speak(seen, f"Answer {self.up.requests.index(seen) + 1}."))
        self._failed = Counter(await self._stage_failures())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Be gone."""
        await self.up.die()
        await self._client.aclose()

    async def begin(self) -> None:
        """A new test: nobody has been called, and what was called before is over, as far as that is ever told."""
        over = await self._count()
        while over - self._over < len(self.up.requests):
            await _moment(_BATCH)
            before, over = over, await self._count()
            if before == over:
                break
        self.up.forget()
        self._over = over

    async def settled(self) -> None:
        """Wait until what is to be kept is kept, and told of: events travel in batches."""
        for _ in range(_MOST_LOOKS):
            if await self._count() - self._over >= len(self.up.requests):
                return
            await _moment()
        msg = "calls that were answered never came to their end"
        raise AssertionError(msg)

    async def failures(self) -> dict[str, float]:
        """Stages that failed while calls went on, and how often: the cache fails open, so nobody else would tell."""
        return dict(Counter(await self._stage_failures()) - self._failed)

    @property
    def calls(self) -> int:
        """How many calls came through to the provider."""
        return len(self.up.requests)

    async def _count(self) -> float:
        return sum(value for name, _, value in await self._samples() if name in _OVER)

    async def _stage_failures(self) -> dict[str, int]:
        samples = await self._samples()
        return {stage: int(value) for name, stage, value in samples if name == "warmlane_stage_failures_total"}

    async def _samples(self) -> list[tuple[str, str, float]]:
        page = (await self._client.get(f"{self.base_url}/metrics")).text
        families = text_string_to_metric_families(page)
        return [(each.name, each.labels.get("stage", ""), each.value) for family in families for each in family.samples]


async def _moment(seconds: float = _GLANCE) -> None:
    """Whoever is asked again has something new to say only later."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()
