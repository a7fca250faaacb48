"""A whole gateway in this process, with shipped parts in place of the network, the disk and the model."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from samples import BY_HAND, PEPPER, Cosine
from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.adapters.telemetry import NullTracer
from warmlane.adapters.tokens import WordTokens
from warmlane.bus import Bus
from warmlane.caches import Caches, Deadlines
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.dialects.registry import DIALECTS
from warmlane.events import Event
from warmlane.families import SHAPES
from warmlane.feedback import Feedback
from warmlane.gateway import Gateway
from warmlane.keeping import Announce, Keeping, alone
from warmlane.labelling import Labelling
from warmlane.lanes import Lane
from warmlane.learning import Learning
from warmlane.lookup import Lookup
from warmlane.match.answers import Answers
from warmlane.match.facts import Examiner
from warmlane.match.judge import Judge
from warmlane.match.vetoes.registry import every
from warmlane.metering import Metering
from warmlane.model import Head
from warmlane.ports import Cache, Embedder, Tokens, Tracer, Verifier
from warmlane.providers import table
from warmlane.reading import Reader
from warmlane.recent import Recent
from warmlane.report import Reporter
from warmlane.seal import Callers
from warmlane.shadowing import Shadows
from warmlane.standing import Standings
from warmlane.tasks import Tasks
from warmlane.verifying import Band, Verifying
from warmlane.web.edge import Edge
from warmlane.web.routing import Router
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

PATIENT = Deadlines(store=60, embed=60, near=60, keep=60)
"""So that no test depends on how fast the machine is; what hangs gets a deadline of its own."""


EXAMINER = Examiner(every())
JUDGE = Judge(EXAMINER, Cosine())
"""Reads its word lists from files: not in the loop."""


class Ear:
    """An Outlet: what one caller heard. They hang up after `leaves_after` pieces of the body, or stay."""

    def __init__(self, leaves_after: int | None = None) -> None:
        """Nothing yet."""
        self.head: Head | None = None
        self.pieces: list[bytes] = []
        self._leaves_after = leaves_after

    async def send(self, item: Head | bytes, /) -> None:
        """Hear the head, or a piece of the body."""
        if isinstance(item, Head):
            self.head = item
        else:
            self.pieces.append(item)
        if len(self.pieces) == self._leaves_after:
            work = asyncio.current_task()
            assert work is not None
            work.cancel()
            await asyncio.Event().wait()

    async def whole(self, head: Head, body: bytes, /) -> None:
        """Hear all of it."""
        await self.send(head)
        await self.send(body)

    @property
    def body(self) -> bytes:
        """What was heard of it."""
        return b"".join(self.pieces)


def a_shard(clock: ManualClock) -> Shard:
    """A cache in RAM."""
    return Shard(MemoryStore(clock), FlatIndex, clock)


class House:
    """A gateway with everything it needs, as an async context manager."""

    def __init__(  # noqa: PLR0913 - each test names what it is about
        self,
        clock: ManualClock,
        *,
        lane: Lane | None = None,
        embedder: Embedder | None = None,
        durable: Cache | None = None,
        deadlines: Deadlines | None = None,
        recent_bytes: int = 1_000_000,
        provider: ScriptedForwarder | None = None,
        tracer: Tracer | None = None,
        volatile: Shard | None = None,
        announce: Announce = alone,
        tokens: Tokens | None = None,
        shadow_share: float = 0.0,
        verifier: Verifier | None = None,
    ) -> None:
        """Put it together; what is not given is in RAM and works."""
        self.clock, self.provider, self.tasks = clock, provider or ScriptedForwarder(), Tasks()
        self.durable = a_shard(clock) if durable is None else durable  # an empty one is falsy
        self.volatile = a_shard(clock) if volatile is None else volatile
        self.recent = Recent(max_bytes=recent_bytes, seconds=60, clock=clock)
        self.edge = Edge(Router(table({})), errors=SHAPES)
        self.bus = Bus([self], clock=clock)
        self.reporter = Reporter(bus=self.bus, lane="default", clock=clock)
        self._tracer, self._announce, self._tokens = tracer or NullTracer(), announce, tokens or WordTokens()
        self._events: list[Event] = []
        self._count, self._shadow_share, self._verifier = 0, shadow_share, verifier
        self.gateway = self._gateway(lane or Lane(), embedder or HashEmbedder(), deadlines or PATIENT)

    def _gateway(self, lane: Lane, embedder: Embedder, deadlines: Deadlines) -> Gateway:
        caches = Caches(durable=self.durable, volatile=self.volatile)
        caught = Caught(caches=caches, clock=self.clock)
        self.learning = Learning(
            prior=BY_HAND, scale="cosine", bound=lane.max_error_rate, lane=lane.name, caches=caches, pepper=PEPPER,
            patience=deadlines.keep, reporter=self.reporter, clock=self.clock,
        )  # fmt: skip
        labelling = Labelling(
            learning=self.learning, caught=caught, embedder=embedder, answers=Answers(EXAMINER),
            patience=deadlines.keep, reporter=self.reporter,
        )  # fmt: skip
        shadows = Shadows(
            share=self._shadow_share, free={}, draw=lambda: 0.5, most=lane.max_entry_bytes, forwarder=self.provider,
            labelling=labelling, reporter=self.reporter,
        )  # fmt: skip
        self.feedback = Feedback(
            lane=lane, callers=Callers(PEPPER), caches=caches, caught=caught, learning=self.learning,
            recent=self.recent,
            patience=deadlines.keep, announce=self._announce,
        )  # fmt: skip
        standings = Standings(revalidate_after=lane.revalidate_after, clock=self.clock)
        lookup = Lookup(
            caches=caches, embedder=embedder, judge=JUDGE, needed=self.learning.needed, caught=caught, lane=lane,
            recent=self.recent,
            standings=standings, deadlines=deadlines,
            reporter=self.reporter, tracer=self._tracer, clock=self.clock,
        )  # fmt: skip
        self.keeping = Keeping(
            caches=caches, embedder=embedder, recent=self.recent, lane=lane, pepper=PEPPER, deadlines=deadlines,
            reporter=self.reporter, tracer=self._tracer, clock=self.clock, announce=self._announce,
        )  # fmt: skip
        metering = Metering(lane=lane, tokens=self._tokens, patience=deadlines.keep, reporter=self.reporter)
        return Gateway(
            lane=lane,
            reader=Reader(lane=lane, dialects=DIALECTS, callers=Callers(PEPPER), clock=self.clock),
            lookup=lookup, forwarder=self.provider, keeping=self.keeping, metering=metering, labelling=labelling,
            shadows=shadows, recent=self.recent,
            standings=standings, reporter=self.reporter, tracer=self._tracer, tasks=self.tasks, clock=self.clock,
            verifying=self._verifying(caught),
        )  # fmt: skip

    def _verifying(self, caught: Caught) -> Verifying | None:
        if self._verifier is None:
            return None
        return Verifying(
            verifier=self._verifier, band=Band(), caught=caught, points=self.keeping, learning=self.learning,
            reporter=self.reporter,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        """The house, which is closed at the end."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close what is open."""
        await self.tasks.cancel()
        await self.bus.aclose()
        await self.durable.aclose()
        await self.volatile.aclose()

    def next_id(self) -> str:
        """A name for the next call."""
        self._count += 1
        return f"wl_{self._count}"

    async def settle(self) -> None:
        """Wait for what goes on after an answer has left, and for what that begins."""
        while self.tasks:
            await self.tasks.join()
        await self.bus.flush()

    async def accept(self, events: Sequence[Event], /) -> None:
        """Hear what is told: the house is a sink too."""
        self._events.extend(events)

    def heard(self) -> list[Event]:
        """What was told since this was asked last."""
        heard, self._events = self._events, []
        return heard
