"""What a call would get, and why: told instead of an answer, to whom it belongs, without any other effect."""

import json
from typing import Any

import pytest

from flow.house import House
from flow.talk import Check, Heard, Talk, ask, events, reply, upstream
from samples import OTHER_SECRET, a_body, a_call
from warmlane.adapters.embedders import HashEmbedder
from warmlane.clock import ManualClock
from warmlane.lanes import Lane

ASKED = "Explain how the three way handshake of the transmission control protocol establishes a reliable connection"
SAME_WORDS = f"  please {ASKED.lower()}. "
CLOSE = ASKED.replace("Explain how", "Describe how")
OTHER_NUMBER = ASKED.replace("three", "four")
FAR = "Explain why some birds fly south when the leaves begin to fall from the trees in the northern forests"
EXPLAIN = {"x_cache_debug": "explain"}


def debugged(first: str) -> Check:
    """The debug header begins so, and goes on with what was scored, what was needed, and how wrong hits are."""

    def check(heard: Heard) -> None:
        said = heard.headers["x-cache-debug"].split("; ")
        assert said[0] == first
        assert [each.split("=")[0] for each in said[1:]] == [
            "score",
            "needed",
            "wrong",
            "wrong-low",
            "wrong-high",
            "labels",
        ]

    return check


async def told(gw: House, text: str, **asking: Any) -> dict[str, Any]:
    """What is said of a call; the provider hears nothing of it, and neither does anybody who counts."""
    heard: Heard = await (
        Talk(gw) >> ask(text, headers={**EXPLAIN, **asking.pop("headers", {})}, **asking) << reply() << events()
    )
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["cache-control"] == "no-store"
    return dict(json.loads(heard.body))


async def answered(gw: House, text: str = ASKED, **asking: Any) -> None:
    """The provider answers it, and it is kept."""
    await (Talk(gw) >> ask(text, **asking) << upstream("SYN, SYN-ACK, ACK") << reply(x_cache="MISS"))


async def test_it_says_where_the_call_goes_and_under_which_keys(gw: House) -> None:
    """All that decides is there, by the names of the documents."""
    said = await told(gw, SAME_WORDS)

    assert (said["outcome"], said["verdict"]) == ("miss", "Forwarded: nothing like it is kept.")
    assert (said["path"], said["provider"], said["dialect"], said["model"], said["lane"]) == (
        "/v1/chat/completions", "openai", "openai_chat", "gpt-4o", "default",
    )  # fmt: skip
    assert said["plan"] == {"read": True, "write": True, "ttl": 86_400, "threshold": 0.85, "bound": 0.02}
    assert said["normalised_text"] == ASKED.lower()
    assert said["embedder"] == HashEmbedder().name
    assert said["key"].startswith("k_")
    assert len(said["normalised_key"]) == len(said["partition"]) == 32
    assert said.get("candidates", []) == []


@pytest.mark.parametrize(
    ("text", "outcome", "verdict"),
    [
        (ASKED, "exact", "Served: the same request was answered 7 s ago."),
        (SAME_WORDS, "normalised", "Served: the same words were answered 7 s ago."),
        (CLOSE, "near", "Served: a question that means the same scores 0.9237; "),
        (OTHER_NUMBER, "miss", "Forwarded: the likeliest question differs in number: 4 / 3."),
        (FAR, "miss", "Forwarded: nothing like it is kept."),
    ],
)
async def test_each_tier_has_its_sentence(text: str, outcome: str, verdict: str, gw: House, clock: ManualClock) -> None:
    """Which is what then happens."""
    await answered(gw)
    clock.advance(7)
    said = await told(gw, text)

    assert said["outcome"] == outcome
    assert said["verdict"].startswith(verdict)
    await (
        Talk(gw)
        >> ask(text, headers={"cache_control": "only-if-cached"})
        << reply(status=504 if outcome == "miss" else 200)
    )


async def test_a_candidate_is_told_with_all_that_was_judged(gw: House) -> None:
    """The prompt is the caller's own, and so is what the two disagree on."""
    await answered(gw)
    said = await told(gw, OTHER_NUMBER)
    (near,) = said["candidates"]

    assert (near["prompt"], near["gate"], near["age"]) == (ASKED, "veto:number", 0)
    assert near["vetoes"][0] == {"veto": "number", "about": "4 / 3"}
    assert 0.85 < near["similarity"] <= near["score"] < 1
    assert 0 < said["needed"] < 1
    assert 0 <= said["estimate"]["low"] <= said["estimate"]["wrong"] <= said["estimate"]["high"] <= 1


async def test_a_miss_that_was_kept_meanwhile_is_still_explained(gw: House) -> None:
    """Whoever wonders why it missed asks afterwards: its own answer is no candidate, and hides none."""
    await answered(gw)
    await answered(gw, OTHER_NUMBER)
    said = await told(gw, OTHER_NUMBER)

    assert said["outcome"] == "exact"
    assert said["otherwise"] == "Forwarded: the likeliest question differs in number: 4 / 3."
    assert [near["prompt"] for near in said["candidates"]] == [ASKED]


