"""From a stream to the whole message."""

import json
from typing import Any

import pytest

from warmlane.dialects import sse, wire
from warmlane.dialects.anthropic_messages_fold import Malformed, fold, fold_events

USAGE = {"input_tokens": 25, "cache_read_input_tokens": 0, "output_tokens": 1, "service_tier": "standard"}
TOP: dict[str, Any] = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [],
    "stop_reason": None, "stop_sequence": None, "usage": USAGE,
}  # fmt: skip
START = {"type": "message_start", "message": TOP}
ENDED = {"stop_reason": "end_turn", "stop_sequence": None}
END = {"type": "message_delta", "delta": ENDED, "usage": {"output_tokens": 15}}
STOP = {"type": "message_stop"}


def opened(block: Any, index: Any = 0) -> dict[str, Any]:
    """A block begins."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(kind: str, index: Any = 0, **members: Any) -> dict[str, Any]:
    """A block goes on."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **members}}


def closed(index: Any = 0) -> dict[str, Any]:
    """A block ends."""
    return {"type": "content_block_stop", "index": index}


def stream(*events: Any) -> bytes:
    """Events as they go over the wire."""
    return "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events).encode()


def content(*events: Any) -> Any:
    """The content that these events spell."""
    folded = fold(stream(START, *events, END, STOP))
    assert folded.done
    return json.loads(wire.write(folded.message["content"]))


TEXT = {"type": "text", "text": ""}


def test_a_stream_as_anthropic_sends_it() -> None:
    """The counts of the end are the counts; pings say nothing; the order of members stays."""
    body = stream(
        START,
        opened(TEXT),
        {"type": "ping"},
        delta("text_delta", text="Grüße"),
        delta("text_delta", text=" 🗼"),
        closed(),
        END,
        STOP,
    )

    folded = fold(body)

    assert folded.done
    assert list(folded.message.items()) == [
        ("id", "msg_1"),
        ("type", "message"),
        ("role", "assistant"),
        ("model", "claude"),
        ("content", [{"type": "text", "text": "Grüße 🗼"}]),
        ("stop_reason", "end_turn"),
        ("stop_sequence", None),
        ("usage", {**USAGE, "output_tokens": 15}),
    ]


def test_thoughts_come_with_their_signature() -> None:
    """Without it they cannot be sent back."""
    assert content(
        opened({"type": "thinking", "thinking": "", "signature": ""}),
        delta("thinking_delta", thinking="Let me "),
        delta("thinking_delta", thinking="see.", estimated_tokens=50),
        delta("signature_delta", signature="EqQB"),
        closed(),
        opened({"type": "redacted_thinking", "data": "Emwx"}, 1),
        closed(1),
    ) == [
        {"type": "thinking", "thinking": "Let me see.", "signature": "EqQB"},
        {"type": "redacted_thinking", "data": "Emwx"},
    ]


def test_the_input_of_a_tool_is_what_its_pieces_spell() -> None:
    """Also where two calls grow at the same time."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}}
    other = {**call, "id": "toolu_2"}

    assert content(
        opened(call),
        delta("input_json_delta", partial_json=""),
        delta("input_json_delta", partial_json='{"city": "Bog'),
        opened(other, 1),
        delta("input_json_delta", 1, partial_json='{"n":1.0}'),
        delta("input_json_delta", partial_json='otá"}'),
        closed(),
        closed(1),
    ) == [{**call, "input": {"city": "Bogotá"}}, {**other, "input": {"n": 1.0}}]


@pytest.mark.parametrize("pieces", [[], [""]])
def test_a_tool_without_input_is_called_with_none(pieces: list[str]) -> None:
    """Its input stays what it was at the start."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {"given": "at once"}}

    assert content(opened(call), *(delta("input_json_delta", partial_json=one) for one in pieces), closed()) == [call]


@pytest.mark.parametrize("text", ['{"a', "[1]", '"x"', '{"a":NaN}', '{"a":1,"a":2}'])
def test_input_that_is_no_object_stays_a_text(text: str) -> None:
    """The judge sees that nobody can be called with it; what it cost is still known."""
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}

    assert content(opened(call), delta("input_json_delta", partial_json=text), closed()) == [{**call, "input": text}]


