"""Asking the cache: recent memory, the same request, the same words, the same meaning.

Whatever breaks becomes a miss.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from warmlane.batch import Batch, Known
from warmlane.caches import Caches, Deadlines
from warmlane.caught import Caught
from warmlane.clock import Clock
from warmlane.events import NotNear, Outcome, Stage
from warmlane.keys import standing_key
from warmlane.lanes import Lane
from warmlane.match.facts import Facts
from warmlane.match.judge import Candidate, Gate, Judge, Rule
from warmlane.match.normalise import normalise
from warmlane.model import Caller, Entry, Near, Probe, Value, Vector
from warmlane.patience import Patience
from warmlane.policy import Look, is_fresh
from warmlane.ports import Embedder, Tracer
from warmlane.prompt import why_exact_only
from warmlane.recent import Kept, Recent
from warmlane.report import Reporter
from warmlane.seal import open_entry
from warmlane.standing import Standings
from warmlane.trip import Found, Neighbour, Repeat, Trip

T = TypeVar("T")

CANDIDATES = 3
"""How many neighbours are judged."""

TOGETHER = 64
"""Items of a batch that the store is asked for at once: as many as go to one shard in one call."""


class Tiers(Value, frozen=True, kw_only=True, gc=True):
    """What each tier has, the ones behind the first that answers too."""

    same: Found | None = None
    normal: Found | None = None
    near: Found | None = None


class Lookup:
    """Looks in every tier, in order of cost."""

    def __init__(
        self,
        *,
        caches: Caches,
        embedder: Embedder,
        judge: Judge,
        needed: Callable[[float], float],
        caught: Caught,
        lane: Lane,
        recent: Recent,
        standings: Standings,
        deadlines: Deadlines,
        reporter: Reporter,
        tracer: Tracer,
        clock: Clock,
    ) -> None:
        """Take the ports that are asked; `needed` says which score keeps the share of wrong hits within a bound."""
        self._caches, self._embedder, self._recent, self._standings = caches, embedder, recent, standings
        self._judge, self._needed, self._caught, self._lane = judge, needed, caught, lane
        self._store, self._embedding, self._nears = map(Patience, (deadlines.store, deadlines.embed, deadlines.near))
        self._each, self._reporter, self._tracer, self._clock = deadlines.store, reporter, tracer, clock

    @property
    def embedder(self) -> str:
        """The name of what makes vectors."""
        return self._embedder.name

    def recent(self, trip: Trip) -> Found | None:
        """The same request, answered lately: no hop, no waiting."""
        if trip.caller is None or not isinstance(trip.plan, Look) or not trip.plan.read:
            return None
        kept = self._recent.get(trip.caller.tenant, trip.key)
        return None if kept is None else self._usable(trip, kept, Outcome.EXACT, trip.key)

    def still(self, repeat: Repeat, now: float) -> bool:
        """Whether what was found for the same bytes a moment ago may be given again at `now`."""
        kept = repeat.found.kept
        entry = kept.entry
        return (
            kept.alive
            and kept.until > now
            and is_fresh(repeat.controls, now - entry.made, entry.expires - now)
            and self._standings.may_reuse(repeat.tenant, entry.made, now)
        )

    async def find(self, trip: Trip, look: Look, caller: Caller) -> Found | None:
        """What the cache has, or None; notes in `trip` what storing the answer will need."""
        with self._tracer.span("lookup"):
            started = self._clock.monotonic()
            if not self._standings.knows(caller.tenant):
                await self._recall(trip, caller)
            found = await self._same(trip, caller, trip.key, Outcome.EXACT) if look.read else None
            if found is None:
                trip.not_near = look.not_near or why_exact_only(trip.text)
                if trip.not_near is None:
                    found = await self._alike(trip, look, caller)
            trip.lookup_took = self._clock.monotonic() - started - (trip.embed_took or 0.0)
        return found

    async def inspect(self, trip: Trip, look: Look, caller: Caller) -> Tiers:
        """Ask all tiers, to explain what a call would get; notes in `trip` what was judged.

        The request's own answer is no candidate: it would hide what there was before it. Of a caller whose key must
        first show that it works, nothing is left to tell.
        """
        with self._tracer.span("lookup"):
            if not self._standings.knows(caller.tenant):
                await self._recall(trip, caller)
            same = await self._same(trip, caller, trip.key, Outcome.EXACT)
            trip.not_near = look.not_near or why_exact_only(trip.text)
            if trip.not_near is not None:
                return Tiers(same=same)
            assert trip.asked is not None
            trip.normal_key = trip.asked.normalised(normalise(trip.text))
            normal = await self._worded(trip, caller, trip.normal_key)
            near = await self._beside(trip, look, caller)
        neighbours, may_reuse = trip.neighbours, self._standings.may_reuse
        trip.neighbours = tuple([each for each in neighbours if may_reuse(caller.tenant, each.entry.made, trip.at)])
        trip.must_prove = trip.must_prove or len(trip.neighbours) < len(neighbours)
        return Tiers(same=same, normal=normal, near=near)

    async def find_each(self, trip: Trip, batch: Batch, look: Look, caller: Caller) -> Found | None:
        """An answer to all of `batch`, or None; what is known of it is noted there."""
        with self._tracer.span("lookup"):
            started = self._clock.monotonic()
            if not self._standings.knows(caller.tenant):
                await self._recall(trip, caller)
            if look.read:
                await self._gather(trip, batch, caller)
                batch.agree()
            trip.not_near = look.not_near
            trip.lookup_took = self._clock.monotonic() - started
        body = batch.answer() if batch.is_known else None
        if body is None:
            return None
        entry = batch.entry(body)
        return Found(outcome=Outcome.EXACT, kept=Kept(entry, entry.expires), key=b"", body=body)

    async def _gather(self, trip: Trip, batch: Batch, caller: Caller) -> None:
        """Note what may be given: of recent memory, then of the store, which has its time for so many at once.

        What it cannot say, or not in time, is missing, and does not keep away the others.
        """
        elsewhere = []
        for number, key in enumerate(batch.keys):
            kept = self._recent.get(caller.tenant, key)
            if kept is None:
                elsewhere.append(number)
            else:
                self._note(trip, batch, number, kept.entry)
            if number % TOGETHER == TOGETHER - 1:
                await asyncio.sleep(0)  # noqa: TID251 - no time is waited for: other callers have their turn
        some = [elsewhere[at : at + TOGETHER] for at in range(0, len(elsewhere), TOGETHER)]
        if some:
            work = self._fetch(trip, batch, caller, some)
            await self._within(trip, Stage.LOOKUP, Patience(len(some) * self._each), work)

    async def _fetch(self, trip: Trip, batch: Batch, caller: Caller, some: Sequence[Sequence[int]]) -> None:
        """Ask for each, so many at once, until one goes wrong. Raises: that, when all of those have been heard of."""

        async def fetch(number: int) -> None:
            key = batch.keys[number]
            row = await self._caches.of(caller).get(caller.tenant, key)
            if row is not None:
                entry = open_entry(caller, row)
                self._recent.put(caller.tenant, key, entry)
                self._note(trip, batch, number, entry)

        for numbers in some:
            for wrong in await asyncio.gather(*map(fetch, numbers), return_exceptions=True):
                if wrong is not None:
                    raise wrong

    def _note(self, trip: Trip, batch: Batch, number: int, entry: Entry) -> None:
        assert trip.ask is not None
        assert trip.ask.items is not None
        if self._may_give(trip, entry):
            parts = trip.ask.items.way.apart(entry.body)
            if parts is not None and len(parts.each) == 1:
                batch.known[number] = Known(entry=entry, parts=parts)

    async def _recall(self, trip: Trip, caller: Caller) -> None:
        """Whether another process, now or earlier, saw this caller's key rejected."""
        mark = self._caches.of(caller).get(caller.tenant, standing_key(caller))
        row = await self._within(trip, Stage.LOOKUP, self._store, mark)
        self._standings.recall(caller.tenant, rejected=row is not None)

    async def _alike(self, trip: Trip, look: Look, caller: Caller) -> Found | None:
        assert trip.asked is not None
        trip.normal_key = trip.asked.normalised(normalise(trip.text))
        found = await self._worded(trip, caller, trip.normal_key) if look.read else None
        if found is not None:
            return found
        return await self._beside(trip, look, caller, read=look.read)

    async def _worded(self, trip: Trip, caller: Caller, key: bytes) -> Found | None:
        """What a signpost leads to: an answer to the same words, or one that a verifier found right for these."""
        found = await self._same(trip, caller, key, Outcome.NORMALISED)
        if found is not None and normalise(found.kept.entry.prompt) != normalise(trip.text):
            return replace(found, outcome=Outcome.NEAR)
        if found is not None:
            trip.similarity = 1.0  # the same words
        return found

    async def _beside(self, trip: Trip, look: Look, caller: Caller, *, read: bool = True) -> Found | None:
        """One that means the same, if the embedder can tell; where the answer will be found is noted anyhow."""
        assert trip.asked is not None
        trip.partition = trip.asked.partition(self._embedder.name)
        if not self._embedder.ready:
            trip.not_near = NotNear.WARMING
        elif not self._embedder.fits(trip.text):
            trip.not_near = NotNear.WINDOW
        elif read:
            return await self._near(trip, look, caller)
        return None

    async def _same(self, trip: Trip, caller: Caller, key: bytes, outcome: Outcome) -> Found | None:
        work = self._read(trip, caller, key, outcome)
        return await self._within(trip, Stage.LOOKUP, self._store, work)

    async def _read(self, trip: Trip, caller: Caller, key: bytes, outcome: Outcome) -> Found | None:
        """The entry under `key`, through one signpost where there is one."""
        cache = self._caches.of(caller)
        row = await cache.get(caller.tenant, key)
        entry = None if row is None else open_entry(caller, row)
        if entry is not None and entry.alias is not None:
            key = entry.alias
            row = await cache.get(caller.tenant, key)
            entry = None if row is None else open_entry(caller, row)
        if entry is None or (entry.exact_only and outcome is not Outcome.EXACT):
            return None
        found = self._usable(trip, self._recent.put(caller.tenant, key, entry), outcome, key)
        return found if outcome is Outcome.EXACT else await self._unless_caught(trip, caller, found)

    async def _near(self, trip: Trip, look: Look, caller: Caller) -> Found | None:
        started = self._clock.monotonic()
        with self._tracer.span("embed"):
            trip.vector = await self._within(trip, Stage.EMBED, self._embedding, self._embed(trip.text))
        trip.embed_took = self._clock.monotonic() - started
        if trip.vector is None:
            return None
        with self._tracer.span("near"):
            work = self._find_near(trip, look, caller, trip.vector)
            return await self._within(trip, Stage.NEAR, self._nears, work)

    async def _embed(self, text: str) -> Vector:
        (vector,) = await self._embedder.embed([text])
        return vector

    async def _find_near(self, trip: Trip, look: Look, caller: Caller, vector: Vector) -> Found | None:
        probe = Probe(
            tenant=caller.tenant,
            partition=trip.partition,
            vector=vector,
            vector_key=caller.vector_key,
            floor=min(look.threshold, 0.5) if trip.controls.debug else look.threshold,
        )
        rows = await self._caches.of(caller).near(probe, CANDIDATES + trip.controls.explain)
        # One that is too old must not stand before others: a store keeps rows up to five minutes longer.
        near = [
            (row.similarity, row.row.key, kept)
            for row in rows
            if self._is_fresh(trip, (kept := self._opened(caller, row)).entry) and row.row.key != trip.key
        ]
        return await self._judged(trip, look, caller, near) if near else None

    def _opened(self, caller: Caller, near: Near) -> Kept:
        """The entry, from recent memory where it is: what is known of its prompt is there too."""
        kept = self._recent.get(caller.tenant, near.row.key)
        return kept or self._recent.put(caller.tenant, near.row.key, open_entry(caller, near.row))

    async def _judged(
        self, trip: Trip, look: Look, caller: Caller, near: Sequence[tuple[float, bytes, Kept]]
    ) -> Found | None:
        """The best of `near` that may be served, if any; notes how each was judged."""
        trip.facts = self._judge.read(trip.text)
        candidates = [Candidate(similarity=similarity, facts=self._facts(kept)) for similarity, _, kept in near]
        trip.needed = self._needed(look.bound)
        rule = Rule(threshold=look.threshold, needed=trip.needed, off=self._lane.vetoes_off)
        judgement = self._judge.judge(trip.facts, candidates, rule)
        neighbours = [
            Neighbour(key=key, entry=kept.entry, weighed=weighed)
            for (_, key, kept), weighed in zip(near, judgement.weighed, strict=True)
        ]
        trip.neighbours = tuple(sorted(neighbours, key=_likely))
        caught = False
        for index in judgement.serve:
            (_, key, kept), weighed = near[index], judgement.weighed[index]
            usable = self._usable(trip, kept, Outcome.NEAR, key)
            found = await self._unless_caught(trip, caller, usable, weighed.score)
            if found is not None:
                trip.similarity, trip.score = weighed.similarity, weighed.score
                return found
            caught = caught or usable is not None
        best = trip.neighbours[0].weighed
        trip.similarity, trip.score = best.similarity, best.score
        trip.gate = Gate.CAUGHT if caught else best.refused_by
        return None

    async def _unless_caught(
        self, trip: Trip, caller: Caller, found: Found | None, score: float | None = None
    ) -> Found | None:
        """`found` with the pair of texts that it is for; None where that was wrong before."""
        if found is None:
            return None
        assert trip.asked is not None
        pair = trip.asked.pair_key(trip.text, found.kept.entry.prompt)
        allowed = await self._caught.allows(caller, found.key, pair, score)
        return replace(found, pair=pair, score=score) if allowed else None

    def _facts(self, kept: Kept) -> Facts:
        if kept.facts is None:
            facts = self._judge.read(kept.entry.prompt)
            self._recent.learn(kept, facts)
            return facts
        return kept.facts

    def _usable(self, trip: Trip, kept: Kept, outcome: Outcome, key: bytes) -> Found | None:
        """`kept` as the caller wants it; None where it is too old, unproven, or cannot be had in that mode."""
        assert trip.ask is not None
        assert trip.dialect is not None
        if not self._may_give(trip, kept.entry):
            return None
        body = trip.dialect.render(kept.entry.body, streamed=kept.entry.streamed, ask=trip.ask)
        return None if body is None else Found(outcome=outcome, kept=kept, key=key, body=body)

    def _may_give(self, trip: Trip, entry: Entry) -> bool:
        """Whether it is not too old, and its caller's key proven."""
        assert trip.caller is not None
        now = self._clock.now()
        if not is_fresh(trip.controls, now - entry.made, entry.expires - now):
            return False
        if not self._standings.may_reuse(trip.caller.tenant, entry.made, now):
            trip.must_prove = True
            return False
        return True

    def _is_fresh(self, trip: Trip, entry: Entry) -> bool:
        now = self._clock.now()
        return is_fresh(trip.controls, now - entry.made, entry.expires - now)

    async def _within(self, trip: Trip, stage: Stage, patience: Patience, work: Awaitable[T]) -> T | None:
        """What `work` brings, if it brings it in time; whatever goes wrong is told, and the call goes on without."""
        try:
            return await patience.wait(work)
        except Exception as error:  # noqa: BLE001 - the cache may fail in any way, the call may not
            trip.failed = stage
            self._reporter.stage_failed(trip, stage, error)
            return None


def _likely(neighbour: Neighbour) -> tuple[bool, float, float]:
    """Sorts what no veto speaks against first, then by score."""
    weighed = neighbour.weighed
    return bool(weighed.objections), -weighed.score, -weighed.similarity