async def test_nothing_comes_of_an_explanation(gw: House) -> None:
    """Asked a hundred times or never: the next call finds the same cache."""
    for text in (ASKED, CLOSE, SAME_WORDS):
        await told(gw, text)
    await answered(gw)
    await told(gw, CLOSE)

    assert (await told(gw, CLOSE))["outcome"] == "near"
    await (Talk(gw) >> ask(ASKED) << reply(x_cache="HIT"))


async def test_nobody_is_told_of_the_questions_of_another(gw: House) -> None:
    """The key decides, as for answers."""
    await answered(gw)

    assert (await told(gw, CLOSE, key=OTHER_SECRET))["verdict"] == "Forwarded: nothing like it is kept."


async def test_a_key_that_was_rejected_reads_no_questions(gw: House) -> None:
    """Else who has lost the right to the answers could still read what was asked."""
    await answered(gw)
    await (Talk(gw) >> ask("anything else that is new here") << upstream("no", status=401) << reply(status=401))
    said = await told(gw, CLOSE)

    assert said["verdict"] == "Forwarded: one real call must first show that this key still works."
    assert said.get("candidates", []) == []


async def test_a_key_that_has_long_not_been_seen_to_work_reads_none_either(gw: House, clock: ManualClock) -> None:
    """One real call decides, and an explanation is none."""
    await answered(gw)
    clock.advance(3601)
    said = await told(gw, OTHER_NUMBER)

    assert said["verdict"] == "Forwarded: one real call must first show that this key still works."
    assert ASKED not in json.dumps(said)


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"temperature": 1}, {"outcome": "bypass", "bypass": "temperature"}),
        ({"n": 2}, {"outcome": "bypass", "bypass": "choices"}),
        ({"cache": {"type": "exact_match"}}, {"outcome": "miss", "exact_only": "mode"}),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, {"outcome": "miss", "exact_only": "tools"}),
        ({"cache": {"no-cache": True}}, {"verdict": "Forwarded: the caller wants a fresh answer."}),
    ],
)
async def test_what_keeps_the_cache_out_has_its_name(
    gw: House, members: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Words of the log and of the documents."""
    said = await told(gw, ASKED, **members)

    assert {name: said.get(name) for name in fields} == fields


async def test_a_call_without_a_key_has_no_cache_to_explain(gw: House) -> None:
    """It is told that much."""
    assert (await told(gw, ASKED, key=b""))["bypass"] == "credential"


async def test_a_request_that_is_refused_is_refused_here_too(gw: House) -> None:
    """With the same error."""
    await (Talk(gw) >> ask(ASKED, headers=EXPLAIN, cache={"ttl": 0}) << reply(status=400))


async def test_an_input_of_a_batch_is_known_or_not(gw: House) -> None:
    """Embeddings are never near: what there is to say is how many are there."""
    fields = {"dialect": "openai_embeddings", "path": "/v1/embeddings"}
    body = json.dumps({"model": "m", "input": ["one", "two"]}).encode()
    heard = await (Talk(gw) >> ask(body, headers=EXPLAIN, call=fields) << reply() << events())

    assert json.loads(heard.body)["known"] == "0/2"


async def test_a_path_that_is_never_cached_says_so(gw: House) -> None:
    """Its body is not even read."""
    heard = await (
        Talk(gw) >> ask(b"x", headers=EXPLAIN, call={"dialect": None, "path": "/v1/files"}) << reply() << events()
    )

    assert json.loads(heard.body)["bypass"] == "endpoint"


async def test_a_stage_in_trouble_is_named(clock: ManualClock) -> None:
    """As it is on a miss."""

    class Mute(HashEmbedder):
        async def embed(self, texts: Any, /) -> Any:
            """Fail."""
            raise OSError

    async with House(clock, embedder=Mute(), lane=Lane()) as house:
        heard = await (Talk(house) >> ask(ASKED, headers=EXPLAIN) << reply())

    assert json.loads(heard.body)["verdict"] == "Forwarded: the cache could not say (embed failed)."


async def test_who_debugs_a_hit_is_told_what_it_was_judged_by(gw: House) -> None:
    """Which tier; by meaning also the score, and what was needed. Numbers and words of closed sets only."""
    debug = {"x_cache_debug": "1"}
    await answered(gw)
    await (
        Talk(gw)
        >> ask(ASKED, headers=debug)
        << reply(x_cache="HIT", x_cache_debug="tier=exact")
        >> ask(CLOSE, headers=debug)
        << reply(x_cache="SEMANTIC_HIT")
        << debugged("tier=near")
        >> ask(OTHER_NUMBER, headers=debug, cache={"no-store": True})
        << upstream("no")
        << reply(x_cache="MISS")
        << debugged("gate=veto:number")
        >> ask(ASKED)
        << reply(x_cache="HIT", x_cache_debug=None)
    )
    call = a_call(a_body(ASKED), headers=((b"x-cache-debug", b"1"),))
    assert gw.gateway.glance(gw.gateway.begin(call), None) is None
