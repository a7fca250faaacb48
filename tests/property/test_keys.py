"""Key invariants, for any request."""

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from samples import CHAT, OTHER_SECRET, a_body, a_call, a_caller
from warmlane.canonical import canonical, read
from warmlane.controls import NOTHING_SAID
from warmlane.dialects.openai_ask import UNKEYED
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.keys import Asked, frame
from warmlane.lanes import Lane

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = texts | st.sampled_from(["seed", "top_p", "tools", "stop", "user", "stream", "model", "messages"])
bodies = st.builds(lambda text, more: {**a_body(text), **more}, texts, st.dictionaries(names, values, max_size=4))


def key_of(body: dict[str, Any], *, secret: bytes = b"", shuffled: int | None = None) -> bytes:
    """The exact key of a body, written in some order."""
    members = list(body.items())
    if shuffled is not None:
        random.Random(shuffled).shuffle(members)
    text = json.dumps(dict(members), ensure_ascii=shuffled is None).encode()
    caller = a_caller(secret) if secret else a_caller()
    return Asked(OpenAIChat().read(read(text)), caller, frame(a_call(), Lane(), NOTHING_SAID, CHAT)).exact()


def meaning(body: dict[str, Any]) -> bytes:
    """The part of a body that is in the key, in one spelling."""
    return canonical(read(json.dumps({name: body[name] for name in body if name not in UNKEYED}).encode()))


@given(body=bodies, seed=st.integers())
def test_the_spelling_of_a_request_does_not_matter(body: dict[str, Any], seed: int) -> None:
    """Key order and escapes are the client library's habit."""
    assert key_of(body) == key_of(body, shuffled=seed)


@given(one=bodies, two=bodies)
def test_keys_are_equal_just_when_the_requests_are(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Neither a hit too few nor, above all, one too many."""
    assert (key_of(one) == key_of(two)) is (meaning(one) == meaning(two))


@given(body=bodies, name=st.sampled_from(sorted(UNKEYED)), value=values)
def test_what_is_not_keyed_never_matters(body: dict[str, Any], name: str, value: Any) -> None:
    """Whatever its value, and whether it is there at all."""
    without = {key: kept for key, kept in body.items() if key != name}

    assert key_of({**without, name: value}) == key_of(without)


@given(body=bodies)
def test_another_caller_never_has_the_key(body: dict[str, Any]) -> None:
    """Isolation is not a filter: the digest itself is the caller's own."""
    assert key_of(body) != key_of(body, secret=OTHER_SECRET)
