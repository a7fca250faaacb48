"""What Anthropic says, whole and in events. Written by hand: the product's own replay has no part."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from warmlane.adapters.scripted import Answer, Seen

USAGE = {
    "input_tokens": 19, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3,
    "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 0}, "output_tokens": 10,
    "service_tier": "standard",
}  # fmt: skip
_TOTALS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
PING = {"type": "ping"}
OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_in"}


def text(said: str = "Hi there.", **members: Any) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": said, **members}


def message(*blocks: Mapping[str, Any], reason: str | None = "end_turn", **members: Any) -> dict[str, Any]:
    """A whole message of these blocks."""
    return {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message", "role": "assistant",
        "model": "claude-sonnet-5-20260801", "content": [dict(block) for block in blocks or (text(),)],
        "stop_reason": reason, "stop_sequence": None, "usage": USAGE, **members,
    }  # fmt: skip


def events(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of a stream that says `whole`, with a ping in it."""
    usage = whole["usage"]
    begun = {**whole, "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1}}
    blocks = [event for index, block in enumerate(whole["content"]) for event in _block(index, block)]
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": whole["stop_sequence"]}
    return [
        {"type": "message_start", "message": begun},
        *blocks[:1],
        PING,
        *blocks[1:],
        {"type": "message_delta", "delta": ended, "usage": {name: usage[name] for name in _TOTALS}},
        {"type": "message_stop"},
    ]


def _block(index: int, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Begun without its text, then each text in two pieces."""
    begun = dict(block)
    deltas: list[dict[str, Any]] = []
    if block["type"] == "text":
        begun["text"] = ""
        deltas += [{"type": "text_delta", "text": half} for half in _halves(block["text"])]
        if block.get("citations"):
            begun["citations"] = []
            deltas += [{"type": "citations_delta", "citation": cited} for cited in block["citations"]]
    elif block["type"] == "thinking":
        begun |= {"thinking": "", "signature": ""}
        deltas += [{"type": "thinking_delta", "thinking": half} for half in _halves(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif block["type"] == "tool_use":
        begun["input"] = {}
        pieces = ["", *_halves(json.dumps(block["input"], ensure_ascii=False))] if block["input"] else [""]
        deltas += [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    yield {"type": "content_block_start", "index": index, "content_block": begun}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _halves(said: str) -> tuple[str, str]:
    return said[: len(said) // 2], said[len(said) // 2 :]


def frames(said: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Events as Anthropic writes them."""
    return [
        f"event: {one['type']}\ndata: {json.dumps(one, ensure_ascii=False)}\n\n".encode() for one in said
    ]  # fmt: skip


def streamed(whole: Mapping[str, Any]) -> list[bytes]:
    """The frames of a stream that says `whole`."""
    return frames(events(whole))


def speak(seen: Seen, said: str) -> Answer:
    """Say `said` in the mode that was asked for."""
    whole = message(text(said))
    return Answer.of(sse=streamed(whole)) if json.loads(seen.body).get("stream") else Answer.of(json=whole)
