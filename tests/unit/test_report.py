"""What happens to a trip, as events."""

from collections.abc import Sequence

import pytest

from samples import NOW, a_body, a_call, a_find, a_trip
from warmlane.bus import Bus
from warmlane.clock import ManualClock
from warmlane.errors import UnknownRoute, Unreachable
from warmlane.events import (
    CallArrived,
    CallRefused,
    EntryRefused,
    EntryStored,
    Event,
    ForwardFailed,
    LookupDone,
    NoCache,
    NotNear,
    Outcome,
    Refused,
    ReplyFinished,
    Stage,
    StageFailed,
)
from warmlane.gateway import repeat_of
from warmlane.model import Usage
from warmlane.policy import Bypass
from warmlane.report import Reporter


class Heard:
    """A sink that remembers."""

    def __init__(self, clock: ManualClock) -> None:
        """Listen to a reporter of its own."""
        self.events: list[Event] = []
        self.bus = Bus([self], clock=clock)
        self.reporter = Reporter(bus=self.bus, lane="blau", clock=clock)

    async def accept(self, events: Sequence[Event], /) -> None:
        """Remember."""
        self.events.extend(events)

    async def only(self) -> Event:
        """The one event that was published."""
        await self.bus.flush()
        (event,) = self.events
        return event


@pytest.fixture
def heard(clock: ManualClock) -> Heard:
    """Somebody who listens, at NOW + 2."""
    clock.advance(2)
    return Heard(clock)


COMMON = {"call_id": "wl_1", "at": NOW + 2, "lane": "blau", "tenant": a_trip().tenant}


async def test_a_call_arrived(heard: Heard) -> None:
    """With what was read of it, at the time it came."""
    heard.reporter.arrived(a_trip(a_call(a_body(stream=True))))

    assert await heard.only() == CallArrived(
        **{**COMMON, "at": NOW}, provider="openai", dialect="openai_chat", model="gpt-4o", streamed=True
    )


async def test_a_call_that_is_not_read_arrived(heard: Heard) -> None:
    """An endpoint without a dialect has no model, and a caller without a key no tenant."""
    heard.reporter.arrived(a_trip(a_call(dialect=None), dialect=None, ask=None, caller=None))

    assert await heard.only() == CallArrived(
        **{**COMMON, "at": NOW, "tenant": ""}, provider="openai", dialect="", model="", streamed=False
    )


async def test_a_hit_has_an_age(heard: Heard) -> None:
    """And no reason: nothing was refused."""
    heard.reporter.looked(a_trip(outcome=Outcome.NEAR, similarity=0.9, failed=Stage.LOOKUP), age=60)

    assert await heard.only() == LookupDone(**COMMON, outcome=Outcome.NEAR, similarity=0.9, entry_age=60, took=2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": Outcome.MISS}, {"outcome": Outcome.MISS}),
        (
            {"outcome": Outcome.BYPASS, "plan": Bypass(why=NoCache.OFF)},
            {"outcome": Outcome.BYPASS, "why": NoCache.OFF},
        ),
        (
            {"outcome": Outcome.MISS, "failed": Stage.EMBED, "not_near": NotNear.TIME},
            {"outcome": Outcome.MISS, "why": NoCache.STAGE_FAILED, "not_near": NotNear.TIME},
        ),
    ],
)
async def test_a_miss_says_why(heard: Heard, given: dict[str, object], said: dict[str, object]) -> None:
    """On a bypass, and on a miss because a stage failed."""
    heard.reporter.looked(a_trip(**given))

    assert await heard.only() == LookupDone(**COMMON, **said, took=2)  # type: ignore[arg-type]


async def test_a_call_was_refused(heard: Heard) -> None:
    """By one of our errors, of which only the name is told."""
    heard.reporter.refused(a_trip(), Unreachable("nothing of this"))

    assert await heard.only() == CallRefused(**COMMON, why=Refused.UNREACHABLE, status=502)


async def test_a_request_that_is_no_call_was_refused(heard: Heard) -> None:
    """It has no tenant, and no lane of its own."""
    heard.reporter.unrouted("wl_9", UnknownRoute("nothing of this"))

    assert await heard.only() == CallRefused(call_id="wl_9", at=NOW + 2, why=Refused.UNKNOWN_ROUTE, status=404)


async def test_the_provider_broke_off(heard: Heard) -> None:
    """Which one, why, and how long it had taken."""
    heard.reporter.broke(a_trip(), Unreachable("x"), 0.5)

    assert await heard.only() == ForwardFailed(**COMMON, provider="openai", why=Refused.UNREACHABLE, took=0.5)


async def test_a_call_is_over(heard: Heard) -> None:
    """With the model that answered, else the one that was asked for."""
    usage = Usage(input_tokens=1, output_tokens=2)
    trip = a_trip(
        outcome=Outcome.MISS, status=200, complete=True, first_byte=0.1, took=0.2, usage=usage, size=7,
        answered_by="gpt-4o-2024-08-06",
    )  # fmt: skip
    heard.reporter.finished(trip)

    assert await heard.only() == ReplyFinished(
        **COMMON, provider="openai", model="gpt-4o-2024-08-06", status=200, complete=True, outcome=Outcome.MISS,
        first_byte=0.1, took=0.2, usage=usage, size=7,
    )  # fmt: skip
    heard.events.clear()
    heard.reporter.finished(a_trip())
    event = await heard.only()
    assert isinstance(event, ReplyFinished)
    assert (event.model, event.complete, event.took) == ("gpt-4o", False, 0.0)


async def test_a_stage_failed_by_type_alone(heard: Heard) -> None:
    """The text of an exception may hold what a caller sent."""
    heard.reporter.stage_failed(a_trip(), Stage.STORE, OSError("the caller's prompt"))

    assert await heard.only() == StageFailed(**COMMON, stage=Stage.STORE, error="OSError")


async def test_an_answer_was_kept_or_not(heard: Heard) -> None:
    """Its sealed size, or the reason."""
    heard.reporter.stored(a_trip(), size=900, near=True, took=0.01)
    heard.reporter.not_stored(a_trip(), NoCache.NOT_FINAL)
    await heard.bus.flush()

    assert heard.events == [
        EntryStored(**COMMON, size=900, near=True, took=0.01),
        EntryRefused(**COMMON, why=NoCache.NOT_FINAL),
    ]


async def test_a_repeat_is_told_like_any_hit(heard: Heard) -> None:
    """The three events that a hit has, with the numbers of its entry."""
    trip, found = a_trip(), a_find()
    assert trip.caller is not None
    repeat = repeat_of(trip, found)
    heard.reporter.repeated(repeat, "wl_1", NOW + 2, 0.5)
    await heard.bus.flush()

    usage = Usage(input_tokens=9, output_tokens=2)
    assert heard.events == [
        CallArrived(**COMMON, provider="openai", dialect="openai_chat", model="gpt-4o", streamed=False),
        LookupDone(**COMMON, outcome=Outcome.EXACT, entry_age=2, took=0.5),
        ReplyFinished(
            **COMMON, provider="openai", model="gpt-4o-2024-08-06", status=200, complete=True, outcome=Outcome.EXACT,
            first_byte=0.5, took=0.5, usage=usage, size=len(found.body),
        ),
    ]  # fmt: skip


async def test_a_stage_that_fails_after_a_call_is_told_without_it(heard: Heard) -> None:
    """By the ids that were kept of it: the call itself is let go of."""
    heard.reporter.failed_later("wl_1", COMMON["tenant"], Stage.VERIFY, ValueError("canary"))

    assert await heard.only() == StageFailed(**COMMON, stage=Stage.VERIFY, error="ValueError")
