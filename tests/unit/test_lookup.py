"""Asking the cache, tier by tier. What each tier finds in a whole gateway is told in tests/flow."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import numpy as np
import pytest

from samples import NOW, Cosine, a_body, a_call, a_caller, a_find, a_look, a_trip, an_entry
from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.telemetry import NullTracer
from warmlane.bus import Bus
from warmlane.caches import Caches, Deadlines
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.controls import NOTHING_SAID, Controls
from warmlane.events import NoCache, NotNear, Outcome, Stage
from warmlane.keys import caught_key
from warmlane.lanes import Lane
from warmlane.lookup import Lookup
from warmlane.match.facts import Examiner
from warmlane.match.judge import Gate, Judge
from warmlane.match.vetoes.registry import every
from warmlane.policy import Bypass
from warmlane.recent import Kept, Recent
from warmlane.report import Reporter
from warmlane.seal import seal
from warmlane.standing import Standings
from warmlane.trip import Found, Repeat, Trip
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

CALLER, LOOK = a_caller(), a_look()
JUDGE = Judge(Examiner(every()), Cosine())


class Desk:
    """A lookup with the parts that a test wants to reach."""

    def __init__(self, clock: ManualClock) -> None:
        """Nothing is kept yet."""
        self.shard = Shard(MemoryStore(clock), FlatIndex, clock)
        self.embedder, self.recent = HashEmbedder(), Recent(max_bytes=100_000, seconds=60, clock=clock)
        self.standings = Standings(revalidate_after=3600, clock=clock)
        caches = Caches(durable=self.shard, volatile=self.shard)
        self.caught = Caught(caches=caches, clock=clock)
        self.lookup = Lookup(
            caches=caches, caught=self.caught, embedder=self.embedder, recent=self.recent,
            judge=JUDGE, needed=self.needed, lane=Lane(), standings=self.standings, deadlines=Deadlines(),
            tracer=NullTracer(), clock=clock,
            reporter=Reporter(bus=Bus([], clock=clock), lane="default", clock=clock),
        )  # fmt: skip

    def needed(self, bound: float) -> float:
        """A score that follows from the bound: 0.4 with the usual one."""
        return 20 * bound

    async def keep(self, trip: Trip, **fields: Any) -> None:
        """Have an answer to `trip`, that can be found by meaning."""
        assert trip.asked is not None
        (vector,) = await self.embedder.embed([trip.text])
        entry = an_entry(**{"prompt": trip.text, **fields})
        partition = trip.asked.partition(self.embedder.name)
        await self.shard.put(seal(CALLER, trip.key, entry, partition=partition, vector=vector))

    async def find(self, trip: Trip, **look: Any) -> Found | None:
        """What the cache has."""
        return await self.lookup.find(trip, a_look(**look), CALLER)


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[Desk]:
    """A lookup in RAM."""
    desk = Desk(clock)
    yield desk
    await desk.shard.aclose()


async def test_the_same_request_is_found_and_remembered(desk: Desk) -> None:
    """The next time it needs no hop."""
    await desk.keep(a_trip())
    assert desk.lookup.recent(a_trip()) is None
    found = await desk.find(trip := a_trip())

    assert found is not None
    assert (found.outcome, found.key, found.body) == (Outcome.EXACT, trip.key, an_entry().body)
    assert trip.lookup_took == 0
    assert desk.lookup.recent(a_trip()) == found


@pytest.mark.parametrize(
    "trip",
    [a_trip(plan=Bypass(why=NoCache.OFF)), a_trip(plan=a_look(read=False)), a_trip(caller=None),
     a_trip(controls=Controls(max_age=-1))],
)  # fmt: skip
def test_ram_answers_only_whom_it_may(desk: Desk, trip: Trip) -> None:
    """Not one who bypasses, who wants a fresh answer, who is nobody, or who wants nothing as old."""
    desk.recent.put(CALLER.tenant, trip.key, an_entry())

    assert desk.lookup.recent(trip) is None
    assert desk.lookup.recent(a_trip()) is not None


async def test_whoever_does_not_read_finds_nothing_but_learns_where_to_keep(desk: Desk) -> None:
    """Keys and partition are worked out for the answer that will come."""
    await desk.keep(a_trip())
    trip = a_trip()

    assert await desk.find(trip, read=False) is None
    assert trip.normal_key
    assert trip.partition
    assert trip.vector is None


@pytest.mark.parametrize(
    ("trip", "look", "why"),
    [
        (a_trip(), {"not_near": NotNear.TOOLS}, NotNear.TOOLS),
        (a_trip(a_call(a_body("What is the weather today?"))), {}, NotNear.TIME),
        (a_trip(a_call(a_body(" "))), {}, NotNear.TEXT),
        (a_trip(a_call(a_body("w " * 257))), {}, NotNear.WINDOW),
    ],
)
async def test_why_nothing_near_is_looked_for(desk: Desk, trip: Trip, look: Any, why: NotNear) -> None:
    """The plan's reason first, then the wording, then what the embedder reads."""
    assert await desk.find(trip, **look) is None
    assert trip.not_near is why
    assert trip.vector is None


async def test_a_near_one_is_judged_by_its_cosine(desk: Desk) -> None:
    """Served from the threshold on; what is below says how near it was only to those who debug."""
    text = "Explain how the three way handshake establishes a connection between two machines on a network"
    await desk.keep(a_trip(a_call(a_body(text))))
    call = a_call(a_body(text.replace("Explain", "Describe")))
    found = await desk.find(near := a_trip(call))

    assert found is not None
    assert found.outcome is Outcome.NEAR
    assert near.similarity is not None
    assert await desk.find(far := a_trip(call), threshold=near.similarity + 0.01) is None
    assert (far.similarity, far.gate) == (None, None)
    assert await desk.find(told := a_trip(call, controls=Controls(debug=True)), threshold=0.999) is None
    assert (told.similarity, told.gate) == (pytest.approx(near.similarity), "threshold")


