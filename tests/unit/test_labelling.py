"""Free labels: what a fresh answer says about the kept one."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import numpy as np
import pytest

from samples import BY_HAND, PEPPER, a_body, a_call, a_caller, a_trip, an_answer, an_entry, dump
from warmlane.adapters.embedders import HashEmbedder
from warmlane.bus import Bus
from warmlane.caches import Caches
from warmlane.caught import Caught
from warmlane.clock import ManualClock
from warmlane.dialects.anthropic_messages import AnthropicMessages
from warmlane.dialects.base import Dialect
from warmlane.dialects.google_embeddings import GoogleEmbeddings
from warmlane.dialects.google_generate import GoogleGenerate
from warmlane.dialects.openai_responses import OpenAIResponses
from warmlane.errors import StageError
from warmlane.events import Event, Outcome, Source, Stage, StageFailed, VerdictGiven
from warmlane.labelling import Labelling
from warmlane.learning import Learning
from warmlane.match.answers import Answers
from warmlane.match.facts import Examiner, Objection
from warmlane.match.judge import Gate, Weighed
from warmlane.match.vetoes import VetoName
from warmlane.match.vetoes.registry import every
from warmlane.model import Row, Vector
from warmlane.report import Reporter
from warmlane.trip import Neighbour, Trip
from warmlane_stores.index.flat import FlatIndex
from warmlane_stores.memory import MemoryStore
from warmlane_stores.shard import Shard

ANSWERS = Answers(Examiner(every()))
KEY, CALLER = b"k" * 16, a_caller()
LONG = "The handshake opens a connection: one side sends a segment and the other side acknowledges that segment. " * 4
FAR = "Bread rises since yeast turns sugar into gas, which dough holds back until heat makes its walls firm. " * 4


class Desk(HashEmbedder):
    """A labelling with the parts that a test wants to reach; it is its own embedder, store trouble and sink."""

    broken: Any = None
    narrow = False

    def fits(self, text: str) -> bool:
        """As ever, or never."""
        return not self.narrow and super().fits(text)

    def __init__(self, clock: ManualClock) -> None:
        """Nothing learnt."""
        super().__init__()
        self.events: list[Event] = []
        self.shard = Shard(MemoryStore(clock), FlatIndex, clock)
        caches = Caches(durable=self.shard, volatile=self.shard)
        self.bus, self.caught = Bus([self], clock=clock), Caught(caches=caches, clock=clock)
        reporter = Reporter(bus=self.bus, lane="default", clock=clock)
        self.learning = Learning(
            prior=BY_HAND, scale="cosine", bound=0.02, lane="default", caches=caches, pepper=PEPPER, patience=60,
            reporter=reporter, clock=clock,
        )  # fmt: skip
        self.labelling = Labelling(
            learning=self.learning, caught=self.caught, embedder=self, answers=ANSWERS, patience=60, reporter=reporter
        )

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Hashes, or what is wrong."""
        if isinstance(self.broken, Exception):
            raise self.broken
        return self.broken or await super().embed(texts)

    async def accept(self, events: Sequence[Event], /) -> None:
        """Hear."""
        self.events.extend(events)

    async def told(self) -> list[Event]:
        """What was heard."""
        await self.bus.flush()
        return self.events

    async def verdict(self) -> bool | None:
        """The one verdict that was given, if any."""
        told = await self.told()
        assert len(told) <= 1
        assert all(isinstance(event, VerdictGiven) for event in told)
        return told[0].same if told and isinstance(told[0], VerdictGiven) else None


@pytest.fixture
async def desk(clock: ManualClock) -> AsyncIterator[Desk]:
    """In RAM."""
    desk = Desk(clock)
    yield desk
    await desk.shard.aclose()


