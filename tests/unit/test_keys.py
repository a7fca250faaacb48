"""What must be equal for an answer to be reused, and what need not be."""

from typing import Any

import msgspec
import pytest

from samples import OTHER_SECRET, a_body, a_call, a_caller, an_ask, dump
from warmlane.canonical import read
from warmlane.controls import NOTHING_SAID, Controls
from warmlane.keys import KEYED_HEADERS, Asked, caught_key, frame, standing_key
from warmlane.lanes import Lane
from warmlane.model import Call, Caller


def asked(
    body: dict[str, Any] | None = None,
    call: Call | None = None,
    *,
    caller: Caller | None = None,
    lane: Lane | None = None,
    controls: Controls = NOTHING_SAID,
) -> Asked:
    """A request as keys."""
    call = call or a_call()
    framed = frame(call, lane or Lane(), controls, call.path)
    return Asked(an_ask(body), caller or a_caller(), framed, controls.ignore)


BASE = asked()


@pytest.mark.parametrize(
    "other",
    [
        asked(a_body("What is 2+3?")),
        asked(a_body("what is 2+2?")),
        asked(a_body(model="gpt-4o-mini")),
        asked(a_body(temperature=1)),
        asked(a_body(seed=1)),
        asked(a_body(service_tier="flex")),
        asked(a_body(a_new_parameter=True)),
        asked(a_body(tools=[{"type": "function", "function": {"name": "f"}}])),
        asked(a_body(response_format={"type": "json_object"})),
        asked(a_body(messages=[{"role": "system", "content": "Be brief."}, *a_body()["messages"]])),
        asked(a_body(messages=[*a_body()["messages"], {"role": "assistant", "content": "4"}, *a_body()["messages"]])),
        asked(call=a_call(provider="groq")),
        asked(call=a_call(base_url="https://proxy.example.com")),
        asked(call=a_call(path="/v1/completions")),
        asked(call=a_call(query="api-version=2")),
        asked(call=a_call(dialect="another")),
        asked(caller=a_caller(OTHER_SECRET)),
        asked(lane=Lane(name="other")),
        asked(lane=Lane(revision=2)),
        asked(controls=Controls(namespace="blau")),
        asked(controls=Controls(ignore=("seed",))),
        *[asked(call=a_call(headers=((name, b"v"),))) for name in sorted(KEYED_HEADERS)],
    ],
)
def test_whatever_may_change_the_answer_changes_the_key(other: Asked) -> None:
    """Contract §7: all parameters, the caller, the lane and its revision, the namespace, the headers that matter."""
    assert other.exact() != BASE.exact()


@pytest.mark.parametrize(
    "same",
    [
        asked(dict(reversed(a_body().items()))),
        asked(a_body(temperature=-0.0)),
        asked(a_body(stream=True, stream_options={"include_usage": True})),
        asked(a_body(user="u1", metadata={"a": "b"}, safety_identifier="s")),
        asked(a_body(prompt_cache_key="k", prompt_cache_retention="24h", prompt_cache_options={})),
        asked(call=a_call(id="wl_2", headers=((b"user-agent", b"curl"), (b"x-cache-ttl", b"5")))),
        asked(call=a_call(query="key=sk-1&alt=sse")),
        asked(controls=Controls(ttl=5, tags=("a",), threshold=0.99, max_age=1, debug=True)),
    ],
)
def test_what_cannot_change_the_answer_does_not_change_the_key(same: Asked) -> None:
    """Key order, 0 and -0.0, how the answer comes, who asks, the provider's bookkeeping, wishes about caching."""
    assert same.exact() == BASE.exact()


