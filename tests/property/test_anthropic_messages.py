"""Anthropic messages: a whole answer and its stream are two spellings of one thing."""

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.drawn import TEXT, VALUES, Number, ordered, spelled
from warmlane.canonical import canonical, read
from warmlane.dialects import sse, wire
from warmlane.dialects.anthropic_messages import AnthropicMessages
from warmlane.dialects.anthropic_messages_fold import Malformed, fold, fold_events
from warmlane.dialects.anthropic_messages_replay import replay
from warmlane.events import NoCache

pytestmark = pytest.mark.slow

DIALECT = AnthropicMessages()
WHOLE = DIALECT.read({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})

# What a provider may invent: any name that has no meaning yet, at each level.
TOP = {"type", "content", "stop_reason", "stop_sequence", "stop_details", "usage", "error"}
BLOCK = {"type", "text", "thinking", "signature", "citations", "input", "name", "content"}
USAGE = {"input_tokens", "output_tokens", "iterations"}


def others(known: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Members of any other name, and the ones that Anthropic really sends."""
    real = st.sampled_from(["context_management", "container", "caller", "server_tool_use", "service_tier", "id"])
    return st.dictionaries((real | TEXT).filter(lambda name: name not in known), VALUES, max_size=3)


def made(known: dict[str, Any], optional: dict[str, Any], own: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these members, and with others."""
    fixed = st.fixed_dictionaries(known, optional=optional)
    return st.builds(lambda ours, theirs: {**ours, **theirs}, fixed, others(own))


INPUTS = st.dictionaries(TEXT, VALUES, max_size=3)
BLOCKS = st.one_of(
    made({"type": st.just("text"), "text": TEXT}, {"citations": st.none() | st.lists(VALUES, max_size=3)}, BLOCK),
    made({"type": st.just("thinking"), "thinking": TEXT}, {"signature": st.none() | TEXT}, BLOCK),
    made({"type": st.just("redacted_thinking"), "data": TEXT}, {}, BLOCK),
    made({"type": st.sampled_from(["tool_use", "server_tool_use"]), "name": TEXT, "input": INPUTS}, {}, BLOCK),
    made({"type": st.just("invented")}, {"text": VALUES, "input": VALUES, "content": VALUES}, BLOCK),
)
USAGES = made({"output_tokens": st.integers(0, 99)}, {"input_tokens": st.none() | st.integers(0, 99)}, USAGE)
REASONS = st.sampled_from(["end_turn", "tool_use", "stop_sequence", "max_tokens", "refusal", None])
MESSAGES = made(
    {"type": st.just("message"), "content": st.lists(BLOCKS, max_size=4), "stop_reason": REASONS, "usage": USAGES},
    {"stop_sequence": st.none() | TEXT, "stop_details": VALUES, "model": TEXT, "role": st.just("assistant")},
    TOP,
)


@given(MESSAGES)
def test_folding_undoes_replaying(message: dict[str, Any]) -> None:
    """Nothing is lost, nothing is added, no number is spelled anew."""
    folded = fold(replay(read(spelled(message))))

    assert folded.done
    assert ordered(wire.write(folded.message)) == ordered(spelled(message))


@given(MESSAGES)
def test_replaying_is_a_good_stream(message: dict[str, Any]) -> None:
    """Every event named as its data says; blocks in order, each begun, gone on with and ended; nothing said early."""
    events = sse.read(replay(read(spelled(message))))
    said = [json.loads(event.data, parse_float=Decimal) for event in events]

    assert [event.name.decode() for event in events] == [one["type"] for one in said]
    start, *blocks, end, stop = said
    assert (start["type"], end["type"], stop) == ("message_start", "message_delta", {"type": "message_stop"})
    assert (start["message"]["content"], start["message"]["stop_reason"]) == ([], None)
    assert start["message"]["usage"]["output_tokens"] == 0
    assert end["usage"]["output_tokens"] == message["usage"]["output_tokens"]
    assert [one["index"] for one in blocks if one["type"] == "content_block_start"] == [*range(len(message["content"]))]
    assert [one["index"] for one in blocks] == sorted(one["index"] for one in blocks)
    for index in range(len(message["content"])):
        first, *middle, last = [one["type"] for one in blocks if one["index"] == index]
        assert (first, {*middle} - {"content_block_delta"}, last) == (
            "content_block_start",
            set(),
            "content_block_stop",
        )


@given(MESSAGES)
def test_an_answer_is_judged_alike_in_both_modes(message: dict[str, Any]) -> None:
    """Whether it is stored must not hang on how it was asked for."""
    whole = spelled(message)

    assert DIALECT.finish(replay(read(whole)), streamed=True) == DIALECT.finish(whole, streamed=False)


@given(MESSAGES, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.lists(st.integers(0, 4000), max_size=8))
def test_a_stream_may_be_cut_anywhere(message: dict[str, Any], newline: bytes, cuts: list[int]) -> None:
    """Inside a character, a line end or a name: however the bytes come, they are one message."""
    body = replay(read(spelled(message)))
    sent = body.replace(b"\n", newline)
    reader, places = sse.Reader(), [0, *sorted(cuts), len(sent)]
    events = [event for at, to in pairwise(places) for event in reader.feed(sent[at:to])]

    folded = [fold_events(events + reader.end()), fold(sent), fold(body)]
    assert len({wire.write(each.message) for each in folded}) == 1
    assert all(each.done for each in folded)


FRAGMENTS = st.lists(
    st.sampled_from([b"data: ", b"event: ping", b"\n\n", b"{", b"}", b'"type":', b'"content":', b'"a"', b"null", b","])
    | st.builds(lambda value: b"data: " + spelled(value) + b"\n\n", st.dictionaries(TEXT, VALUES, max_size=3))
    | st.builds(
        lambda kind, rest: b"data: " + spelled({**rest, "type": kind}) + b"\n\n",
        st.sampled_from(
            [
                "message_start",
                "content_block_start",
                "content_block_delta",
                "content_block_stop",
                "message_delta",
                "message_stop",
            ]
        ),
        st.fixed_dictionaries(
            {},
            optional={
                "message": st.just({"content": [], "type": "message"}) | VALUES,
                "index": st.just(Number("0")) | VALUES,
                "content_block": BLOCKS | VALUES,
                "delta": VALUES
                | st.builds(
                    lambda kind, rest: {**rest, "type": kind},
                    st.sampled_from(["text_delta", "input_json_delta", "citations_delta", "signature_delta"]),
                    st.fixed_dictionaries(
                        {}, optional=dict.fromkeys(["text", "partial_json", "citation", "signature"], VALUES)
                    ),
                )
                | st.fixed_dictionaries({}, optional={"stop_reason": REASONS}),
                "usage": USAGES | VALUES,
            },
        ),
    ),
    max_size=12,
).map(b"".join)


@given(FRAGMENTS)
def test_judging_never_raises(body: bytes) -> None:
    """Whatever a provider sends; and what is kept can be given in the other mode, if somebody counted."""
    assert isinstance(DIALECT.finish(body, streamed=False).refuse, NoCache)
    finish = DIALECT.finish(body, streamed=True)
    whole = DIALECT.render(body, streamed=True, ask=WHOLE)
    try:
        folded = fold(body)
    except Malformed:
        assert (finish.refuse, whole) == (NoCache.MALFORMED, None)
        return
    if finish.refuse is None:
        assert fold(replay({**folded.message, "usage": {"output_tokens": 1}})).done


BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("model", "stream", "system", "max_tokens", "temperature", "container", "tools", "mcp_servers", "x"), VALUES
    )
    | {
        "model": st.just("m") | VALUES,
        "messages": VALUES
        | st.lists(
            VALUES
            | st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant"]) | VALUES},
                optional={
                    "content": VALUES
                    | st.lists(
                        st.fixed_dictionaries(
                            {"type": st.sampled_from(["text", "document", "tool_result"]) | VALUES},
                            optional={"text": TEXT | VALUES, "content": VALUES, "source": VALUES},
                        )
                    )
                },
            ),
            max_size=3,
        ),
    },
)


@given(BODIES)
def test_reading_never_raises_and_changes_nothing(body: dict[str, Any]) -> None:
    """Whatever a client sends; keyed and rest always have a canonical form."""
    value = read(spelled(body))
    before = canonical(value)

    ask = DIALECT.read(value)

    assert canonical(value) == before
    assert canonical(ask.keyed)
    assert canonical(ask.rest)
    assert (ask.text is None) == (ask.rest == ask.keyed)
