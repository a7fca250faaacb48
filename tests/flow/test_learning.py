"""A gateway that learns from its misses: what was wrong once is not served, and the bound follows."""

from collections.abc import Sequence

import numpy as np
import pytest

from flow.house import House, a_shard
from flow.talk import Talk, ask, events, reply, that, upstream
from warmlane.adapters.embedders import HashEmbedder
from warmlane.clock import ManualClock
from warmlane.events import (
    CallArrived,
    EntryStored,
    LookupDone,
    Outcome,
    ReplyFinished,
    Source,
    Stage,
    StageFailed,
    VerdictGiven,
)
from warmlane.model import Vector

ASKED = (
    "Explain how the three way handshake of the transmission control protocol establishes a reliable connection "
    "between computers on the internet"
)
CLOSE = ASKED.replace("Explain how", "Describe how")
ALSO_CLOSE = ASKED.replace("on the internet", "on internet")
STRICT = {"max_error_rate": 0.001}


async def test_a_wrong_candidate_teaches(gw: House) -> None:
    """A careful caller's miss shows that the kept answer would have been wrong for a near question."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(CLOSE, cache=STRICT)
        << upstream("in three steps")
        << reply("in three steps", x_cache="MISS")
        << events(
            CallArrived,
            that(LookupDone, outcome=Outcome.MISS, veto=None),
            ReplyFinished,
            EntryStored,
            that(VerdictGiven, same=False, source=Source.FREE),
        )
    )
    assert gw.learning.estimate().labels == 1


async def test_the_entry_is_not_served_at_such_a_score_again(gw: House) -> None:
    """Also to another question that scores no higher, and a question that scored as high before it was caught."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(ALSO_CLOSE)
        << reply("SYN, SYN-ACK, ACK", x_cache="SEMANTIC_HIT")
        >> ask(CLOSE, cache=STRICT)
        << upstream("in three steps")
        >> ask(ALSO_CLOSE)
        << upstream("with sequence numbers")
        << reply("with sequence numbers", x_cache="MISS")
    )


async def test_a_right_candidate_teaches_too(gw: House) -> None:
    """And is served to whoever takes it."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(CLOSE, cache=STRICT)
        << upstream("syn, syn-ack, ack.")
        << events(
            CallArrived, LookupDone, ReplyFinished, EntryStored, that(VerdictGiven, same=True, source=Source.FREE)
        )
        >> ask(ALSO_CLOSE)
        << reply(x_cache="SEMANTIC_HIT")
    )


async def test_exact_hits_and_bypasses_have_nothing_to_learn_from(gw: House) -> None:
    """No work at all."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(ASKED)
        << reply(x_cache="HIT")
        >> ask(CLOSE, temperature=1)
        << upstream("anything")
        << reply(x_cache="BYPASS")
    )
    assert gw.learning.lookups == 0


async def test_lookups_by_words_and_by_meaning_are_counted(gw: House) -> None:
    """A share is of something: hits by the same words, and what was near, served or not."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(ASKED.lower())
        << reply(x_cache="SEMANTIC_HIT")
        >> ask(CLOSE)
        << reply(x_cache="SEMANTIC_HIT")
        >> ask(ALSO_CLOSE, cache=STRICT)
        << upstream("SYN, SYN-ACK, ACK")
    )
    assert gw.learning.lookups == 3


async def test_wrong_answers_raise_what_is_needed_and_a_restart_keeps_it(clock: ManualClock) -> None:
    """The counts are in the store, sealed; another process reads them."""
    durable, shut = a_shard(clock), a_shard(clock)
    async with House(clock, durable=durable) as gw:
        for number in range(60):
            gw.learning.learn(0.93, same=number % 3 == 0, source=Source.FREE)
        await gw.learning.share()
        needed = gw.learning.needed(0.02)
        gw.durable = shut  # the next one goes on with the store
    async with House(clock, durable=durable) as gw:
        before = gw.learning.needed(0.02)
        await gw.learning.share()

        assert gw.learning.needed(0.02) == needed > before
        await (
            Talk(gw)
            >> ask(ASKED)
            << upstream("SYN, SYN-ACK, ACK")
            >> ask(CLOSE)
            << upstream("in three steps")
            << reply("in three steps", x_cache="MISS")
        )


@pytest.mark.parametrize(("fresh", "same"), [("SYN, SYN-ACK, ACK", True), ("in three steps", False)])
async def test_a_hit_can_be_checked_in_the_shadow(clock: ManualClock, fresh: str, *, same: bool) -> None:
    """The caller has the kept answer at once; the provider is asked after it, and the verdict counts."""
    async with House(clock, shadow_share=1.0) as gw:
        await (
            Talk(gw)
            >> ask(ASKED)
            << upstream("SYN, SYN-ACK, ACK")
            >> ask(CLOSE)
            << upstream(fresh)
            << reply("SYN, SYN-ACK, ACK", x_cache="SEMANTIC_HIT")
            << events(
                CallArrived,
                that(LookupDone, outcome=Outcome.NEAR),
                that(VerdictGiven, same=same, source=Source.SHADOW),
                ReplyFinished,
            )
        )


class Broken(HashEmbedder):
    """An embedder that gives what it is told, once it is told."""

    vectors: Sequence[Vector] | Exception | None = None

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """That."""
        if isinstance(self.vectors, Exception):
            raise self.vectors
        return await super().embed(texts) if self.vectors is None else self.vectors


@pytest.mark.parametrize(
    "vectors",
    [[np.full(384, np.nan, np.float32)], [np.ones(3, np.float32)], [], RuntimeError("dead")],
    ids=["NaN", "dimension", "none", "dead"],
)
async def test_a_broken_embedder_is_a_miss_and_an_event(
    clock: ManualClock, vectors: Sequence[Vector] | Exception
) -> None:
    """Never an error, never a hit."""
    embedder = Broken()
    async with House(clock, embedder=embedder) as gw:
        await (Talk(gw) >> ask(ASKED) << upstream("SYN, SYN-ACK, ACK"))
        embedder.vectors = vectors
        heard = await (
            Talk(gw)
            >> ask(CLOSE)
            << upstream("in three steps")
            << reply("in three steps", x_cache="MISS")
            >> ask(CLOSE)
            << reply("in three steps", x_cache="HIT")
        )
        assert heard.status == 200
        failed = [event for event in await told(gw, CLOSE.upper()) if isinstance(event, StageFailed)]
        assert {event.stage for event in failed} <= {Stage.EMBED, Stage.NEAR, Stage.STORE}
        assert failed


async def told(gw: House, text: str) -> Sequence[object]:
    """What one more miss tells."""
    return (await (Talk(gw) >> ask(text + " and why") << upstream("so"))).events