def test_an_ignored_field_is_ignored_among_those_who_ignore_it() -> None:
    """Two callers who ignore `seed` share; one who does not is not given what another seed made."""
    controls = Controls(ignore=("seed",))
    one, two = asked(a_body(seed=1), controls=controls), asked(a_body(seed=2), controls=controls)

    assert one.exact() == two.exact() == asked(controls=controls).exact()
    assert one.partition("e") == two.partition("e")
    assert one.normalised("n") == two.normalised("n")
    assert one.exact() not in {BASE.exact(), asked(a_body(seed=1)).exact()}
    assert asked(a_body(top_p=0.5), controls=controls).exact() != one.exact()


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("b=2&a=1", "a=1&b=2", True),
        ("a=1&key=x", "a=1", True),
        ("a=%20", "a=+", True),
        ("a=1&a=2", "a=2&a=1", False),
        ("a=", "", False),
        ("a=%FF", "a=%FE", False),
        ("a=1", "b=1", False),
    ],
)
def test_a_query_is_a_list_of_pairs(one: str, two: str, *, same: bool) -> None:
    """The order of different names does not matter; repeated ones, empty ones and every byte do."""
    assert (asked(call=a_call(query=one)).exact() == asked(call=a_call(query=two)).exact()) is same


def test_a_partition_is_all_but_the_last_user_text() -> None:
    """In one partition only that text differs, so that only its meaning need be compared."""
    partition = BASE.partition("minilm")

    assert asked(a_body("Something else")).partition("minilm") == partition
    assert BASE.partition("another") != partition
    for other in (a_body(seed=1), a_body(model="gpt-4o-mini"), a_body(messages=[{"role": "system", "content": "x"}])):
        assert asked(other).partition("minilm") != partition


def test_a_normal_form_has_a_key_of_its_own() -> None:
    """It depends on the rest and on the form alone."""
    assert asked(a_body("WHAT IS 2+2")).normalised("what is 2+2") == BASE.normalised("what is 2+2")
    assert BASE.normalised("what is 2+3") != BASE.normalised("what is 2+2")
    assert asked(a_body(seed=1)).normalised("what is 2+2") != BASE.normalised("what is 2+2")


def test_a_pair_has_one_key_whichever_of_the_two_was_asked() -> None:
    """And however the two were dressed; what else is asked for, and by whom, parts them as it parts answers."""
    one, other = "How do I open an account?", "How do I close an account?"
    pair = BASE.pair_key(one, other)

    assert len(pair) == 12
    assert pair == BASE.pair_key(other, one) == BASE.pair_key("please  how do I close an account", one.lower())
    assert pair == asked(a_body("Something else")).pair_key(one, other)
    assert pair != BASE.pair_key(one, one)
    assert pair != asked(a_body(seed=1)).pair_key(one, other)
    assert pair != asked(caller=a_caller(OTHER_SECRET)).pair_key(one, other)


def test_what_was_caught_has_a_key_of_its_own() -> None:
    """By what it is of, and whose."""
    caller, other = a_caller(), a_caller(OTHER_SECRET)
    keys = [
        caught_key(caller, b"pair", bytes(12)), caught_key(caller, b"entry", bytes(12)),
        caught_key(caller, b"pair", b"x" * 12), caught_key(other, b"pair", bytes(12)), standing_key(caller),
    ]  # fmt: skip

    assert len(set(keys)) == len(keys)


def test_each_of_several_has_the_key_of_one_alone() -> None:
    """Asked for together or not, it is the same."""
    one, other = asked(a_body("one")), asked(a_body("other"), controls=Controls(ignore=("seed",)))
    bodies = [read(dump(a_body(text, seed=7))) for text in ("one", "other")]

    assert other.each(bodies) == [
        asked(a_body(text), controls=Controls(ignore=("seed",))).exact() for text in ("one", "other")
    ]
    assert one.each(bodies) == [asked(body).exact() for body in bodies]


def test_kinds_of_keys_never_meet() -> None:
    """A partition under an embedder called like a text is not that text's key."""
    assert len({BASE.exact(), BASE.normalised("x"), BASE.partition("x")}) == 3
    assert all(len(key) == 16 for key in (BASE.exact(), BASE.normalised("x"), BASE.partition("x")))


def test_a_guess_cannot_be_tested_without_the_tenants_key() -> None:
    """All are keyed: another index key gives other digests of the same request."""
    other = asked(caller=msgspec.structs.replace(a_caller(), index_key=bytes(32)))

    assert other.exact() != BASE.exact()
    assert other.partition("e") != BASE.partition("e")
    assert other.normalised("n") != BASE.normalised("n")
