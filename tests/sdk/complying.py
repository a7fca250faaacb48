"""A provider that says all that the vendors' own descriptions of their APIs ask for: for checkers that know those."""

import json
from collections.abc import Mapping
from typing import Any

from sdk import said, said_anthropic, said_google, said_responses
from warmlane.adapters.scripted import Answer, Seen

Asked = Mapping[str, Any]

TEXT = "Three words, then."
THOUGHT = "15 times 37: 15 times 30 is 450, 15 times 7 is 105."
PLACE = {"location": "San Francisco"}
TOOL = "get_weather"


def speak(seen: Seen) -> Answer:
    """Answer as the vendor whose path was called, or refuse a request that lacks what it must have."""
    asked = json.loads(seen.body)
    if seen.path.endswith("/chat/completions"):
        return _chat(asked)
    if seen.path.endswith("/messages"):
        return _message(asked)
    if "enerateContent" in seen.path:
        return _generate(asked, seen)
    return _respond(asked) if seen.path.endswith("/responses") else _refuse_as_openai("Unknown path.", 404)


def _refuse_as_openai(why: str, status: int = 400) -> Answer:
    error = {"message": why, "type": "invalid_request_error", "param": None, "code": None}
    return Answer.of(status=status, json={"error": error})


def _chat(asked: Asked) -> Answer:
    if "model" not in asked:
        return _refuse_as_openai("You must provide a model parameter.")
    told = said.completion(said.message(TEXT, annotations=[]))
    if asked.get("tools"):
        function = {"name": TOOL, "arguments": json.dumps(PLACE)}
        calls = [{"id": "call_1", "type": "function", "function": function}]
        told = said.completion(said.message(None, tool_calls=calls, annotations=[]), "tool_calls")
    usage = bool((asked.get("stream_options") or {}).get("include_usage"))
    return Answer.of(sse=said.chunks(told, usage=usage)) if asked.get("stream") else Answer.of(json=told)


_OPEN = {
    "completed_at": 1_741_476_543, "background": False, "frequency_penalty": 0.0, "presence_penalty": 0.0,
    "max_tool_calls": None, "prompt_cache_key": None, "safety_identifier": None, "service_tier": "default",
    "top_logprobs": 0,
}  # fmt: skip
"""What Open Responses asks for, beyond what OpenAI does."""


def _respond(asked: Asked) -> Answer:
    if "model" not in asked:
        return _refuse_as_openai("Missing required parameter: 'model'.")
    tools = [{"strict": True, "description": None, **tool} for tool in asked.get("tools", ())]
    items = [said_responses.message(said_responses.text(TEXT))]
    if tools:
        call = {"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": TOOL}
        items = [{**call, "arguments": json.dumps(PLACE)}]
    thinking = asked.get("reasoning") or {}
    if thinking:
        summary = [{"type": "summary_text", "text": THOUGHT}]
        items.insert(0, {"id": "rs_1", "type": "reasoning", "summary": summary})
    told = said_responses.response(
        *items, **_OPEN, tools=tools, reasoning={"effort": None, "summary": None, **thinking}
    )
    if not asked.get("stream"):
        return Answer.of(json=told)
    return Answer.of(sse=said_responses.frames(said_responses.events(told)))


def _message(asked: Asked) -> Answer:
    if "max_tokens" not in asked:
        error = {"type": "invalid_request_error", "message": "max_tokens: Field required"}
        return Answer.of(status=400, json={"type": "error", "error": error, "request_id": "req_1"})
    block = said_anthropic.text(TEXT, citations=None)
    told = said_anthropic.message(block)
    if asked.get("tools"):
        call = {"type": "tool_use", "id": "toolu_1", "name": TOOL, "input": PLACE, "caller": {"type": "direct"}}
        told = said_anthropic.message(call, reason="tool_use")
    if asked.get("thinking"):
        told = said_anthropic.message({"type": "thinking", "thinking": THOUGHT, "signature": "EqQBCkYIARgC"}, block)
    usage = {
        **said_anthropic.USAGE, "inference_geo": None, "server_tool_use": None,
        "output_tokens_details": {"thinking_tokens": 4},
    }  # fmt: skip
    told |= {"usage": usage, "container": None, "stop_details": None}
    return Answer.of(sse=said_anthropic.streamed(told)) if asked.get("stream") else Answer.of(json=told)


def _generate(asked: Asked, seen: Seen) -> Answer:
    if not asked.get("contents"):
        error = {"code": 400, "message": "* contents: contents is not specified", "status": "INVALID_ARGUMENT"}
        return Answer.of(status=400, json={"error": error})
    told = said_google.generated(TEXT)
    if asked.get("tools"):
        told = said_google.generated({"functionCall": {"name": TOOL, "args": PLACE, "id": "c1"}})
    if (asked.get("generationConfig") or {}).get("thinkingConfig"):
        told = said_google.generated({"text": THOUGHT, "thought": True}, TEXT)
    if ":stream" not in seen.path:
        return Answer.of(**said_google.told(told, "whole"))
    return Answer.of(**said_google.told(said_google.chunks(told), "events" if "alt=sse" in seen.query else "array"))
