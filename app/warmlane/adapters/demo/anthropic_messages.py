"""`POST /v1/messages`."""

from collections.abc import Iterator
from typing import Final

from warmlane.adapters.demo.answers import (
    Asked,
    Told,
    Unusable,
    is_flag,
    is_history,
    is_limit,
    is_name,
    member,
    named_event,
    streamed,
    text_of,
    unusable,
    whole,
)
from warmlane.adapters.demo.words import Said, say
from warmlane.model import JsonObject

_TOTALS: Final = (
    "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens", "output_tokens_details",
    "server_tool_use",
)  # fmt: skip
"""What the end of a stream says of the usage."""


def answer(asked: Asked) -> Told | Unusable:
    """One block of text. What would have to be JSON, or a call of a tool, is refused."""
    body = asked.body
    limit, system = body.get("max_tokens"), body.get("system")
    wrong = unusable(
        {
            "model": is_name(body.get("model")),
            "messages": is_history(body.get("messages")),
            "max_tokens": limit is not None and is_limit(limit),
            "system": isinstance(system, str | list | None),
            "stream": is_flag(body.get("stream")),
            "tool_choice": member(body.get("tool_choice"), "type") in (None, "auto", "none"),
            "output_config.format": member(body.get("output_config"), "format") is None,
        }
    )
    if wrong is not None:
        return wrong
    texts = [text_of(message.get("content")) for message in body["messages"]]
    said = say([text_of(system), *texts], limit)
    message = _message(asked, said)
    return streamed(map(named_event, _events(said, message))) if body.get("stream") else whole(message)


def _message(asked: Asked, said: Said) -> JsonObject:
    return {
        "id": f"msg_{asked.id}",
        "type": "message",
        "role": "assistant",
        "model": asked.body["model"],
        "content": [{"type": "text", "text": said.text, "citations": None}],
        "container": None,
        "stop_reason": "max_tokens" if said.cut else "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": _usage(said),
    }


def _usage(said: Said) -> JsonObject:
    """What was heard and said; all else that Anthropic counts is nothing here."""
    return {
        "input_tokens": said.heard,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": said.spoken,
        "output_tokens_details": {"thinking_tokens": 0},
        "server_tool_use": None,
        "inference_geo": None,
        "service_tier": "standard",
    }


def _events(said: Said, message: JsonObject) -> Iterator[JsonObject]:
    """The message without its text, the block in pieces, why it ended, and that it did."""
    begun = {**message, "content": [], "stop_reason": None, "usage": {**message["usage"], "output_tokens": 0}}
    ended = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details")}
    yield {"type": "message_start", "message": begun}
    yield {"type": "content_block_start", "index": 0, "content_block": {**message["content"][0], "text": ""}}
    for piece in said.pieces:
        yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": ended, "usage": {name: message["usage"][name] for name in _TOTALS}}
    yield {"type": "message_stop"}
