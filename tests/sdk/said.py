"""What a provider of OpenAI's API says, whole and in chunks. Written by hand: the product's own replay has no part."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from warmlane.adapters.scripted import Answer, Seen

DONE = "[DONE]"
USAGE = {
    "prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 4, "accepted_prediction_tokens": 0},
}  # fmt: skip

_SHARED = {
    "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT", "created": 1_741_569_952, "model": "gpt-4o-2024-08-06",
    "service_tier": "default", "system_fingerprint": "fp_50cad350e4",
}  # fmt: skip


def message(content: str | None = "Hi there.", **members: Any) -> dict[str, Any]:
    """What the assistant says."""
    return {"role": "assistant", "content": content, "refusal": None, **members}


def completion(said: Mapping[str, Any] | None = None, finish: str | None = "stop", **choice: Any) -> dict[str, Any]:
    """A whole chat completion."""
    only = {"index": 0, "message": said or message(), "logprobs": None, "finish_reason": finish, **choice}
    return {"object": "chat.completion", **_SHARED, "choices": [only], "usage": USAGE}


def chunks(whole: Mapping[str, Any], *, usage: bool = False) -> list[Any]:
    """The frames of a stream that says `whole`, with the usage chunk or without."""
    shared = {name: value for name, value in whole.items() if name not in {"choices", "usage", "object"}}
    tail = {"usage": None} if usage else {}

    def chunk(choices: list[Any], **more: Any) -> dict[str, Any]:
        return {"object": "chat.completion.chunk", **shared, "choices": choices, **tail, **more}

    (choice,) = whole["choices"]
    own = {name: value for name, value in choice.items() if name not in {"index", "message", "finish_reason"}}
    logs = _logs(choice["logprobs"])
    parts = [
        {
            "index": 0,
            "delta": delta,
            **own,
            "logprobs": next(logs) if delta.get("content") else None,
            "finish_reason": None,
        }
        for delta in _deltas(choice["message"])
    ]
    end = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]}
    counted = [chunk([], usage=whole["usage"])] if usage else []
    return [*(chunk([part]) for part in [*parts, end]), *counted, DONE]


def _deltas(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Role first, then each text in two pieces, then each tool call in three."""
    yield {name: value for name, value in said.items() if not _is_long(value)}
    for name, value in said.items():
        if name == "tool_calls":
            for index, call in enumerate(value):
                function = call["function"]
                yield {"tool_calls": [{"index": index, **call, "function": {**function, "arguments": ""}}]}
                for piece in _halves(function["arguments"]):
                    yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
        elif _is_long(value):
            for piece in _halves(value):
                yield {name: piece}


def _logs(logprobs: Mapping[str, Any] | None) -> Iterator[dict[str, Any] | None]:
    """Those of each of the two pieces of the content."""
    if logprobs is None:
        return iter((None, None))
    return iter({**logprobs, "content": half} for half in _halves(logprobs["content"]))


def _is_long(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and value != "assistant")


def _halves(value: Any) -> tuple[Any, Any]:
    return value[: len(value) // 2], value[len(value) // 2 :]


def speak(seen: Seen, text: str) -> Answer:
    """Say `text` in the mode that was asked for, with its usage where that was."""
    asked = json.loads(seen.body)
    whole = completion(message(text))
    if asked.get("stream"):
        return Answer.of(sse=chunks(whole, usage=bool((asked.get("stream_options") or {}).get("include_usage"))))
    return Answer.of(json=whole)
