"""A judge for near misses, on a real socket: what it is told, what follows, and that no call waits for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from flow.house import Ear, House
from flow.talk import Talk, ask, events, reply, that, upstream
from samples import a_body, a_call
from warmlane.adapters.judge import ChatJudge, Limits
from warmlane.adapters.scripted import Answer, ScriptedUpstream, Seen
from warmlane.adapters.upstream import HttpForwarder
from warmlane.clock import ManualClock
from warmlane.events import (
    CallArrived,
    EntryRefused,
    EntryStored,
    LookupDone,
    ReplyFinished,
    Source,
    Stage,
    StageFailed,
    VerdictGiven,
)

ASKED = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
CLOSE = ASKED.replace("Explain how", "Describe how")
STRICT = {"max_error_rate": 0.0001}
"""A bound for which nothing is sure enough here."""

MISSED = (CallArrived, LookupDone, ReplyFinished, EntryRefused)


@pytest.fixture
async def judge() -> AsyncIterator[ScriptedUpstream]:
    """A model that is asked."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture
async def house(clock: ManualClock, judge: ScriptedUpstream) -> AsyncIterator[House]:
    """A gateway whose operator named a judge."""
    forwarder = HttpForwarder(connect_timeout=5, read_timeout=60)
    chat = ChatJudge(
        forwarder, base_url=judge.base_url, model="small", key="sk-operator", limits=Limits(calls=1, waiting=1)
    )
    async with House(clock, verifier=chat) as house:
        yield house
    await forwarder.aclose()


def rules(same: float) -> Any:
    """A judge that follows its instructions."""

    def answer(seen: Seen) -> Answer:
        check = json.loads(seen.json()["messages"][1]["content"])["check"]
        return Answer.of(json={"choices": [{"message": {"content": json.dumps({"check": check, "same": same})}}]})

    return answer


def a_near_miss(house: House) -> Talk:
    """A question is answered, and one like it is not, since the provider is in trouble."""
    return (
        Talk(house) >> ask(ASKED) << upstream("SYN") >> ask(CLOSE, cache=STRICT) << upstream(status=500, json={"e": 1})
    )


async def test_what_it_approves_is_answered_from_then_on(house: House, judge: ScriptedUpstream) -> None:
    """Though the provider failed; and the next such pair needs less."""
    judge.respond(rules(0.9))
    await (
        a_near_miss(house)
        << reply(status=500, x_cache="MISS")
        << events(*MISSED, that(VerdictGiven, same=True, source=Source.VERIFIER))
        >> ask(CLOSE, cache=STRICT)
        << reply("SYN", x_cache="SEMANTIC_HIT", x_cache_similarity=None)
    )


async def test_it_is_told_both_questions_and_nothing_else(house: House, judge: ScriptedUpstream) -> None:
    """Under the operator's key: neither the caller's, nor their system prompt, nor an answer."""
    judge.respond(rules(0.9))
    system = {"role": "system", "content": "You are a canary."}
    for text, answer in ((ASKED, upstream("SYN")), (CLOSE, upstream(status=500, json={}))):
        messages = [system, {"role": "user", "content": text}]
        await (Talk(house) >> ask(messages=messages, cache=STRICT) << answer)
    (seen,) = judge.requests

    assert seen.header("authorization") == "Bearer sk-operator"
    told = json.loads(seen.json()["messages"][1]["content"])
    assert (told["first"], told["second"]) == (CLOSE, ASKED)
    assert b"canary" not in seen.body
    assert b"SYN" not in seen.body


async def test_what_it_rejects_never_meets(house: House, judge: ScriptedUpstream) -> None:
    """Not for a caller who takes more wrong answers either."""
    judge.respond(rules(0.1))
    await (
        a_near_miss(house)
        << events(*MISSED, that(VerdictGiven, same=False, source=Source.VERIFIER))
        >> ask(CLOSE, headers={"x_cache_debug": "explain"})
        << reply()
        >> ask(CLOSE)
        << upstream("its own")
        << reply("its own", x_cache="MISS")
    )


@pytest.mark.parametrize(
    "told", [{"json": {"choices": []}}, {"status": 503, "json": {}}, {"raw": b"no\r\n\r\n"}], ids=str
)
async def test_a_judge_that_makes_no_sense_changes_nothing(house: House, judge: ScriptedUpstream, told: Any) -> None:
    """An event says so."""
    judge.always(**told)
    await (
        a_near_miss(house)
        << events(*MISSED, that(StageFailed, stage=Stage.VERIFY, error="StageError"))
        >> ask(CLOSE)
        << reply("SYN", x_cache="SEMANTIC_HIT")
    )


async def test_no_call_waits_for_it(house: House, judge: ScriptedUpstream) -> None:
    """It hangs, and then dies; calls are answered meanwhile, and by what they would be."""
    judge.always(hold=(hold := asyncio.Event()), json={})
    await (Talk(house) >> ask(ASKED) << upstream("SYN"))
    house.provider.answer(status=500, json={})
    missed, hit = Ear(), Ear()
    await house.gateway.handle(house.gateway.begin(a_call(a_body(CLOSE, cache=STRICT))), missed)
    await judge.seen()
    await house.gateway.handle(house.gateway.begin(a_call(a_body(ASKED))), hit)

    assert missed.head is not None
    assert hit.head is not None
    assert (missed.head.status, dict(hit.head.headers)[b"x-cache"]) == (500, b"HIT")
    hold.set()
    await judge.die()
    await house.settle()
    assert any(isinstance(event, StageFailed) and event.stage is Stage.VERIFY for event in house.heard())


async def test_it_is_not_asked_where_the_fresh_answer_tells(house: House, judge: ScriptedUpstream) -> None:
    """Comparing answers costs nothing; asking too would count the same case twice."""
    await (
        Talk(house)
        >> ask(ASKED)
        << upstream("42")
        >> ask(CLOSE, cache=STRICT)
        << upstream("42")
        << events(CallArrived, LookupDone, ReplyFinished, EntryStored, that(VerdictGiven, source=Source.FREE))
    )
    assert judge.requests == []
