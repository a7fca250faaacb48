"""A second opinion on near misses: who is asked about what, and what follows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from flow.house import House
from samples import NOW, a_body, a_call, a_caller, a_look, a_trip, an_entry
from warmlane.caches import Caches
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.controls import Controls
from warmlane.errors import StageError
from warmlane.events import NoCache, Outcome, Source, Stage, StageFailed, VerdictGiven
from warmlane.match.facts import Objection
from warmlane.match.judge import Gate, Weighed
from warmlane.match.vetoes import VetoName
from warmlane.seal import seal
from warmlane.trip import Neighbour, Trip
from warmlane.verifying import POINTED, Band, Case, Verifying

CALLER = a_caller()
ASKED, KEPT = "How tall is the Eiffel Tower?", "What is the height of the Eiffel Tower?"
KEY, NORMAL = b"e" * 16, b"n" * 16
OBJECTION = Objection(veto=VetoName.NUMBER, about="1 / 2")


class Oracle:
    """A verifier that says what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        """Sure that they are the same."""
        self.says: float | Exception = 1.0
        self.asked: list[tuple[str, str]] = []

    async def same(self, a: str, b: str, /) -> float:
        """Say it."""
        self.asked.append((a, b))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    async def ping(self) -> None:
        """Always there."""

    async def aclose(self) -> None:
        """Nothing to let go of."""


class Desk:
    """A verifying, and all that it does something to."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        """With the usual band."""
        self.house, self.oracle = house, Oracle()
        self.caught = Caught(caches=Caches(durable=house.durable, volatile=house.volatile), clock=clock)
        self.verifying = self.over(Band(low=0.4, high=0.9))

    def over(self, band: Band) -> Verifying:
        """One that asks about scores in `band`."""
        return Verifying(
            verifier=self.oracle, band=band, caught=self.caught, points=self.house.keeping,
            learning=self.house.learning, reporter=self.house.reporter,
        )  # fmt: skip

    def told(self) -> list[tuple[float | None, bool]]:
        """The scores and verdicts that were told, as a verifier's."""
        verdicts = [event for event in self.house.heard() if isinstance(event, VerdictGiven)]
        assert {event.source for event in verdicts} <= {Source.VERIFIER}
        return [(event.score, event.same) for event in verdicts]

    async def judge(self, why: NoCache | None = None, **fields: Any) -> Case:
        """Have a near miss judged."""
        case = self.verifying.case(a_miss(**fields), why)
        assert case is not None
        await self.verifying.judge(case)
        await self.house.bus.flush()
        return case


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[Desk]:
    """All in RAM."""
    async with House(clock) as house:
        yield Desk(house, clock)


def a_neighbour(score: float = 0.6, gate: Gate | None = Gate.SCORE, *said: Objection) -> Neighbour:
    """A kept question that was not sure enough."""
    weighed = Weighed(similarity=0.9, score=score, objections=said, gate=gate)
    return Neighbour(key=KEY, entry=an_entry(prompt=KEPT, expires=NOW + 60), weighed=weighed)


def a_miss(text: str = ASKED, **fields: Any) -> Trip:
    """A call that nothing was sure enough for."""
    given = {"gate": Gate.SCORE, "neighbours": (a_neighbour(),), "normal_key": NORMAL, "outcome": Outcome.MISS}
    return a_trip(a_call(a_body(text)), **{**given, **fields})


async def test_both_questions_are_asked_about_and_the_verdict_is_learned(desk: Desk) -> None:
    """The score is what counts: next time less is needed."""
    await desk.judge()

    assert desk.oracle.asked == [(ASKED, KEPT)]
    assert desk.house.learning.estimate().labels == 1
    assert desk.told() == [(0.6, True)]


async def test_a_rejected_pair_is_never_served(desk: Desk) -> None:
    """Whatever the score will be, nor the entry for anything that scores no more."""
    desk.oracle.says = 0.49
    case = await desk.judge()

    assert desk.told() == [(0.6, False)]
    assert not await desk.caught.allows(CALLER, KEY, case.pair, 0.99)
    assert not await desk.caught.allows(CALLER, KEY, b"p" * 12, 0.6)
    assert await desk.caught.allows(CALLER, KEY, b"p" * 12, 0.61)


