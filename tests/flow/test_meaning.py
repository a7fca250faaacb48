"""A request that means the same is answered from the cache, where that cannot be wrong."""

from collections.abc import Sequence
from typing import Any

import pytest

from flow.house import House
from flow.talk import Heard, Talk, ask, events, reply, that, upstream
from samples import OTHER_SECRET, a_caller
from warmlane.adapters.embedders import HashEmbedder
from warmlane.clock import ManualClock
from warmlane.events import CallArrived, EntryStored, LookupDone, NotNear, Outcome, ReplyFinished
from warmlane.lanes import Lane, Mode
from warmlane.model import Vector

ASKED = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
SAME_WORDS = f"  please {ASKED.lower()}. "
CLOSE = ASKED.replace("Explain how", "Describe how")
FAR = "Explain why some birds fly south when the leaves begin to fall from the trees in the northern forests"


async def test_the_same_words_otherwise_written_are_a_hit(gw: House) -> None:
    """Case, spacing, politeness, end punctuation: found by the normal form, without a vector."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(SAME_WORDS)
        << reply(
            "SYN, SYN-ACK, ACK",
            x_cache="SEMANTIC_HIT",
            cache_status="warmlane; hit; ttl=86400; detail=normalised",
            x_cache_similarity="1.0000",
            age="0",
        )
        << events(CallArrived, that(LookupDone, outcome=Outcome.NORMALISED), that(ReplyFinished, complete=True))
    )


async def test_a_rephrased_question_is_a_hit(gw: House) -> None:
    """The nearest neighbour with a cosine of at least the threshold; labelled, with its likeness."""
    heard = await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("SYN, SYN-ACK, ACK")
        >> ask(CLOSE)
        << reply("SYN, SYN-ACK, ACK", x_cache="SEMANTIC_HIT", cache_status="warmlane; hit; ttl=86400; detail=semantic")
        << events(CallArrived, that(LookupDone, outcome=Outcome.NEAR, why=None), ReplyFinished)
        >> ask(FAR)
        << upstream("the cold")
        << reply("the cold", x_cache="MISS", x_cache_similarity=None)
    )
    assert heard.headers["cache-status"] == "warmlane; fwd=uri-miss; stored"
    near = await (Talk(gw) >> ask(CLOSE) << reply(x_cache="SEMANTIC_HIT"))
    assert 0.85 <= float(near.headers["x-cache-similarity"]) < 1
    assert len(near.headers["x-cache-similarity"]) == 6


async def test_a_hit_by_meaning_says_whose_entry_it_is(gw: House) -> None:
    """The id begins with that of the entry and goes on with the pair, so that a wrong one can be reported."""
    first = await (Talk(gw) >> ask(ASKED) << upstream("4"))
    for text, parts in ((SAME_WORDS, 2), (CLOSE, 3)):
        hit = await (Talk(gw) >> ask(text) << reply("4", x_cache="SEMANTIC_HIT"))
        entry, *rest = hit.headers["x-cache-key"].split(".")
        assert entry == first.headers["x-cache-key"]
        assert len(rest) == parts - 1


@pytest.mark.parametrize("text", [SAME_WORDS, CLOSE])
async def test_another_tenant_never_hits_by_meaning(gw: House, text: str) -> None:
    """The index is the tenant's own."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("mine")
        >> ask(text, key=OTHER_SECRET)
        << upstream("theirs")
        << reply("theirs", x_cache="MISS")
    )


@pytest.mark.parametrize("text", [SAME_WORDS, CLOSE])
@pytest.mark.parametrize(
    "members",
    [
        {"model": "gpt-4o-mini"},
        {"seed": 7},
        {"response_format": {"type": "json_object"}},
        {"cache": {"namespace": "blau"}},
    ],
)
async def test_only_the_last_words_may_differ(gw: House, text: str, members: dict[str, Any]) -> None:
    """Model, parameters, format, namespace are equal in a partition."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(text, **members)
        << upstream("other")
        << reply("other", x_cache="MISS")
    )


@pytest.mark.parametrize("text", [SAME_WORDS, CLOSE])
@pytest.mark.parametrize(
    "before",
    [
        [{"role": "system", "content": "Answer in French."}],
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
    ],
)
async def test_another_history_never_hits_by_meaning(gw: House, text: str, before: list[dict[str, str]]) -> None:
    """The system prompt and the turns before are part of the question."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(messages=[*before, {"role": "user", "content": text}])
        << upstream("other")
        << reply("other", x_cache="MISS")
    )


@pytest.mark.parametrize(
    "said",
    [{"cache": {"type": "exact_match"}}, {"headers": {"x_cache_mode": "exact_match"}}],
)
async def test_exact_mode_never_hits_by_meaning(gw: House, said: dict[str, Any]) -> None:
    """Nor is what it stores found by others' meaning."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(SAME_WORDS, **said)
        << upstream("two")
        << reply("two", x_cache="MISS")
        << events(CallArrived, that(LookupDone, not_near=NotNear.MODE), ReplyFinished, EntryStored)
        >> ask(CLOSE, **said)
        << upstream("three")
        << reply("three", x_cache="MISS")
        >> ask(ASKED, **said)
        << reply("one", x_cache="HIT")
    )


async def test_a_lane_may_match_exactly_only(clock: ManualClock) -> None:
    """And a caller may ask for more."""
    async with House(clock, lane=Lane(mode=Mode.EXACT)) as gw:
        await (
            Talk(gw)
            >> ask(ASKED, cache={"type": "auto"})
            << upstream("one")
            >> ask(CLOSE)
            << upstream("two")
            >> ask(CLOSE.lower(), cache={"type": "semantic"})
            << reply("one", x_cache="SEMANTIC_HIT")
        )


async def test_a_caller_may_ask_for_more_likeness(gw: House) -> None:
    """A higher threshold refuses what the lane's would serve; a lower one serves nothing more."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(CLOSE, cache={"threshold": 0.99, "no-store": True})
        << upstream("two")
        << reply("two", x_cache="MISS")
        >> ask(FAR, headers={"x_cache_threshold": "0.1", "cache_control": "no-store"})
        << upstream("three")
        << reply("three", x_cache="MISS")
        >> ask(CLOSE)
        << reply("one", x_cache="SEMANTIC_HIT")
    )


