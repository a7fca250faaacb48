"""Every dialect that is asked in turns, with its vendor's SDK: one table, for what is to hold whoever the vendor is."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from google.genai.types import HttpRetryOptions

from sdk import ways, ways_anthropic, ways_google
from sdk.responding import respond
from sdk.ways import QUESTION

TOOL = "get_weather"
_LOOK = {"name": TOOL, "description": "The weather there."}
_SCHEMA = {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]}

Calls = list[tuple[str, Any]]
"""Of tools: each one's name and its arguments."""


@dataclass(frozen=True)
class Dialect:
    """One of them. `ask` gives a reply of the vendor's own, of which `text`, `calls` and `thoughts` are read.

    `provider` is where the gateway has it, `sync` and `asynchronous` make the SDK's clients, with `options`, and
    `patient` are those with which they try three times.
    """

    name: str
    provider: str
    sync: Callable[..., Any]
    asynchronous: Callable[..., Any]
    ask: Callable[..., Awaitable[Any]]
    text: Callable[[Any], str]
    calls: Callable[[Any], Calls]
    thoughts: Callable[[Any], str]
    options: dict[str, Any]
    patient: dict[str, Any]


async def _chat(way: Any, text: str = QUESTION, *, stream: bool = False, tools: bool = False, **more: Any) -> Any:
    counted = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    offered = {"tools": [{"type": "function", "function": {**_LOOK, "parameters": _SCHEMA}}]} if tools else {}
    return await way.ask(text, **counted, **offered, **more)


async def _respond(way: Any, text: str = QUESTION, *, stream: bool = False, tools: bool = False, **more: Any) -> Any:
    offered = {"tools": [{"type": "function", **_LOOK, "parameters": _SCHEMA}]} if tools else {}
    return await respond(way, text, **({"stream": True} if stream else {}), **offered, **more)


async def _message(way: Any, text: str = QUESTION, *, stream: bool = False, tools: bool = False, **more: Any) -> Any:
    offered = {"tools": [{**_LOOK, "input_schema": _SCHEMA}]} if tools else {}
    return await (way.hear if stream else way.ask)(text, **offered, **more)


async def _generate(way: Any, text: str = QUESTION, *, stream: bool = False, tools: bool = False, **more: Any) -> Any:
    declared = [{"function_declarations": [{**_LOOK, "parameters_json_schema": _SCHEMA}]}]
    return await way.ask(text, stream=stream, **({"tools": declared} if tools else {}), **more)


def _called_in_chat(reply: Any) -> Calls:
    called = [call["function"] for call in reply.completion["choices"][0]["message"].get("tool_calls") or ()]
    return [(function["name"], json.loads(function["arguments"])) for function in called]


def _called_in_response(reply: Any) -> Calls:
    called = [item for item in reply.response["output"] if item["type"] == "function_call"]
    return [(item["name"], json.loads(item["arguments"])) for item in called]


def _called_in_message(reply: Any) -> Calls:
    return [(block["name"], block["input"]) for block in reply.message["content"] if block["type"] == "tool_use"]


def _called_in_answer(reply: Any) -> Calls:
    called = [part["function_call"] for part in reply.answer["parts"] if "function_call" in part]
    return [(call["name"], call["args"]) for call in called]


def _thought_in_chat(reply: Any) -> str:
    thought: str = reply.completion["choices"][0]["message"].get("reasoning_content", "")
    return thought


def _thought_in_response(reply: Any) -> str:
    thoughts = [item for item in reply.response["output"] if item["type"] == "reasoning"]
    return "".join(part["text"] for item in thoughts for part in item["summary"])


def _thought_in_message(reply: Any) -> str:
    return "".join(block["thinking"] for block in reply.message["content"] if block["type"] == "thinking")


def _thought_in_answer(reply: Any) -> str:
    return "".join(part["text"] for part in reply.answer["parts"] if part.get("thought"))


def _text(reply: Any) -> str:
    return reply.text or ""


_RETRYING: dict[str, Any] = {"max_retries": 2}
_BETA: dict[str, Any] = {"api_version": "v1beta"}  # all that strangers know; the SDK itself begins with /v1
_ATTEMPTING: dict[str, Any] = {
    **_BETA, "retry_options": HttpRetryOptions(attempts=3, initial_delay=0.05, max_delay=0.2),
}  # fmt: skip

DIALECTS = (
    Dialect(
        "chat", "openai", ways.Sync, ways.Async, _chat,
        _text, _called_in_chat, _thought_in_chat, {}, _RETRYING,
    ),
    Dialect(
        "responses", "openai", ways.Sync, ways.Async, _respond,
        _text, _called_in_response, _thought_in_response, {}, _RETRYING,
    ),
    Dialect(
        "messages", "anthropic", ways_anthropic.Sync, ways_anthropic.Async, _message,
        _text, _called_in_message, _thought_in_message, {}, _RETRYING,
    ),
    Dialect(
        "generate", "google", ways_google.Sync, ways_google.Async, _generate,
        _text, _called_in_answer, _thought_in_answer, _BETA, _ATTEMPTING,
    ),
)  # fmt: skip


def said(reply: Any) -> Any:
    """All that the SDK gave, but for the headers."""
    return {name: value for name, value in vars(reply).items() if name != "headers"}
