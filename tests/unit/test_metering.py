"""What a call used, where its provider does not say. What the gateway makes of it is in tests/flow/test_usage.py."""

from collections.abc import Sequence
from typing import Any

import pytest

from flow.house import House
from samples import a_body, a_call, a_trip, an_answer
from warmlane.adapters.tokens import BpeTokens, WordTokens
from warmlane.clock import ManualClock
from warmlane.dialects.registry import DIALECTS
from warmlane.errors import StageError
from warmlane.events import Stage, StageFailed
from warmlane.lanes import Lane
from warmlane.metering import Metering
from warmlane.model import Usage
from warmlane.ports import Tokens
from warmlane.trip import Trip

ASKING = Lane(ask_usage=True)
STREAM = a_body(stream=True)


@pytest.fixture
async def house(clock: ManualClock) -> Any:
    """Somebody to report to."""
    async with House(clock) as house:
        yield house


def metering(house: House, lane: Lane | None = None, tokens: Tokens | None = None) -> Metering:
    """What meters, in words unless told otherwise."""
    return Metering(lane=lane or Lane(), tokens=tokens or WordTokens(), patience=60, reporter=house.reporter)


def trip_of(name: str, body: dict[str, Any]) -> Trip:
    """A call in another dialect than chat."""
    call = a_call(body, dialect=name)
    dialect = DIALECTS[name]
    return replace_all(a_trip(), call=call, dialect=dialect, ask=dialect.read(body))


def replace_all(trip: Trip, **fields: Any) -> Trip:
    """The trip with these instead."""
    for name, value in fields.items():
        setattr(trip, name, value)
    return trip


async def test_a_stream_is_asked_for_its_usage(house: House) -> None:
    """Where the lane wants it and the caller does not."""
    trip = a_trip(a_call(b'{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true}'))

    assert metering(house, ASKING).asking(trip) == (
        b'{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true}}'
    )
    assert metering(house).asking(trip) is None


@pytest.mark.parametrize(
    "body",
    [
        a_body(),
        a_body(stream=True, stream_options={"include_usage": True}),
        a_body(stream=True, stream_options="x"),
    ],
)
async def test_a_call_that_needs_no_asking_is_left_alone(house: House, body: dict[str, Any]) -> None:
    """It is whole, or asks by itself, or is wrong."""
    assert metering(house, ASKING).asking(a_trip(a_call(body))) is None


async def test_only_openais_streams_have_to_be_asked(house: House) -> None:
    """Anthropic's say it anyway, and a completion of old is like chat."""
    old = {"model": "m", "prompt": "a", "stream": True}
    anthropic = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "a"}], "stream": True}

    assert metering(house, ASKING).asking(trip_of("openai_completions", old)) is not None
    assert metering(house, ASKING).asking(trip_of("anthropic_messages", anthropic)) is None
    assert metering(house, ASKING).asking(replace_all(a_trip(a_call(STREAM)), dialect=None)) is None
    assert metering(house, ASKING).asking(replace_all(a_trip(a_call(STREAM)), ask=None)) is None


async def test_what_nobody_counted_is_counted(house: House) -> None:
    """Texts and what is between them; exact for a plain chat with a model whose tokens are known."""
    used = await metering(house).count(a_trip(), an_answer("It is 4"), model="gpt-4o-2024-08-06")

    assert used == Usage(input_tokens=3 + 3 + 1 + 3, output_tokens=3, estimated=False)


@pytest.mark.parametrize(
    ("body", "model"),
    [
        (a_body(), "claude-sonnet-4-5"),
        (a_body(), "o3"),
        (a_body(tools=[{"type": "function", "function": {"name": "f"}}]), "gpt-4o"),
        (a_body(model="llama"), ""),
    ],
)
async def test_a_guess_says_that_it_is_one(house: House, body: dict[str, Any], model: str) -> None:
    """Another vendor's model, one that hides what it thinks, or tools; the model asked for, where none answered."""
    used = await metering(house).count(a_trip(a_call(body)), an_answer(), model=model)

    assert used is not None
    assert used.estimated


async def test_the_model_that_answered_says_whose_tokens_they_are(house: House) -> None:
    """An alias may stand for any; where none is said to have answered, it is the one that was asked."""
    alias, plain = a_trip(a_call(a_body(model="my-alias"))), a_trip()
    body = an_answer()

    by_answer = await metering(house).count(alias, body, model="gpt-4o")
    by_ask = await metering(house).count(plain, body, model="")

    assert by_answer is not None
    assert by_ask is not None
    assert (by_answer.estimated, by_ask.estimated) == (False, False)


async def test_the_tokens_are_the_models_own(house: House) -> None:
    """Once with the real thing: "Hello Bob! ..." is 10 tokens, and "Hi! I'm Bob" 4."""
    trip = a_trip(a_call(a_body("Hi! I'm Bob", model="gpt-4o-mini")))
    answer = an_answer("Hello Bob! How can I assist you today?")
    tokens = BpeTokens()
    used = await metering(house, tokens=tokens).count(trip, answer, model="gpt-4o-mini-2024-07-18")
    await tokens.aclose()

    assert used == Usage(input_tokens=11, output_tokens=10)


async def test_nothing_is_counted_where_nobody_wants_it(house: House) -> None:
    """Or where there is nothing to count."""
    body = an_answer()
    off = metering(house, Lane(count_usage=False))

    assert await off.count(a_trip(), body, model="gpt-4o") is None
    assert await metering(house).count(a_trip(), None, model="gpt-4o") is None
    assert await metering(house).count(a_trip(ask=None), body, model="") is None
    assert await metering(house).count(a_trip(dialect=None), body, model="") is None


class BrokenTokens(WordTokens):
    """Cannot count."""

    async def count(self, texts: Sequence[str], encoding: str, /) -> Sequence[int]:
        """Fail."""
        msg = "no"
        raise StageError(msg)


async def test_a_counter_in_trouble_costs_only_the_count(house: House) -> None:
    """It is told by its name."""
    used = await metering(house, tokens=BrokenTokens()).count(a_trip(), an_answer(), model="m")
    await house.bus.flush()
    (event,) = house.heard()

    assert used is None
    assert isinstance(event, StageFailed)
    assert (event.stage, event.error) == (Stage.COUNT, "StageError")
