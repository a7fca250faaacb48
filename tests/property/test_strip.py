"""What is forwarded is what was sent, less our own members: for any object, in any spelling."""

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from warmlane.canonical import read
from warmlane.strip import beheaded, without

OURS = ("cache", "orq")
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | st.sampled_from(OURS), inner, max_size=4),
    max_leaves=10,
)
objects = st.dictionaries(texts | st.sampled_from([*OURS, "cached", "{", '"', "\\"]), values, max_size=6)


def members_of(body: dict[str, Any], seed: int, *, outside: bool) -> list[bytes]:
    """Each member as some client writes it, with blanks wherever they may stand; `outside`: around it too."""
    dice = random.Random(seed)

    def blank() -> str:
        return "".join(dice.choices(" \t\r\n", k=dice.randrange(3)))

    def member(name: str, value: Any) -> str:
        ascii_only = dice.choice([True, False])
        written = [json.dumps(item, ensure_ascii=ascii_only, indent=dice.choice([None, 1])) for item in (name, value)]
        around = (blank(), blank()) if outside else ("", "")
        return f"{around[0]}{written[0]}{blank()}:{blank()}{written[1]}{around[1]}"

    return [member(*item).encode() for item in body.items()]


@given(body=objects, seed=st.integers())
def test_what_stays_means_the_same(body: dict[str, Any], seed: int) -> None:
    """In the same order; and where nothing is ours, not a byte changes."""
    sent = b"\t{ %b }\n" % b",".join(members_of(body, seed, outside=True))
    left = without(sent, OURS)
    wanted = {name: value for name, value in body.items() if name not in OURS}

    assert list(read(left).items()) == list(wanted.items())
    if wanted == body:
        assert left == sent


@given(body=objects, seed=st.integers())
def test_the_members_that_stay_are_the_same_bytes(body: dict[str, Any], seed: int) -> None:
    """A member of ours goes with the comma that it needed, and no other byte goes with it."""
    members = dict(zip(body, members_of(body, seed, outside=False), strict=True))
    kept = [member for name, member in members.items() if name not in OURS]

    assert without(b"{%b}" % b",".join(members.values()), OURS) == b"{%b}" % b",".join(kept)


@given(body=objects, name=st.sampled_from(["openai", "my-llm", "x"]), model=texts, seed=st.integers())
def test_a_head_goes_from_one_text_and_every_other_byte_stays(
    body: dict[str, Any], name: str, model: str, seed: int
) -> None:
    """Wherever the member stands, and whatever else looks like it."""
    long = members_of({**body, "model": f"{name}/{model}"}, seed, outside=False)
    sent = b"{%b}" % b",".join(long)
    left = beheaded(sent, "model", len(name) + 1)
    at = next(
        place for place, (one, other) in enumerate(zip(sent, left + b" " * len(sent), strict=False)) if one != other
    )

    assert read(left) == {**read(sent), "model": model}
    assert sent.endswith(left[at:])
