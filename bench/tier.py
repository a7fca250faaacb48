"""Case i: what matching by meaning adds to a miss: embedding, search and gates, as a lookup does them."""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np

from bench.embedding import TEXTS
from bench.results import Fact, Result
from warmlane.adapters.embedders import OnnxEmbedder
from warmlane.adapters.telemetry import NullTracer
from warmlane.bus import Bus
from warmlane.caches import Caches, Deadlines
from warmlane.canonical import read
from warmlane.caught import Caught
from warmlane.clock import SystemClock
from warmlane.controls import NOTHING_SAID
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.keys import Asked, frame
from warmlane.lanes import Lane
from warmlane.lookup import CANDIDATES, Lookup
from warmlane.match.judge import Candidate, Judge, Rule
from warmlane.model import Call, Caller, Entry, Vector
from warmlane.policy import Look
from warmlane.prompt import why_exact_only
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import derive, seal
from warmlane.standing import Standings
from warmlane.trip import Trip
from warmlane_stores.index.auto import AutoIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

ENTRIES = 10_000
_LOOK = Look(read=True, write=True, ttl=86_400, not_near=None, threshold=0.5, bound=0.02)
"""A floor so low that three are found and judged: the most work."""

_SAY = "Kindly show me how to"
_PATH = "/v1/chat/completions"


def tier(rounds: int, core: int, judge: Judge, entries: int = ENTRIES) -> Iterator[Result]:
    """Look up `rounds` times each of some texts of up to 64 tokens, one after the other, kept to `core`.

    Raises: LookupError when what was to be found was not.
    """
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        whole, embeds = asyncio.run(_measured(rounds, judge, entries))
        gates = _gates(rounds, judge)
    finally:
        os.sched_setaffinity(0, ours)
    yield Fact(f"a lookup by meaning among {entries:,}: embed, search, gates; p50", whole * 1e3, "ms", 10)
    yield Fact(f"of that the gates, a new prompt and {CANDIDATES} known candidates; p50", gates * 1e3, "ms", 1.5)
    yield Fact("exact hits that embedded, searched or judged", embeds, "of 100", 0)


class Desk:
    """A lookup in RAM with its parts."""

    def __init__(self, judge: Judge, embedder: OnnxEmbedder) -> None:
        """Nothing is kept yet."""
        clock = SystemClock()
        self.caller = derive(os.urandom(32), secrets.token_bytes(32), "openai", "default")
        self.shard = Shard(MemoryStore(clock), AutoIndex, clock)
        self.embedder, self.clock = embedder, clock
        caches = Caches(durable=self.shard, volatile=self.shard)
        standings = Standings(revalidate_after=86_400, clock=clock)
        standings.note(self.caller.tenant, 200)
        self.lookup = Lookup(
            caches=caches, embedder=embedder, judge=judge, needed=lambda _: 2.0,
            caught=Caught(caches=caches, clock=clock), lane=Lane(),
            recent=Recent(max_bytes=64_000_000, seconds=3_600, clock=clock), standings=standings,
            deadlines=Deadlines(store=60, embed=60, near=60, keep=60),
            reporter=Reporter(bus=Bus([], clock=clock), lane="default", clock=clock),
            tracer=NullTracer(), clock=clock,
        )  # fmt: skip

    def trip(self, text: str) -> Trip:
        """A call that asks `text`."""
        return a_trip(text, self.caller, self.clock.now())

    async def keep(self, text: str, vector: Vector) -> None:
        """Have an answer to it."""
        trip, now = self.trip(text), self.clock.now()
        assert trip.asked is not None
        entry = Entry(
            prompt=text, body=b"x" * 700, streamed=False, content_type="application/json", model="m", usage=None,
            made=now, expires=now + 86_400,
        )  # fmt: skip
        partition = trip.asked.partition(self.embedder.name)
        await self.shard.put(seal(self.caller, trip.key, entry, partition=partition, vector=vector))

    async def fill(self, entries: int) -> None:
        """Answers to what is asked in other words, and to many other things."""
        for text in TEXTS:
            (vector,) = await self.embedder.embed([text])
            await self.keep(text, vector)
        random = np.random.default_rng(7)
        for number in range(entries - len(TEXTS)):
            vector = random.standard_normal(self.embedder.dim, dtype=np.float32)
            await self.keep(f"How is lane {number} kept open?", vector / np.linalg.norm(vector))


def a_trip(text: str, caller: Caller, now: float) -> Trip:
    """A chat request for `text`, read."""
    body = b'{"model":"m","temperature":0,"messages":[{"role":"user","content":"%s"}]}' % text.encode()
    call = Call(
        id="wl_1", method="POST", provider="openai", base_url="https://api.openai.com", dialect="openai_chat",
        path=_PATH, query="", headers=(), body=body, secret=b"s",
    )  # fmt: skip
    ask = OpenAIChat().read(read(body))
    asked = Asked(ask, caller, frame(call, Lane(), NOTHING_SAID, _PATH))
    return Trip(
        call=call, controls=NOTHING_SAID, plan=_LOOK, dialect=OpenAIChat(), ask=ask, caller=caller, asked=asked,
        key=asked.exact(), started=now, at=now,
    )  # fmt: skip


async def _measured(rounds: int, judge: Judge, entries: int) -> tuple[float, int]:
    embedder = OnnxEmbedder()
    embedder.start()
    await embedder.loaded()
    desk = Desk(judge, embedder)
    try:
        await desk.fill(entries)
        took = [await _timed(desk, text) for _ in range(rounds) for text in asked_texts()]
        exact = [await _found(desk, TEXTS[number % len(TEXTS)]) for number in range(100)]
    finally:
        await embedder.aclose()
        await desk.shard.aclose()
    return median(took[len(asked_texts()) :] or took), sum(exact)


def asked_texts() -> Sequence[str]:
    """What is asked: in words that were not asked so, and may be matched by meaning."""
    said = (f"{_SAY} {text.rpartition(' how to ')[2]}" for text in TEXTS if " how to " in text)
    return [text for text in said if why_exact_only(text) is None]


async def _timed(desk: Desk, text: str) -> float:
    """Seconds for one. Raises: LookupError when fewer were judged than there are."""
    trip = desk.trip(text)
    started = time.perf_counter()
    await desk.lookup.find(trip, _LOOK, desk.caller)
    took = time.perf_counter() - started
    if len(trip.neighbours) < CANDIDATES:
        msg = f"{len(trip.neighbours)} of {CANDIDATES} neighbours were judged"
        raise LookupError(msg)
    return took


async def _found(desk: Desk, text: str) -> bool:
    """Whether an exact hit did more than it had to. Raises: LookupError when it was none."""
    trip = desk.trip(text)
    if await desk.lookup.find(trip, _LOOK, desk.caller) is None:
        msg = "an answer that is kept was not found"
        raise LookupError(msg)
    return trip.vector is not None or trip.facts is not None or bool(trip.partition)


def _gates(rounds: int, judge: Judge) -> float:
    known = [Candidate(similarity=0.9, facts=judge.read(text)) for text in TEXTS[:CANDIDATES]]
    rule = Rule(threshold=0.5, needed=0.9)
    took = []
    for text in [*asked_texts(), *TEXTS] * rounds:
        started = time.perf_counter()
        judge.judge(judge.read(text), known, rule)
        took.append(time.perf_counter() - started)
    return median(took)
