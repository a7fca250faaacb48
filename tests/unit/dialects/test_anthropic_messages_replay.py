"""From a whole message to the stream of it."""

import json
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic, DefaultHttpxClient

from warmlane.dialects import sse, wire
from warmlane.dialects.anthropic_messages_fold import fold
from warmlane.dialects.anthropic_messages_replay import replay
from warmlane.dialects.pieces import MAX_PIECES

USAGE = {"input_tokens": 25, "cache_read_input_tokens": 4, "output_tokens": 15, "service_tier": "standard"}
CALLS = [
    {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Bogotá", "days": [1, 2]}},
    {"type": "tool_use", "id": "toolu_2", "name": "get_time", "input": {}},
]
CITATION = {
    "type": "char_location", "cited_text": "a", "document_index": 0, "document_title": None, "start_char_index": 0,
    "end_char_index": 1,
}  # fmt: skip


def message(*blocks: Any, reason: str = "end_turn", **members: Any) -> dict[str, Any]:
    """A message of these blocks."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5", "content": list(blocks),
        "stop_reason": reason, "stop_sequence": None, "usage": USAGE, **members,
    }  # fmt: skip


def text(said: str, **members: Any) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": said, **members}


THOUGHT = {"type": "thinking", "thinking": "Let me think about it.", "signature": "EqQB"}

MESSAGES = {
    "text": message(text("It is sunny in Oslo today.")),
    "two texts": message(text("One."), text("Two.")),
    "calls": message(text("Let me look."), *CALLS, reason="tool_use"),
    "thoughts": message(THOUGHT, {"type": "redacted_thinking", "data": "Emwx"}, text("Yes.")),
    "hidden thoughts": message({**THOUGHT, "thinking": ""}, text("Yes.")),
    "citations": message(text("See", citations=[CITATION, CITATION]), text(" [1].", citations=None)),
    "no citations": message(text("Hm", citations=[])),
    "stop sequence": message(text("Yes"), reason="stop_sequence", stop_sequence="#"),
    "container": message(text("Yes"), container={"id": "c_1", "expires_at": "2026-11-24T20:00:00Z"}, usage=USAGE),
    "details": message(text("Yes"), stop_details=None, usage=USAGE | {"output_tokens_details": {"thinking_tokens": 3}}),
    "nothing": message(),
    "empty": message(text("")),
}  # fmt: skip

UNKNOWN = {
    "own fields": message(text("Yes.", shade="blue"), mood={"calm": 0.5}, context_management={"applied_edits": []}),
    "unknown block": message({"type": "invented", "x": [1, {"a": None}]}, text("Yes.")),
    "unsigned": message({"type": "thinking", "thinking": "Hm."}, text("Yes.")),
    "null signature": message({**THOUGHT, "signature": None}, text("Yes.")),
}


def events(body: bytes) -> list[dict[str, Any]]:
    """The events of a stream, each under the name that its data has."""
    read = sse.read(body)
    said = [json.loads(event.data) for event in read]
    assert [event.name.decode() for event in read] == [one["type"] for one in said]
    return said


def test_the_stream_is_as_anthropic_sends_it() -> None:
    """Every byte."""
    usage = '{"input_tokens":25,"cache_read_input_tokens":4,"output_tokens":0,"service_tier":"standard"}'
    whole = message(text("Yes, sunny 🌞"))

    assert replay(whole).decode() == (
        'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message",'
        '"role":"assistant","model":"claude-sonnet-5","content":[],"stop_reason":null,"stop_sequence":null,'
        f'"usage":{usage}}}}}\n\n'
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
        '"content_block":{"type":"text","text":""}}\n\n'
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":"Yes,"}}\n\n'
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":" sunny"}}\n\n'
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":" 🌞"}}\n\n'
        'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
        'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},'
        '"usage":{"input_tokens":25,"cache_read_input_tokens":4,"output_tokens":15}}\n\n'
        'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    )


def test_a_tool_begins_without_input() -> None:
    """It comes in one piece, which is JSON also where it is empty: clients that join pieces parse what they joined."""
    said = events(replay(MESSAGES["calls"]))
    blocks = [one for one in said if one["type"] == "content_block_start" and one["index"] > 0]
    inputs = [one["delta"] for one in said if one["type"] == "content_block_delta" and one["index"] > 0]

    assert [one["content_block"] for one in blocks] == [{**call, "input": {}} for call in CALLS]
    assert inputs == [
        {"type": "input_json_delta", "partial_json": '{"city":"Bogotá","days":[1,2]}'},
        {"type": "input_json_delta", "partial_json": "{}"},
    ]


def test_thoughts_are_signed_at_the_end() -> None:
    """Pieces, then the signature; what is redacted is said at once."""
    said = events(replay(MESSAGES["thoughts"]))
    deltas = [one["delta"] for one in said if one["type"] == "content_block_delta" and one["index"] < 2]
    begun = [one["content_block"] for one in said if one["type"] == "content_block_start"]

    assert begun[:2] == [{"type": "thinking", "thinking": "", "signature": ""}, MESSAGES["thoughts"]["content"][1]]
    assert deltas == [
        *({"type": "thinking_delta", "thinking": piece} for piece in ["Let", " me", " think", " about", " it."]),
        {"type": "signature_delta", "signature": "EqQB"},
    ]


def test_citations_come_behind_the_text() -> None:
    """One by one."""
    said = events(replay(MESSAGES["citations"]))

    assert [one["delta"] for one in said if one["type"] == "content_block_delta"][:3] == [
        {"type": "text_delta", "text": "See"},
        {"type": "citations_delta", "citation": CITATION},
        {"type": "citations_delta", "citation": CITATION},
    ]


def test_pieces_are_few() -> None:
    """However long the text is."""
    said = events(replay(message(text("word " * 10_000))))

    assert len([one for one in said if one["type"] == "content_block_delta"]) <= MAX_PIECES


@pytest.mark.parametrize("name", [*MESSAGES, *UNKNOWN])
def test_folding_undoes_it(name: str) -> None:
    """Nothing is lost and nothing is added, nor is anything put in another order."""
    whole = {**MESSAGES, **UNKNOWN}[name]
    folded = fold(replay(whole))

    assert folded.done
    assert wire.write(folded.message) == wire.write(whole)


@pytest.mark.parametrize("name", MESSAGES)
def test_the_sdk_makes_the_same_of_both(name: str) -> None:
    """Anthropic's own accumulator, fed with the replay, ends where its parser does with the whole message."""
    asked: Any = {"model": "claude-sonnet-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    whole = MESSAGES[name]
    with heard(wire.write(whole), "application/json") as client:
        parsed = client.messages.create(**asked)
    with heard(replay(whole), "text/event-stream") as client, client.messages.stream(**asked) as spoken:
        assembled = spoken.get_final_message()

    assert assembled.model_dump(mode="json", exclude_none=True) == parsed.model_dump(mode="json", exclude_none=True)


def heard(body: bytes, kind: str) -> Anthropic:
    """The SDK, which hears this whatever it asks."""
    answer = httpx2.Response(200, headers={"content-type": kind}, content=body)
    http = DefaultHttpxClient(transport=httpx2.MockTransport(lambda _: answer))
    return Anthropic(api_key="k", base_url="http://127.0.0.1", http_client=http)
