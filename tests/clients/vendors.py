"""What providers say, by the path that they are called at: a text whole or as a stream, and errors. Written by hand."""

import asyncio
import json
from typing import Any

from sdk.said import chunks, completion, message
from warmlane.adapters.scripted import Answer, Seen, Told

USAGE = (19, 10)
"""Tokens in and out that each of them reports."""


def say(seen: Seen, text: str, *, drip: asyncio.Semaphore | None = None) -> Answer:
    """Say `text` as a provider with such a path would; each chunk waits for a permit of `drip`, if given."""
    told = _told(seen, text)
    return Answer.of(**told, drip=drip) if drip is not None else Answer.of(**told)


def _told(seen: Seen, text: str) -> Told:
    if seen.path.endswith("/messages"):
        return _as_anthropic(seen, text)
    if "enerateContent" in seen.path:
        return _as_google(seen, text)
    if seen.path.endswith("/responses"):
        return _as_responses(seen, text)
    return _as_chat(seen, text)


def refuse(seen: Seen, status: int) -> Answer:
    """Say an error, in the vendor's shape, with a hint to try again at once."""
    said = f"No, {status}."
    body: Any = {"error": {"message": said, "type": "t", "param": None, "code": "c"}}
    if seen.path.endswith("/messages"):
        body = {"type": "error", "error": {"type": "api_error", "message": said}, "request_id": "req_9"}
    elif "enerateContent" in seen.path:
        body = {"error": {"code": status, "message": said, "status": "UNKNOWN"}}
    return Answer.of(status=status, json=body, headers={"retry-after-ms": "1"})


def until_text(answer: Answer, text: str) -> int:
    """How many chunks of a stream have to go out until its reader has some of `text`."""
    return next(at for at, chunk in enumerate(answer.chunks, 1) if text[:3].encode() in chunk)


def _as_chat(seen: Seen, text: str) -> Told:
    asked = json.loads(seen.body)
    if not asked.get("tools"):
        whole = completion(message(text))
        usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        return Told(sse=chunks(whole, usage=usage)) if asked.get("stream") else Told(json=whole)
    function = {"name": asked["tools"][0]["function"]["name"], "arguments": json.dumps({"text": text})}
    calls = [{"id": "call_1", "type": "function", "function": function}]
    whole = completion(message(None, tool_calls=calls), "tool_calls")
    return Told(sse=chunks(whole)) if asked.get("stream") else Told(json=whole)


def _frames(events: list[dict[str, Any]]) -> list[bytes]:
    """Events that have names, as OpenAI's responses and Anthropic's messages are."""
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]


def _as_responses(seen: Seen, text: str) -> Told:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]}
    counted = {
        "input_tokens": USAGE[0], "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": USAGE[1], "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": sum(USAGE),
    }  # fmt: skip
    whole = {
        "id": "resp_1", "object": "response", "created_at": 1_741_569_952, "status": "completed", "error": None,
        "incomplete_details": None, "instructions": None, "metadata": {}, "model": "gpt-4o-mini-2024-07-18",
        "output": [item], "parallel_tool_calls": True, "temperature": 0.0, "tool_choice": "auto", "tools": [],
        "top_p": 1.0, "text": {"format": {"type": "text"}}, "usage": counted,
    }  # fmt: skip
    if not json.loads(seen.body).get("stream"):
        return Told(json=whole)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    at: dict[str, Any] = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    halves = [text[:4], text[4:]]
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **at, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **at, "delta": half, "logprobs": []} for half in halves),
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return Told(sse=_frames([{**event, "sequence_number": number} for number, event in enumerate(events)]))


def _as_anthropic(seen: Seen, text: str) -> Told:
    usage = {"input_tokens": USAGE[0], "output_tokens": USAGE[1]}
    whole = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None, "usage": usage,
    }  # fmt: skip
    if not json.loads(seen.body).get("stream"):
        return Told(json=whole)
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    deltas = [{"type": "text_delta", "text": half} for half in (text[:4], text[4:])]
    end = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": USAGE[1]}}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", **end},
        {"type": "message_stop"},
    ]
    return Told(sse=_frames(events))


def _as_google(seen: Seen, text: str) -> Told:
    counted = {"promptTokenCount": USAGE[0], "candidatesTokenCount": USAGE[1], "totalTokenCount": sum(USAGE)}
    shared = {"modelVersion": "gemini-2.5-flash", "responseId": "r-1"}

    def chunk(text: str, **end: Any) -> dict[str, Any]:
        return {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0, **end}

    if not seen.path.endswith(":streamGenerateContent"):
        only = chunk(text, finishReason="STOP")
        return Told(json={"candidates": [only], "usageMetadata": counted, **shared})
    parts: list[dict[str, Any]] = [
        {"candidates": [chunk(text[:4])], **shared},
        {"candidates": [chunk(text[4:], finishReason="STOP")], "usageMetadata": counted, **shared},
    ]
    return Told(sse=[f"data: {json.dumps(part)}\r\n\r\n".encode() for part in parts])