@pytest.mark.parametrize("why", sorted(POINTED))
async def test_where_nothing_was_kept_the_new_question_finds_the_old_answer(desk: Desk, why: NoCache) -> None:
    """Though the provider gave none that could be kept."""
    kept, asked = a_trip(a_call(a_body(KEPT))), a_miss()
    assert asked.asked is not None
    normal = asked.asked.normalised("how tall is the eiffel tower")
    await desk.house.durable.put(seal(CALLER, KEY, an_entry(prompt=KEPT)))
    await desk.judge(why, normal_key=normal)
    lookup = desk.house.gateway._lookup
    found = await lookup.find(trip := a_trip(a_call(a_body(ASKED))), a_look(), CALLER)

    assert found is not None
    assert (found.key, found.kept.entry.prompt) == (KEY, KEPT)
    assert found.outcome is Outcome.NEAR  # these are not the same words
    assert trip.similarity is None
    assert kept.key != KEY


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        (None, {}),
        (NoCache.NOT_FINAL, {}),
        (NoCache.NO_STORE, {}),
        (NoCache.STATUS, {"plan": a_look(write=False)}),
        (NoCache.STATUS, {"normal_key": None}),
    ],
)
async def test_there_is_no_signpost_where_none_is_wanted(desk: Desk, why: NoCache | None, fields: Any) -> None:
    """The answer has its own; the provider refused; the caller wants nothing kept; there is nowhere to put it."""
    await desk.judge(why, **fields)

    assert desk.told() == [(0.6, True)]
    assert await desk.house.durable.get(CALLER.tenant, NORMAL) is None


async def test_a_rejected_pair_gets_no_signpost(desk: Desk) -> None:
    """Of course."""
    desk.oracle.says = 0.0
    await desk.judge(NoCache.STATUS)

    assert await desk.house.durable.get(CALLER.tenant, NORMAL) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"neighbours": ()},
        {"gate": None},
        {
            "gate": "number",
            "neighbours": (a_neighbour(0.6, Gate.VETO, Objection(veto=VetoName.NUMBER, about="1 / 2")),),
        },
        {"gate": Gate.CAUGHT},
        {"neighbours": (a_neighbour(0.6, None),)},
        {"gate": Gate.THRESHOLD, "neighbours": (a_neighbour(0.6, Gate.THRESHOLD),)},
        {"neighbours": (a_neighbour(0.39),)},
        {"neighbours": (a_neighbour(0.9),)},
        {"caller": None},
    ],
)
def test_nobody_is_asked_where_the_gates_were_sure(desk: Desk, fields: dict[str, Any]) -> None:
    """A hit, a veto, one that is known wrong, one too far away, too low or too high: it costs and would not help."""
    assert desk.verifying.case(a_miss(**fields), None) is None


def test_the_band_begins_at_its_lower_end(desk: Desk) -> None:
    """So that from 0 to 1 it is everything but the certain."""
    case = desk.over(Band(low=0.6, high=0.61)).case(a_miss(), None)

    assert case is not None
    assert "Eiffel" not in repr(case)


async def test_how_sure_it_must_be_is_a_setting(desk: Desk) -> None:
    """At the level itself a pair is approved."""
    desk.verifying, desk.oracle.says = desk.over(Band(approves_at=0.8)), 0.8
    await desk.judge()
    desk.oracle.says = 0.79
    await desk.judge()

    assert desk.told() == [(0.6, True), (0.6, False)]


@pytest.mark.parametrize("error", [StageError("no verdict"), RuntimeError("How tall is the Eiffel Tower?")])
async def test_no_verdict_changes_nothing(desk: Desk, error: Exception) -> None:
    """An event says that, by the error's name."""
    desk.oracle.says = error
    case = await desk.judge(NoCache.STATUS)
    (told,) = desk.house.heard()

    assert isinstance(told, StageFailed)
    assert (told.stage, told.error, told.call_id) == (Stage.VERIFY, type(error).__name__, "wl_1")
    assert desk.house.learning.estimate().labels == 0
    assert await desk.caught.verdict(CALLER, case.pair) is None


def test_a_caller_who_wants_exact_answers_has_no_pair(desk: Desk) -> None:
    """Then nothing was near."""
    assert desk.verifying.case(a_trip(controls=Controls(no_cache=True)), None) is None
