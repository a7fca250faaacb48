"""OpenAI completions: a whole answer and its stream are two spellings of one thing."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.drawn import NUMBERS, TEXT, VALUES, Number, ordered, spelled
from warmlane.canonical import canonical, read
from warmlane.dialects import sse, wire
from warmlane.dialects.openai_chunks import PADDING
from warmlane.dialects.openai_completions import OpenAICompletions
from warmlane.dialects.openai_completions_fold import fold
from warmlane.dialects.openai_completions_replay import replay
from warmlane.events import NoCache

pytestmark = pytest.mark.slow

DIALECT = OpenAICompletions()


def others(known: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Members of any other name: what a provider may invent."""
    return st.dictionaries(TEXT.filter(lambda name: name not in known), VALUES, max_size=3)


LOGS = st.fixed_dictionaries(
    {"tokens": st.lists(TEXT, max_size=3), "token_logprobs": st.lists(NUMBERS.map(Number), max_size=3)},
    optional={"top_logprobs": st.none() | st.lists(st.dictionaries(TEXT, NUMBERS.map(Number), max_size=2), max_size=2)},
)
CHOICES = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {"index": st.just(0), "text": TEXT, "finish_reason": st.sampled_from(["stop", "length", None])},
        optional={"logprobs": st.none() | LOGS},
    ),
    others({"index", "text", "finish_reason", "logprobs"}),
)
COMPLETIONS = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {
            "object": st.just("text_completion"),
            "choices": CHOICES.map(lambda choice: [choice]),
            "usage": st.dictionaries(TEXT, VALUES, max_size=3),
        },
        optional={"id": TEXT, "created": NUMBERS.map(Number), "model": TEXT},
    ),
    others({"id", "object", "created", "model", "choices", "usage", "error", PADDING}),
)


@given(COMPLETIONS)
def test_folding_undoes_replaying(completion: dict[str, Any]) -> None:
    """Nothing is lost, nothing is added, no number is spelled anew."""
    folded = fold(replay(read(spelled(completion)), usage=True))

    assert folded.done
    assert ordered(wire.write(folded.completion)) == ordered(spelled(completion))


@given(COMPLETIONS, st.lists(st.integers(0, 20_000)), st.sampled_from([b"\n", b"\r\n"]))
def test_no_cut_changes_what_a_stream_says(completion: dict[str, Any], places: list[int], newline: bytes) -> None:
    """Wherever the network splits it, inside a character or a line ending too."""
    whole = replay(read(spelled(completion)), usage=True)
    body = whole.replace(b"\n", newline)
    cuts = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    reader = sse.Reader()
    events = [event for a, b in pairwise(cuts) for event in reader.feed(body[a:b])]

    assert b"".join(sse.frame(event.data) for event in events) == whole
    assert wire.write(fold(body).completion) == wire.write(fold(whole).completion)


@given(COMPLETIONS)
def test_an_answer_is_judged_alike_in_both_modes(completion: dict[str, Any]) -> None:
    """Whether it is stored must not hang on how it was asked for."""
    whole = spelled(completion)

    assert DIALECT.finish(replay(read(whole), usage=True), streamed=True) == DIALECT.finish(whole, streamed=False)


PARTS = st.fixed_dictionaries({}, optional={"text": TEXT | VALUES, "logprobs": LOGS | VALUES, "x": VALUES})
FRAGMENTS = st.lists(
    st.sampled_from([b"data: ", b"\n\n", b"{", b"}", b"data: [DONE]\n\n", b'"choices":', b"["])
    | st.builds(lambda value: b"data: " + spelled(value) + b"\n\n", st.dictionaries(TEXT, VALUES, max_size=3))
    | st.builds(lambda part: b'data: {"choices":[' + spelled(part) + b"]}\n\n", PARTS | VALUES),
    max_size=8,
).map(b"".join)


@given(FRAGMENTS)
def test_judging_never_raises(body: bytes) -> None:
    """Whatever a provider sends."""
    assert isinstance(DIALECT.finish(body, streamed=False).refuse, NoCache)
    assert isinstance(DIALECT.finish(body, streamed=True).refuse, NoCache | None)


BODIES = st.fixed_dictionaries(
    {"prompt": VALUES | TEXT},
    optional=dict.fromkeys(("model", "stream", "stream_options", "n", "best_of", "echo", "tools", "store"), VALUES),
)


@given(BODIES)
def test_reading_never_raises(body: dict[str, Any]) -> None:
    """Whatever a client sends; keyed and rest always have a canonical form."""
    ask = DIALECT.read(read(spelled({"model": "m", **body})))

    assert canonical(ask.keyed)
    assert canonical(ask.rest)
    assert (ask.text is None) == (ask.rest == ask.keyed)
