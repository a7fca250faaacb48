"""The cache may fail in any way; the call may not."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from flow.house import PATIENT, House, a_shard
from flow.talk import Talk, ask, events, reply, that, upstream
from samples import a_caller
from warmlane.adapters.embedders import HashEmbedder
from warmlane.clock import ManualClock
from warmlane.errors import StageError
from warmlane.events import (
    CallArrived,
    EntryRefused,
    EntryStored,
    LookupDone,
    NoCache,
    Outcome,
    ReplyFinished,
    Stage,
    StageFailed,
)
from warmlane.model import Near, Probe, Row, Scope, Vector


def _soon(kind: str) -> float:
    """A deadline for what hangs; what fails by itself needs none, however busy the machine is."""
    return 0.01 if kind == "hangs" else 60.0


"""Seconds until what hangs is given up, for the one stage that does."""
ASKED = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
CLOSE = ASKED.replace("Explain how", "Describe how")
TEXT = "what somebody asked"
EXACT: dict[str, Any] = {"cache": {"type": "exact_match"}}
"""Without a search by meaning, which would find the very same question too."""


class Trouble:
    """How a stage behaves: well, by raising, by hanging, by an error that nobody foresaw."""

    def __init__(self) -> None:
        """Well, at first."""
        self.kind = "none"

    async def __call__(self) -> None:
        """Make it."""
        if self.kind == "raises":
            raise StageError(TEXT)
        if self.kind == "crashes":
            raise ZeroDivisionError(TEXT)
        if self.kind == "hangs":
            await asyncio.Event().wait()


class MoodyEmbedder(HashEmbedder):
    """An embedder in trouble, when told."""

    def __init__(self) -> None:
        """Well, at first."""
        super().__init__()
        self.trouble = Trouble()

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """The vectors, or trouble; or none at all."""
        await self.trouble()
        return [] if self.trouble.kind == "says nothing" else await super().embed(texts)


class MoodyCache:
    """A cache in trouble, when told: at reading, at finding, at writing."""

    def __init__(self, clock: ManualClock) -> None:
        """Well, at first."""
        self._shard = a_shard(clock)
        self.getting, self.finding, self.putting = Trouble(), Trouble(), Trouble()
        self.spoiled = False

    async def get(self, tenant: bytes, key: bytes, /) -> Row | None:
        """The row, or trouble; or one that does not open."""
        await self.getting()
        row = await self._shard.get(tenant, key)
        return replace(row, answer=bytes(64)) if row is not None and self.spoiled else row

    async def put(self, row: Row, /) -> None:
        """Keep it, or trouble."""
        await self.putting()
        await self._shard.put(row)

    async def delete(self, tenant: bytes, keys: Collection[bytes], /) -> int:
        """As the shard."""
        return await self._shard.delete(tenant, keys)

    async def purge(self, scope: Scope, /) -> int:
        """As the shard."""
        return await self._shard.purge(scope)

    async def near(self, probe: Probe, limit: int, /) -> Sequence[Near]:
        """The candidates, or trouble."""
        await self.finding()
        return await self._shard.near(probe, limit)

    async def ping(self) -> None:
        """As the shard."""
        await self._shard.ping()

    async def aclose(self) -> None:
        """As the shard."""
        await self._shard.aclose()


KINDS = pytest.mark.parametrize(
    ("kind", "error"), [("raises", "StageError"), ("crashes", "ZeroDivisionError"), ("hangs", "TimeoutError")]
)


@KINDS
async def test_an_embedder_in_trouble_is_a_miss(clock: ManualClock, kind: str, error: str) -> None:
    """Named in Cache-Status and told by type alone; the answer is kept for the same request all the same."""
    embedder = MoodyEmbedder()
    async with House(
        clock, embedder=embedder, deadlines=replace(PATIENT, embed=_soon(kind), keep=0.5 if kind == "hangs" else 60)
    ) as gw:
        await (Talk(gw) >> ask(ASKED) << upstream("one"))
        embedder.trouble.kind = kind
        failed = that(StageFailed, stage=Stage.EMBED, error=error)
        await (
            Talk(gw)
            >> ask(CLOSE)
            << upstream("two")
            << reply("two", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored; detail=embed_failed")
            << events(
                CallArrived,
                failed,
                that(LookupDone, outcome=Outcome.MISS, why=NoCache.STAGE_FAILED),
                that(ReplyFinished, complete=True),
                failed,
                that(EntryStored, near=False),
            )
            >> ask(CLOSE)
            << reply("two", x_cache="HIT")
        )


async def test_an_embedder_that_says_nothing_is_a_miss(clock: ManualClock) -> None:
    """An answer of the wrong shape is trouble like any other."""
    embedder = MoodyEmbedder()
    embedder.trouble.kind = "says nothing"
    async with House(clock, embedder=embedder) as gw:
        await (
            Talk(gw)
            >> ask(ASKED)
            << upstream("one")
            << reply("one", cache_status="warmlane; fwd=uri-miss; stored; detail=embed_failed")
            >> ask(ASKED)
            << reply("one", x_cache="HIT")
        )


@KINDS
async def test_a_store_that_cannot_be_read_is_a_miss(clock: ManualClock, kind: str, error: str) -> None:
    """The call works, and what it brings is kept again."""
    cache = MoodyCache(clock)
    async with House(clock, durable=cache, deadlines=replace(PATIENT, store=_soon(kind)), recent_bytes=0) as gw:
        await (Talk(gw) >> ask(**EXACT) << upstream("one") >> ask(**EXACT) << reply("one", x_cache="HIT"))
        cache.getting.kind = kind
        heard = await (
            Talk(gw)
            >> ask(**EXACT)
            << upstream("two")
            << reply("two", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored; detail=lookup_failed")
        )
        failures = [event for event in heard.events if isinstance(event, StageFailed)]
        assert {(event.stage, event.error) for event in failures} == {(Stage.LOOKUP, error)}
        cache.getting.kind = "none"
        await (Talk(gw) >> ask(**EXACT) << reply("two", x_cache="HIT"))


@KINDS
async def test_a_search_in_trouble_is_a_miss(clock: ManualClock, kind: str, error: str) -> None:
    """Exact hits are not affected."""
    cache = MoodyCache(clock)
    async with House(clock, durable=cache, deadlines=replace(PATIENT, near=_soon(kind))) as gw:
        cache.finding.kind = kind
        await (
            Talk(gw)
            >> ask(ASKED)
            << upstream("one")
            << reply("one", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored; detail=near_failed")
            << events(
                CallArrived,
                that(StageFailed, stage=Stage.NEAR, error=error),
                that(LookupDone, outcome=Outcome.MISS, why=NoCache.STAGE_FAILED),
                ReplyFinished,
                EntryStored,
            )
            >> ask(ASKED)
            << reply("one", x_cache="HIT")
        )


@KINDS
async def test_a_store_that_cannot_be_written_costs_the_entry_only(clock: ManualClock, kind: str, error: str) -> None:
    """The answer has left already; the next call asks the provider again."""
    cache = MoodyCache(clock)
    cache.putting.kind = kind
    async with House(clock, durable=cache, deadlines=replace(PATIENT, keep=_soon(kind))) as gw:
        for text in ("one", "two"):
            await (
                Talk(gw)
                >> ask()
                << upstream(text)
                << reply(text, x_cache="MISS")
                << events(
                    CallArrived,
                    LookupDone,
                    that(ReplyFinished, complete=True),
                    that(StageFailed, stage=Stage.STORE, error=error),
                    that(EntryRefused, why=NoCache.STAGE_FAILED),
                )
            )


async def test_an_entry_that_does_not_open_is_a_miss(clock: ManualClock) -> None:
    """Damaged, moved or written by another version: it is replaced."""
    cache = MoodyCache(clock)
    async with House(clock, durable=cache, recent_bytes=0) as gw:
        await (Talk(gw) >> ask(**EXACT) << upstream("one"))
        cache.spoiled = True
        await (
            Talk(gw)
            >> ask(**EXACT)
            << upstream("two")
            << reply("two", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored; detail=lookup_failed")
        )
        cache.spoiled = False
        await (Talk(gw) >> ask(**EXACT) << reply("two", x_cache="HIT"))


async def test_an_answer_in_ram_needs_no_store(clock: ManualClock) -> None:
    """What was answered lately is answered while everything behind is down."""
    cache, embedder = MoodyCache(clock), MoodyEmbedder()
    async with House(clock, durable=cache, embedder=embedder) as gw:
        await (Talk(gw) >> ask(ASKED) << upstream("one"))
        for trouble in (cache.getting, cache.finding, cache.putting, embedder.trouble):
            trouble.kind = "hangs"
        await (Talk(gw) >> ask(ASKED) << reply("one", x_cache="HIT"))


async def test_trouble_is_told_without_its_text(clock: ManualClock) -> None:
    """The text of an exception may be a caller's."""
    cache = MoodyCache(clock)
    cache.getting.kind = "crashes"
    async with House(clock, durable=cache) as gw:
        heard = await (Talk(gw) >> ask() << upstream("one"))

    assert TEXT not in repr([asdict(event) for event in heard.events])


async def test_a_signpost_to_nowhere_is_a_miss(gw: House) -> None:
    """The answer was evicted, its signpost not: nothing is wrong."""
    await (Talk(gw) >> ask(ASKED) << upstream("one"))
    rows: list[Any] = [row async for batch in gw.durable.scan(a_caller().tenant) for row in batch]
    await gw.durable.delete(a_caller().tenant, [row.key for row in rows])
    gw.recent.clear()
    await (
        Talk(gw)
        >> ask(ASKED.lower())
        << upstream("two")
        << reply("two", x_cache="MISS", cache_status="warmlane; fwd=uri-miss; stored")
    )
