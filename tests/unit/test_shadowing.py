"""Shadow checks: what was served is asked for again."""

from collections.abc import Sequence
from typing import Any

import pytest

from samples import BY_HAND, PEPPER, a_body, a_call, a_trip, an_answer, an_entry, dump
from warmlane.adapters.embedders import HashEmbedder
from warmlane.adapters.scripted import ScriptedForwarder
from warmlane.bus import Bus
from warmlane.caches import Caches
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.errors import Unreachable
from warmlane.events import Event, Outcome
from warmlane.labelling import Labelling
from warmlane.learning import Learning
from warmlane.match.answers import Answers
from warmlane.match.facts import Examiner
from warmlane.match.judge import Weighed
from warmlane.match.vetoes.registry import every
from warmlane.report import Reporter
from warmlane.shadowing import Shadows
from warmlane.trip import Neighbour, Trip
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

ANSWERS = Answers(Examiner(every()))
KEY = b"k" * 16


class Desk:
    """Shadow checks over a scripted provider."""

    def __init__(self, clock: ManualClock, *, share: float = 0.5, most: int = 10_000) -> None:
        """Draw what a test says."""
        shard = Shard(MemoryStore(clock), FlatIndex, clock)
        caches, self.provider, self.drawn = Caches(durable=shard, volatile=shard), ScriptedForwarder(), 0.0
        self.events: list[Event] = []
        self.bus = Bus([self], clock=clock)
        reporter = Reporter(bus=self.bus, lane="default", clock=clock)
        self.learning = Learning(
            prior=BY_HAND, scale="cosine", bound=0.02, lane="default", caches=caches, pepper=PEPPER, patience=60,
            reporter=reporter, clock=clock,
        )  # fmt: skip
        labelling = Labelling(
            learning=self.learning, caught=Caught(caches=caches, clock=clock), embedder=HashEmbedder(),
            answers=ANSWERS, patience=60, reporter=reporter,
        )  # fmt: skip
        self.shadows = Shadows(
            share=share, free={"demo": 0.03}, draw=lambda: self.drawn, most=most, forwarder=self.provider,
            labelling=labelling, reporter=reporter,
        )  # fmt: skip

    async def accept(self, events: Sequence[Event], /) -> None:
        """Hear."""
        self.events.extend(events)

    async def check(self, key: bytes = KEY) -> int:
        """Check a hit; how much was learnt."""
        trip = a_hit()
        await self.shadows.check(trip, key, trip.call)
        await self.bus.flush()
        return self.learning.estimate().labels


def a_hit(**fields: Any) -> Trip:
    """A call that got "Paris"."""
    entry = an_entry(dump(an_answer("Paris")), prompt="Capital of France?")
    weighed = Weighed(similarity=0.95, score=0.95, objections=(), gate=None)
    call = a_call(a_body("What is the capital of France?"), **fields)
    served = Neighbour(key=KEY, entry=entry, weighed=weighed)
    return a_trip(call, neighbours=(served,), outcome=Outcome.NEAR)


@pytest.mark.parametrize(
    ("provider", "share", "drawn", "wanted"),
    [
        ("openai", 0.0, 0.0, False),
        ("openai", 0.5, 0.49, True),
        ("openai", 0.5, 0.5, False),
        ("openai", 1.0, 0.999, True),
        ("demo", 0.0, 0.02, True),
        ("demo", 1.0, 0.03, False),
    ],
)
def test_a_share_is_checked(clock: ManualClock, provider: str, share: float, drawn: float, *, wanted: bool) -> None:
    """None unless it is wanted; where nobody pays, a share of its own."""
    desk = Desk(clock, share=share)
    desk.drawn = drawn

    assert desk.shadows.wants(a_hit(provider=provider)) is wanted


@pytest.mark.parametrize("answer", ["Paris", "Lyon"])
async def test_a_check_is_a_label(clock: ManualClock, answer: str) -> None:
    """Whole or as a stream, right or wrong."""
    desk = Desk(clock)
    desk.provider.answer(json=an_answer(answer))

    assert await desk.check() == 1
    assert len(desk.provider.requests) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"json": {"error": {}}, "status": 500},
        {"json": {"choices": []}},
        {"json": an_answer("Paris", choices=[{"message": {"content": "Pa"}, "finish_reason": "length"}])},
        {"json": an_answer("x" * 20_000)},
        {"json": an_answer("Paris"), "cut_after": 0},
    ],
    ids=["error", "malformed", "cut by length", "too long", "broke off"],
)
async def test_what_is_no_answer_teaches_nothing(clock: ManualClock, told: Any) -> None:
    """And harms nobody."""
    desk = Desk(clock)
    desk.provider.answer(**told)

    assert await desk.check() == 0
    assert desk.events == []


async def test_a_provider_out_of_reach_teaches_nothing(clock: ManualClock) -> None:
    """Nor does what was served but was not judged: it is not even asked for."""
    desk = Desk(clock)
    desk.provider.fail(Unreachable("gone"))

    assert await desk.check() == 0
    assert await desk.check(b"another") == 0
    assert desk.events == []
    assert len(desk.provider.requests) == 1