def near(answer: str = "Paris", *, gate: Gate | None = Gate.SCORE, score: float = 0.88, **fields: Any) -> Neighbour:
    """A kept answer that scored."""
    said = (Objection(veto=VetoName.NUMBER, about="3 / 5"),) if gate is Gate.VETO else ()
    weighed = Weighed(similarity=0.9, score=score, objections=said, gate=gate)
    entry = an_entry(**{"body": dump(an_answer(answer)), "prompt": "Capital of France?", **fields})
    return Neighbour(key=KEY, entry=entry, weighed=weighed)


def a_miss(*neighbours: Neighbour, **fields: Any) -> Trip:
    """A call that found these."""
    call = a_call(a_body("What is the capital of France?"))
    return a_trip(call, **{"neighbours": neighbours, "outcome": Outcome.MISS, **fields})


async def test_the_same_answer_is_a_label(desk: Desk) -> None:
    """The candidate would have been right: its score is worth a little more, and nothing is marked."""
    trip = a_miss(near())
    await desk.labelling.missed(trip, an_answer("paris."))

    assert await desk.told() == [
        VerdictGiven(call_id="wl_1", at=trip.at, tenant=trip.tenant, score=0.88, same=True, source=Source.FREE)
    ]
    assert desk.learning.estimate().labels == 1
    assert trip.asked is not None
    assert await desk.caught.allows(CALLER, KEY, trip.asked.pair_key(trip.text, "Capital of France?"), 0.5)


async def test_another_answer_is_a_label_and_a_mark(desk: Desk) -> None:
    """It would have been wrong: neither the pair nor the entry at such a score is served again."""
    trip = a_miss(near("Lyon"))
    await desk.labelling.missed(trip, an_answer("Paris"))

    assert await desk.verdict() is False
    assert trip.asked is not None
    assert not await desk.caught.allows(CALLER, KEY, trip.asked.pair_key(trip.text, "Capital of France?"), 0.99)
    assert not await desk.caught.allows(CALLER, KEY, b"another pair", 0.88)
    assert await desk.caught.allows(CALLER, KEY, b"another pair", 0.9)


@pytest.mark.parametrize(
    "trip",
    [
        a_miss(),
        a_miss(near("Lyon", gate=Gate.VETO)),
        a_miss(near("Lyon", gate=Gate.THRESHOLD)),
        a_miss(near("Lyon", gate=None), gate=Gate.CAUGHT),
        a_miss(near("Lyon", exact_only=True)),
        a_miss(near("Lyon", body=b"no answer")),
        a_miss(near("Lyon"), dialect=None),
        a_miss(near("Lyon"), dialect=GoogleEmbeddings()),
        a_miss(near("Lyon"), ask=None),
    ],
    ids=["none", "veto", "far", "caught", "tools", "unreadable", "not read", "vectors", "not asked"],
)
async def test_what_teaches_nothing(desk: Desk, trip: Trip) -> None:
    """What other gates refused, what is known already, and what cannot be read."""
    await desk.labelling.missed(trip, an_answer("Paris"))

    assert await desk.told() == []


async def test_an_answer_that_was_not_put_together_teaches_nothing(desk: Desk) -> None:
    """Nor one without a text."""
    await desk.labelling.missed(a_miss(near("Lyon")), None)
    await desk.labelling.missed(a_miss(near("Lyon")), an_answer(""))
    await desk.labelling.missed(a_miss(near("Lyon")), {"choices": [{"message": {"content": [[[]]]}}]})

    assert await desk.told() == []


@pytest.mark.parametrize(("kept", "same"), [(LONG.replace("segment", "Segment"), True), (FAR, False)])
async def test_long_answers_are_compared_by_meaning(desk: Desk, kept: str, *, same: bool) -> None:
    """By the vectors of their beginnings."""
    await desk.labelling.missed(a_miss(near(kept + " End.")), an_answer(LONG))

    assert await desk.verdict() is same


