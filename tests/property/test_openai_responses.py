"""OpenAI Responses: a whole answer and its stream are two spellings of one thing."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.drawn import NUMBERS, TEXT, VALUES, Number, ordered, spelled
from warmlane.canonical import canonical, read
from warmlane.dialects import sse, wire
from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_responses import OpenAIResponses
from warmlane.dialects.openai_responses_fold import fold
from warmlane.dialects.openai_responses_replay import replay
from warmlane.events import NoCache

pytestmark = pytest.mark.slow

DIALECT = OpenAIResponses()


def others(known: set[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Members of any other name: what a provider may invent."""
    return st.dictionaries(TEXT.filter(lambda name: name not in known), VALUES, max_size=3)


def thing(fixed: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """An object with these members and unknown ones."""
    known = {*fixed, *(optional or {})}
    return st.builds(
        lambda a, b: {**b, **a},
        st.fixed_dictionaries(fixed, optional=optional),
        others({*known, "id", "status", "type", "call_id", "error"}),
    )


STATUS = {"status": st.none() | st.just("completed")}
LOGS = st.lists(st.fixed_dictionaries({"token": TEXT, "logprob": NUMBERS.map(Number)}), max_size=3)
PARTS = thing(
    {"type": st.just("output_text"), "text": TEXT},
    {"annotations": st.lists(others(set()), max_size=2), "logprobs": LOGS},
) | thing({"type": st.just("invented")})
THOUGHTS = st.lists(thing({"type": st.sampled_from(["summary_text", "reasoning_text"]), "text": TEXT}), max_size=2)
ARGUMENTS = VALUES.map(lambda value: spelled(value).decode())
ITEMS = st.one_of(
    thing({"type": st.just("message"), "role": st.just("assistant"), "content": st.lists(PARTS, max_size=3)}, STATUS),
    thing(
        {"type": st.just("reasoning"), "summary": THOUGHTS},
        {
            "encrypted_content": TEXT,
            "content": st.none() | st.lists(thing({"type": st.just("reasoning_text"), "text": TEXT})),
        },
    ),
    thing({"type": st.just("function_call"), "name": TEXT, "arguments": ARGUMENTS}, STATUS),
    thing({"type": st.just("custom_tool_call"), "name": TEXT, "input": TEXT}),
    thing({"type": st.just("compaction"), "encrypted_content": TEXT}),
)


def told_apart(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items with ids of their own."""
    return [{**item, "id": f"i_{at}", "call_id": f"c_{at}"} for at, item in enumerate(items)]


RESPONSES = st.builds(
    lambda known, own: {**own, **known},
    st.fixed_dictionaries(
        {
            "id": TEXT,
            "object": st.just("response"),
            "status": st.just("completed"),
            "output": st.lists(ITEMS, max_size=4).map(told_apart),
        },
        optional={
            "usage": st.none() | st.dictionaries(TEXT, VALUES, max_size=3),
            "model": TEXT,
            "created_at": NUMBERS.map(Number),
            "completed_at": NUMBERS.map(Number),
        },
    ),
    others({"id", "object", "status", "output", "usage", "model", "created_at", "completed_at", "error"}),
)


@given(RESPONSES)
def test_folding_undoes_replaying(response: dict[str, Any]) -> None:
    """Nothing is lost, nothing is added, no number is spelled anew."""
    body = replay(read(spelled(response)))
    assert body is not None

    folded = fold(body)

    assert folded.done
    assert ordered(wire.write(folded.response)) == ordered(spelled(response))


@given(RESPONSES)
def test_replaying_is_a_good_stream(response: dict[str, Any]) -> None:
    """Numbered without gaps, each item added before its parts and done after them, every text whole in its pieces."""
    events = [(one.name.decode(), json.loads(one.data)) for one in sse.read(replay(read(spelled(response))) or b"")]
    said: dict[tuple[Any, ...], str] = {}
    open_items: set[int] = set()

    assert [event["sequence_number"] for _, event in events] == list(range(len(events)))
    assert [name for name, event in events if name != event["type"]] == []
    assert [name for name, _ in (*events[:2], events[-1])] == [
        "response.created", "response.in_progress", "response.completed",
    ]  # fmt: skip
    for name, event in events[2:-1]:
        at = event["output_index"]
        place = (at, event.get("content_index"), event.get("summary_index"), name.rpartition(".")[0])
        if name == "response.output_item.added":
            open_items.add(at)
        assert at in open_items
        if name == "response.output_item.done":
            open_items.remove(at)
        elif name.endswith(".delta"):
            said[place] = said.get(place, "") + event["delta"]
        elif name.endswith(("text.done", "arguments.done", "input.done", "refusal.done")):
            whole = next(event[member] for member in ("text", "arguments", "input", "refusal") if member in event)
            assert said.pop(place, "") == whole
    assert (open_items, said) == (set(), {})


@given(RESPONSES, st.lists(st.integers(0, 20_000)), st.sampled_from([b"\n", b"\r\n"]))
def test_no_cut_changes_what_a_stream_says(response: dict[str, Any], places: list[int], newline: bytes) -> None:
    """Wherever the network splits it, inside a character or a line ending too."""
    whole = replay(read(spelled(response))) or b""
    body = whole.replace(b"\n", newline)
    cuts = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    reader = sse.Reader()
    events = [event for a, b in pairwise(cuts) for event in reader.feed(body[a:b])]
    again = b"".join(sse.frame(event.data, event.name) for event in events)

    assert again == whole
    assert wire.write(fold(body).response) == wire.write(fold(whole).response)


@given(RESPONSES)
def test_an_answer_is_judged_alike_in_both_modes(response: dict[str, Any]) -> None:
    """Whether it is stored must not hang on how it was asked for."""
    whole = spelled(response)

    assert DIALECT.finish(replay(read(whole)) or b"", streamed=True) == DIALECT.finish(whole, streamed=False)


ANSWERS = st.fixed_dictionaries({"status": VALUES, "output": VALUES | st.lists(ITEMS | VALUES, max_size=2)})
FRAGMENTS = st.lists(
    st.sampled_from(
        [b"data: ", b"\n\n", b"{", b"}", b"[DONE]", b'"type":', b'"response.completed"', b'"response":', b"null", b","]
    )
    | st.builds(lambda value: b"data: " + spelled(value) + b"\n\n", st.dictionaries(TEXT, VALUES, max_size=3))
    | st.builds(
        lambda kind, value: b'data: {"type":"response.' + kind + b'",' + spelled(value)[1:] + b"\n\n",
        st.sampled_from([b"created", b"completed", b"output_item.done"]),
        st.fixed_dictionaries(
            {
                "response": VALUES
                | st.fixed_dictionaries({"status": VALUES, "output": VALUES | st.lists(ITEMS | VALUES)})
            },
            optional={"output_index": VALUES, "item": ITEMS | VALUES},
        ),
    ),
    max_size=6,
).map(b"".join)


@given(FRAGMENTS)
def test_judging_never_raises(body: bytes) -> None:
    """Whatever a provider sends; and what is kept can be given in both modes, but for items without ids."""
    assert isinstance(DIALECT.finish(body, streamed=False).refuse, NoCache)
    finish = DIALECT.finish(body, streamed=True)
    try:
        folded = fold(body)
    except Malformed:
        assert finish.refuse is NoCache.MALFORMED
        return
    if finish.refuse is None:
        again = replay(folded.response)
        assert again is None or fold(again).done


@given(RESPONSES | st.dictionaries(TEXT, VALUES) | st.fixed_dictionaries({"output": st.lists(ITEMS | VALUES)}))
def test_rendering_never_raises(response: dict[str, Any]) -> None:
    """Whatever was stored."""
    ask = DIALECT.read({"model": "m", "input": "Hi", "stream": True})
    body = DIALECT.render(spelled(response), streamed=False, ask=ask)

    assert body is None or fold(body).done


MEMBERS = ("model", "stream", "temperature", "n", "store", "tools", "prompt", "conversation", "invented")
BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(MEMBERS, VALUES)
    | {
        "input": VALUES
        | st.lists(
            VALUES
            | ITEMS
            | st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "system"]) | VALUES},
                optional={
                    "type": st.just("message") | VALUES,
                    "content": VALUES
                    | st.lists(
                        st.fixed_dictionaries({"type": st.just("input_text") | VALUES}, optional={"text": VALUES})
                    ),
                },
            ),
            max_size=3,
        )
    },
)


@given(BODIES)
def test_reading_never_raises_and_changes_nothing(body: dict[str, Any]) -> None:
    """Whatever a client sends; keyed and rest always have a canonical form."""
    ask = DIALECT.read(read(spelled({"model": "m", **body})))

    assert canonical(ask.keyed)
    assert canonical(ask.rest)
    assert (ask.text is None) == (ask.rest == ask.keyed)