@pytest.mark.parametrize("begun", [{}, {"citations": None}, {"citations": []}])
def test_citations_are_a_list(begun: dict[str, Any]) -> None:
    """Each comes in an event of its own."""
    first, second = {"type": "char_location", "cited_text": "a"}, {"type": "page_location", "cited_text": "b"}

    assert content(
        opened({**TEXT, **begun}),
        delta("text_delta", text="See"),
        delta("citations_delta", citation=first),
        delta("citations_delta", citation=second),
        closed(),
    ) == [{"type": "text", "text": "See", "citations": [first, second]}]


def test_what_nobody_knows_survives() -> None:
    """In the message, in a block, in a delta, beside the delta of the end; an unknown block is said at once."""
    folded = fold(
        stream(
            {**START, "message": {**TOP, "mood": {"calm": [1]}}},
            opened({**TEXT, "shade": "blue"}),
            delta("text_delta", text="Hi", tone="low"),
            closed(),
            opened({"type": "invented", "x": [None]}, 1),
            closed(1),
            {**END, "delta": {**ENDED, "why": "done"}, "context_management": {"applied_edits": []}},
            STOP,
        )
    )

    assert folded.message["mood"] == {"calm": [1]}
    assert folded.message["why"] == "done"
    assert folded.message["context_management"] == {"applied_edits": []}
    assert folded.message["content"] == [
        {"type": "text", "text": "Hi", "shade": "blue", "tone": "low"},
        {"type": "invented", "x": [None]},
    ]


def test_a_summary_is_said_whole() -> None:
    """Of a conversation that grew too long."""
    block = {"type": "compaction", "content": None}

    assert content(opened(block), delta("compaction_delta", content="They met.", encrypted_content="e"), closed()) == [
        {"type": "compaction", "content": "They met.", "encrypted_content": "e"}
    ]


def test_what_is_null_at_the_end_may_have_been_said_before() -> None:
    """Counts are totals: the last one that is there counts."""
    usage = {"input_tokens": None, "cache_read_input_tokens": 7, "output_tokens": 15, "server_tool_use": None}
    folded = fold(stream(START, {**END, "usage": {"output_tokens": 3}}, {**END, "usage": usage}, STOP))

    assert folded.message["usage"] == {
        **USAGE,
        "cache_read_input_tokens": 7,
        "output_tokens": 15,
        "server_tool_use": None,
    }


@pytest.mark.parametrize("usage", [None, {}])
def test_usage_may_come_at_the_end_only(usage: Any) -> None:
    """As some who imitate the API send it."""
    folded = fold(stream({**START, "message": {**TOP, "usage": usage}}, END, STOP))

    assert folded.message["usage"] == {"output_tokens": 15}


def test_an_unknown_event_changes_nothing() -> None:
    """Anthropic adds kinds of events, and says that clients must bear it."""
    assert content(opened(TEXT), {"type": "invented", "index": 9}, delta("text_delta", text="Hi"), closed()) == [
        {"type": "text", "text": "Hi"}
    ]


@pytest.mark.parametrize("after", [b"data: [DONE]\n\n", b'event: ping\ndata: {"type":"ping"}\n\n', b": bye\n\n"])
def test_something_may_come_behind_the_end(after: bytes) -> None:
    """Where it is no part of the message."""
    assert fold(stream(START, END, STOP) + after).done


def test_a_ping_need_not_be_json() -> None:
    """Nobody reads it."""
    assert fold(b"event: ping\ndata: hello\n\n" + stream(START, END, STOP)).done


