"""OpenAI chat: a whole answer and its stream are two spellings of one thing."""

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.drawn import NUMBERS, TEXT, VALUES, Number, ordered, spelled
from warmlane.canonical import canonical, read
from warmlane.dialects import sse, wire
from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_chat import OpenAIChat
from warmlane.dialects.openai_chat_fold import fold
from warmlane.dialects.openai_chat_replay import replay
from warmlane.dialects.openai_chunks import PADDING
from warmlane.dialects.pieces import MAX_PIECES, pieces
from warmlane.events import NoCache

pytestmark = pytest.mark.slow

DIALECT = OpenAIChat()

# What a provider may invent: any name that has no meaning yet, at any of the three levels.
TOP = {"id", "object", "created", "model", "choices", "usage", "error", PADDING}
CHOICE = {"index", "message", "delta", "finish_reason", "logprobs"}
MESSAGE = {"role", "content", "tool_calls"}
TOKEN_LOGS = st.lists(
    st.fixed_dictionaries({"token": TEXT, "logprob": NUMBERS.map(Number), "bytes": st.none() | st.just([1, 2])}),
    max_size=4,
)
LOGPROBS = st.fixed_dictionaries({"content": st.none() | TOKEN_LOGS, "refusal": st.none() | TOKEN_LOGS})
CALLS = st.lists(
    st.fixed_dictionaries(
        {"id": TEXT, "type": st.just("function"), "function": st.fixed_dictionaries({"name": TEXT, "arguments": TEXT})},
        optional={"extra_content": VALUES},
    ),
    max_size=4,
)


def others(known: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Members of any other name, and the ones that providers really send."""
    real = st.sampled_from(
        ["reasoning_content", "reasoning_details", "annotations", "refusal", "citations", "service_tier"]
    )
    return st.dictionaries((real | TEXT).filter(lambda name: name not in known), VALUES, max_size=3)


MESSAGES = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {"role": st.just("assistant"), "content": st.none() | TEXT}, optional={"tool_calls": st.none() | CALLS}
    ),
    others(MESSAGE),
)
CHOICES = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {
            "index": st.just(0),
            "message": MESSAGES,
            "finish_reason": st.sampled_from(["stop", "tool_calls", "length", None]),
        },
        optional={"logprobs": st.none() | LOGPROBS},
    ),
    others(CHOICE),
)
COMPLETIONS = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {
            "object": st.just("chat.completion"),
            "choices": CHOICES.map(lambda choice: [choice]),
            "usage": st.dictionaries(TEXT, VALUES, max_size=3),
        },
        optional={"id": TEXT, "created": NUMBERS.map(Number), "model": TEXT, "system_fingerprint": st.none() | TEXT},
    ),
    others(TOP),
)


@given(COMPLETIONS)
def test_folding_undoes_replaying(completion: dict[str, Any]) -> None:
    """Nothing is lost, nothing is added, no number is spelled anew."""
    sent = read(spelled(completion))

    folded = fold(replay(sent, usage=True))

    assert folded.done
    assert ordered(wire.write(folded.completion)) == ordered(spelled(completion))


@given(COMPLETIONS, st.booleans())
def test_replaying_is_a_good_stream(completion: dict[str, Any], usage: bool) -> None:  # noqa: FBT001 - drawn
    """Same id in all, one finish, usage at the end or nowhere, every chunk strict JSON in UTF-8 on one line."""
    *events, end = sse.read(replay(read(spelled(completion)), usage=usage))
    chunks = [json.loads(event.data, parse_float=Decimal) for event in events]
    with_choice = [chunk for chunk in chunks if chunk["choices"]]

    assert end.data == b"[DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({json.dumps(chunk.get("id")) for chunk in chunks}) == 1
    assert len({str(chunk.get("created")) for chunk in chunks}) == 1
    assert with_choice[0]["choices"][0]["delta"]["role"] == "assistant"
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in with_choice[:-1])
    assert with_choice[-1]["choices"][0]["delta"] == {}
    assert [chunk.get("usage", "none") is None for chunk in with_choice] == [usage] * len(with_choice)
    assert len(chunks) - len(with_choice) == usage


@given(TEXT)
def test_pieces_tear_nothing_apart(text: str) -> None:
    """Joined they are the text; each but the first begins with white space, which combines with nothing before it."""
    parts = pieces(text)

    assert "".join(parts) == text
    assert len(parts) <= MAX_PIECES
    assert all(part[0].isspace() for part in parts[1:])
    assert not any(before.endswith("\r") and after.startswith("\n") for before, after in pairwise(parts))


@given(COMPLETIONS)
def test_an_answer_is_judged_alike_in_both_modes(completion: dict[str, Any]) -> None:
    """Whether it is stored must not hang on how it was asked for."""
    whole = spelled(completion)

    assert DIALECT.finish(replay(read(whole), usage=True), streamed=True) == DIALECT.finish(whole, streamed=False)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            b"data: ",
            b"\n\n",
            b"{",
            b"}",
            b"[DONE]",
            b'"choices":',
            b"[",
            b"]",
            b'"delta":',
            b'"content":',
            b'"a"',
            b"null",
            b",",
        ]
    )
    | st.builds(lambda value: b"data: " + spelled(value) + b"\n\n", st.dictionaries(TEXT, VALUES, max_size=3))
    | st.builds(lambda delta: b'data: {"choices":[{"delta":' + spelled(delta) + b"}]}\n\n", MESSAGES | VALUES),
    max_size=12,
).map(b"".join)


@given(FRAGMENTS)
def test_judging_never_raises(body: bytes) -> None:
    """Whatever a provider sends; and what is kept can be given in both modes."""
    assert isinstance(DIALECT.finish(body, streamed=False).refuse, NoCache)
    finish = DIALECT.finish(body, streamed=True)
    try:
        folded = fold(body)
    except Malformed:
        assert finish.refuse is NoCache.MALFORMED
        return
    if finish.refuse is None:
        assert fold(replay({**folded.completion, "usage": {}}, usage=True)).done


BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("model", "stream", "stream_options", "temperature", "n", "store", "tools", "modalities", "invented"), VALUES
    )
    | {
        "messages": VALUES
        | st.lists(
            VALUES
            | st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "system", "tool"]) | VALUES},
                optional={
                    "content": VALUES
                    | st.lists(st.fixed_dictionaries({"type": st.just("text") | VALUES}, optional={"text": VALUES}))
                },
            ),
            max_size=3,
        )
    },
)


@given(BODIES)
def test_reading_never_raises_and_changes_nothing(body: dict[str, Any]) -> None:
    """Whatever a client sends; keyed and rest always have a canonical form."""
    sent = spelled(body)
    value = json.loads(sent, parse_float=Decimal)

    ask = DIALECT.read(value)

    assert canonical(value) == canonical(json.loads(sent, parse_float=Decimal))
    assert canonical(ask.keyed)
    assert canonical(ask.rest)
    assert (ask.text is None) == (ask.rest == ask.keyed)