LONG = "Explain how the three way handshake establishes a connection between two machines on a network"


async def test_the_score_that_the_bound_needs_is_asked_for(desk: Desk) -> None:
    """Whoever takes fewer wrong answers needs a higher one; what was too low is noted."""
    await desk.keep(a_trip(a_call(a_body(LONG))))
    asked = a_call(a_body(LONG.replace("Explain", "Describe")))

    assert await desk.find(trip := a_trip(asked), bound=0.049) is None
    assert (trip.needed, trip.gate) == (pytest.approx(0.98), Gate.SCORE)
    assert await desk.find(trip := a_trip(asked)) is not None
    assert trip.needed == pytest.approx(0.4)


async def test_what_was_caught_wrong_makes_room_for_the_next_best(desk: Desk) -> None:
    """The pair is not served again; another near one may be, which is an answer of its own."""
    first, second = LONG.replace("Explain", "Describe"), LONG.replace("Explain", "Show me")
    for text in (first, second):
        await desk.keep(a_trip(a_call(a_body(text))))
    served = []
    for _ in range(3):
        found = await desk.find(trip := a_trip(a_call(a_body(LONG))))
        if found is not None:
            assert found.score == trip.score
            served.append(found.key)
            await desk.caught.mark(CALLER, found.key, found.pair, None)

    assert sorted(served) == sorted(a_trip(a_call(a_body(text))).key for text in (first, second))
    assert trip.gate == "caught"
    assert trip.similarity is not None


async def test_an_entry_is_not_served_at_the_score_it_was_wrong_at(desk: Desk) -> None:
    """Also to a text that it was never served to."""
    await desk.keep(a_trip(a_call(a_body(LONG))))
    found = await desk.find(a_trip(a_call(a_body(LONG.replace("Explain", "Describe")))))
    assert found is not None
    await desk.caught.mark(CALLER, found.key, None, 1.0)

    assert await desk.find(other := a_trip(a_call(a_body(LONG.replace("Explain", "Show me"))))) is None
    assert other.gate == "caught"


async def test_who_cannot_ask_what_was_caught_serves_nothing(desk: Desk) -> None:
    """Here a mark that does not open."""
    await desk.keep(a_trip(a_call(a_body(LONG))))
    call = a_call(a_body(LONG.replace("Explain", "Describe")))
    found = await desk.find(a_trip(call))
    assert found is not None
    await desk.caught.mark(CALLER, found.key, found.pair, None)
    mark = await desk.shard.get(CALLER.tenant, caught_key(CALLER, b"pair", found.pair))
    assert mark is not None
    await desk.shard.put(msgspec.structs.replace(mark, answer=bytes(50)))

    assert await desk.find(trip := a_trip(call)) is None
    assert trip.failed is Stage.NEAR


async def test_what_may_not_be_reused_is_a_call_that_proves_the_key(desk: Desk, clock: ManualClock) -> None:
    """It says so, so that the answer is labelled as a revalidation."""
    await desk.keep(a_trip(), expires=NOW + 10_000)
    clock.advance(3601)

    assert await desk.find(trip := a_trip()) is None
    assert trip.must_prove


async def test_a_stage_that_fails_is_a_miss(desk: Desk) -> None:
    """Here an entry that does not open."""
    await desk.keep(a_trip())
    row = await desk.shard.get(CALLER.tenant, a_trip().key)
    assert row is not None
    await desk.shard.put(msgspec.structs.replace(row, answer=bytes(50), vector=b""))
    trip = a_trip()

    assert await desk.find(trip, not_near=NotNear.MODE) is None
    assert trip.failed is not None
    assert trip.why is NoCache.STAGE_FAILED


async def test_a_vector_is_made_once_for_search_and_storing(desk: Desk) -> None:
    """It stays with the trip."""
    await desk.find(trip := a_trip())

    assert trip.vector is not None
    assert np.linalg.norm(trip.vector) == pytest.approx(1)
    assert trip.embed_took == 0


def a_repeat(controls: Controls = NOTHING_SAID, found: Found | None = None) -> Repeat:
    """A hit that comes again."""
    return Repeat(
        found=found or a_find(), lasting=b"", controls=controls, tenant=CALLER.tenant, pseudonym="",
        provider="openai", dialect="openai_chat", operation="chat", model="gpt-4o", streamed=False,
    )  # fmt: skip


def test_a_repeat_is_still_good_while_its_entry_is(desk: Desk) -> None:
    """Alive, within its time, as fresh as the caller wants, of a key that works."""
    assert desk.lookup.still(a_repeat(), NOW)
    assert desk.lookup.still(a_repeat(Controls(max_age=5)), NOW + 5)
    assert not desk.lookup.still(a_repeat(Controls(max_age=5)), NOW + 6)
    assert not desk.lookup.still(a_repeat(), NOW + 3600)
    kept = Kept(an_entry(), NOW + 60)
    repeat = a_repeat(found=msgspec.structs.replace(a_find(), kept=kept))
    assert not desk.lookup.still(repeat, NOW + 60)
    assert desk.lookup.still(repeat, NOW)
    kept.alive = False
    assert not desk.lookup.still(repeat, NOW)
    desk.standings.note(CALLER.tenant, 401)
    assert not desk.lookup.still(a_repeat(), NOW)
