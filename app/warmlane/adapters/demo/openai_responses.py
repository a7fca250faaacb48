"""`POST /v1/responses`."""

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
from warmlane.model import Json, JsonObject

_ECHOED: Final[JsonObject] = {
    "frequency_penalty": 0.0, "instructions": None, "max_output_tokens": None, "max_tool_calls": None, "metadata": {},
    "parallel_tool_calls": True, "presence_penalty": 0.0, "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None}, "safety_identifier": None, "service_tier": "default",
    "temperature": 1.0, "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_logprobs": 0,
    "top_p": 1.0, "truncation": "disabled",
}  # fmt: skip
"""Members that an answer repeats from its request, and what they are where the request has none."""

_STATE: Final = ("previous_response_id", "conversation", "prompt")
"""Members that lean on what a provider keeps; the demo keeps nothing."""


def answer(asked: Asked) -> Told | Unusable:
    """One message, of text. What would have to be JSON, or a call of a function, is refused."""
    body = asked.body
    given: Json = body.get("input")
    wrong = unusable(
        {
            "model": is_name(body.get("model")),
            "input": isinstance(given, str) or is_history(given),
            "instructions": isinstance(body.get("instructions"), str | None),
            "stream": is_flag(body.get("stream")),
            "max_output_tokens": is_limit(body.get("max_output_tokens")),
            "text": member(member(body.get("text"), "format"), "type") in (None, "text"),
            "tool_choice": body.get("tool_choice") in (None, "auto", "none"),
            "background": not body.get("background"),
            **{name: body.get(name) is None for name in _STATE},
        }
    )
    if wrong is not None:
        return wrong
    texts = [given] if isinstance(given, str) else [_text(item) for item in given]
    said = say([body.get("instructions") or "", *texts], body.get("max_output_tokens"))
    response = _response(asked, said)
    return streamed(_frames(said, response)) if body.get("stream") else whole(response)


def _text(item: JsonObject) -> str:
    """Of a message, or what a function gave back."""
    return text_of(item.get("output") if item.get("content") is None else item["content"])


def _response(asked: Asked, said: Said) -> JsonObject:
    """All of it: not stored, and so not to be had by its id."""
    status = "incomplete" if said.cut else "completed"
    part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
    message = {
        "id": f"msg_{asked.id}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [part],
    }
    echoed = {name: asked.body.get(name) for name in _ECHOED}
    return {
        "id": f"resp_{asked.id}",
        "object": "response",
        "created_at": asked.now,
        "completed_at": None if said.cut else asked.now,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if said.cut else None,
        "model": asked.body["model"],
        "output": [message],
        "previous_response_id": None,
        "store": False,
        **{name: _ECHOED[name] if value is None else value for name, value in echoed.items()},
        "usage": _usage(said),
    }


def _usage(said: Said) -> JsonObject:
    return {
        "input_tokens": said.heard,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": said.spoken,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": said.heard + said.spoken,
    }


def _frames(said: Said, response: JsonObject) -> Iterator[bytes]:
    """The events, numbered from 0."""
    for number, each in enumerate(_events(said, response)):
        yield named_event({**each, "sequence_number": number})


def _events(said: Said, response: JsonObject) -> Iterator[JsonObject]:
    """Created, in progress; the message, its part, the part's pieces; all done; the response whole."""
    (message,) = response["output"]
    (part,) = message["content"]
    begun: JsonObject = {**response, "status": "in_progress", "output": [], "usage": None}
    begun |= {"completed_at": None, "incomplete_details": None}
    place: Json = {"item_id": message["id"], "output_index": 0, "content_index": 0}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    unsaid = {**message, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", "output_index": 0, "item": unsaid}
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    for piece in said.pieces:
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": said.text, "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
    yield {"type": "response.output_item.done", "output_index": 0, "item": message}
    yield {"type": f"response.{response['status']}", "response": response}
