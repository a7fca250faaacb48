"""What OpenAI says at `/v1/responses`, whole and in events. Written by hand: the product's own replay has no part."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from warmlane.adapters.scripted import Answer, Seen

USAGE = {
    "input_tokens": 19, "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
    "output_tokens": 10, "output_tokens_details": {"reasoning_tokens": 4}, "total_tokens": 29,
}  # fmt: skip

_SHARED = {
    "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b", "object": "response", "created_at": 1_741_476_542,
    "error": None, "incomplete_details": None, "instructions": None, "max_output_tokens": None,
    "model": "gpt-4.1-2025-04-14", "parallel_tool_calls": True, "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None}, "store": True, "temperature": 0.0,
    "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0, "truncation": "disabled",
    "user": None, "metadata": {},
}  # fmt: skip

CALLS = {
    "function_call": ("arguments", "function_call_arguments"),
    "custom_tool_call": ("input", "custom_tool_call_input"),
}
TEXTS = {"output_text": "output_text", "reasoning_text": "reasoning_text", "refusal": "refusal"}


def text(said: str = "Hi there.", **members: Any) -> dict[str, Any]:
    """A part that says something."""
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": said, **members}


def message(*parts: Any, **members: Any) -> dict[str, Any]:
    """What the assistant says."""
    return {
        "id": "msg_67ccd2bf17f0", "type": "message", "status": "completed", "content": list(parts or [text()]),
        "role": "assistant", **members,
    }  # fmt: skip


def response(*items: Any, **members: Any) -> dict[str, Any]:
    """A whole response of these items."""
    return {**_SHARED, "status": "completed", "output": list(items or [message()]), "usage": USAGE, **members}


def events(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events of a stream that says `whole`, numbered; the last is named as its status is."""
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    sent: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun}, {"type": "response.in_progress", "response": begun},
    ]  # fmt: skip
    for index, item in enumerate(whole["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        empty = {**item, **({"status": "in_progress"} if "status" in item else {})}
        empty |= {name: [] if isinstance(item[name], list) else "" for name in _GROWS if name in item}
        sent.append({"type": "response.output_item.added", "output_index": index, "item": empty})
        sent.extend(_said(item, place))
        sent.append({"type": "response.output_item.done", "output_index": index, "item": item})
    sent.append({"type": f"response.{whole['status']}", "response": whole})
    return [{**event, "sequence_number": at} for at, event in enumerate(sent)]


_GROWS = ("content", "summary", "arguments", "input")


def _said(item: Mapping[str, Any], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything in an item, each text in two pieces."""
    if item["type"] in CALLS:
        member, kind = CALLS[item["type"]]
        for piece in _halves(item[member]):
            yield {"type": f"response.{kind}.delta", **place, "delta": piece}
        yield {"type": f"response.{kind}.done", **place, member: item[member], "name": item["name"]}
    for at, part in enumerate(item.get("summary", ())):
        there = {**place, "summary_index": at}
        yield {"type": "response.reasoning_summary_part.added", **there, "part": {**part, "text": ""}}
        for piece in _halves(part["text"]):
            yield {"type": "response.reasoning_summary_text.delta", **there, "delta": piece, "obfuscation": "x7Hq"}
        yield {"type": "response.reasoning_summary_text.done", **there, "text": part["text"]}
        yield {"type": "response.reasoning_summary_part.done", **there, "part": part}
    for at, part in enumerate(item.get("content", ())):
        yield from _part(part, {**place, "content_index": at})


def _part(part: Mapping[str, Any], there: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = f"response.{TEXTS[part['type']]}"
    member = "refusal" if "refusal" in part else "text"
    empty = {name: [] for name in ("annotations", "logprobs") if name in part}
    yield {"type": "response.content_part.added", **there, "part": {**part, **empty, member: ""}}
    for piece, logs in zip(_halves(part[member]), _halves(part.get("logprobs", [])), strict=True):
        yield {"type": f"{kind}.delta", **there, "delta": piece, "logprobs": logs, "obfuscation": "k2"}
    for at, one in enumerate(part.get("annotations", ())):
        yield {"type": f"{kind}.annotation.added", **there, "annotation_index": at, "annotation": one}
    yield {"type": f"{kind}.done", **there, member: part[member], "logprobs": part.get("logprobs", [])}
    yield {"type": "response.content_part.done", **there, "part": part}


def _halves(value: Any) -> tuple[Any, Any]:
    return value[: len(value) // 2], value[len(value) // 2 :]


def frames(sent: list[dict[str, Any]], newline: str = "\n") -> list[bytes]:
    """Events as they go over the wire."""
    return [
        f"event: {event['type']}{newline}data: {json.dumps(event, ensure_ascii=False)}{newline}{newline}".encode()
        for event in sent
    ]


def speak(seen: Seen, said: str) -> Answer:
    """Say `said` in the mode that was asked for."""
    whole = response(message(text(said)))
    return Answer.of(sse=frames(events(whole))) if json.loads(seen.body).get("stream") else Answer.of(json=whole)
