"""From a whole chat completion to the stream of it: `replay`, the inverse of `openai_chat_fold.fold`."""

from collections.abc import Iterator

from warmlane.dialects import sse, wire
from warmlane.dialects.merging import NAMING
from warmlane.dialects.openai_chunks import DONE
from warmlane.dialects.pieces import pieces
from warmlane.model import Json, JsonObject

_SHARED = ("id", "object", "created", "model", "service_tier", "system_fingerprint")


def replay(completion: JsonObject, *, usage: bool) -> bytes:
    """The events of a stream that spells `completion`, with the usage chunk or without.

    Role chunk, texts in pieces (the content last), one chunk per tool call, finish chunk, `[DONE]`. With `usage` the
    other chunks carry `usage: null`, as OpenAI's do. What only this provider knows comes twice, because clients look at
    the first chunk or at the last one: beside the role and beside the finish.
    """
    shared = {name: completion[name] for name in _SHARED if name in completion}
    shared["object"] = "chat.completion.chunk"
    own = {name: value for name, value in completion.items() if name not in {*_SHARED, "choices", "usage"}}
    tail = {"usage": None} if usage else {}
    chunks: list[JsonObject] = []
    for choice in completion["choices"]:
        steps = list(_steps(choice))
        for at, step in enumerate(steps):
            ends = own if at in {0, len(steps) - 1} else {}
            chunks.append({**shared, **ends, "choices": [step], **tail})
    if usage:
        chunks.append({**shared, "choices": [], "usage": completion["usage"]})
    return b"".join([*(sse.frame(wire.write(chunk)) for chunk in chunks), sse.frame(DONE)])


def _steps(choice: JsonObject) -> Iterator[JsonObject]:
    """The choice of each chunk: `logprobs`, where there are any, come whole with the first piece of the content."""
    own = {n: v for n, v in choice.items() if n not in {"index", "message", "logprobs", "finish_reason"}}
    repeated = {name: value for name, value in own.items() if not isinstance(value, list)}  # lists would grow
    deltas = [*_deltas(choice["message"]), {}]
    logs_at = next((at for at, delta in enumerate(deltas) if delta.get("content")), 1)
    for at, delta in enumerate(deltas):
        step: JsonObject = {"index": choice.get("index", 0), "delta": delta}
        if "logprobs" in choice:
            step["logprobs"] = choice["logprobs"] if at == logs_at else None
        last = at == len(deltas) - 1
        step["finish_reason"] = choice.get("finish_reason") if last else None
        yield {**step, **(own if at == 0 else repeated if last else {})}


def _deltas(message: JsonObject) -> Iterator[JsonObject]:
    calls = message.get("tool_calls")
    texts = {name: text for name, text in message.items() if _comes_in_pieces(name, text)}
    later = {*texts, "tool_calls"} if calls else texts.keys()
    first = {name: value for name, value in message.items() if name not in later}
    yield {**first, "content": ""} if "content" in texts else first
    for name in sorted(texts, key="content".__eq__):  # reasoning before the answer
        for piece in pieces(texts[name]):
            yield {name: piece}
    for index, call in enumerate(calls or ()):
        yield {"tool_calls": [{"index": index, **call}]}


def _comes_in_pieces(name: str, value: Json) -> bool:
    return isinstance(value, str) and value != "" and name not in NAMING