def test_events_without_names_are_read() -> None:
    """The data says the kind, too."""
    body = b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in (START, END, STOP))

    assert fold(body) == fold(stream(START, END, STOP))


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([START], id="nothing more"),
        pytest.param([START, END], id="no stop"),
        pytest.param([START, opened(TEXT), END, STOP], id="a block is open"),
    ],
)
def test_a_stream_that_did_not_say_so_is_not_done(events: list[Any]) -> None:
    """It was cut, whatever it said before."""
    assert not fold(stream(*events)).done


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(stream(END, STOP), id="no start"),
        pytest.param(stream(opened(TEXT)), id="a block first"),
        pytest.param(stream(START, START), id="two starts"),
        pytest.param(stream({"type": "message_start"}), id="no message"),
        pytest.param(stream({"type": "message_start", "message": "x"}), id="a text for a message"),
        pytest.param(stream({**START, "message": {**TOP, "content": [TEXT]}}), id="content at the start"),
        pytest.param(stream({**START, "message": {"id": "x"}}), id="no content at all"),
        pytest.param(stream(START, END, STOP, END), id="something after the end"),
        pytest.param(stream(START, END, STOP, STOP), id="two ends"),
        pytest.param(stream(START, {"type": "error", "error": {"type": "overloaded_error"}}), id="an error"),
        pytest.param(stream(START) + b'event: error\ndata: {"error":{}}\n\n', id="an error by name"),
        pytest.param(b"event: message_stop\ndata: " + json.dumps(START).encode() + b"\n\n", id="name and type differ"),
        pytest.param(stream(START) + b"data: {\n\n", id="no JSON"),
        pytest.param(stream(START) + b"data: []\n\n", id="no object"),
        pytest.param(stream(START) + b'data: {"type": 7}\n\n', id="type no string"),
        pytest.param(stream(START) + b"data: " + b"x" * (1 << 20) + b"\n\n", id="too long"),
        pytest.param(stream(START, opened(TEXT, 1)), id="a block is left out"),
        pytest.param(stream(START, opened(TEXT, index=False)), id="index no number"),
        pytest.param(stream(START, opened(TEXT, None)), id="no index"),
        pytest.param(stream(START, opened("text")), id="block no object"),
        pytest.param(stream(START, closed()), id="the end of no block"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta", 1, text="x")), id="of another block"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta", -1, text="x")), id="of a block from the end"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta", "0", text="x")), id="index a text"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta", index=False, text="x")), id="index a bool"),
        pytest.param(stream(START, opened(TEXT), closed(), delta("text_delta", text="x")), id="of an ended block"),
        pytest.param(stream(START, opened(TEXT), closed(), closed()), id="ended twice"),
        pytest.param(stream(START, opened(TEXT), {**delta("x"), "delta": "x"}), id="delta no object"),
        pytest.param(stream(START, opened(TEXT), {**delta("x"), "delta": {"type": ["x"]}}), id="delta of an odd type"),
        pytest.param(stream(START, opened(TEXT), delta("invented_delta", x=1)), id="an unknown delta"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta")), id="no text"),
        pytest.param(stream(START, opened(TEXT), delta("text_delta", text=1)), id="text a number"),
        pytest.param(
            stream(START, opened({"type": "text", "text": 1}), delta("text_delta", text="x")), id="no text yet"
        ),
        pytest.param(stream(START, opened(TEXT), delta("input_json_delta", partial_json="{}")), id="input of a text"),
        pytest.param(stream(START, opened(TEXT), delta("citations_delta")), id="no citation"),
        pytest.param(
            stream(START, opened({**TEXT, "citations": 7}), delta("citations_delta", citation={})), id="no list"
        ),
        pytest.param(stream(START, {"type": "message_delta", "usage": {}}), id="no delta"),
        pytest.param(stream(START, {**END, "usage": "x"}), id="usage no object"),
        pytest.param(stream({**START, "message": {**TOP, "usage": 7}}, END), id="usage no object before"),
    ],
)
def test_what_is_no_stream_of_a_message_is_malformed(body: bytes) -> None:
    """Nobody knows what it would have been; the error says nothing of what is in it."""
    with pytest.raises(Malformed) as caught:
        fold(body)

    assert "x" not in str(caught.value).split()


def test_numbers_stay_as_they_were_written() -> None:
    """In a field that nobody knows, too."""
    start = json.dumps(START).replace('"id": "msg_1"', '"score": 1.0')
    body = f"data: {start}\n\n".encode() + stream(END, STOP)

    assert b'"score":1.0' in wire.write(fold(body).message)


def test_events_may_be_cut_by_somebody_else() -> None:
    """As a reader does that gets them piece by piece."""
    body = stream(START, opened(TEXT), delta("text_delta", text="Grüße"), closed(), END, STOP)
    reader = sse.Reader()
    events = [event for at in range(len(body)) for event in reader.feed(body[at : at + 1])]

    assert fold_events(events + reader.end()) == fold(body)


def test_it_is_silent_about_the_answer() -> None:
    """It ends up in tracebacks."""
    assert repr(fold(stream(START, opened({**TEXT, "text": "a secret"}), closed(), END, STOP))) == "Folded(done=True)"