def debugged(heard: Heard) -> None:
    """The gate, what was scored, and what was needed."""
    assert heard.headers["x-cache-debug"].startswith("gate=threshold; score=0.9237; needed=")


async def test_who_debugs_is_told_the_nearest_miss(gw: House) -> None:
    """With what refused it."""
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(CLOSE, cache={"threshold": 0.99, "no-store": True}, headers={"x_cache_debug": "1"})
        << upstream("two")
        << reply("two", x_cache="MISS")
        << debugged
        >> ask("Mail it to jane.doe@example.com", headers={"x_cache_debug": "1"})
        << upstream("three")
        << reply("three", x_cache="MISS", x_cache_debug="gate=personal", x_cache_similarity=None)
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("What is the weather like in Paris today, and should I take an umbrella with me?", NotNear.TIME),
        ("Write to jane.doe@example.com that the meeting about the budget is moved", NotNear.PERSONAL),
        (" ".join(["word"] * 300), NotNear.WINDOW),
    ],
)
async def test_some_wordings_are_matched_exactly_only(gw: House, text: str, why: NotNear) -> None:
    """Time, personal data, what the embedder does not read whole."""
    await (
        Talk(gw)
        >> ask(text)
        << upstream("one")
        << events(CallArrived, that(LookupDone, not_near=why), ReplyFinished, EntryStored)
        >> ask(text + " And why?")
        << upstream("two")
        << reply("two", x_cache="MISS")
        >> ask(text)
        << reply("one", x_cache="HIT")
    )


class Warming(HashEmbedder):
    """An embedder that is still loading until it is told."""

    warm = False

    @property
    def ready(self) -> bool:
        """Once it is warm."""
        return self.warm

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Only when it is."""
        assert self.warm, "nobody asks an embedder that is not ready"
        return await super().embed(texts)


async def test_while_the_embedder_loads_exact_and_normalised_hits_are_served(clock: ManualClock) -> None:
    """Then matching by meaning joins: for what is stored from now on."""
    embedder = Warming()
    async with House(clock, embedder=embedder) as gw:
        await (
            Talk(gw)
            >> ask(ASKED)
            << upstream("one")
            << events(CallArrived, that(LookupDone, not_near=NotNear.WARMING), ReplyFinished, EntryStored)
            >> ask(ASKED)
            << reply("one", x_cache="HIT")
        )
        embedder.warm = True
        await (
            Talk(gw)
            >> ask(FAR)
            << upstream("two")
            >> ask(FAR.replace("Explain why", "Tell why"))
            << reply("two", x_cache="SEMANTIC_HIT")
        )


async def test_a_hit_by_meaning_is_not_stored_under_its_words(gw: House) -> None:
    """Else chains of neighbours would drift away from the question."""
    await (Talk(gw) >> ask(ASKED) << upstream("one") >> ask(CLOSE) << reply("one", x_cache="SEMANTIC_HIT"))

    assert sum([len(batch) async for batch in gw.durable.scan(a_caller().tenant)]) == 1


async def test_an_expired_entry_is_not_served_by_its_words(gw: House) -> None:
    """To the second, by the expiry in the sealed entry."""
    await (
        Talk(gw)
        >> ask(ASKED, cache={"ttl": 10})
        << upstream("one")
        >> 9
        >> ask(ASKED.lower())
        << reply("one", x_cache="SEMANTIC_HIT")
        >> 1
        >> ask(ASKED.lower())
        << upstream("two")
        << reply("two", x_cache="MISS")
    )


@pytest.mark.parametrize("said", [{}, {"cache": {"max_age": 5}}])
async def test_an_older_neighbour_does_not_stand_before_a_fresh_one(gw: House, said: dict[str, Any]) -> None:
    """The nearest of those that may still be served is served: the store keeps rows some minutes longer."""
    text = f"{ASKED} between two machines that have never met before on a network that loses some of the packets"
    near, nearer = text.replace("Explain", "Say").replace("some", "many"), text.replace("Explain", "Describe")
    await (
        Talk(gw)
        >> ask(text, cache={"ttl": 10})
        << upstream("old")
        >> 9
        >> ask(near, cache={"no-cache": True})
        << upstream("fresh")
        >> ask(nearer, cache={"no-store": True})
        << reply("old", x_cache="SEMANTIC_HIT")
        >> 1
        >> ask(nearer, **said)
        << reply("fresh", x_cache="SEMANTIC_HIT")
    )


async def test_tool_calls_are_not_had_by_other_words(gw: House) -> None:
    """Also where they came unasked, and took the place of an answer that other words had led to."""
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    await (
        Talk(gw)
        >> ask(ASKED)
        << upstream("one")
        >> ask(ASKED.lower())
        << reply("one", x_cache="SEMANTIC_HIT")
        >> ask(ASKED, cache={"no-cache": True})
        << upstream("", members={"choices": choices})
        >> ask(ASKED.lower())
        << upstream("two")
        << reply("two", x_cache="MISS")
    )