@pytest.mark.parametrize(
    "broken",
    [
        [np.full(384, np.nan, np.float32)] * 2,
        [np.ones(3, np.float32), np.ones(4, np.float32)],
    ],
    ids=["NaN", "shapes"],
)
async def test_broken_vectors_teach_nothing(desk: Desk, broken: list[Vector]) -> None:
    """They are no reason to shut out an answer."""
    desk.broken = broken
    await desk.labelling.missed(a_miss(near(FAR)), an_answer(LONG))

    assert await desk.told() == []


async def test_an_embedder_that_dies_is_told(desk: Desk) -> None:
    """The call was over; nothing is raised."""
    desk.broken = StageError("gone")
    await desk.labelling.missed(a_miss(near(FAR)), an_answer(LONG))

    (event,) = await desk.told()
    assert isinstance(event, StageFailed)
    assert (event.stage, event.error) == (Stage.LEARN, "StageError")


async def test_as_much_is_compared_as_the_embedder_reads(desk: Desk) -> None:
    """Of many short words less."""
    wide = "b a " * 300
    await desk.labelling.missed(a_miss(near(wide)), an_answer(wide + "c"))

    assert await desk.verdict() is True


async def test_texts_that_the_embedder_does_not_read_teach_nothing(desk: Desk) -> None:
    """Not even a quarter of them."""
    desk.narrow = True
    await desk.labelling.missed(a_miss(near(FAR)), an_answer(LONG))
    assert await desk.verdict() is None


class Full(Shard):
    """A store that takes nothing."""

    async def put(self, row: Row) -> None:
        """No."""
        msg = "full"
        raise StageError(msg)


async def test_a_mark_that_cannot_be_kept_is_told(desk: Desk, clock: ManualClock) -> None:
    """What was learnt counts all the same."""
    desk.shard.put = Full(MemoryStore(clock), FlatIndex, clock).put  # type: ignore[method-assign]
    await desk.labelling.missed(a_miss(near("Lyon")), an_answer("Paris"))

    assert [type(event) for event in await desk.told()] == [VerdictGiven, StageFailed]
    assert desk.learning.estimate().labels == 1


def by_anthropic(thought: str) -> dict[str, Any]:
    """A message with a thought."""
    content = [{"type": "thinking", "thinking": thought}, {"type": "text", "text": "Paris"}]
    return {"type": "message", "role": "assistant", "content": content, "stop_reason": "end_turn"}


def by_google(thought: str) -> dict[str, Any]:
    """The same of Google's."""
    parts = [{"text": thought, "thought": True}, {"text": "Paris"}]
    return {"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]}


def by_openai(thought: str) -> dict[str, Any]:
    """The same of OpenAI's, which says the instructions again."""
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": thought}]}
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris"}]}
    return {"object": "response", "status": "completed", "instructions": thought, "output": [reasoning, message]}


@pytest.mark.parametrize(
    ("dialect", "said"),
    [(AnthropicMessages(), by_anthropic), (GoogleGenerate(), by_google), (OpenAIResponses(), by_openai)],
)
async def test_thoughts_are_no_part_of_an_answer(
    desk: Desk, dialect: Dialect, said: Callable[[str], dict[str, Any]]
) -> None:
    """They are never the same twice, and their reader does not see them."""
    trip = a_miss(near(body=dump(said("One way to think of it"))), dialect=dialect)
    await desk.labelling.missed(trip, said("Another way"))

    assert await desk.verdict() is True


@pytest.mark.parametrize(
    ("trip", "lookups"),
    [
        (a_miss(near()), 1),
        (a_miss(near(gate=None), outcome=Outcome.NEAR), 1),
        (a_miss(outcome=Outcome.NORMALISED), 1),
        (a_miss(near(gate=Gate.VETO)), 0),
        (a_miss(near(gate=Gate.THRESHOLD)), 0),
        (a_miss(), 0),
        (a_miss(outcome=Outcome.EXACT), 0),
    ],
)
def test_lookups_are_counted_where_only_the_score_decides(desk: Desk, trip: Trip, lookups: int) -> None:
    """And hits by the same words, which are right."""
    desk.labelling.note(trip)

    assert desk.learning.lookups == lookups
