"""`POST /v1beta/models/M:generateContent` and `:streamGenerateContent`, as events or as one JSON array."""

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qsl

from warmlane.adapters.demo.answers import (
    Asked,
    Told,
    Unusable,
    is_history,
    is_limit,
    is_one,
    member,
    streamed,
    text_of,
    unusable,
    whole,
)
from warmlane.adapters.demo.google_names import JSON, either, model_of
from warmlane.adapters.demo.words import Said, say
from warmlane.dialects import wire
from warmlane.model import Json, JsonObject

_EVENTS: Final = b"text/event-stream"
_CONFIG: Final = "generationConfig"
_SCHEMAS: Final = ("responseSchema", "responseJsonSchema")


def answer(asked: Asked) -> Told | Unusable:
    """One candidate, of text. What would have to be JSON, or a call of a function, is refused."""
    body = asked.body
    config, system, contents = either(body, _CONFIG), either(body, "systemInstruction"), _listed(body.get("contents"))
    limit = either(config, "maxOutputTokens")
    calling = either(either(body, "toolConfig"), "functionCallingConfig")
    wrong = unusable(
        {
            "contents": is_history(contents),
            _CONFIG: isinstance(config, dict | None),
            f"{_CONFIG}.candidateCount": is_one(either(config, "candidateCount")),
            f"{_CONFIG}.maxOutputTokens": is_limit(limit),
            f"{_CONFIG}.responseMimeType": either(config, "responseMimeType") in (None, "text/plain"),
            **{f"{_CONFIG}.{name}": either(config, name) is None for name in _SCHEMAS},
            "toolConfig.functionCallingConfig.mode": member(calling, "mode") not in ("ANY", "VALIDATED"),
        }
    )
    if wrong is not None:
        return wrong
    texts = [text_of(member(content, "parts")) for content in contents]
    said = say([text_of(member(system, "parts")), *texts], limit)
    shared = {"modelVersion": model_of(asked.path), "responseId": asked.id}
    if not asked.path.endswith(":streamGenerateContent"):
        return whole(_chunk(said, said.text, said.spoken, shared), JSON)
    chunks = [_chunk(said, piece, at, shared) for at, piece in enumerate(said.pieces, 1)]
    if ("alt", "sse") in parse_qsl(asked.query):
        return streamed([b"data: " + wire.write(chunk) + b"\r\n\r\n" for chunk in chunks], _EVENTS)
    return streamed(_items(chunks), JSON)


def _chunk(said: Said, text: str, spoken: int, shared: JsonObject) -> JsonObject:
    """The answer as far as `spoken` tokens of it, the last of which are in `text`."""
    candidate: JsonObject = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if spoken == said.spoken:
        candidate["finishReason"] = "MAX_TOKENS" if said.cut else "STOP"
    counted = {
        "promptTokenCount": said.heard,
        "candidatesTokenCount": spoken,
        "totalTokenCount": said.heard + spoken,
    }
    return {"candidates": [candidate], "usageMetadata": counted, **shared}


def _items(chunks: Sequence[JsonObject]) -> Iterator[bytes]:
    """The pieces of an array, each with what stands in front of it."""
    for at, chunk in enumerate(chunks):
        yield (b"\n,\r\n" if at else b"[") + wire.write(chunk)
    yield b"\n]"


def _listed(contents: Json) -> Json:
    """Google takes one content in place of a list."""
    return [contents] if isinstance(contents, dict) else contents
