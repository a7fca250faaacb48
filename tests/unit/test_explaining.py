"""The explanation of a call. What it says of a whole gateway is told in tests/flow."""

import json
from typing import Any

import pytest

from samples import a_find, a_look, a_trip, an_entry
from warmlane.events import NoCache, NotNear, Outcome, Stage
from warmlane.explaining import encode, explanation
from warmlane.lookup import Tiers
from warmlane.match.facts import Objection
from warmlane.match.judge import Gate, Weighed
from warmlane.match.vetoes import VetoName
from warmlane.policy import Bypass
from warmlane.trip import Neighbour, Trip

NORMAL = {"normal_key": b"n" * 16, "partition": b"p" * 16, "needed": 0.8}
NEAR = Tiers(near=a_find(outcome=Outcome.NEAR))


def a_neighbour(gate: Gate | None = None, *, prompt: str = "kept", **fields: Any) -> Neighbour:
    """A kept question that was judged."""
    weighed = Weighed(**{"similarity": 0.91, "score": 0.7, "objections": (), "gate": gate, **fields})
    return Neighbour(key=b"e" * 16, entry=an_entry(prompt=prompt), weighed=weighed)


def said(trip: Trip, tiers: Tiers | None = None) -> dict[str, Any]:
    """What is told, as the caller gets it."""
    told = explanation(trip, tiers or Tiers(), lane="default", embedder="some-model/384")
    head, body = encode(told, "wl_1")
    assert dict(head.headers)[b"content-length"] == b"%d" % len(body)
    return dict(json.loads(body))


VETO = a_neighbour(Gate.VETO, objections=(Objection(veto=VetoName.UNIT, about="mg / g"),))


@pytest.mark.parametrize(
    ("fields", "tiers", "verdict"),
    [
        ({"plan": Bypass(why=NoCache.TEMPERATURE)}, Tiers(), "Forwarded: the cache is not asked (temperature)."),
        ({"plan": a_look(read=False)}, Tiers(same=a_find()), "Forwarded: the caller wants a fresh answer."),
        ({"must_prove": True}, Tiers(), "Forwarded: one real call must first show that this key still works."),
        ({}, Tiers(same=a_find()), "Served: the same request was answered 0 s ago."),
        (NORMAL, Tiers(normal=a_find(outcome=Outcome.NORMALISED)), "Served: the same words were answered 0 s ago."),
        (
            NORMAL,
            Tiers(normal=a_find(outcome=Outcome.NEAR)),
            "Served: a judge found right for these words too what was answered 0 s ago.",
        ),
        ({"not_near": NotNear.TIME}, Tiers(), "Forwarded: it was not asked before, and nothing near would do (time)."),
        ({**NORMAL, "failed": Stage.NEAR}, Tiers(), "Forwarded: the cache could not say (near failed)."),
        (NORMAL, Tiers(), "Forwarded: nothing like it is kept."),
        (
            {**NORMAL, "score": 0.93},
            NEAR,
            "Served: a question that means the same scores 0.9300; 0.8000 is needed.",
        ),
        (
            {**NORMAL, "neighbours": (a_neighbour(Gate.THRESHOLD),)},
            Tiers(),
            "Forwarded: the likeliest question has a cosine of 0.9100; 0.8500 is needed.",
        ),
        ({**NORMAL, "neighbours": (VETO,)}, Tiers(), "Forwarded: the likeliest question differs in unit: mg / g."),
        (
            {**NORMAL, "neighbours": (a_neighbour(Gate.SCORE),)},
            Tiers(),
            "Forwarded: the likeliest question scores 0.7000; 0.8000 is needed for at most 2.0% of wrong hits.",
        ),
        (
            {**NORMAL, "neighbours": (a_neighbour(),), "gate": "caught"},
            Tiers(),
            "Forwarded: the answer to the likeliest question was caught wrong before.",
        ),
        (
            {**NORMAL, "neighbours": (a_neighbour(),)},
            Tiers(),
            "Forwarded: the answer to the likeliest question cannot be had in this mode.",
        ),
    ],
)
def test_the_verdict_is_one_sentence(fields: dict[str, Any], tiers: Tiers, verdict: str) -> None:
    """It names the one thing that decided."""
    assert said(a_trip(**fields), tiers)["verdict"] == verdict


def test_what_lies_behind_an_earlier_hit_is_told_too() -> None:
    """Whoever asks why something missed mostly has its answer by now."""
    trip = a_trip(**NORMAL, neighbours=(VETO,))

    assert said(trip, Tiers(same=a_find()))["otherwise"] == "Forwarded: the likeliest question differs in unit: mg / g."
    assert "otherwise" not in said(trip)


def test_a_candidate_has_all_that_was_judged() -> None:
    """Under the id that deletes it, with its veto as the debug header says it."""
    assert said(a_trip(**NORMAL, neighbours=(VETO,)))["candidates"] == [
        {
            "key": "k_" + "65" * 16, "prompt": "kept", "age": 0, "similarity": 0.91, "score": 0.7, "gate": "veto:unit",
            "vetoes": [{"veto": "unit", "about": "mg / g"}],
        }
    ]  # fmt: skip


def test_a_bypass_has_no_keys() -> None:
    """There is nothing that they would be of."""
    told = said(a_trip(plan=Bypass(why=NoCache.OFF)))

    assert (told["outcome"], told["bypass"]) == ("bypass", "off")
    assert {"key", "plan", "normalised_key", "partition", "candidates", "embedder"}.isdisjoint(told)


def test_no_repr_shows_a_prompt() -> None:
    """As nowhere."""
    told = explanation(a_trip(**NORMAL, neighbours=(VETO,)), Tiers(), lane="default", embedder="m")

    assert "kept" not in f"{told!r} {told.candidates!r}"
    assert "mg" not in f"{told!r} {told.candidates!r}"
